"""Golden standard errors. Run: python comparisons.py > comparisons.json (numpy, statsmodels)

- DeLong, DeLong & Clarke-Pearson (1988), written out from the paper's equations over all pairs of rows.
- Cluster-robust errors of a mean difference: statsmodels' OLS and WLS with cov_type="cluster" on a constant.
"""
import json
import numpy as np
import statsmodels.api as sm

rng = np.random.default_rng(7)
n = 120
label = (rng.random(n) < 0.3).astype(int)
champion = np.round(1 / (1 + np.exp(-(label + rng.normal(size=n)))), 2)  # rounded: ties
candidate = np.round(1 / (1 + np.exp(-(1.3 * label + rng.normal(size=n)))), 2)
cluster = rng.integers(0, 25, n)
weight = np.round(0.2 + rng.random(n), 3)


def delong(scores):
    psi = lambda x, y: (x[:, None] > y[None, :]) + 0.5 * (x[:, None] == y[None, :])
    parts = [psi(s[label == 1], s[label == 0]) for s in scores]
    v10 = np.array([p.mean(axis=1) for p in parts])
    v01 = np.array([p.mean(axis=0) for p in parts])
    s = np.cov(v10) / v10.shape[1] + np.cov(v01) / v01.shape[1]
    return [p.mean() for p in parts], s


areas, s = delong([champion, candidate])
brier = (candidate - label) ** 2 - (champion - label) ** 2
one = np.ones(n)
cov = {"cov_type": "cluster", "cov_kwds": {"groups": cluster}}
ols = sm.OLS(brier, one).fit(**cov)
wls = sm.WLS(brier, one, weights=weight).fit(**cov)
print(json.dumps({
    "label": label.tolist(), "champion": champion.tolist(), "candidate": candidate.tolist(),
    "cluster": cluster.tolist(), "weight": weight.tolist(),
    "delong": {"areas": areas, "standard_errors": np.sqrt(np.diag(s)).tolist(),
               "difference": float(np.sqrt(s[0, 0] + s[1, 1] - 2 * s[0, 1]))},
    "brier_clustered": {"difference": float(ols.params[0]), "standard_error": float(ols.bse[0])},
    "brier_clustered_weighted": {"difference": float(wls.params[0]), "standard_error": float(wls.bse[0])},
}))
