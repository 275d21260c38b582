#!/usr/bin/env python3
"""Times malmoi's truncated SVD beside scikit-learn's, on the same sparse rows.

    python3 -m venv venv && venv/bin/pip install numpy scipy scikit-learn
    cargo build --release --example truncated_svd
    venv/bin/python scripts/compare_svd.py --imdb aclImdb_v1.tar.gz     # 50,000 x 100,000
    venv/bin/python scripts/compare_svd.py --rows rows.npz              # of `malmoi vectors export`

Both take turns, each with its default threads; medians are printed. scikit-learn gets the rows
in single precision, as malmoi has them, and once in double precision, which is its default.
`--exact ROWS` compares singular values with ARPACK's on the first ROWS rows instead.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy
import scipy.sparse as sparse
import sklearn
from sklearn.decomposition import TruncatedSVD

PROGRAM = "target/release/examples/truncated_svd"


def imdb(archive, terms):
    """TF-IDF of all 50,000 labelled reviews, the most frequent terms alone."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    of_review = re.compile(r"aclImdb/(train|test)/(neg|pos)/[0-9_]+\.txt$")
    texts = []
    with tarfile.open(archive) as files:
        for member in files:
            if of_review.match(member.name):
                texts.append(files.extractfile(member).read().decode("utf-8"))
    rows = TfidfVectorizer(max_features=terms, token_pattern=r"(?u)\b\w+\b").fit_transform(texts)
    return rows.astype(np.float32)


def ours(path, dimensions, rounds, seed=0):
    program = os.environ.get("MALMOI_SVD", PROGRAM)
    done = subprocess.run(
        [program, str(path), str(dimensions), str(rounds), str(seed)],
        check=True, capture_output=True, text=True,
    )
    return json.loads(done.stdout)


def theirs(rows, dimensions, rounds, seed=0):
    svd = TruncatedSVD(dimensions, n_iter=rounds, random_state=seed)
    wall, cpu = time.perf_counter(), time.process_time()
    svd.fit(rows)
    return {
        "seconds": time.perf_counter() - wall,
        "cpu_seconds": time.process_time() - cpu,
        "explained": float(svd.explained_variance_ratio_.sum()),
        "singular_values": svd.singular_values_.tolist(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--imdb", type=Path, help="aclImdb_v1.tar.gz")
    what.add_argument("--rows", type=Path, help="a matrix of scipy.sparse.save_npz")
    parser.add_argument("--terms", type=int, default=100_000)
    parser.add_argument("--dimensions", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=5, help="n_iter of both")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--exact", type=int, metavar="ROWS")
    arguments = parser.parse_args()
    if arguments.imdb:
        rows = imdb(arguments.imdb, arguments.terms)
    else:
        rows = sparse.csr_matrix(sparse.load_npz(arguments.rows))
    if arguments.exact:
        rows = rows[: arguments.exact]
    print(f"{rows.shape[0]} x {rows.shape[1]}, {rows.nnz} values; {os.cpu_count()} cores; "
          f"scikit-learn {sklearn.__version__}, scipy {scipy.__version__}, numpy {np.__version__}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.npz"
        sparse.save_npz(path, rows, compressed=False)
        if arguments.exact:
            return exact(path, rows, arguments)
        return times(path, rows, arguments)


def times(path, rows, arguments):
    runs = {"malmoi": [], "scikit-learn, float32": [], "scikit-learn, float64": []}
    double = rows.astype(np.float64)
    for _ in range(arguments.pairs):
        given = (arguments.dimensions, arguments.rounds)
        runs["malmoi"].append(ours(path, *given))
        runs["scikit-learn, float32"].append(theirs(rows, *given))
        runs["scikit-learn, float64"].append(theirs(double, *given))
    print(f"{'':24}{'wall s':>9}{'CPU s':>9}{'variance':>11}")
    for name, of in runs.items():
        wall, cpu, explained = (
            statistics.median(run[key] for run in of) for key in ("seconds", "cpu_seconds", "explained")
        )
        print(f"{name:24}{wall:9.2f}{cpu:9.2f}{explained:11.5f}")


def exact(path, rows, arguments):
    from scipy.sparse.linalg import svds

    double = rows.astype(np.float64)
    values = svds(double, arguments.dimensions, return_singular_vectors=False, random_state=0)
    values = np.sort(values)[::-1]
    for name, of in (
        ("malmoi", ours(path, arguments.dimensions, arguments.rounds)),
        ("scikit-learn", theirs(rows, arguments.dimensions, arguments.rounds)),
    ):
        off = np.abs(np.array(of["singular_values"]) / values - 1)
        counts = sorted({n for n in (10, 50, len(off)) if n <= len(off)})
        parts = ", ".join(f"first {n}: {off[:n].max():.1e}" for n in counts)
        print(f"{name:14}furthest from ARPACK's singular values, relative: {parts}")


if __name__ == "__main__":
    main()
