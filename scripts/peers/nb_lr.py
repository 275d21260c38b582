#!/usr/bin/env python3
"""Logistic regression on naive-Bayes ratios (Wang & Manning 2012) in scikit-learn.

Words and punctuation, n-grams of one to three words found in at least two reviews,
present or absent. Prints one JSON line.

    pip install scikit-learn
    python scripts/peers/nb_lr.py aclImdb_v1.tar.gz
"""

import json
import re
import sys

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from reviews import read

TAG = re.compile(r"<[^>]*>")
TOKEN = re.compile(r"\w+(?:'\w+)*|[.,!?;:\"()*/$%]")


def tokens(review: str) -> list[str]:
    return TOKEN.findall(TAG.sub(" ", review).lower())


def ngrams(words: list[str]) -> list[str]:
    longer = [" ".join(words[i : i + n]) for n in (2, 3) for i in range(len(words) - n + 1)]
    return words + longer


def ratios(rows, labels: np.ndarray) -> np.ndarray:
    """How much more often a term is found in positive reviews, as a logarithm."""
    share = lambda wanted: np.asarray(rows[labels == wanted].sum(axis=0)).ravel() + 1.0
    positive, negative = share(1), share(0)
    return np.log(positive / positive.sum()) - np.log(negative / negative.sum())


parts = read(sys.argv[1])
(train, labels), (test, truth) = parts["train"], parts["test"]
vectorizer = CountVectorizer(
    analyzer=lambda review: ngrams(tokens(review)), binary=True, min_df=2, dtype=np.float32
)
rows = vectorizer.fit_transform(train)
weights = ratios(rows, np.array(labels))
weigh = lambda matrix: matrix.multiply(weights).tocsr().astype(np.float32)
model = LogisticRegression(solver="liblinear", dual=True, C=0.1, max_iter=100)
model.fit(weigh(rows), labels)
accuracy = model.score(weigh(vectorizer.transform(test)), truth)
print(json.dumps({"accuracy": accuracy, "features": rows.shape[1]}))
