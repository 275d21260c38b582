"""Compares `malmoi embed train` with gensim on the NSMC: speed, and what the vectors are worth.

    pip install gensim==4.4.0 scikit-learn==1.9.1
    python scripts/compare_embeddings.py NSMC MALMOI [--tokens FILE] [--epochs 5] [--only ...]

NSMC holds ratings_train.txt, ratings_test.txt and raw_reviews.jsonl (or .gz each); MALMOI is
the binary, with its Korean dictionary installed. Both train on one file of morphemes of the
raw reviews, those of the test part left out, with the same settings and as many threads as
there are cores; --tokens names that file, and it is made if it is not there. Then each review
of ratings_train is the mean of the vectors of its morphemes: a logistic regression learns
from the first 120,000 and is measured on the last 30,000. The test part is not looked at.
"""

import argparse
import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np

WORDS = "재미 영화 감동 배우 지루 최고 쓰레기 연기 음악 액션 눈물 추천".split()

SETTINGS = """version = 1
default = "tokens"
[pipeline.tokens.source]
kind = "tsv"
path = "tokens.tsv"
quoting = false
[pipeline.tokens.analyze]
token_pattern = '\\S+'
lowercase = false
"""


def lines(folder, name):
    """Lines of a file, packed or not."""
    packed = folder / f"{name}.gz"
    opened = gzip.open(packed, "rt", encoding="utf-8") if packed.exists() else open(folder / name, encoding="utf-8")
    with opened as file:
        yield from file


def table(folder, name):
    """(id, text, label) of each row."""
    for line in list(lines(folder, name))[1:]:
        yield line.rstrip("\n").split("\t")


def morphemes(malmoi, texts):
    """`surface/TAG` of each text, parted by blanks."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = pathlib.Path(folder, "texts"), pathlib.Path(folder, "morphemes")
        source.write_text("".join(" ".join(text.split()) + "\n" for text in texts), encoding="utf-8")
        subprocess.run([malmoi, "ko", "pos", "--input", source, "--output", target, "-q"], check=True)
        return target.read_text(encoding="utf-8").split("\n")[:-1]


def tokens_of(data, malmoi, path):
    """Sentences of morphemes of the raw reviews."""
    if path and path.exists():
        return path.read_text(encoding="utf-8").split("\n")[:-1]
    test = {row[0] for row in table(data, "ratings_test.txt")}
    reviews = map(json.loads, lines(data, "raw_reviews.jsonl"))
    found = morphemes(malmoi, [one["text"] for one in reviews if str(one["id"]) not in test])
    if path:
        path.write_text("".join(line + "\n" for line in found), encoding="utf-8")
    return found


def train_malmoi(malmoi, sentences, threads, epochs, more=()):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "pipeline.toml").write_text(SETTINGS, encoding="utf-8")
        rows = "".join(f"{n}\t{line}\n" for n, line in enumerate(sentences))
        (folder / "tokens.tsv").write_text("id\ttext\n" + rows, encoding="utf-8")
        began = time.time()
        command = [malmoi, "embed", "train", "tokens", "--json", "-q", "--threads", str(threads)]
        command += ["--epochs", str(epochs), *more]
        told = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
        whole = time.time() - began
        told = json.loads(told.stdout)
        subprocess.run([malmoi, "embed", "export", "tokens", "v.bin", "-q"], cwd=folder, check=True)
        return keyed(folder / "v.bin"), told["words"] * epochs, told["seconds"], whole


def keyed(path):
    from gensim.models import KeyedVectors
    return KeyedVectors.load_word2vec_format(path, binary=True)


def train_gensim(sentences, threads, epochs):
    from gensim.models import Word2Vec
    began = time.time()
    sentences = [line.split() for line in sentences]
    model = Word2Vec(
        vector_size=100, window=5, negative=5, sample=1e-3, min_count=5, sg=1, alpha=0.025,
        workers=threads, epochs=epochs, seed=1,
    )
    model.build_vocab(sentences)
    start = time.time()
    model.train(sentences, total_examples=model.corpus_count, epochs=epochs)
    ended = time.time()
    words = sum(map(len, sentences)) * epochs
    return model.wv, words, ended - start, ended - began


def accuracy(vectors, reviews, labels):
    from sklearn.linear_model import LogisticRegression
    rows = np.zeros((len(reviews), vectors.vector_size), np.float32)
    for row, review in zip(rows, reviews):
        known = [vectors.key_to_index[word] for word in review.split() if word in vectors.key_to_index]
        if known:
            row[:] = vectors.vectors[known].mean(axis=0)
    model = LogisticRegression(C=10, max_iter=1000).fit(rows[:120_000], labels[:120_000])
    return model.score(rows[120_000:], labels[120_000:])


def neighbours(vectors, word):
    found = [key for key in vectors.index_to_key if key.startswith(word + "/")]
    return {key for key, _ in vectors.most_similar(found[0], topn=10)} if found else set()


def main():
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("data", type=pathlib.Path)
    arguments.add_argument("malmoi", type=pathlib.Path)
    arguments.add_argument("--tokens", type=pathlib.Path)
    arguments.add_argument("--epochs", type=int, default=5)
    arguments.add_argument("--threads", type=int, default=os.cpu_count())
    arguments.add_argument("--limit", type=int, help="train on so many reviews alone")
    arguments.add_argument("--subwords", nargs="*", default=[], help="measure these kinds as well")
    given = arguments.parse_args()
    malmoi = given.malmoi.resolve()
    sentences = tokens_of(given.data, malmoi, given.tokens)[: given.limit]
    train = list(table(given.data, "ratings_train.txt"))
    reviews = morphemes(malmoi, [row[1] for row in train])
    labels = np.array([int(row[2]) for row in train])
    runs = {"gensim": lambda: train_gensim(sentences, given.threads, given.epochs)}
    runs["malmoi"] = lambda: train_malmoi(malmoi, sentences, given.threads, given.epochs)
    for kind in given.subwords:
        more = ["--subwords", kind]
        runs[f"malmoi {kind}"] = lambda more=more: train_malmoi(
            malmoi, sentences, given.threads, given.epochs, more)
    speeds, vectors = {}, {}
    for name, run in runs.items():
        vectors[name], words, seconds, whole = run()
        speeds[name] = words / seconds
        print(
            f"{name:<18} {len(vectors[name]):>7} terms  {seconds:>7.1f} s  "
            f"{words / seconds:>10.0f} words/s  ({words / whole:.0f} with all else)  "
            f"accuracy {accuracy(vectors[name], reviews, labels):.4f}",
            flush=True,
        )
    both = [(neighbours(vectors["gensim"], word), neighbours(vectors["malmoi"], word)) for word in WORDS]
    shared = np.mean([len(one & other) / 10 for one, other in both])
    print(f"{speeds['malmoi'] / speeds['gensim']:.2f} × gensim's words a second; of 10 neighbours {shared:.0%} are the same")
    return speeds["malmoi"] < speeds["gensim"]


if __name__ == "__main__":
    sys.exit(main())
