# %% [markdown]
# # Finding the groups
# k-means sees only the numbers. Does it find the four finches? scikit-learn is loaded by the first cell.

# %%
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.preprocessing import StandardScaler

finches = pd.read_csv("finches.csv").dropna()
numbers = ["beak_length", "beak_depth", "wing", "weight"]
scaled = StandardScaler().fit_transform(finches[numbers])
finches["group"] = KMeans(n_clusters=4, n_init=10, random_state=0).fit_predict(scaled)
pd.crosstab(finches["species"], finches["group"])

# %%
import matplotlib.pyplot as plt
from sklearn.decomposition import PCA

flat = PCA(2).fit_transform(scaled)
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), sharey=True, layout="constrained")
left.scatter(*flat.T, c=finches["group"], cmap="viridis", s=18, lw=0)
left.set_title("groups found")
species = finches["species"].astype("category").cat.codes
right.scatter(*flat.T, c=species, cmap="viridis", s=18, lw=0)
right.set_title("species, as observed");

# %%
from sklearn.metrics import silhouette_score

scores = {}
for k in range(2, 8):
    groups = KMeans(k, n_init=10, random_state=0).fit_predict(scaled)
    scores[k] = silhouette_score(scaled, groups)
pd.Series(scores, name="silhouette").rename_axis("groups").to_frame().round(3)
