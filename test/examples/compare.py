"""Compares the example's booster with scikit-learn's HistGradientBoostingClassifier on the same rows and features.

Run `npm run demo` first (it leaves both versions in examples/flights/.tiltyard), then:

    python -m venv /tmp/venv && /tmp/venv/bin/pip install duckdb pandas scikit-learn==1.9.1 onnxruntime
    /tmp/venv/bin/python test/examples/compare.py

Prints roc_auc and log_loss on all flights of April. scikit-learn gets the same number of trees, leaves, learning rate and
l2, no early stopping, and as many training rows as the demo's sample, without the latest tenth.
"""

import pathlib

import duckdb
import numpy as np
import onnxruntime
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import log_loss, roc_auc_score

WORK = pathlib.Path(__file__).parents[2] / "examples" / "flights" / ".tiltyard"


def rows(artifact: pathlib.Path, months: str):
    connection = duckdb.connect()
    connection.sql("CREATE SCHEMA state")
    for table in sorted((artifact / "state").glob("*.parquet")):
        connection.sql(f"CREATE TABLE state.{table.stem} AS FROM '{table}'")
    connection.sql(f"CREATE TABLE source AS FROM '{WORK}/data/flights-2001-0{months}.parquet'")
    features = (artifact / "features.sql").read_text()
    frame = connection.sql(
        f"SELECT f.* EXCLUDE flight_id, late FROM ({features}) AS f JOIN source USING (flight_id) ORDER BY flight_id"
    ).df()
    return frame.drop(columns="late").to_numpy(np.float32), frame["late"].to_numpy()


for name, months in (("champion", "1"), ("candidate", "[1-3]")):
    artifact = WORK / "versions" / name / "artifact"
    test_x, test_y = rows(artifact, "4")
    session = onnxruntime.InferenceSession(artifact / "model.onnx")
    ours = session.run(["probabilities"], {"features": test_x})[0][:, 1].astype(float)
    train_x, train_y = rows(artifact, months)
    keep = np.sort(np.random.default_rng(1).choice(len(train_y), min(len(train_y), 400_000), replace=False))
    keep = keep[: int(0.9 * len(keep))]
    model = HistGradientBoostingClassifier(
        max_iter=100, learning_rate=0.1, max_leaf_nodes=31, l2_regularization=1, early_stopping=False, random_state=1
    ).fit(train_x[keep], train_y[keep])
    theirs = model.predict_proba(test_x)[:, 1]
    for who, p in (("tiltyard's example", ours), ("scikit-learn", theirs)):
        print(f"{name:9} {who:18} roc_auc {roc_auc_score(test_y, p):.4f}  log_loss {log_loss(test_y, p):.4f}")
