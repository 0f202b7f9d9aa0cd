# %% [markdown]
# # Words of a lighthouse keeper
# A short story, counted. What returns again and again is what it is about.

# %%
import re
from collections import Counter

text = open("keeper.txt", encoding="utf-8").read()
words = re.findall(r"[a-z']+", text.lower())
print(f"{len(words)} words, {len(set(words))} different ones")

# %%
import pandas as pd

small = """the and of to a in i it is that was he she his on at as from with for by then
           who what does so or if be had been have has not no me my an but them they
        """.split()
counts = Counter(word for word in words if word not in small)
common = pd.DataFrame(counts.most_common(15), columns=["word", "times"]).set_index("word")
common

# %%
import matplotlib.pyplot as plt

sentences = [len(s.split()) for s in re.split(r"[.!?:]\s+", text) if s.strip()]
fig, (left, right) = plt.subplots(1, 2, figsize=(9, 3.8), layout="constrained")
left.barh(common.index[:10][::-1], common["times"][:10][::-1], color="#2a8c82")
left.set_title("Most common words")
right.bar(range(len(sentences)), sentences, color="#d9a441", width=1)
right.set(title="The rhythm: words in each sentence", xlabel="sentence");

# %%
for match in list(re.finditer(r"[^.]*\blamp\b[^.]*\.", text))[:4]:
    print("·", " ".join(match.group().split()))
