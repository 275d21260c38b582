#!/usr/bin/env python3
"""Checks that registered words win, and that they break no longer ones.

Analyzes the sentences of tests/golden/analyze/user_dictionary (its README says how they
are written) with the whole dictionary, which the tests do not need:

    malmoi dictionary install
    python3 scripts/check_user_dictionary.py --malmoi target/release/malmoi

Prints the counts and every failure. Exit code 1 if there is one.
"""

import argparse
import pathlib
import sys

from korean_runs import MALMOI, ROOT, malmoi_tokens, need

FOLDER = ROOT / "tests/golden/analyze/user_dictionary"


def main() -> int:
    options = arguments()
    failed = check("must_win.tsv", lost, options) + check("must_not_break.tsv", broken, options)
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--malmoi", type=pathlib.Path, default=MALMOI)
    parser.add_argument("--timeout", type=float, default=60, help="seconds a run [default: 60]")
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


def shown(tokens: list[dict]) -> list[str]:
    return [f"{token['surface']}/{token['tag']}" for token in tokens]


if __name__ == "__main__":
    sys.exit(main())
