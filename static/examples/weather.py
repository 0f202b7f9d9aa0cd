# %% [markdown]
# # Three years of weather
# Daily temperature and rain at a coast that does not exist. The thick line is what remains when the days are averaged away.

# %%
import pandas as pd

weather = pd.read_csv("weather.csv", parse_dates=["date"], index_col="date")
weather.describe().round(1)

# %%
import matplotlib.pyplot as plt

smooth = weather["temperature"].rolling(30, center=True).mean()
fig, ax = plt.subplots(figsize=(9, 3.6), layout="constrained")
ax.plot(weather.index, weather["temperature"], lw=0.6, color="#9db8b4", label="each day")
ax.plot(smooth.index, smooth, lw=2.2, color="#0b6a66", label="30 days")
ax.set(title="Temperature at the coast", ylabel="°C")
ax.legend(frameon=False);

# %%
months = weather.groupby([weather.index.year, weather.index.month]).agg(
    warmest=("temperature", "max"), mean=("temperature", "mean"), rain=("rain", "sum")
)
months.index.names = ["year", "month"]
months.round(1)

# %%
wet = weather["rain"] > 0
runs = wet.groupby((wet != wet.shift()).cumsum()).agg(["first", "size"])
dry = int(runs.loc[~runs["first"], "size"].max())
print(f"Rain on {wet.mean():.0%} of days. The longest dry spell lasted {dry} days.")
