"""Writes thresholds.json: for seeded scores and labels, the best value that each metric of decisions reaches at any
threshold, by scikit-learn, tried at every distinct score and above all of them.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn==1.9.1
    /tmp/venv/bin/python test/train/golden/thresholds.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    confusion_matrix,
    f1_score,
    matthews_corrcoef,
    precision_score,
    recall_score,
)



def precision(y, p, **given):
    return precision_score(y, p, zero_division=np.nan, **given)


def cost(false_positive, false_negative):
    def mean(y, p, **given):
        cells = confusion_matrix(y, p, labels=[0, 1], normalize="all", **given)
        return cells[0, 1] * false_positive + cells[1, 0] * false_negative

    return mean


def reaching(value, bound, least):
    return lambda y, p, **given: value(y, p, **given) if bound(y, p, **given) >= least else np.nan


# As model.yaml has them, and how scikit-learn measures them.
RULES = [
    ({"max": "accuracy"}, accuracy_score),
    ({"max": "balanced_accuracy"}, balanced_accuracy_score),
    ({"max": "f1"}, f1_score),
    ({"max": "matthews_corrcoef"}, matthews_corrcoef),
    ({"max": "precision"}, precision),
    ({"max": "recall_at_precision", "precision": 0.6}, reaching(recall_score, precision, 0.6)),
    ({"max": "precision_at_recall", "recall": 0.8}, reaching(precision, recall_score, 0.8)),
    ({"min": "expected_cost", "false_positive": 1, "false_negative": 4}, cost(1, 4)),
    # A false alarm costs so much that in some cases it is best to give none.
    ({"min": "expected_cost", "false_positive": 30, "false_negative": 1}, cost(30, 1)),
]

rng = np.random.default_rng(3)
cases = []
for rows, decimals, weighted in ((40, 2, False), (200, 6, False), (200, 1, True), (60, 3, True)):
    score = np.round(rng.beta(2, 4, rows), decimals)
    label = (rng.random(rows) < score).astype(int)
    weight = np.round(rng.uniform(0.5, 2, rows), 3) if weighted else None
    best = []
    for rule, metric in RULES:
        thresholds = [*np.unique(score), np.inf]
        values = [metric(label, score >= t, sample_weight=weight) for t in thresholds]
        best.append(float((np.nanmax if "max" in rule else np.nanmin)(values)))
    cases.append(
        {
            "score": score.tolist(),
            "label": label.tolist(),
            "weight": None if weight is None else weight.tolist(),
            "best": best,
        }
    )
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"scikit-learn": sklearn.__version__, "rules": [rule for rule, _ in RULES], "cases": cases}, separators=(",", ":")) + "\n")
