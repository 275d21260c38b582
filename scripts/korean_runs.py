"""What the scripts on Korean share: texts in, tokens of malmoi and of its peers out.

Every process gets its texts in a file, one a line, and a time limit; the peers run in
`scripts/peers/korean.py`, so that only the Python given as `--python` needs them.
"""

import contextlib
import gzip
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[1]
MALMOI = ROOT / "target/release/malmoi"
PEERS = ROOT / "scripts/peers/korean.py"
# Its name in the header of an NSMC table.
TEXT_COLUMN = "document"


@dataclass
class Run:
    """One finished process."""

    seconds: float
    cpu: float
    rss_bytes: int
    output: str


def read_texts(path: pathlib.Path, limit: int | None = None) -> list[str]:
    """The texts that are not blank: lines, or the column `document` of a table."""
    need(path.is_file(), f"there is no file `{path}`")
    texts = (text for text in columns(path) if text.strip())
    found = [text for text, _ in zip(texts, range(limit))] if limit else list(texts)
    need(bool(found), f"`{path}` holds no text")
    return found


def columns(path: pathlib.Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    # Not splitlines, nor "\r" as an end: reviews hold characters that these take for ends.
    with opened(path, "rt", encoding="utf-8", newline="\n") as file:
        first = file.readline().rstrip("\n")
        header = first.split("\t")
        if TEXT_COLUMN in header:
            place = header.index(TEXT_COLUMN)
            # Quoting is off, as the makers of NSMC wrote it.
            yield from (line.rstrip("\n").split("\t")[place] for line in file)
        else:
            yield first
            yield from (line.rstrip("\n") for line in file)


def malmoi_tokens(
    malmoi: pathlib.Path, arguments: list[str], texts: list[str], timeout: float
) -> list[list[dict]]:
    """The tokens of each text, as `malmoi ko ARGUMENTS --json` has them."""
    with written(texts) as path:
        command = [str(malmoi.resolve()), "ko", *arguments, "--json", "--input", path]
        output = run(command, timeout).output
    return per_text([found["tokens"] for found in objects(output)], texts, "malmoi")


def peer_tokens(
    python: str, peer: str, form: str, texts: list[str], timeout: float
) -> list[list[list[str]]]:
    """The `[surface, tag]` of each text; FORM is `pos`, or `parts` of what is contracted."""
    with written(texts) as path:
        output = run([python, str(PEERS), peer, form, path], timeout).output
    return per_text(objects(output), texts, peer)


def peer_version(python: str, peer: str, timeout: float) -> str | None:
    """Name and version of a peer's package; nothing where it is not installed."""
    found = run([python, str(PEERS), peer, "version"], timeout).output.strip()
    return found or None


def malmoi_version(malmoi: pathlib.Path, timeout: float) -> str:
    return run([str(malmoi.resolve()), "--version"], timeout).output.strip()


@contextlib.contextmanager
def written(texts: list[str]) -> Iterator[str]:
    """The path of a file with one text a line, which lasts as long as the `with`."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "texts.txt"
        path.write_bytes("".join(text + "\n" for text in texts).encode())
        yield str(path)


def objects(output: str) -> list:
    return [json.loads(line) for line in output.split("\n")[:-1]]


def per_text(found: list, texts: list[str], who: str) -> list:
    need(len(found) == len(texts), f"{who} gave {len(found)} lines for {len(texts)} texts")
    return found


def run(command: list[str], timeout: float, keep: bool = True) -> Run:
    """Runs a command with no input; its errors go where ours do."""
    need(shutil.which(command[0]) is not None, f"there is no program `{command[0]}`")
    with tempfile.TemporaryFile() as output, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output if keep else subprocess.DEVNULL,
            # A `pipeline.toml` or a variable of whoever measures would change the figures.
            cwd=folder,
            env=environment(),
        )
        timer = threading.Timer(timeout, process.kill)
        timer.start()
        # Not `communicate`: only this tells the CPU and memory of this one process.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        late = not timer.is_alive()
        timer.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        shown = " ".join(command)
        need(not late, f"`{shown}` took more than {timeout:g} s\nhint: raise --timeout")
        need(process.returncode == 0, f"`{shown}` ended with {process.returncode}")
        output.seek(0)
        text = output.read().decode("utf-8")
    # Linux counts kilobytes here, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, text)


def environment() -> dict[str, str]:
    kept = {"MALMOI_DATA_DIR"}
    ours = os.environ.items()
    return {name: value for name, value in ours if name in kept or not name.startswith("MALMOI_")}


def print_table(header: list[str], rows: list[list[str]]) -> None:
    print("| " + " | ".join(header) + " |\n|" + "---|" * len(header))
    for row in rows:
        print("| " + " | ".join(row) + " |")


def need(holds: bool, message: str) -> None:
    if not holds:
        sys.exit(f"error: {message}")
