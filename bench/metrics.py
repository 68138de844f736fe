"""scikit-learn's metrics of two models on bootstrap resamples; prints the seconds that one replicate takes.

Usage: metrics.py <folder with label.bin, score0.bin, score1.bin> <replicates>
"""

import json
import sys
import time

import numpy as np
from sklearn import metrics as m

folder, replicates = sys.argv[1], int(sys.argv[2])
label = np.fromfile(f"{folder}/label.bin", dtype=np.uint8)
scores = [np.fromfile(f"{folder}/score{i}.bin", dtype=np.float64) for i in range(2)]
rng = np.random.default_rng(1)


def measure(y, s):
    decided = s >= 0.5
    precision, recall, _ = m.precision_recall_curve(y, s)
    bins = np.array_split(np.argsort(s, kind="stable"), 15)
    tn, fp, fn, _ = m.confusion_matrix(y, decided).ravel()
    return [
        m.roc_auc_score(y, s),
        m.average_precision_score(y, s),
        m.log_loss(y, s),
        m.brier_score_loss(y, s),
        m.accuracy_score(y, decided),
        m.balanced_accuracy_score(y, decided),
        m.precision_score(y, decided),
        m.recall_score(y, decided),
        m.f1_score(y, decided),
        m.matthews_corrcoef(y, decided),
        sum(len(b) * abs(y[b].mean() - s[b].mean()) for b in bins) / len(y),
        precision[recall >= 0.8].max(),
        recall[precision >= 0.5].max(),
        decided.mean(),
        (fp + 5 * fn) / len(y),
    ]


start = time.perf_counter()
for _ in range(replicates):
    rows = rng.integers(0, len(label), len(label))
    for score in scores:
        measure(label[rows], score[rows])
print(json.dumps({"seconds_per_replicate": (time.perf_counter() - start) / replicates}))
