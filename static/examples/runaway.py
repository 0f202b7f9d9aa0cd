# %% [markdown]
# # A loop that never ends
# Run the cells, then press **Stop** (or Esc twice). The page stays alive, and so do your variables where the browser allows.

# %%
treasure = "still here"
steps = 0

# %%
while True:
    steps += 1

# %%
print(f"After {steps:,} steps, treasure is {treasure}.")
