#!/usr/bin/env python3
"""Checks what `malmoi run --json` prints: one JSON object with the promised keys.

    malmoi run sample-ko --json | python3 scripts/check_run.py
"""

import json
import sys

KEYS = {"pipeline", "stages", "metrics", "seconds", "peak_rss_bytes", "skipped"}
STAGES = ["source", "clean", "analyze", "vectorize", "classify", "evaluate"]
STAGE_KEYS = {"stage", "status", "seconds", "documents"}
METRICS = {
    "accuracy", "precision", "recall", "f1", "roc_auc", "log_loss", "brier", "calibration_error",
    "labels", "support", "confusion_matrix", "documents", "unseen", "split", "train_documents",
    "features",
}


def main() -> None:
    outcome = json.loads(sys.stdin.read())  # a second value is an error
    need(isinstance(outcome, dict), "the output is no JSON object")
    need(KEYS <= outcome.keys(), f"keys are missing: {sorted(KEYS - outcome.keys())}")
    stages = outcome["stages"]
    need([stage["stage"] for stage in stages] == STAGES, "the stages are not those of a run")
    need(all(STAGE_KEYS <= stage.keys() for stage in stages), "a stage lacks keys")
    metrics = outcome["metrics"]
    need(METRICS <= metrics.keys(), f"metrics are missing: {sorted(METRICS - metrics.keys())}")
    matrix = metrics["confusion_matrix"]
    need(sum(map(sum, matrix)) == metrics["documents"], "the confusion matrix does not add up")
    right = sum(row[place] for place, row in enumerate(matrix))
    need(abs(right / metrics["documents"] - metrics["accuracy"]) < 1e-9, "accuracy is not its share")


def need(holds: bool, message: str) -> None:
    if not holds:
        sys.exit(f"error: {message}")


if __name__ == "__main__":
    main()
