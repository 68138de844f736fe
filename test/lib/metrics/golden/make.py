"""Expected values of every metric, by scikit-learn and numpy: writes metrics.json beside this file.

    pip install scikit-learn==1.9.1 numpy==2.4.6 && python make.py

Each case holds the inputs (shared by its metrics) and `expected`: [metric, params, value]. null is a value that we call
undefined; where scikit-learn gives a number there, the comment at `undefined` says which.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
import sklearn
from sklearn import metrics as sk

warnings.simplefilter("ignore")
rng = np.random.default_rng(20010401)
cases = []


def plain(x):
    return [float(v) for v in np.ravel(x)]


def number(x):
    return None if x is None or math.isnan(x) else float(x)


# --- binary -----------------------------------------------------------------------------------------------------------


def calibration_error(y, s, w, bins):
    """Bins between the step-function quantiles of the scores, ties together; an independent spelling of the definition."""
    edges = np.quantile(s, np.arange(1, bins) / bins, method="inverted_cdf", weights=w)
    which = np.searchsorted(edges, s, side="left")
    gap = 0.0
    for b in range(bins):
        inside = which == b
        mass = w[inside].sum()
        if mass > 0:
            gap += mass * abs(np.average(y[inside], weights=w[inside]) - np.average(s[inside], weights=w[inside]))
    return gap / w.sum()


def delong(y, s):
    """The placements of DeLong et al. 1988 from all pairs, O(m n): area, S10 / m + S01 / n."""
    x, z = s[y == 1], s[y == 0]
    m, n = len(x), len(z)
    if m < 2 or n < 2:
        return None
    psi = (x[:, None] > z[None, :]) + 0.5 * (x[:, None] == z[None, :])
    v10, v01 = psi.mean(axis=1), psi.mean(axis=0)
    return [float(psi.mean()), float(v10.var(ddof=1) / m + v01.var(ddof=1) / n)]


def delong_pair(y, a, b):
    """Variance of the difference of two areas on the same rows, by the covariance matrices of the placements."""
    ones, zeros = y == 1, y == 0
    v10, v01 = [], []
    for s in (a, b):
        psi = (s[ones][:, None] > s[zeros][None, :]) + 0.5 * (s[ones][:, None] == s[zeros][None, :])
        v10.append(psi.mean(axis=1))
        v01.append(psi.mean(axis=0))
    cov = np.cov(v10) / ones.sum() + np.cov(v01) / zeros.sum()
    c = np.array([1.0, -1.0])
    return float(c @ cov @ c)


def binary(name, y, s, threshold=0.5, w=None, bins=15):
    y, s = np.asarray(y), np.asarray(s, dtype=float)
    one = np.ones(len(y)) if w is None else np.asarray(w, dtype=float)
    p = (s >= threshold).astype(int)
    both = 0 < y.sum() < len(y)
    anyone = y.sum() > 0
    k = dict(sample_weight=w)
    tn, fp, fn, tp = sk.confusion_matrix(y, p, labels=[0, 1], **k).ravel()
    precision, recall, _ = sk.precision_recall_curve(y, s, **k) if anyone else (None, None, None)

    def undefined(condition, value):
        return None if condition else value()

    expected = [
        # One class only: scikit-learn says nan, with a warning.
        ["roc_auc", {}, undefined(not both, lambda: sk.roc_auc_score(y, s, **k))],
        # One class only: scikit-learn says 1 (all positive) or 0 (none).
        ["average_precision", {}, undefined(not both, lambda: sk.average_precision_score(y, s, **k))],
        ["log_loss", {}, sk.log_loss(y, s, labels=[0, 1], **k)],
        ["brier_score", {}, sk.brier_score_loss(y, s, labels=[0, 1], pos_label=1, **k)],
        ["accuracy", {}, sk.accuracy_score(y, p, **k)],
        # One class only: scikit-learn averages over the one.
        ["balanced_accuracy", {}, undefined(not both, lambda: sk.balanced_accuracy_score(y, p, **k))],
        ["precision", {}, sk.precision_score(y, p, zero_division=np.nan, **k)],
        ["recall", {}, sk.recall_score(y, p, zero_division=np.nan, **k)],
        ["f1", {}, sk.f1_score(y, p, zero_division=np.nan, **k)],
        # One class only, or one predicted: scikit-learn says 0.
        [
            "matthews_corrcoef",
            {},
            undefined(not both or p.min() == p.max(), lambda: sk.matthews_corrcoef(y, p, **k)),
        ],
        ["expected_calibration_error", {"bins": bins}, calibration_error(y, s, one, bins)],
        ["positive_rate", {}, np.average(p, weights=w)],
        [
            "expected_cost",
            {"false_positive": 1, "false_negative": 7.5, "true_positive": -0.5, "true_negative": 0},
            (fp + 7.5 * fn - 0.5 * tp) / one.sum(),
        ],
    ]
    for at in (0.25, 0.8, 1.0):
        expected.append(
            ["precision_at_recall", {"recall": at}, undefined(not anyone, lambda: precision[:-1][recall[:-1] >= at].max())]
        )
        expected.append(
            ["recall_at_precision", {"precision": at}, undefined(not anyone, lambda: recall[precision >= at].max())]
        )
    cases.append(
        {
            "name": name,
            "task": "binary_classification",
            "label": [int(v) for v in y],
            "score": plain(s),
            "threshold": threshold,
            "weight": None if w is None else plain(w),
            "expected": [[m, a, number(v)] for m, a, v in expected],
            "delong": delong(y, s) if both and w is None else None,
        }
    )


def simulated(n, rate=0.3):
    y = (rng.random(n) < rate).astype(int)
    return y, 1 / (1 + np.exp(-(1.2 * y - 0.9 + rng.normal(size=n))))


y, s = simulated(200)
binary("distinct scores", y, s, 0.4)
binary("weights", y, s, 0.4, rng.gamma(2.0, size=200))
binary("weights over eight orders of magnitude", y, s, 0.4, 10 ** rng.uniform(-6, 2, size=200))
binary("float32 scores", y, s.astype(np.float32).astype(float), 0.4)
binary("ties", y, np.round(s, 1), 0.4, bins=10)
binary("ties and weights", y, np.round(s, 1), 0.4, rng.integers(1, 6, size=200).astype(float), bins=10)
y, s = simulated(500, 0.02)
binary("a base rate of 2 %", y, s, 0.5)
y, s = simulated(60)
binary("probabilities 0 and 1, some of them wrong", y, np.where(s < 0.35, 0.0, np.where(s > 0.6, 1.0, s)))
binary("every probability 0 or 1", y, (s > 0.5).astype(float))
binary("probabilities near 0", y, s * 1e-12, 3e-13)
binary("probabilities that float32 can't tell apart", y, 0.5 + s * 1e-9, 0.5 + 4e-10)
binary("all predictions equal", y, np.full(60, 0.3))
binary("all predictions equal, weighted", y, np.full(60, 0.7), 0.5, rng.gamma(2.0, size=60))
binary("nothing predicted positive", y, s * 0.4)
binary("everything predicted positive", y, 0.5 + s * 0.4)
binary("two rows", [0, 1], [0.2, 0.9])
binary("two rows, the wrong way round", [1, 0], [0.2, 0.9])
binary("three rows, one tie", [0, 1, 1], [0.5, 0.5, 0.8])
binary("one row", [1], [0.7])
binary("positive rows only", np.ones(5, dtype=int), [0.1, 0.4, 0.6, 0.6, 0.9])
binary("negative rows only", np.zeros(5, dtype=int), [0.1, 0.4, 0.6, 0.6, 0.9])

# --- multiclass -------------------------------------------------------------------------------------------------------


def multiclass(name, y, s, w=None):
    y, s = np.asarray(y), np.asarray(s, dtype=float)
    classes = s.shape[1]
    labels = np.arange(classes)
    p = s.argmax(axis=1)
    k = dict(sample_weight=w)
    expected = [
        ["accuracy", {}, sk.accuracy_score(y, p, **k)],
        # One class only: scikit-learn averages over the one.
        ["balanced_accuracy", {}, sk.balanced_accuracy_score(y, p, **k) if len(set(y)) > 1 else None],
        ["log_loss", {}, sk.log_loss(y, s, labels=labels, **k)],
        # A class that no row has (or all rows): scikit-learn says nan, with a warning.
        [
            "roc_auc_ovr",
            {},
            sk.roc_auc_score(y, s, labels=labels, multi_class="ovr", average="macro", **k)
            if len(set(y)) == classes
            else None,
        ],
    ]
    for top in range(1, classes):
        expected.append(["top_k_accuracy", {"k": top}, sk.top_k_accuracy_score(y, s, k=top, labels=labels, **k)])
    # Every class is among so many: scikit-learn warns and says 1.
    expected.append(["top_k_accuracy", {"k": classes}, None])
    for average in ("macro", "micro", "weighted"):
        for of, score, missing in (
            # A class that counts but has no precision or no recall: scikit-learn warns and takes 0.
            ("precision", sk.precision_score, set(y) - set(p)),
            ("recall", sk.recall_score, (set(p) - set(y)) if average == "macro" else set()),
            ("f1", sk.f1_score, set()),
        ):
            value = score(y, p, average=average, zero_division=0, **k)
            expected.append([f"{of}_{average}", {}, None if missing and average != "micro" else value])
    cases.append(
        {
            "name": name,
            "task": "multiclass_classification",
            "classes": classes,
            "label": [int(v) for v in y],
            "score": plain(s),
            "weight": None if w is None else plain(w),
            "expected": [[m, a, number(v)] for m, a, v in expected],
        }
    )


def probabilities(n, classes, sharpness=1.5):
    y = rng.choice(classes, size=n, p=np.arange(1, classes + 1) / np.arange(1, classes + 1).sum())
    z = rng.normal(size=(n, classes))
    z[np.arange(n), y] += sharpness
    e = np.exp(z)
    return y, e / e.sum(axis=1, keepdims=True)


y, s = probabilities(150, 3)
multiclass("three classes", y, s)
multiclass("three classes, weights", y, s, rng.gamma(2.0, size=150))
y, s = probabilities(300, 5)
multiclass("five classes", y, s)
multiclass("five classes, ties", y, (np.round(s * 4) + 0.25) / (np.round(s * 4) + 0.25).sum(axis=1, keepdims=True))
y, s = probabilities(60, 4)
multiclass("certain and sometimes wrong", y, np.eye(4)[s.argmax(axis=1)])
multiclass("all predictions equal", y, np.full((60, 4), 0.25))
multiclass("a class that no row has", np.where(y == 3, 0, y), s)
multiclass("a class that is neither a label nor predicted", np.where(y == 3, 0, y), np.eye(4)[np.where(y < 2, 0, 1) + (s[:, 1] > 0.2)])
multiclass("one class only", np.zeros(60, dtype=int), s)
multiclass("three rows", [0, 1, 2], [[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.4, 0.35, 0.25]])

# --- regression -------------------------------------------------------------------------------------------------------


def regression(name, y, s, w=None):
    y, s = np.asarray(y, dtype=float), np.asarray(s, dtype=float)
    k = dict(sample_weight=w)
    expected = [
        ["rmse", {}, sk.root_mean_squared_error(y, s, **k)],
        ["mean_absolute_error", {}, sk.mean_absolute_error(y, s, **k)],
        ["median_absolute_error", {}, sk.median_absolute_error(y, s, **k)],
        # All labels equal: scikit-learn says 1 where every prediction is right, else 0.
        ["r2", {}, sk.r2_score(y, s, **k) if y.min() < y.max() else None],
        ["mean_absolute_percentage_error", {}, sk.mean_absolute_percentage_error(y, s, **k)],
        ["mean_pinball_loss", {"alpha": 0.5}, sk.mean_pinball_loss(y, s, alpha=0.5, **k)],
        ["mean_pinball_loss", {"alpha": 0.9}, sk.mean_pinball_loss(y, s, alpha=0.9, **k)],
        ["max_error", {}, sk.max_error(y, s)],
    ]
    cases.append(
        {
            "name": name,
            "task": "regression",
            "label": plain(y),
            "score": plain(s),
            "weight": None if w is None else plain(w),
            "expected": [[m, a, number(v)] for m, a, v in expected],
        }
    )


y = rng.normal(20, 5, size=200)
s = y + rng.normal(size=200)
regression("an even number of rows", y, s)
regression("an odd number of rows", y[:151], s[:151])
regression("weights", y, s, rng.gamma(2.0, size=200))
regression("whole weights, half of them below a row", np.zeros(4), [1, 2, 3, 4], [1.0, 2.0, 1.0, 2.0])
regression("ties", np.round(y), np.round(s), rng.integers(1, 5, size=200).astype(float))
regression("labels far from zero", y + 1e6, s + 1e6)
regression("a label of zero", [0, 1, -2, 4], [1e-3, 1, -3, 5])
regression("all predictions equal", y, np.full(200, 20.0))
regression("all labels equal", np.full(20, 3.0), rng.normal(size=20))
regression("no error", y, y)
regression("one row", [2.0], [2.5])
regression("two rows", [2.0, 3.0], [2.5, 1.0])

# --- two models on the same rows --------------------------------------------------------------------------------------

pairs = []
for n, digits in ((120, 12), (120, 1)):
    y, a = simulated(n)
    b = np.round(np.clip(a + rng.normal(0, 0.1, size=n), 0, 1), digits)
    a = np.round(a, digits)
    pairs.append({"label": [int(v) for v in y], "a": plain(a), "b": plain(b), "variance": delong_pair(y, a, b)})

out = Path(__file__).with_name("metrics.json")
out.write_text(
    json.dumps({"scikit-learn": sklearn.__version__, "numpy": np.__version__, "cases": cases, "pairs": pairs}, allow_nan=False)
    + "\n"
)
