"""Writes tfidf.json beside itself: what scikit-learn makes of the sample reviews.

    pip install scikit-learn==1.9.1
    python tests/golden/vectorize/make.py

Documents are the raw texts (markup and all) of corpora/reviews/en.tsv, then
ko.tsv. A case holds the settings in our names, the number of features, the
first and last terms, the sum of all values, and six whole rows.
"""

import json
import pathlib

import sklearn
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

ROOT = pathlib.Path(__file__).parents[3]

# name, settings of `analyze`, settings of `vectorize`; what is absent is the default
SETTINGS = [
    ("defaults", {}, {}),
    ("bigrams in two documents", {}, {"ngram_range": [1, 2], "min_df": 2}),
    ("shares of documents", {}, {"min_df": 0.01, "max_df": 0.2}),
    ("counts of documents, sublinear", {},
     {"ngram_range": [1, 3], "max_df": 40, "sublinear_tf": True}),
    ("most frequent features", {}, {"ngram_range": [1, 2], "max_features": 500}),
    ("idf not smoothed, norm l1", {}, {"smooth_idf": False, "norm": "l1"}),
    ("plain counts", {}, {"use_idf": False, "norm": "none"}),
    ("binary", {}, {"binary": True, "ngram_range": [2, 2]}),
    ("characters", {"analyzer": "char"}, {"ngram_range": [1, 4], "min_df": 2}),
    ("characters inside words", {"analyzer": "char_wb"},
     {"ngram_range": [1, 4], "min_df": 2, "sublinear_tf": True}),
    ("stop words", {"stop_words": ["en"]}, {"ngram_range": [1, 2]}),
    ("own token pattern, case kept",
     {"token_pattern": r"(?u)\b[^\W\d_]{3,}\b", "lowercase": False}, {"norm": "none"}),
]


def stop_words():
    lines = (ROOT / "dictionaries/stopwords/en.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def arguments(analyze, vectorize):
    """Our names to scikit-learn's."""
    known = {**analyze, **vectorize}
    if "ngram_range" in known:
        known["ngram_range"] = tuple(known["ngram_range"])
    if known.get("norm") == "none":
        known["norm"] = None
    if "stop_words" in known:
        known["stop_words"] = stop_words()
    return known


def without_ties(analyze, vectorize, texts):
    """Lowers `max_features` until the last feature kept beats the first one dropped."""
    wanted = vectorize.get("max_features")
    if wanted is None:
        return vectorize
    names = ("sublinear_tf", "use_idf", "smooth_idf", "norm", "max_features")
    counted = {k: v for k, v in arguments(analyze, vectorize).items() if k not in names}
    totals = CountVectorizer(**counted).fit_transform(texts).sum(axis=0).A1
    totals = sorted(totals.tolist(), reverse=True)
    while totals[wanted - 1] == totals[wanted]:
        wanted -= 1
    return {**vectorize, "max_features": wanted}


def reviews():
    for name in ["en", "ko"]:
        with open(ROOT / f"corpora/reviews/{name}.tsv", encoding="utf-8", newline="\n") as file:
            header = next(file).rstrip("\n").split("\t")
            for line in file:
                row = dict(zip(header, line.rstrip("\n").split("\t"), strict=True))
                yield row["id"], row["text"]


def digits(value):
    return float(f"{value:.9g}")


def case(name, analyze, vectorize, ids, texts, shown):
    vectorize = without_ties(analyze, vectorize, texts)
    model = TfidfVectorizer(**arguments(analyze, vectorize))
    matrix = model.fit_transform(texts)
    terms = model.get_feature_names_out().tolist()
    assert terms == sorted(terms)
    rows = {}
    for i in shown:
        row = matrix[i].sorted_indices()
        rows[ids[i]] = {terms[c]: digits(v) for c, v in zip(row.indices, row.data)}
    return {
        "name": name, "analyze": analyze, "vectorize": vectorize,
        "features": len(terms), "first": terms[:5], "last": terms[-5:],
        "nonzero": int(matrix.nnz), "sum": digits(matrix.sum()), "rows": rows,
    }


def main():
    ids, texts = zip(*reviews())
    half = len(texts) // 2
    # The shortest texts of each language keep the file small.
    by_length = sorted(range(len(texts)), key=lambda i: (len(texts[i]), i))
    shown = [i for i in by_length if i < half][:3] + [i for i in by_length if i >= half][:3]
    cases = [case(*setting, ids, texts, shown) for setting in SETTINGS]
    lines = ",\n".join(json.dumps(c, ensure_ascii=False, separators=(",", ":")) for c in cases)
    head = f'"scikit_learn": "{sklearn.__version__}", "documents": {len(texts)}'
    target = pathlib.Path(__file__).with_name("tfidf.json")
    target.write_text(f'{{{head}, "cases": [\n{lines}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
