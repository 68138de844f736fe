"""Trains a Python example again, with the library alone, and prints what the library itself predicts for given rows.

    python test/parts/python-examples.py train.py train.parquet params.json seed rows.parquet

As JSON: the probability of being late for each row of rows.parquet, and scikit-learn's metrics of them.
"""

import importlib.util
import json
import pathlib
import sys

import pandas
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

program, data, params, seed, rows = sys.argv[1:]
spec = importlib.util.spec_from_file_location("train", program)
train = importlib.util.module_from_spec(spec)
spec.loader.exec_module(train)

given = json.loads(pathlib.Path(params).read_text())
frame = train.sample(pandas.read_parquet(data), given["rows"], int(seed))
model = train.fit(frame, given, int(seed))
asked = pandas.read_parquet(rows)
late = model.predict_proba(train.features_of(asked))[:, 1]
print(
    json.dumps(
        {
            "predictions": late.tolist(),
            "metrics": {
                "roc_auc": roc_auc_score(asked["late"], late),
                "average_precision": average_precision_score(asked["late"], late),
                "log_loss": log_loss(asked["late"], late),
            },
        }
    )
)
