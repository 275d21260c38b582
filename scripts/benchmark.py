#!/usr/bin/env python3
"""Times malmoi beside gzip and scikit-learn, and prints a Markdown table.

    cargo build --release
    python3 scripts/benchmark.py aclImdb_v1.tar.gz --nsmc data/nsmc --python venv/bin/python

What is compared is run in turn (A B A B …) in one session, and ratios are taken pair
by pair before their median, so that a machine that slows down slows both. Every cold
run gets a fresh state folder; the archive is read once before, so that both find it in
memory. CPU is user + system, of all threads; memory is the most a process held (the system counts what this script
held when it started it as well, so less than about 20 MB cannot be told).
The peers need `pip install scikit-learn beautifulsoup4 lxml` in the Python given.
"""

import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from dataclasses import dataclass

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent


@dataclass
class Run:
    """One finished process."""

    seconds: float
    cpu: float
    rss_bytes: int
    output: str


def main() -> None:
    options = arguments()
    if options.make_jsonl:
        return make_jsonl(options.archive, *options.make_jsonl)
    with tempfile.TemporaryDirectory(dir=options.work) as folder:
        rows = measure(options, pathlib.Path(folder))
    print("| what | wall s | CPU s | peak MB | result |\n|---|---|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=pathlib.Path, help="aclImdb_v1.tar.gz")
    parser.add_argument("--malmoi", type=pathlib.Path, default=ROOT / "target/release/malmoi")
    parser.add_argument("--nsmc", type=pathlib.Path, help="folder of ratings_{train,test}.txt")
    parser.add_argument("--python", help="a Python with scikit-learn, to time the peers")
    parser.add_argument("--repeat", type=int, default=5, help="pairs of runs [default: 5]")
    parser.add_argument("--predict-mb", type=int, default=1000, help="size of predict's input")
    parser.add_argument("--work", help="where temporary files go")
    # In a process of its own: what this one holds is counted with its children's memory.
    parser.add_argument("--make-jsonl", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def measure(options: argparse.Namespace, folder: pathlib.Path) -> list[list[str]]:
    malmoi, archive = str(options.malmoi.resolve()), str(options.archive.resolve())
    run(["cat", archive])
    rows = pairs(malmoi, archive, folder, options.repeat)
    rows.append(cached(malmoi, archive, folder, options.repeat))
    rows.append(predict(malmoi, archive, folder, options.predict_mb, options.repeat))
    if options.nsmc:
        rows.append(nsmc(malmoi, options.nsmc, folder, options.repeat))
    if options.python:
        for name, title in [("notebook", "notebook recipe"), ("nb_lr", "NB-LR 1–3")]:
            peer = [options.python, str(HERE / "peers" / f"{name}.py"), archive]
            rows.append(row(f"scikit-learn, {title}", [run(peer)], lambda one: accuracy(one.output)))
    return rows


def pairs(malmoi: str, archive: str, folder: pathlib.Path, repeat: int) -> list[list[str]]:
    """`malmoi run imdb`, nothing kept, and `gzip -dc`, in turn."""
    ours, gzips = [], []
    for _ in range(repeat):
        shutil.rmtree(folder / "state", ignore_errors=True)
        ours.append(imdb(malmoi, archive, folder))
        gzips.append(run(["gzip", "-dc", archive]))
    wall = statistics.median(a.seconds / b.seconds for a, b in zip(ours, gzips))
    cpu = statistics.median(a.cpu / b.cpu for a, b in zip(ours, gzips))
    return [
        row("`malmoi run imdb`, cold", ours, lambda one: metrics(one.output)),
        row("`gzip -dc` of the archive", gzips, lambda _: ""),
        ["ratio", f"{wall:.2f}", f"{cpu:.2f}", "", "median of pairs"],
    ]


def imdb(malmoi: str, archive: str, folder: pathlib.Path) -> Run:
    place = f"source.path={archive}"
    return run([malmoi, *state(folder), "run", "imdb", "--json", "--set", place])


def cached(malmoi: str, archive: str, folder: pathlib.Path, repeat: int) -> list[str]:
    runs = [imdb(malmoi, archive, folder) for _ in range(repeat)]
    stages = json.loads(runs[-1].output)["stages"]
    need(all(stage["status"] == "cached" for stage in stages), "a second run was not cached")
    return row("`malmoi run imdb`, again", runs, lambda one: "all stages cached")


def predict(malmoi: str, archive: str, folder: pathlib.Path, size_mb: int, repeat: int) -> list[str]:
    path = folder / "reviews.jsonl"
    command = [sys.executable, __file__, archive, "--make-jsonl", str(path), str(size_mb)]
    subprocess.run(command, check=True)
    command = [malmoi, *state(folder), "--quiet", "predict", "imdb", "--format", "jsonl"]
    loading = run(command)
    runs = [run([*command, "--input", str(path)], keep=False) for _ in range(repeat)]
    size = path.stat().st_size
    path.unlink()
    speed = statistics.median(size / 1e6 / one.seconds for one in runs)
    more = statistics.median(one.rss_bytes for one in runs) - loading.rss_bytes
    text = f"{speed:.0f} MB/s, {more / 1e6:.0f} MB more than the model alone"
    return row(f"`malmoi predict imdb`, {size / 1e6:.0f} MB of JSON lines", runs, lambda _: text)


def nsmc(malmoi: str, path: pathlib.Path, folder: pathlib.Path, repeat: int) -> list[str]:
    command = [malmoi, *state(folder), "run", "nsmc-chars", "--force", "--json"]
    runs = [run([*command, "--set", f"source.path={path.resolve()}"]) for _ in range(repeat)]
    return row("`malmoi run nsmc-chars`, cold", runs, lambda one: metrics(one.output))


def state(folder: pathlib.Path) -> list[str]:
    return ["--config", str(ROOT / "pipeline.toml"), "--state", str(folder / "state")]


def run(command: list[str], keep: bool = True) -> Run:
    """Runs a command with no input; its errors go where ours do."""
    with tempfile.TemporaryFile() as output:
        # gzip writes 200 MB: into nothing, as predict does.
        keep = keep and command[0] not in ("gzip", "cat")
        start = time.perf_counter()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output if keep else subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        need(process.returncode == 0, f"`{' '.join(command)}` ended with {process.returncode}")
        output.seek(0)
        text = output.read().decode()
    # Linux counts kilobytes here, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit, text)


def row(title: str, runs: list[Run], result) -> list[str]:
    middle = lambda of: statistics.median(of(one) for one in runs)
    return [
        title,
        f"{middle(lambda one: one.seconds):.2f}",
        f"{middle(lambda one: one.cpu):.2f}",
        f"{middle(lambda one: one.rss_bytes) / 1e6:.0f}",
        result(runs[-1]),
    ]


def metrics(output: str) -> str:
    found = json.loads(output)["metrics"]
    return f"accuracy {found['accuracy']:.4f}, ROC AUC {found['roc_auc']:.4f}"


def accuracy(output: str) -> str:
    return f"accuracy {json.loads(output)['accuracy']:.4f}"


def make_jsonl(archive: pathlib.Path, path: str, size_mb: str) -> None:
    """Writes the reviews over and over until the file is as large as wanted."""
    lines = []
    with tarfile.open(archive, "r|gz") as entries:
        for entry in entries:
            if entry.isfile() and entry.name.count("/") == 3:
                text = entries.extractfile(entry).read().decode()
                lines.append(json.dumps({"id": entry.name, "text": text}, ensure_ascii=False))
    need(bool(lines), f"`{archive}` holds no reviews")
    size, wanted, place = 0, int(size_mb) * 1_000_000, 0
    with open(path, "wb") as file:
        while size < wanted:
            size += file.write(lines[place % len(lines)].encode() + b"\n")
            place += 1


def need(holds: bool, message: str) -> None:
    if not holds:
        sys.exit(f"error: {message}")


if __name__ == "__main__":
    main()
