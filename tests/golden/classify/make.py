"""Writes metrics.json, calibration.json and softmax.json beside itself.

    pip install scikit-learn==1.9.1 scipy numpy
    python tests/golden/classify/make.py

Inputs are random with a fixed seed and rounded, so that the files hold them exactly.
"""

import json
import pathlib

import numpy as np
import sklearn
from scipy.optimize import minimize
from scipy.sparse import random as sparse_random
from sklearn import metrics
from sklearn.linear_model import LogisticRegression

HERE = pathlib.Path(__file__).parent
RANDOM = np.random.default_rng(7)


def write(name, cases):
    text = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    head = f'"scikit_learn": "{sklearn.__version__}", "numpy": "{np.__version__}"'
    (HERE / name).write_text(f'{{{head}, "cases": [\n{text}\n]}}\n', encoding="utf-8")


def score(name, truth, predicted, probabilities, labels):
    k = len(labels)
    ids = list(range(k))
    positive = None
    if k == 2:
        positive = labels.index("positive") if "positive" in labels else labels.index(max(labels))
    average = dict(labels=[positive], average="macro") if k == 2 else dict(labels=ids, average="macro")
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, predicted, zero_division=0, **average)
    if k == 2:
        came = (truth == positive).astype(int)
        given = probabilities[:, positive]
        auc = float(metrics.roc_auc_score(came, given)) if 0 < came.sum() < len(came) else None
        brier = metrics.brier_score_loss(came, given, pos_label=1)
    else:
        every = len(set(truth)) == k
        auc = float(metrics.roc_auc_score(truth, probabilities, multi_class="ovr", labels=ids)) if every else None
        brier = metrics.brier_score_loss(truth, probabilities, labels=ids)
    return {
        "name": name, "labels": labels, "truth": truth.tolist(), "predicted": predicted.tolist(),
        "probabilities": probabilities.ravel().tolist(),
        "expected": {
            "accuracy": metrics.accuracy_score(truth, predicted),
            "precision": precision, "recall": recall, "f1": f1, "roc_auc": auc,
            "log_loss": metrics.log_loss(truth, probabilities, labels=ids), "brier": brier,
            "confusion_matrix": metrics.confusion_matrix(truth, predicted, labels=ids).tolist(),
        },
    }


def forecast(n, k, digits, truth=None):
    """Random classes and probabilities; few digits make ties and certainties."""
    truth = RANDOM.integers(0, k, n) if truth is None else truth
    logits = RANDOM.normal(0, 2, (n, k)) + 2 * np.eye(k)[truth]
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    p = np.round(p, digits)
    p[:, -1] = np.round(1 - p[:, :-1].sum(axis=1), digits).clip(0, 1)
    if k > 2 or digits < 2:
        p = np.where(np.isclose(p.sum(axis=1, keepdims=True), 1), p, np.eye(k)[truth])
    return truth, p.argmax(axis=1), p


def metric_cases():
    two, three = ["negative", "positive"], ["negative", "neutral", "positive"]
    yield score("two labels", *forecast(60, 2, 6), two)
    yield score("two labels, tied", *forecast(80, 2, 1), two)
    yield score("positive label first", *forecast(40, 2, 3), ["positive", "sad"])
    yield score("last label in byte order", *forecast(40, 2, 3), ["spam", "ham"])
    yield score("three labels", *forecast(60, 3, 6), three)
    yield score("three labels, tied", *forecast(60, 3, 1), three)
    yield score("one label alone in the truth", *forecast(20, 2, 3, np.ones(20, int)), two)
    yield score("a label without documents", *forecast(30, 3, 3, RANDOM.integers(0, 2, 30)), three)
    truth, _, p = forecast(30, 2, 3)
    yield score("a label nobody predicted", truth, np.zeros(30, int), p, two)
    truth, _, p = forecast(30, 3, 3)
    yield score("two of three labels predicted", truth, p[:, :2].argmax(axis=1), p, three)
    certain = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    yield score("certain and wrong", np.array([0, 1, 0, 1]), certain.argmax(axis=1), certain, two)


def calibration_cases():
    for name, n, scale, shift in [
        ("overlapping", 80, 1.0, 0.0), ("separable", 30, 0.0, 0.0),
        ("large scores", 50, 1000.0, 300.0), ("unbalanced", 90, 2.0, -3.0),
    ]:
        positive = RANDOM.random(n) < (0.1 if name == "unbalanced" else 0.5)
        noise = RANDOM.normal(0, max(scale, 0.3), n).clip(-0.9 if scale == 0 else None, 0.9 if scale == 0 else None)
        scores = np.round(np.where(positive, 1, -1) * max(scale, 1.0) + noise + shift, 4)
        hits, misses = positive.sum(), (~positive).sum()
        target = np.where(positive, (hits + 1) / (hits + 2), 1 / (misses + 2))
        size = np.abs(scores).max()

        def loss(ab):
            x = ab[0] * scores / size + ab[1]
            value = np.where(x >= 0, target * x + np.log1p(np.exp(-np.abs(x))),
                             (target - 1) * x + np.log1p(np.exp(-np.abs(x)))).sum()
            residual = target - 1 / (1 + np.exp(x))
            return value, np.array([(residual * scores / size).sum(), residual.sum()])

        best = minimize(loss, [0.0, np.log((misses + 1) / (hits + 1))], jac=True, method="BFGS",
                        options={"gtol": 1e-11})
        yield {"name": name, "scores": scores.tolist(), "positive": positive.tolist(),
               "slope": best.x[0] / size, "offset": best.x[1]}


def softmax_cases():
    for name, n, columns, k, c in [("three classes", 40, 12, 3, 1.0), ("four classes", 60, 15, 4, 10.0),
                                   ("weak", 50, 10, 3, 0.05)]:
        x = sparse_random(n, columns, 0.4, format="csr", random_state=RANDOM)
        x.data = np.round(x.data, 3)
        x.eliminate_zeros()
        x.sort_indices()
        truth = (np.arange(n) + (x.toarray()[:, :k].argmax(axis=1))) % k
        truth[::3] = x.toarray()[::3, :k].argmax(axis=1)
        truth[:k] = range(k)
        model = LogisticRegression(C=c, tol=1e-10, max_iter=100000).fit(x.astype(np.float64), truth)
        yield {"name": name, "c": c, "classes": k, "columns": columns, "truth": truth.tolist(),
               "row_ends": x.indptr.tolist(), "indices": x.indices.tolist(), "values": x.data.tolist(),
               "coefficients": np.round(model.coef_, 9).tolist(),
               "intercepts": np.round(model.intercept_, 9).tolist(),
               "probabilities": np.round(model.predict_proba(x), 9).ravel().tolist()}


write("metrics.json", metric_cases())
write("calibration.json", calibration_cases())
write("softmax.json", softmax_cases())
