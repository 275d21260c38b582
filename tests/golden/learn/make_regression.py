"""Writes regression.json beside itself: what scikit-learn and scipy say of small tables.

    pip install scikit-learn==1.9.1 scipy numpy
    python tests/golden/learn/make_regression.py

Inputs are random with a fixed seed and rounded, so that the file holds them exactly.
"""

import json
import pathlib

import numpy as np
import scipy
import sklearn
from scipy.stats import spearmanr
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(11)


def table(rows, columns):
    return np.round(RANDOM.normal(0, 1, (rows, columns)) * RANDOM.uniform(0.5, 4, columns) + 1, 3)


def rounded(numbers):
    return np.round(np.asarray(numbers, dtype=float), 9).ravel().tolist()


def classes(x, count):
    """Classes that overlap: without a penalty too there is one optimum."""
    scores = x @ RANDOM.normal(0, 1, (x.shape[1], count)) + RANDOM.gumbel(0, 3, (len(x), count))
    return scores.argmax(axis=1)


def class_cases():
    for name, rows, columns, count, c in [
        ("two classes", 60, 3, 2, 1.0), ("two classes, weak", 50, 4, 2, 0.02),
        ("two classes, no penalty", 120, 2, 2, np.inf), ("three classes", 60, 3, 3, 1.0),
        ("four classes, strong", 80, 2, 4, 30.0),
    ]:
        x = table(rows, columns)
        y = classes(x, count)
        y[:count] = range(count)
        model = LogisticRegression(C=c, tol=1e-12, max_iter=100000).fit(x, y)
        yield {"name": name, "columns": columns, "count": count, "c": None if np.isinf(c) else c,
               "values": x.ravel().tolist(), "classes": y.tolist(), "weights": rounded(model.coef_),
               "intercepts": rounded(model.intercept_),
               "probabilities": rounded(model.predict_proba(x))}


def linear_cases():
    for name, rows, columns, alpha in [("plain", 30, 4, 0.0), ("ridge", 30, 4, 2.5), ("wide", 8, 12, 0.7)]:
        x = table(rows, columns)
        y = np.round(x @ RANDOM.normal(0, 1, columns) + RANDOM.normal(0, 1, rows) + 5, 3)
        model = (Ridge(alpha=alpha) if alpha else LinearRegression()).fit(x, y)
        predicted = model.predict(x)
        # Equal numbers, so that ranks are shared.
        coarse = np.round(predicted)
        yield {"name": name, "columns": columns, "alpha": alpha, "values": x.ravel().tolist(),
               "target": y.tolist(), "weights": rounded(model.coef_),
               "intercept": float(np.round(model.intercept_, 9)), "coarse": coarse.tolist(),
               "rmse": root_mean_squared_error(y, coarse), "mae": mean_absolute_error(y, coarse),
               "r2": r2_score(y, coarse), "spearman": float(spearmanr(y, coarse).statistic)}


def write(name, cases):
    return f'"{name}": [\n' + ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases) + "\n]"


head = f'"scikit_learn": "{sklearn.__version__}", "scipy": "{scipy.__version__}"'
text = f'{{{head},\n{write("classes", class_cases())},\n{write("linear", linear_cases())}}}\n'
(HERE / "regression.json").write_text(text, encoding="utf-8")
