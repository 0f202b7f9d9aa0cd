# What people do first with scikit-learn.

# %% first
from sklearn.linear_model import LinearRegression

LinearRegression().fit([[0.0], [1.0], [2.0]], [0.0, 1.0, 2.1]).coef_

# %%
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
import numpy as np

X = np.random.default_rng(1).normal(size=(80, 3))
y = (X[:, 0] > 0).astype(int)
train, test, known, asked = train_test_split(X, y, random_state=0)
model = make_pipeline(StandardScaler(), LogisticRegression()).fit(train, known)
print(
    accuracy_score(asked, model.predict(test)),
    LinearRegression().fit(X, X @ [1, 2, 3]).score(X, X @ [1, 2, 3]),
)
model

# %%
(
    RandomForestClassifier(5, random_state=0).fit(train, known).score(test, asked),
    KMeans(2, n_init=1, random_state=0).fit(X).inertia_,
)
