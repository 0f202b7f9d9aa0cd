# What people do first with numpy and matplotlib together.

# %%
import numpy as np, matplotlib.pyplot as plt

x = np.arange(2000)
fig, ax = plt.subplots()
ax.plot(np.sin(x / 50))
ax.plot(x % 17 * 0.1, "o")
ax.hist(x % 7)
plt.show()

# %%
plt.scatter(np.sin(x), np.cos(x), c=x, alpha=0.3)
plt.imshow(np.outer(x[:50], x[:50]))
plt.contour(np.outer(x[:9], x[:9]))
plt.show()
