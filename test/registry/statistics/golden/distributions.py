"""Golden values of the distribution functions. Run: python distributions.py > distributions.json

mpmath (50 digits) for the tails, where scipy itself is the less precise one; scipy and statsmodels beside it.
"""
import json
import mpmath as mp
import numpy as np
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests

mp.mp.dps = 50


def t_survival(t, df):
    t, df = mp.mpf(t), mp.mpf(df)
    half = mp.betainc(df / 2, mp.mpf(1) / 2, 0, df / (df + t * t), regularized=True) / 2
    return half if t >= 0 else 1 - half


def t_survival_float(t, df):
    if df > 2000:  # mpmath is slow there; integrate the density instead
        c = mp.gamma((mp.mpf(df) + 1) / 2) / mp.gamma(mp.mpf(df) / 2) / mp.sqrt(mp.mpf(df) * mp.pi)
        f = lambda u: c * (1 + u * u / df) ** (-(mp.mpf(df) + 1) / 2)
        start = abs(mp.mpf(t))
        value = mp.quad(f, [start, start + 1, start + 3, start + 8, start + 30])
        return value if t >= 0 else 1 - value
    return t_survival(t, df)


out = {"scipy": __import__("scipy").__version__}
out["normal_survival"] = [[x, float(mp.erfc(mp.mpf(x) / mp.sqrt(2)) / 2)] for x in [-8, -3, -0.5, 0, 1e-8, 0.3, 1, 1.96, 2.4999, 2.5, 3, 5, 6, 8, 12, 20, 30, 37]]
out["normal_quantile"] = [[p, float(stats.norm.ppf(p))] for p in [1e-300, 1e-100, 1e-20, 1e-10, 1e-6, 0.001, 0.025, 0.2, 0.4, 0.4999, 0.5, 0.8, 0.975, 0.999999]]
ts = [-6, -1, 1e-7, 0.1, 0.7, 1, 1.96, 3, 6, 12, 40, 1e3]
out["student_survival"] = [[t, df, float(t_survival_float(t, df))] for df in [0.7, 1, 2, 2.5, 7.3, 19, 30, 99.5, 1999, 1e5] for t in ts if not (df > 2000 and t > 12)]
out["student_quantile"] = [[p, df, float(stats.t.ppf(p, df))] for df in [1, 2.5, 4, 7.3, 19, 99.5, 1999, 1e5] for p in [1e-12, 1e-6, 0.001, 0.025, 0.2, 0.45, 0.8, 0.975]]
out["binomial_at_least"] = [[k, n, p, float(stats.binom.sf(k - 1, n, p))] for k, n, p in [(0, 10, 0.3), (3, 10, 0.3), (10, 10, 0.3), (1, 7, 0.5), (131, 4000, 0.025), (100, 4000, 0.025), (70, 4000, 0.025), (501000, 1000000, 0.5), (300, 300, 0.9)]]
exact = []
for fixed, broken in [(0, 0), (1, 0), (0, 6), (5, 5), (10, 25), (40, 17), (1000, 900), (3, 120)]:
    exact.append([fixed, broken, float(mcnemar([[5, fixed], [broken, 5]], exact=True).pvalue) if fixed + broken else 1.0])
out["mcnemar"] = exact
p = [0.01, 0.04, 0.0003, 0.04, 0.5, 0.9, 1.0, 0.02]
out["p_values"] = p
out["holm"] = [float(x) for x in multipletests(p, method="holm")[1]]
out["benjamini_yekutieli"] = [float(x) for x in multipletests(p, method="fdr_by")[1]]
print(json.dumps(out, indent=1))
