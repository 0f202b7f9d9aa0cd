# %% [markdown]
# # A picture from numbers
# An image is an array. Make one, blur it, and let its slopes show the edges.

# %%
import numpy as np
import matplotlib.pyplot as plt

size = 260
v, u = np.mgrid[-1:1:size * 1j, -1:1:size * 1j]
r, angle = np.hypot(u, v), np.arctan2(v, u)
picture = np.sin(9 * r - 3 * angle) * np.exp(-1.2 * r**2)
picture += (np.hypot(u - 0.45, v + 0.4) < 0.22) * 1.2
picture += np.random.default_rng(1).normal(0, 0.16, picture.shape)
picture.shape, picture.dtype

# %%
def blur(image, width):
    reach = np.arange(-3 * width, 3 * width + 1)
    kernel = np.exp(-0.5 * (reach / width) ** 2)
    kernel /= kernel.sum()
    along = lambda line: np.convolve(line, kernel, mode="same")
    return np.apply_along_axis(along, 0, np.apply_along_axis(along, 1, image))

smooth = blur(picture, 3)
down, across = np.gradient(smooth)
edges = np.hypot(down, across)

fig, axes = plt.subplots(1, 3, figsize=(9, 3.3), layout="constrained")
for ax, image, title in zip(axes, (picture, smooth, edges), ("noisy", "blurred", "edges")):
    ax.imshow(image, cmap="magma" if title == "edges" else "cividis")
    ax.set_title(title)
    ax.axis("off")

# %%
plt.imsave("edges.png", edges, cmap="magma")
