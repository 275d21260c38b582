"""Writes reduce_sample.json: what scikit-learn makes of a small table.

python3 -m venv venv && venv/bin/pip install scikit-learn==1.9.1
venv/bin/python tests/golden/learn/reduce.py
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from scipy.sparse import csr_matrix
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

draw = np.random.default_rng(7)
classes = np.arange(36) % 3
table = draw.integers(0, 5, (36, 6)) * (draw.random((36, 6)) < 0.7)
table[:, 0] += classes * 2
table[:, 3] += (classes == 1) * 3
table = table.astype(float)


def rounded(numbers):
    return np.round(np.asarray(numbers), 9).tolist()


svd = TruncatedSVD(4, algorithm="arpack", tol=0)
svd_rows = svd.fit_transform(csr_matrix(table))
pca = PCA(6, svd_solver="full").fit(table)


def lda(**settings):
    model = LinearDiscriminantAnalysis(**settings).fit(table, classes)
    rows = model.transform(table)
    return {
        "explained_variance_ratio": rounded(model.explained_variance_ratio_[:2]),
        "rows": rounded(rows - rows.mean(axis=0)),
    }


expected = {
    "scikit_learn": sklearn.__version__,
    "table": table.astype(int).tolist(),
    "classes": classes.tolist(),
    "svd": {
        "singular_values": rounded(svd.singular_values_),
        "explained_variance_ratio": rounded(svd.explained_variance_ratio_),
        "rows": rounded(svd_rows),
    },
    "pca": {
        "explained_variance": rounded(pca.explained_variance_),
        "explained_variance_ratio": rounded(pca.explained_variance_ratio_),
        "rows": rounded(pca.transform(table)),
    },
    "lda": lda(solver="svd"),
    "lda_shrunk": lda(solver="eigen", shrinkage=0.3),
}
target = Path(__file__).with_name("reduce_sample.json")
target.write_text(json.dumps(expected, separators=(",", ":")) + "\n")
