# What people do first with scipy.

# %% first
from scipy import optimize, stats

stats.norm.cdf(1.96), optimize.brentq(lambda v: v * v - 2, 0, 2)

# %%
from scipy import stats, optimize

a, b = [1.0, 2.0, 4.0, 3.0], [2.0, 3.0, 3.5, 5.0]
stats.ttest_ind(a, b), stats.linregress(a, b), stats.pearsonr(a, b)

# %%
(
    optimize.minimize(lambda v: ((v - 1) ** 2).sum(), [0.0, 3.0]),
    optimize.curve_fit(lambda x, m, c: m * x + c, a, b),
)
