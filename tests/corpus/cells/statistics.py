# Statistics and learning.

# %% two samples [short]
import numpy as np
from scipy import stats

rng = np.random.default_rng(7)
a, b = rng.normal(10, 2, 40), rng.normal(11, 2, 45)
t = stats.ttest_ind(a, b, equal_var=False)
u = stats.mannwhitneyu(a, b)
print(f"t={t.statistic:.6f} p={t.pvalue:.6f} df={t.df:.4f}")
print(f"U={u.statistic:.1f} p={u.pvalue:.6f} shapiro={stats.shapiro(a).pvalue:.6f}")

# %% contingency
import numpy as np
from scipy import stats

table = np.array([[12, 5], [3, 14]])
chi2, p, dof, expected = stats.chi2_contingency(table)
print(round(chi2, 6), round(p, 8), dof, expected.round(3))
stats.fisher_exact(table)

# %% regression with intervals
import numpy as np
from scipy import stats

x = np.arange(20)
y = 3 + 0.7 * x + np.random.default_rng(2).normal(0, 1, 20)
r = stats.linregress(x, y)
half = stats.t.ppf(0.975, len(x) - 2) * r.stderr
print(f"{r.slope:.6f} ± {half:.6f}, r²={r.rvalue**2:.6f}, p={r.pvalue:.3e}")

# %% distributions
import numpy as np
from scipy import stats

print(stats.norm.ppf([0.025, 0.975]), stats.binom.pmf(3, 10, 0.3), stats.poisson.cdf(4, 3.2))
print(stats.gamma.fit(stats.gamma.rvs(2, scale=3, size=500, random_state=1), floc=0))
stats.kstest(np.linspace(-2, 2, 50), "norm").pvalue

# %% anova and correlation
import numpy as np
from scipy import stats

g = [np.array([6.1, 5.8, 7.0, 6.5]), np.array([7.2, 7.9, 8.1, 7.5]), np.array([5.0, 5.5, 4.8, 5.2])]
print(stats.f_oneway(*g), stats.kruskal(*g).pvalue)
stats.spearmanr([1, 2, 3, 4, 5], [5, 6, 7, 8, 7])

# %% bootstrap
import numpy as np

rng = np.random.default_rng(11)
data = rng.exponential(3, 80)
means = rng.choice(data, (2_000, 80)).mean(axis=1)
print(data.mean().round(6), np.percentile(means, [2.5, 97.5]).round(6))

# %% the statistics module
import statistics

data = [2, 4, 4, 4, 5, 5, 7, 9]
print(statistics.mean(data), statistics.pstdev(data), statistics.multimode(data), statistics.quantiles(data, n=4))
statistics.linear_regression([1, 2, 3], [2, 4, 6.5])

# %% a classifier with a pipeline
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import classification_report, confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

X, y = load_iris(return_X_y=True)
Xa, Xb, ya, yb = train_test_split(X, y, test_size=0.3, random_state=0, stratify=y)
model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500)).fit(Xa, ya)
print(classification_report(yb, model.predict(Xb), digits=3))
confusion_matrix(yb, model.predict(Xb))

# %% a forest
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import cross_val_score

X, y = load_wine(return_X_y=True)
scores = cross_val_score(RandomForestClassifier(50, random_state=0), X, y, cv=5)
print(scores.round(4), scores.mean().round(4))

# %% gradient boosting
from sklearn.datasets import make_regression
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_absolute_error, r2_score

X, y = make_regression(300, 5, noise=10, random_state=1)
m = GradientBoostingRegressor(n_estimators=60, random_state=0).fit(X[:200], y[:200])
p = m.predict(X[200:])
print(round(r2_score(y[200:], p), 6), round(mean_absolute_error(y[200:], p), 6), m.feature_importances_.round(4))

# %% k-means and silhouettes [short]
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import silhouette_score

X, _ = make_blobs(200, centers=3, random_state=5)
for k in (2, 3, 4):
    labels = KMeans(k, n_init=10, random_state=0).fit_predict(X)
    print(k, round(silhouette_score(X, labels), 6), sorted((labels == i).sum().item() for i in range(k)))

# %% principal components
import numpy as np
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA

X = load_digits().data
p = PCA(5, svd_solver="full").fit(X)
print(p.explained_variance_ratio_.round(6), np.abs(p.transform(X[:1])).round(4))

# %% grid search
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier

X, y = load_breast_cancer(return_X_y=True)
g = GridSearchCV(KNeighborsClassifier(), {"n_neighbors": [3, 5, 9], "weights": ["uniform", "distance"]}, cv=3).fit(X, y)
print(g.best_params_, round(g.best_score_, 6))

# %% columns of several kinds
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.pipeline import Pipeline
from sklearn.linear_model import Ridge

df = pd.DataFrame({"city": ["a", "b", None, "a"], "size": [10, None, 30, 40], "price": [1, 2, 3.5, 4]})
pre = ColumnTransformer([("n", Pipeline([("i", SimpleImputer()), ("s", StandardScaler())]), ["size"]), ("c", OneHotEncoder(handle_unknown="ignore"), ["city"])])
model = Pipeline([("pre", pre), ("r", Ridge())]).fit(df[["city", "size"]], df["price"])
print(model["pre"].get_feature_names_out(), model.predict(df[["city", "size"]]).round(6))

# %% text features
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.naive_bayes import MultinomialNB

docs = ["cheap pills now", "meeting at noon", "win cheap money now", "lunch at the office"]
v = TfidfVectorizer()
m = MultinomialNB().fit(v.fit_transform(docs), [1, 0, 1, 0])
print(v.get_feature_names_out(), m.predict_proba(v.transform(["cheap lunch", "money now"])).round(6))

# %% dbscan, trees and a roc curve
from sklearn.cluster import DBSCAN
from sklearn.datasets import make_moons
from sklearn.metrics import roc_auc_score
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier, export_text

X, y = make_moons(200, noise=0.1, random_state=0)
print(len(set(DBSCAN(0.2).fit_predict(X))), round(roc_auc_score(y, SVC().fit(X, y).decision_function(X)), 6))
print(export_text(DecisionTreeClassifier(max_depth=2, random_state=0).fit(X, y)))
