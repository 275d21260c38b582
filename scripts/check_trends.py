#!/usr/bin/env python3
"""Values that the tests of src/trends/ are held against, from scipy and statsmodels.

    pip install scipy statsmodels && python3 scripts/check_trends.py

Prints each table as it stands in the tests; a difference is a finding.
"""

import numpy as np
from scipy.stats import false_discovery_control, norm
from statsmodels.stats.proportion import proportion_confint, proportions_ztest


def table(name, rows):
    print(f"// {name}")
    for row in rows:
        print("(" + ", ".join(repr(float(v)) if isinstance(v, float) else repr(v) for v in row) + "),")


def wilson():
    for k, n in [(0, 1), (1, 1), (5, 10), (0, 30), (123, 4567), (999_999, 1_000_000)]:
        low, high = proportion_confint(k, n, alpha=0.05, method="wilson")
        yield k, n, max(float(low), 0.0), min(float(high), 1.0)


def tails():
    for z in [0.0, 0.5, 1.0, 1.959963984540054, 2.5, 3.0, 5.0, 8.0, 20.0, 37.0]:
        yield z, float(2 * norm.sf(z))


def moves():
    for k1, n1, k2, n2 in [(50, 100, 70, 100), (15, 30, 16, 31), (0, 40, 9, 60), (300, 1000, 250, 1000)]:
        z, p = proportions_ztest([k2, k1], [n2, n1])
        yield k1, n1, k2, n2, float(z), float(p)


P = [0.01, 0.04, 0.03, 0.5, 0.02, 1.0, 0.03]


def log_odds(rows, prior=500.0):
    y1, y2, b = (np.array(column, float) for column in zip(*rows))
    a = prior * b / b.sum()
    n1, n2 = y1.sum(), y2.sum()
    change = np.log((y2 + a) / (n2 + prior - y2 - a)) - np.log((y1 + a) / (n1 + prior - y1 - a))
    z = change / np.sqrt(1 / (y1 + a) + 1 / (y2 + a))
    return [(*row, float(c), float(s)) for row, c, s in zip(rows, change, z)]


def stability(expected, actual):
    e, a = (np.maximum(np.array(x, float), 0.5) / sum(x) for x in (expected, actual))
    return float(((a - e) * np.log(a / e)).sum())


if __name__ == "__main__":
    table("wilson: part, all, low, high", wilson())
    table("two-sided tails: z, p", tails())
    table("moves: before, after, z, p", moves())
    table("false discovery", zip(P, map(float, false_discovery_control(P))))
    table("log-odds: before, after, background, change, z",
          log_odds([(10, 40, 70), (200, 180, 500), (0, 6, 6), (3, 0, 9)]))
    table("stability", [(stability([10, 20, 30, 40], [40, 30, 20, 10]),),
                        (stability([50, 50, 0], [10, 80, 10]),)])
