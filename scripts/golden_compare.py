"""Writes tests/golden/search/compare.json: what scikit-learn says of pairs of texts.

    pip install scikit-learn==1.9.1
    python scripts/golden_compare.py

Of each pair the rows of TfidfVectorizer().fit_transform([left, right]), and their four
measures: cosine similarity, euclidean and manhattan distance of the weighted rows,
Jaccard similarity of the sets of terms.
"""

import json
import pathlib

import sklearn
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import pairwise_distances

TARGET = pathlib.Path(__file__).parents[1] / "tests/golden/search/compare.json"

PAIRS = [
    ("The plot is thin, but the cast is great.", "A great cast and a thin plot."),
    ("rain falls on the old town", "rain falls on the old town"),
    ("Rain, rain and RAIN again", "rain again"),
    ("one two three", "four five six"),
    ("Dogs chase cats; cats chase mice; mice chase nobody at all.",
     "Mice are chased by cats, and cats are chased by dogs."),
    ("the the the the the film", "film the"),
    ("It's 10 out of 10 for me, don't miss it", "10 out of 10? I don't think so"),
    ("a b c only", "only"),
    ("The café was naïve", "the CAFÉ was not naïve"),
    ("short", "a very long text that has the word short in it, and many other words besides, "
     "none of which the other text has, so that the two are far from being alike"),
]


def measured(pair):
    rows = TfidfVectorizer().fit_transform(pair)
    of = lambda metric, rows: float(pairwise_distances(rows, metric=metric)[0, 1])
    return {
        "texts": list(pair),
        "cosine": round(1.0 - of("cosine", rows), 12),
        "euclidean": round(of("euclidean", rows), 12),
        "manhattan": round(of("manhattan", rows), 12),
        "jaccard": round(1.0 - of("jaccard", rows.toarray() > 0), 12),
    }


def main():
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join(json.dumps(measured(pair), ensure_ascii=False) for pair in PAIRS)
    head = {"made_by": "python scripts/golden_compare.py", "scikit_learn": sklearn.__version__}
    head = json.dumps(head)[1:-1]
    TARGET.write_text(f'{{{head}, "pairs": [\n{lines}\n]}}\n', encoding="utf-8")


main()
