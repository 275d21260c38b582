#!/usr/bin/env python3
"""Compares `malmoi search` with brute force in scikit-learn, rank for rank.

Builds the index of `imdb-search` from the archive of IMDB reviews, and the rows of the
same 100,000 reviews with TfidfVectorizer(sublinear_tf=True). Asks both for the nearest
documents of short queries (two to five words that stand together in a review) and long
ones (whole reviews), by all four measures. Scores have to be equal to 1e-5; documents
whose scores are equal may stand in any order. Queries are drawn with a fixed seed.

Needs `pip install numpy scipy scikit-learn`, and `cargo build --release` before.

    python scripts/compare_search.py aclImdb_v1.tar.gz
    python scripts/compare_search.py aclImdb_v1.tar.gz --queries 50 --measures manhattan
"""

import argparse
import json
import pathlib
import random
import subprocess
import sys
import tarfile
import tempfile

import numpy as np
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer
from sklearn.metrics.pairwise import euclidean_distances, manhattan_distances

TOP = 10
NEAR = 1e-5


def main():
    options = arguments()
    ids, texts = reviews(options.archive)
    vectorizer = TfidfVectorizer(sublinear_tf=True)
    rows = vectorizer.fit_transform(texts).tocsr()
    print(f"{rows.shape[0]} reviews, {rows.shape[1]} terms, {rows.nnz} values in scikit-learn's rows")
    with tempfile.TemporaryDirectory() as folder:
        state = options.state or folder
        run(options, state, ["run", "imdb-search", "--set", f"source.path={options.archive}"])
        wrong = 0
        for kind, queries in sorted(drawn(texts, options.queries).items()):
            path = pathlib.Path(folder) / f"{kind}.txt"
            path.write_text("\n".join(queries) + "\n")
            for measure in options.measures:
                count = min(len(queries), options.manhattan) if measure == "manhattan" else len(queries)
                answers = ask(options, state, path, measure)[:count]
                bad = check(rows, vectorizer.transform(queries[:count]), measure, answers, ids)
                print(f"{kind:5} {measure:10} {count - bad} of {count} queries have the same answers")
                wrong += bad
    sys.exit(1 if wrong else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("archive", help="aclImdb_v1.tar.gz")
    parser.add_argument("--malmoi", default="target/release/malmoi")
    parser.add_argument("--state", help="keep the index here, and use the one that is there")
    parser.add_argument("--queries", type=int, default=1000, help="short ones, and as many long ones")
    parser.add_argument("--manhattan", type=int, default=100, help="scikit-learn takes 0.1 s for each")
    parser.add_argument("--measures", nargs="+", default=["cosine", "euclidean", "manhattan", "jaccard"])
    return parser.parse_args()


def reviews(archive):
    """Ids and texts in the order of ids, which is the order of equal answers."""
    found = {}
    with tarfile.open(archive) as files:
        for file in files:
            parts = file.name.split("/")
            if len(parts) == 4 and parts[2] in ("pos", "neg", "unsup") and parts[3].endswith(".txt"):
                text = files.extractfile(file).read().decode("utf-8")
                found["/".join(parts[1:])[: -len(".txt")]] = text
    ids = sorted(found)
    return ids, [found[one] for one in ids]


def drawn(texts, count):
    """Queries of both kinds; those of one line alone, since a batch has one a line."""
    dice = random.Random(11)
    words = TfidfVectorizer().build_analyzer()
    long = [" ".join(dice.choice(texts).split()) for _ in range(count)]
    short = []
    while len(short) < count:
        tokens, length = words(dice.choice(texts)), dice.randint(2, 5)
        start = dice.randrange(max(1, len(tokens) - length))
        query = tokens[start : start + length]
        if len(query) == length and not {query[0], query[-1]} & ENGLISH_STOP_WORDS:
            short.append(" ".join(query))
    return {"short": short, "long": long}


def run(options, state, command):
    command = [options.malmoi, "--state", state, "--quiet"] + command
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def ask(options, state, path, measure):
    command = ["search", "imdb-search", "--queries", str(path), "--top", str(TOP), "--measure", measure]
    return [json.loads(line)["hits"] for line in run(options, state, command + ["--json"]).splitlines()]


def check(rows, queries, measure, answers, ids):
    """How many answers differ."""
    places = {one: place for place, one in enumerate(ids)}
    presence = (rows > 0).astype(np.float32)
    sizes = np.diff(rows.indptr)
    bad = 0
    for place, hits in enumerate(answers):
        query = queries[place]
        scores = scores_of(rows, presence, sizes, query, measure)
        sign = 1 if measure in ("euclidean", "manhattan") else -1
        best = np.sort(sign * scores)[:TOP] * sign
        if sign < 0:
            best = best[best > 0]
        same = len({hit["id"] for hit in hits}) == len(hits) == len(best) and all(
            abs(hit["score"] - wanted) < NEAR and abs(hit["score"] - scores[places[hit["id"]]]) < NEAR
            for hit, wanted in zip(hits, best)
        )
        if not same:
            bad += 1
            if bad <= 3:
                print("  ours  ", [(hit["id"], round(hit["score"], 6)) for hit in hits])
                print("  theirs", [round(float(one), 6) for one in best])
    return bad


def scores_of(rows, presence, sizes, query, measure):
    if measure == "cosine":
        return (rows @ query.T).toarray().ravel()
    if measure == "euclidean":
        return euclidean_distances(query, rows).ravel()
    if measure == "manhattan":
        return manhattan_distances(query, rows).ravel()
    common = (presence @ (query > 0).astype(np.float32).T).toarray().ravel()
    union = sizes + query.nnz - common
    return np.divide(common, union, out=np.zeros(len(sizes)), where=union > 0)


if __name__ == "__main__":
    main()
