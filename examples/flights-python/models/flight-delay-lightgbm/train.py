"""Trains the model and writes it as ONNX: LightGBM over numbers, of which some may be missing."""

import json
import os
import pathlib

import lightgbm
import numpy as np
import pandas
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType
from sklearn.metrics import log_loss, roc_auc_score

LABEL = "late"
NOT_FEATURES = [LABEL, "date"]


def features_of(frame):
    """The features as the ONNX model will see them: single precision, so that training splits where it splits."""
    return frame.drop(columns=NOT_FEATURES, errors="ignore").astype(np.float32)


def fit(frame, params, seed):
    """A classifier from the columns of `frame` to the probability of being late."""
    model = lightgbm.LGBMClassifier(
        n_estimators=params["trees"],
        learning_rate=params["learning_rate"],
        num_leaves=params["leaves"],
        reg_lambda=params["l2"],
        random_state=seed,
        # One thread sums in one order: the same inputs give the same bytes.
        n_jobs=1,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )
    return model.fit(features_of(frame), frame[LABEL])


def to_onnx(model, frame):
    """One input of all features; the probabilities of both classes as a plain tensor."""
    inputs = [("features", FloatTensorType([None, features_of(frame).shape[1]]))]
    # So that every run gives the same bytes: without a name the graph gets a random one, and the operators' versions are
    # listed in the order of a set of strings, which Python shuffles.
    exported = convert_lightgbm(model, name="flight-delay", initial_types=inputs, zipmap=False)
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
    model = fit(frame, params, seed)
    late = model.predict_proba(features_of(frame))[:, 1]
    metrics = {"train_roc_auc": roc_auc_score(frame[LABEL], late), "train_log_loss": log_loss(frame[LABEL], late)}
    out.mkdir(parents=True, exist_ok=True)
    (out / "model.onnx").write_bytes(to_onnx(model, frame).SerializeToString())
    (out / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")
    print(f"{params['trees']} trees, training roc_auc {metrics['train_roc_auc']:.4f}")


if __name__ == "__main__":
    main()
