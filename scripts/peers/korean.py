#!/usr/bin/env python3
"""One Korean analyzer in a process of its own: mecab, kiwi or okt.

    pip install python-mecab-ko kiwipiepy konlpy      # konlpy needs Java
    python scripts/peers/korean.py mecab pos TEXTS    # [[surface, tag], …] a line
    python scripts/peers/korean.py mecab parts TEXTS  # the same, contractions taken apart
    python scripts/peers/korean.py mecab speed TEXTS --threads 2
    python scripts/peers/korean.py mecab first        # one word, from a cold start
    python scripts/peers/korean.py mecab version      # nothing where it is not installed

TEXTS holds one text a line. `speed` prints one JSON object: seconds and CPU seconds of
the texts alone, after the analyzer was loaded and had seen a few of them.
"""

import argparse
import importlib.metadata
import json
import pathlib
import time
from concurrent.futures import ThreadPoolExecutor

PACKAGES = {"mecab": "python-mecab-ko", "kiwi": "kiwipiepy", "okt": "konlpy"}
# Texts that are not timed: the JVM compiles while it sees them.
WARM_UP = 200
TEXTS_A_TASK = 500


class Mecab:
    def __init__(self, threads: int) -> None:
        from mecab import MeCab

        self.tagger, self.threads = MeCab(), threads

    def pos(self, text: str) -> list:
        return self.tagger.pos(text)

    def parts(self, text: str) -> list:
        return [part for word in self.tagger.parse(text) for part in expanded(word)]

    def all(self, texts: list[str]) -> int:
        return in_threads(self.pos, texts, self.threads)


def expanded(word) -> list[tuple[str, str]]:
    """What a contraction stands for: `가/VV/*+았/EP/*` is two morphemes."""
    kind = getattr(word.feature.type, "value", word.feature.type)
    if kind != "Inflect" or not word.feature.expression:
        return [(word.surface, word.pos)]
    return [tuple(part.split("/")[:2]) for part in word.feature.expression.split("+")]


class Kiwi:
    def __init__(self, threads: int) -> None:
        from kiwipiepy import Kiwi

        self.analyzer = Kiwi(num_workers=threads)

    def pos(self, text: str) -> list:
        return [(token.form, token.tag) for token in self.analyzer.tokenize(text)]

    # It never contracts.
    parts = pos

    def all(self, texts: list[str]) -> int:
        # An iterable is shared among its own workers.
        return sum(len(tokens) for tokens in self.analyzer.tokenize(texts))


class Okt:
    def __init__(self, threads: int) -> None:
        from konlpy.tag import Okt

        self.tagger, self.threads = Okt(), threads

    def pos(self, text: str) -> list:
        return self.tagger.pos(text)

    parts = pos

    def all(self, texts: list[str]) -> int:
        return in_threads(self.pos, texts, self.threads)


def in_threads(pos, texts: list[str], threads: int) -> int:
    """The number of tokens; no pool where one thread is enough."""
    if threads == 1:
        return sum(len(pos(text)) for text in texts)
    tasks = [texts[at : at + TEXTS_A_TASK] for at in range(0, len(texts), TEXTS_A_TASK)]
    with ThreadPoolExecutor(threads) as pool:
        return sum(pool.map(lambda task: sum(len(pos(text)) for text in task), tasks))


ANALYZERS = {"mecab": Mecab, "kiwi": Kiwi, "okt": Okt}


def main() -> None:
    options = arguments()
    if options.action == "version":
        return print_version(PACKAGES[options.peer])
    analyzer = ANALYZERS[options.peer](options.threads)
    if options.action == "first":
        return print(analyzer.pos("하나"))
    # Not splitlines: texts hold characters that it takes for line ends.
    texts = options.texts.read_bytes().decode("utf-8").split("\n")[:-1]
    if options.action == "speed":
        return print(json.dumps(speed(analyzer, texts)))
    tokens = analyzer.pos if options.action == "pos" else analyzer.parts
    for text in texts:
        print(json.dumps(tokens(text), ensure_ascii=True))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=sorted(PACKAGES))
    parser.add_argument("action", choices=["pos", "parts", "speed", "first", "version"])
    parser.add_argument("texts", type=pathlib.Path, nargs="?", help="one text a line")
    parser.add_argument("--threads", type=int, default=1, help="for `speed` [default: 1]")
    given = parser.parse_args()
    if given.texts is None and given.action in ("pos", "parts", "speed"):
        parser.error(f"`{given.action}` needs a file of texts")
    return given


def print_version(package: str) -> None:
    try:
        print(package, importlib.metadata.version(package))
    except importlib.metadata.PackageNotFoundError:
        pass


def speed(analyzer, texts: list[str]) -> dict[str, float]:
    analyzer.all(texts[:WARM_UP])
    start, cpu = time.perf_counter(), time.process_time()
    tokens = analyzer.all(texts)
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    return {"seconds": seconds, "cpu": cpu, "tokens": tokens}


if __name__ == "__main__":
    main()
