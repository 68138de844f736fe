"""Trains the model and writes it as ONNX: scikit-learn's HistGradientBoostingClassifier over encoded airports."""

import json
import os
import pathlib

import numpy as np
import pandas
from skl2onnx import convert_sklearn
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

WORDS = ["origin", "destination"]
LABEL = "late"
NOT_FEATURES = [LABEL, "date"]


def features_of(frame):
    """The features as the ONNX model will see them: single precision, so that training splits where it splits."""
    features = frame.drop(columns=NOT_FEATURES, errors="ignore")
    numbers = [column for column in features if column not in WORDS]
    return features.astype({column: np.float32 for column in numbers} | {column: object for column in WORDS})


def fit(frame, params, seed):
    """A pipeline from the columns of `frame` to the probability of being late."""
    features = features_of(frame)
    # An airport that training never saw becomes -1.
    airports = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    trees = HistGradientBoostingClassifier(
        max_iter=params["trees"],
        learning_rate=params["learning_rate"],
        max_leaf_nodes=params["leaves"],
        l2_regularization=params["l2"],
        early_stopping=False,
        random_state=seed,
    )
    numbers = [column for column in features if column not in WORDS]
    prepared = ColumnTransformer([("airports", airports, WORDS), ("numbers", "passthrough", numbers)])
    return Pipeline([("prepared", prepared), ("trees", trees)]).fit(features, frame[LABEL])


def to_onnx(pipeline, frame):
    """One input a column, by its name; the probabilities of both classes as a plain tensor."""
    inputs = [
        (column, StringTensorType([None, 1]) if column in WORDS else FloatTensorType([None, 1]))
        for column in features_of(frame)
    ]
    # So that every run gives the same bytes: without a name the graph gets a random one, and the operators' versions are
    # listed in the order of a set of strings, which Python shuffles.
    exported = convert_sklearn(pipeline, name="flight-delay", initial_types=inputs, options={"zipmap": False})
    exported.opset_import.sort(key=lambda opset: opset.domain)
    return exported


def sample(frame, rows, seed):
    """All of it, or so many rows in their order."""
    if rows is None or rows >= len(frame):
        return frame
    return frame.iloc[np.sort(np.random.default_rng(seed).choice(len(frame), rows, replace=False))]


def main():
    params = json.loads(pathlib.Path(os.environ["TILTYARD_PARAMS"]).read_text())
    seed = int(os.environ["TILTYARD_SEED"])
    out = pathlib.Path(os.environ["TILTYARD_OUT"])
    frame = sample(pandas.read_parquet(os.environ["TILTYARD_DATA_TRAIN"]), params["rows"], seed)
    print(f"{len(frame):,} rows, features: {', '.join(features_of(frame))}", flush=True)
    pipeline = fit(frame, params, seed)
    late = pipeline.predict_proba(features_of(frame))[:, 1]
    metrics = {"train_roc_auc": roc_auc_score(frame[LABEL], late), "train_log_loss": log_loss(frame[LABEL], late)}
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(to_onnx(pipeline, frame).SerializeToString())
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"{params['trees']} trees, training roc_auc {metrics['train_roc_auc']:.4f}")


if __name__ == "__main__":
    main()
