"""Compares `malmoi learn linear` with scikit-learn's Ridge on the same rows of IMDB.

    pip install scikit-learn==1.9.1
    python scripts/compare_ridge.py ARCHIVE MALMOI [--alpha 1.0] [--pipeline imdb]

ARCHIVE is aclImdb_v1.tar.gz, MALMOI the binary. Malmoi exports the TF-IDF rows of the
pipeline's settings; Ridge learns from those of the training part and predicts the others.
Exit code 1 unless Malmoi's error on the test part is at most Ridge's.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy as np
from scipy.sparse import load_npz
from scipy.stats import spearmanr
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error, r2_score

ROOT = pathlib.Path(__file__).parents[1]


def run(given, state, *arguments):
    command = [given.malmoi.resolve(), "--config", ROOT / "pipeline.toml", "--state", state, "--quiet", *arguments]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"error: exit code {done.returncode} of {' '.join(map(str, command))}\n{done.stderr}")
    return done.stdout, time.perf_counter() - began


def measures(truth, predicted):
    error = predicted - truth
    return {
        "rmse": float(np.sqrt(np.mean(error**2))), "mae": float(mean_absolute_error(truth, predicted)),
        "r2": float(r2_score(truth, predicted)), "spearman": float(spearmanr(truth, predicted).statistic),
    }


def show(name, found, seconds):
    numbers = "  ".join(f"{found[key]:9.4f}" for key in ["rmse", "mae", "r2", "spearman"])
    print(f"{name:<34} {numbers}  {seconds:8.1f}")


def ratings(path):
    """The rating is in the name of the file: train/pos/0_9."""
    with open(path, encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return np.array([float(row["id"].rsplit("_", 1)[1].removesuffix(".txt")) for row in rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("archive", type=pathlib.Path)
    parser.add_argument("malmoi", type=pathlib.Path)
    parser.add_argument("--alpha", default="1.0")
    parser.add_argument("--pipeline", default="imdb")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = ["--set", f"source.path={given.archive.resolve()}"]
        learn = [given.pipeline, *source, "--alpha", given.alpha, "--json"]
        ours, our_seconds = run(given, folder / "state", "learn", "linear", *learn)
        ours = json.loads(ours)
        tfidf = ["--set", "vectorize.weighting=tfidf", "--set", "classify.max_iter=1"]
        run(given, folder / "state", "run", given.pipeline, *source, *tfidf)
        rows = {}
        for part in ["train", "test"]:
            target = folder / f"{part}.npz"
            run(given, folder / "state", "vectors", "export", given.pipeline, "--split", part, "--output", target)
            rows[part] = load_npz(target).astype(np.float64), ratings(folder / f"{part}.documents.tsv")
    (train, train_truth), (test, truth) = rows["train"], rows["test"]
    if train.shape[1] != ours["features"]:
        sys.exit(f"error: {train.shape[1]} columns were exported, but {ours['features']} learned from")
    began = time.perf_counter()
    model = Ridge(alpha=ours["alpha"], solver="sparse_cg", tol=1e-6).fit(train, train_truth)
    seconds = time.perf_counter() - began
    predicted = model.predict(test)
    print(f"{train.shape[0]} + {test.shape[0]} documents, {train.shape[1]} features, alpha = {ours['alpha']}")
    print(f"{'':<34} {'RMSE':>9}  {'MAE':>9}  {'R2':>9}  {'Spearman':>9}  {'seconds':>8}")
    theirs = measures(truth, predicted)
    show("scikit-learn Ridge (fit alone)", theirs, seconds)
    show("the same, clipped", measures(truth, np.clip(predicted, train_truth.min(), train_truth.max())), seconds)
    show("malmoi, as predicted (all of it)", ours["test"], our_seconds)
    show("malmoi, clipped", ours["clipped"], our_seconds)
    show("the mean for all", ours["baseline"] | {"r2": ours["baseline"]["r2"], "spearman": float("nan")}, 0)
    sys.exit(0 if ours["clipped"]["rmse"] <= theirs["rmse"] else 1)


if __name__ == "__main__":
    main()
