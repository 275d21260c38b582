"""Compares `malmoi vectors export` with scikit-learn on 1,000 film reviews.

    pip install scikit-learn==1.9.1
    python scripts/compare_tfidf.py DATA MALMOI

DATA holds aclImdb/ unpacked, aclImdb_mini.tar.gz or aclImdb_v1.tar.gz; MALMOI
is the binary. The reviews are the first 500 by number of train/pos and of
train/neg. Columns must be scikit-learn's, in its order, and every value equal
to 1e-6 of it. Exit code 1 when a setting differs.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tarfile
import tempfile

import numpy as np
from scipy.sparse import load_npz
from sklearn.feature_extraction.text import TfidfVectorizer

ROOT = pathlib.Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests/golden/vectorize"))
sys.dont_write_bytecode = True
from make import SETTINGS, arguments, without_ties  # noqa: E402

PER_LABEL = 500
TOLERANCE = 1e-6


def unpacked(data):
    """(name, bytes) of every labelled training review."""
    for label in ["pos", "neg"]:
        for path in (data / "aclImdb/train" / label).glob("*.txt"):
            yield f"{label}/{path.name}", path.read_bytes()


def packed(archive):
    with tarfile.open(archive) as tar:
        for member in tar:
            parts = pathlib.PurePosixPath(member.name).parts
            if member.isfile() and parts[-3:-1] in [("train", "pos"), ("train", "neg")]:
                yield "/".join(parts[-2:]), tar.extractfile(member).read()


def reviews(data):
    if (data / "aclImdb").is_dir():
        found = unpacked(data)
    else:
        names = ["aclImdb_mini.tar.gz", "aclImdb_v1.tar.gz"]
        archives = [data / name for name in names if (data / name).is_file()]
        if not archives:
            sys.exit(f"error: no aclImdb/, {' or '.join(names)} in {data}")
        found = packed(archives[0])
    by_label = {"neg": [], "pos": []}
    for name, text in found:
        label, file = name.split("/")
        number = int(file.split("_")[0])
        # One line a review; neither side takes these characters for part of a word.
        clean = " ".join(text.decode("utf-8").replace("\t", " ").splitlines())
        by_label[label].append((number, f"{label}-{number}", label, clean))
    for label, rows in by_label.items():
        if len(rows) < PER_LABEL:
            sys.exit(f"error: {len(rows)} reviews of `{label}`, but {PER_LABEL} are needed")
        yield from (row[1:] for row in sorted(rows)[:PER_LABEL])


def write_table(path, rows):
    # All belong to `train`: the vocabulary is learned from every document.
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("id\tlabel\tsplit\ttext\n")
        file.writelines(f"{id}\t{label}\ttrain\t{text}\n" for id, label, text in rows)


def table(name, settings):
    """A TOML table; JSON's scalars and lists of scalars are TOML too."""
    lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in settings.items()]
    return "\n".join([f"[pipeline.compare.{name}]", *lines, ""])


def write_pipeline(path, reviews_path, analyze, vectorize):
    columns = {"id": "id", "label": "label", "split": "split", "text": "text"}
    path.write_text("\n".join([
        'version = 1\ndefault = "compare"',
        table("source", {"kind": "tsv", "path": str(reviews_path), "quoting": False}),
        table("source.columns", columns),
        table("clean", {"html": "none"}),
        table("analyze", analyze),
        table("vectorize", vectorize),
    ]), encoding="utf-8")


def export(malmoi, folder, pipeline):
    target = folder / "rows.npz"
    common = [malmoi, "--config", pipeline, "--state", folder / "state"]
    for action in [["run"], ["vectors", "export", "--split", "all", "--output", target]]:
        command = [*common, *action]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if done.returncode != 0:
            shown = " ".join(map(str, command))
            sys.exit(f"error: exit code {done.returncode} of {shown}\n{done.stderr}")
    return load_npz(target), lines(folder / "rows.vocabulary.txt"), lines(folder / "rows.ids.txt")


def lines(path):
    text = path.read_bytes().decode("utf-8")
    return [unescaped(line) for line in text.removesuffix("\n").split("\n")] if text else []


def unescaped(line):
    meanings = {"n": "\n", "r": "\r", "\\": "\\"}
    letters = iter(line)
    return "".join(meanings[next(letters)] if letter == "\\" else letter for letter in letters)


def largest_gap(ours, theirs):
    """The largest difference as a share of their value; infinite where they have none."""
    ours, theirs = ours.astype(np.float64), theirs.astype(np.float64)
    gap = abs(ours - theirs).tocoo()
    if gap.nnz == 0:
        return 0.0
    expected = abs(np.asarray(theirs.tocsr()[gap.row, gap.col]).ravel())
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(gap.data == 0, 0.0, gap.data / expected)
    return float(shares.max())


def verdict(ours, our_terms, our_ids, theirs, terms, ids):
    if sorted(our_ids) != sorted(ids):
        return f"{len(our_ids)} ids differ from {len(ids)}", None
    if our_terms != terms:
        mine, other = set(our_terms), set(terms)
        if mine == other:
            return "columns in another order", None
        examples = sorted(mine ^ other)[:3]
        return f"{len(mine - other)} terms more, {len(other - mine)} fewer: {examples}", None
    place = {id: row for row, id in enumerate(our_ids)}
    gap = largest_gap(ours[[place[id] for id in ids]], theirs)
    return ("equal" if gap <= TOLERANCE else "values differ"), gap


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("malmoi", type=pathlib.Path)
    given = parser.parse_args()
    rows = list(reviews(given.data))
    ids, texts = [row[0] for row in rows], [row[2] for row in rows]
    failed = 0
    print(f"{'setting':<34} {'features':>9} {'values':>9} {'largest gap':>12}  result")
    for name, analyze, vectorize in SETTINGS:
        vectorize = without_ties(analyze, vectorize, texts)
        model = TfidfVectorizer(**arguments(analyze, vectorize))
        theirs = model.fit_transform(texts)
        terms = model.get_feature_names_out().tolist()
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            write_table(folder / "reviews.tsv", rows)
            pipeline = folder / "pipeline.toml"
            write_pipeline(pipeline, folder / "reviews.tsv", analyze, vectorize)
            exported = export(given.malmoi.resolve(), folder, pipeline)
        result, gap = verdict(*exported, theirs, terms, ids)
        failed += result != "equal"
        shown = "" if gap is None else f"{gap:.1e}"
        print(f"{name:<34} {len(terms):>9} {theirs.nnz:>9} {shown:>12}  {result}", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
