"""Writes thresholds.json: for seeded scores and labels, the largest value that each metric of decisions reaches at any
threshold, by scikit-learn, tried at every distinct score and above all of them.

    python -m venv /tmp/venv && /tmp/venv/bin/pip install scikit-learn==1.9.1
    /tmp/venv/bin/python test/train/golden/thresholds.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score, matthews_corrcoef, precision_score

METRICS = {
    "accuracy": accuracy_score,
    "balanced_accuracy": balanced_accuracy_score,
    "f1": f1_score,
    "matthews_corrcoef": matthews_corrcoef,
    "precision": lambda y, p, **given: precision_score(y, p, zero_division=np.nan, **given),
}

rng = np.random.default_rng(3)
cases = []
for rows, decimals, weighted in ((40, 2, False), (200, 6, False), (200, 1, True), (60, 3, True)):
    score = np.round(rng.beta(2, 4, rows), decimals)
    label = (rng.random(rows) < score).astype(int)
    weight = np.round(rng.uniform(0.5, 2, rows), 3) if weighted else None
    best = {}
    for name, metric in METRICS.items():
        values = [metric(label, score >= t, sample_weight=weight) for t in np.unique(score)]
        best[name] = float(np.nanmax(values))
    cases.append(
        {
            "score": score.tolist(),
            "label": label.tolist(),
            "weight": None if weight is None else weight.tolist(),
            "best": best,
        }
    )
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"scikit-learn": sklearn.__version__, "cases": cases}, separators=(",", ":")) + "\n")
