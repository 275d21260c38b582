#!/usr/bin/env python3
"""The recipe of most IMDB notebooks, done right, in scikit-learn.

Markup out by BeautifulSoup, letters alone, lower case, stop words out, TF-IDF of single
words, logistic regression. `malmoi run imdb-classic` is the same. Prints one JSON line.

    pip install scikit-learn beautifulsoup4 lxml
    python scripts/peers/notebook.py aclImdb_v1.tar.gz
"""

import json
import pathlib
import re
import sys
import warnings

from bs4 import BeautifulSoup
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from reviews import read

warnings.filterwarnings("ignore", module="bs4")
LIST = pathlib.Path(__file__).resolve().parents[2] / "dictionaries/stopwords/en.txt"
STOP_WORDS = {line for line in LIST.read_text().splitlines() if line and line[0] != "#"}
OTHERS = re.compile("[^a-zA-Z]")


def clean(review: str) -> str:
    text = BeautifulSoup(review, "lxml").get_text()
    words = OTHERS.sub(" ", text).lower().split()
    return " ".join(word for word in words if word not in STOP_WORDS)


parts = read(sys.argv[1])
(train, labels), (test, truth) = parts["train"], parts["test"]
vectorizer = TfidfVectorizer()
rows = vectorizer.fit_transform([clean(review) for review in train])
model = LogisticRegression(max_iter=1000).fit(rows, labels)
accuracy = model.score(vectorizer.transform([clean(review) for review in test]), truth)
print(json.dumps({"accuracy": accuracy, "features": rows.shape[1]}))
