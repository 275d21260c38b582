#!/usr/bin/env python3
"""Compares `html = "get_text"` with BeautifulSoup(text, "html5lib").get_text().

Takes the archive of IMDB reviews and a command that reads JSON lines with `id`
and `text` on standard input and writes the same with the cleaned text. Prints
how many reviews differ, by the likely cause, and the first few of them.
Needs `pip install beautifulsoup4 html5lib`.

    python scripts/compare_get_text.py aclImdb_v1.tar.gz
    python scripts/compare_get_text.py aclImdb_v1.tar.gz --hard --command "target/debug/malmoi clean --html get_text"
"""

import argparse
import json
import re
import shlex
import subprocess
import sys
import tarfile
import tempfile
import warnings
from collections import Counter

from bs4 import BeautifulSoup

COMMAND = "cargo run --quiet --release -- clean --html get_text"
REVIEW = re.compile(r"aclImdb[^/]*/(train|test)/(pos|neg|unsup)/\d+_\d+\.txt")
PLAIN_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
CAUSES = [
    ("isindex", re.compile(r"<isindex", re.I)),
    ("template", re.compile(r"<template", re.I)),
    ("SVG or MathML", re.compile(r"<(svg|math)", re.I)),
    ("table", re.compile(r"</?t(able|r|d|h|body|head|foot)", re.I)),
    ("NUL", re.compile("\0")),
    ("carriage return", re.compile("\r")),
    ("reference", re.compile(r"&[#\w]")),
    ("tag", re.compile(r"<[a-zA-Z!/?]")),
]


def reviews(archive):
    with tarfile.open(archive) as tar:
        for member in tar:
            if REVIEW.fullmatch(member.name):
                yield member.name, tar.extractfile(member).read().decode("utf-8")


def is_hard(text):
    return re.search("[<&]", PLAIN_BREAK.sub("", text)) is not None


def cause(text):
    text = PLAIN_BREAK.sub("", text)
    return next((name for name, pattern in CAUSES if pattern.search(text)), "unexplained")


def cleaned(command, texts):
    with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
        for name, text in texts:
            lines.write(json.dumps({"id": name, "text": text}) + "\n")
        lines.seek(0)
        run = subprocess.run(command, stdin=lines, stdout=subprocess.PIPE, check=True)
    # Not splitlines: texts hold characters that it takes for line ends.
    return [json.loads(line) for line in run.stdout.decode("utf-8").split("\n")[:-1]]


def compare(texts, results):
    """The causes and the reviews of all differences."""
    for (name, text), result in zip(texts, results, strict=True):
        expected = BeautifulSoup(text, "html5lib").get_text()
        if result["id"] != name:
            sys.exit(f"error: expected the line of `{name}`, but got `{result['id']}`")
        if result["text"] != expected:
            yield cause(text), name, expected, result["text"]


def show(name, expected, actual):
    at = next((i for i, (x, y) in enumerate(zip(expected, actual)) if x != y), -1)
    part = slice(max(at - 20, 0), at + 40) if at >= 0 else slice(-60, None)
    print(f"{name}\n  expected {expected[part]!r}\n  got      {actual[part]!r}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive")
    parser.add_argument("--hard", action="store_true", help="only texts with more than `<br />`")
    parser.add_argument("--show", type=int, default=10, help="differences to show")
    parser.add_argument("--command", default=COMMAND, help="what cleans (default: %(default)s)")
    arguments = parser.parse_args()
    warnings.simplefilter("ignore")

    texts = list(reviews(arguments.archive))
    if arguments.hard:
        texts = [(name, text) for name, text in texts if is_hard(text)]
    results = cleaned(shlex.split(arguments.command), texts)
    different = list(compare(texts, results))
    print(f"{len(texts)} reviews compared, {len(different)} differ")
    for name, count in Counter(difference[0] for difference in different).most_common():
        print(f"  {count:6} {name}")
    for _, name, expected, actual in different[: arguments.show]:
        show(name, expected, actual)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
