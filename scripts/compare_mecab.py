#!/usr/bin/env python3
"""Compares `malmoi ko pos --no-normalize` with python-mecab-ko, surface and tag.

TEXTS is a file of lines or a table of NSMC, packed by gzip or not:

    pip install python-mecab-ko==1.3.7
    python scripts/compare_mecab.py ratings_test.txt.gz --malmoi target/release/malmoi

Prints how many texts have the same morphemes, and what differs most often. Exit code 1
if anything does.
"""

import argparse
import difflib
import pathlib
import sys
from collections import Counter

from korean_runs import MALMOI, malmoi_tokens, malmoi_version, need, peer_tokens, peer_version
from korean_runs import read_texts

Morphemes = list[tuple[str, str]]


def main() -> int:
    options = arguments()
    python, timeout = options.python, options.timeout
    version = peer_version(python, "mecab", timeout)
    need(version is not None, f"`{python}` has no mecab\nhint: pip install python-mecab-ko")
    texts = read_texts(options.texts, options.limit)
    found = malmoi_tokens(options.malmoi, ["pos", "--no-normalize"], texts, timeout)
    ours = [[(token["surface"], token["tag"]) for token in tokens] for tokens in found]
    theirs = [[tuple(token) for token in tokens] for tokens in
              peer_tokens(python, "mecab", "pos", texts, timeout)]
    print(f"{malmoi_version(options.malmoi, timeout)}, {version}, {options.texts.name}")
    return report(texts, ours, theirs, options.show)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("texts", type=pathlib.Path)
    parser.add_argument("--malmoi", type=pathlib.Path, default=MALMOI)
    parser.add_argument("--python", default=sys.executable, help="a Python with python-mecab-ko")
    parser.add_argument("--limit", type=int, help="the first so many texts alone")
    parser.add_argument("--show", type=int, default=20, help="kinds of differences to show")
    parser.add_argument("--timeout", type=float, default=600, help="seconds a run [default: 600]")
    return parser.parse_args()


def report(texts: list[str], ours: list[Morphemes], theirs: list[Morphemes], show: int) -> int:
    different = [row for row in zip(texts, ours, theirs) if row[1] != row[2]]
    same, morphemes = len(texts) - len(different), sum(map(len, theirs))
    share = 100 * same / len(texts)
    print(f"{same} of {len(texts)} texts equal ({share:.3f} %), {morphemes} morphemes")
    kinds = Counter(kind for row in different for kind in differences(row[1], row[2]))
    for (our, their), count in kinds.most_common(show):
        print(f"{count:6}  ours {our or '(nothing)'}  theirs {their or '(nothing)'}")
    for text, our, their in different[: min(show, 3)]:
        print(f"{text!r}\n  ours   {shown(our)}\n  theirs {shown(their)}")
    return 1 if different else 0


def differences(ours: Morphemes, theirs: Morphemes) -> list[tuple[str, str]]:
    """The shortest stretches that differ."""
    matcher = difflib.SequenceMatcher(None, ours, theirs, autojunk=False)
    stretches = [codes for codes in matcher.get_opcodes() if codes[0] != "equal"]
    return [(shown(ours[a:b]), shown(theirs[c:d])) for _, a, b, c, d in stretches]


def shown(morphemes: Morphemes) -> str:
    return " ".join(f"{surface}/{tag}" for surface, tag in morphemes)


if __name__ == "__main__":
    sys.exit(main())
