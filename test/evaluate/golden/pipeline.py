"""What scikit-learn and fairlearn say of two versions on one benchmark, for all three tasks.

    pip install numpy scikit-learn==1.9.1 fairlearn==0.15.0
    python pipeline.py > pipeline.json
"""

import json

import numpy as np
from fairlearn import metrics as fair
from sklearn import metrics as m

ROWS = 240
rng = np.random.default_rng(20260501)
x = rng.normal(size=(ROWS, 2)).round(4)
weight = rng.uniform(0.2, 3, ROWS).round(4)
group = rng.choice(["a", "b", "c"], ROWS, p=[0.5, 0.3, 0.2])
column = {"x1": x[:, 0].tolist(), "x2": x[:, 1].tolist(), "weight": weight.tolist(), "team": group.tolist()}


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def binary():
    label = (rng.uniform(size=ROWS) < sigmoid(1.5 * x[:, 0] - x[:, 1] - 0.3 * (group == "c"))).astype(int)
    versions = {"candidate": {"weights": [1.5, -1.0], "threshold": 0.4}, "champion": {"weights": [0.5, 0.25], "threshold": 0.55}}

    def measure(version, w):
        score = sigmoid(x @ np.array(version["weights"]))
        assert np.abs(score - version["threshold"]).min() > 1e-6
        hard = (score >= version["threshold"]).astype(int)
        by = {"sensitive_features": group, "sample_weight": w}
        return {
            "roc_auc": m.roc_auc_score(label, score, sample_weight=w),
            "average_precision": m.average_precision_score(label, score, sample_weight=w),
            "log_loss": m.log_loss(label, score, sample_weight=w),
            "brier_score": m.brier_score_loss(label, score, sample_weight=w),
            "accuracy": m.accuracy_score(label, hard, sample_weight=w),
            "balanced_accuracy": m.balanced_accuracy_score(label, hard, sample_weight=w),
            "precision": m.precision_score(label, hard, sample_weight=w),
            "recall": m.recall_score(label, hard, sample_weight=w),
            "f1": m.f1_score(label, hard, sample_weight=w),
            "matthews_corrcoef": m.matthews_corrcoef(label, hard, sample_weight=w),
            "demographic_parity_difference": fair.demographic_parity_difference(label, hard, **by),
            "demographic_parity_ratio": fair.demographic_parity_ratio(label, hard, **by),
            "equalized_odds_difference": fair.equalized_odds_difference(label, hard, **by),
            "confusion": m.confusion_matrix(label, hard, sample_weight=w).tolist(),
        }

    return {"label": label.tolist(), "versions": versions, **both(versions, measure)}


def multiclass():
    classes = ["blue", "green", "red"]
    truth = np.array([[1.5, 0], [-0.7, 1.2], [-0.7, -1.2]])
    label = (softmax(x @ truth.T).cumsum(axis=1) < rng.uniform(size=(ROWS, 1))).sum(axis=1)
    versions = {
        "candidate": {"weights": truth.tolist()},
        "champion": {"weights": [[0.4, 0.3], [0.1, 0.3], [-0.3, -0.5]]},
    }

    def measure(version, w):
        score = softmax(x @ np.array(version["weights"]).T)
        ordered = np.sort(score, axis=1)
        assert (ordered[:, 2] - ordered[:, 1]).min() > 1e-6
        hard = score.argmax(axis=1)
        result = {
            "accuracy": m.accuracy_score(label, hard, sample_weight=w),
            "balanced_accuracy": m.balanced_accuracy_score(label, hard, sample_weight=w),
            "log_loss": m.log_loss(label, score, sample_weight=w),
            "top_k_accuracy": m.top_k_accuracy_score(label, score, k=2, sample_weight=w),
            "roc_auc_ovr": m.roc_auc_score(label, score, multi_class="ovr", average="macro", sample_weight=w),
            "confusion": m.confusion_matrix(label, hard, sample_weight=w).tolist(),
        }
        for average in ["macro", "micro", "weighted"]:
            for name, of in [("precision", m.precision_score), ("recall", m.recall_score), ("f1", m.f1_score)]:
                result[f"{name}_{average}"] = of(label, hard, average=average, sample_weight=w)
        return result

    return {"label": [classes[k] for k in label], "versions": versions, **both(versions, measure)}


def regression():
    label = (20 + 2 * x[:, 0] - x[:, 1] + rng.normal(0, 0.5, ROWS)).round(4)
    versions = {"candidate": {"weights": [2.0, -1.0], "intercept": 20}, "champion": {"weights": [1.0, 0.5], "intercept": 19.5}}

    def measure(version, w):
        value = x @ np.array(version["weights"]) + version["intercept"]
        return {
            "rmse": m.root_mean_squared_error(label, value, sample_weight=w),
            "mean_absolute_error": m.mean_absolute_error(label, value, sample_weight=w),
            "median_absolute_error": m.median_absolute_error(label, value, sample_weight=w),
            "r2": m.r2_score(label, value, sample_weight=w),
            "mean_absolute_percentage_error": m.mean_absolute_percentage_error(label, value, sample_weight=w),
            "mean_pinball_loss": m.mean_pinball_loss(label, value, alpha=0.5, sample_weight=w),
            "max_error": m.max_error(label, value),
        }

    return {"label": label.tolist(), "versions": versions, **both(versions, measure)}


def both(versions, measure):
    return {
        name: {role: measure(version, w) for role, version in versions.items()}
        for name, w in [("unweighted", None), ("weighted", weight)]
    }


print(json.dumps({
    "columns": column,
    "binary_classification": binary(),
    "multiclass_classification": multiclass(),
    "regression": regression(),
}))
