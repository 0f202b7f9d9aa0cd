# What people do first with matplotlib.

# %% first
import matplotlib.pyplot as plt

plt.plot([1, 2], [2, 1], label="$x^2$")
plt.title("A")
plt.legend()
plt.show()

# %%
import matplotlib.pyplot as plt

figure, axes = plt.subplots(2, 3, figsize=(9, 6))
x = [1, 2, 3, 4]
axes[0, 0].plot(x, [2, 4, 3, 5], "r--o", label="line")
axes[0, 0].legend()
axes[0, 0].grid(True)
axes[0, 0].set_xlabel("x")
axes[0, 1].bar(["a", "b", "c"], [3, 1, 2], color="tab:orange")
axes[0, 1].set_ylim(0, 5)
axes[0, 2].hist([1, 2, 2, 3, 3, 3], bins=3, alpha=0.5)
axes[0, 2].set_title("a histogram")
axes[1, 0].scatter(x, x, c=x, s=50, cmap="viridis")
axes[1, 0].axhline(2, color="k", lw=0.5)
axes[1, 1].imshow([[1, 2], [3, 4]])
axes[1, 1].annotate("here", (0, 0), (0.5, 0.5), arrowprops={"arrowstyle": "->"})
axes[1, 2].pie([1, 2, 3], labels=["a", "b", "c"], autopct="%d%%")
figure.suptitle("six")
plt.tight_layout()
plt.show()

# %%
plt.figure()
plt.semilogy([1, 10, 100])
plt.fill_between([0, 1, 2], [1, 2, 3])
plt.text(0, 1, "a")
plt.xlabel("x")
plt.show()

# %%
import matplotlib.pyplot as plt

xs, ys, grid = [1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 3.0, 5.0], [[1.0, 2.0, 3.0], [3.0, 4.0, 5.0], [5.0, 1.0, 2.0]]
kinds = "plot scatter bar barh step stem stackplot fill_between fill_betweenx errorbar loglog semilogx semilogy hlines hist hist2d pie boxplot violinplot imshow matshow pcolormesh pcolor contour contourf quiver streamplot hexbin eventplot spy ecdf stairs fill axhline axvline axhspan axvspan triplot tricontour"
for kind in kinds.split():
    figure, ax = plt.subplots(figsize=(3, 2))
    for given in (
        (xs, ys),
        (xs, 0, ys),
        (xs,),
        (grid,),
        (grid, grid),
        (grid, grid, grid, grid),
        (1,),
        (1, 2),
    ):
        if attempt(lambda: getattr(ax, kind)(*given))[1]:
            break
    ax.set(title=kind, xlabel="$x^2$", xlim=(0, 5))
    figure.canvas.draw()
    plt.close(figure)
figure = plt.figure()
ax = figure.add_subplot(1, 2, 1, projection="polar")
ax.plot(xs, ys)
ax = figure.add_subplot(1, 2, 2, projection="3d")
attempt(lambda: ax.plot(xs, ys, ys))
plt.show()

# %%
fig, ax = plt.subplots()
im = ax.imshow([[n * m % 7 / 7 for n in range(10)] for m in range(10)], cmap="hot")
fig.colorbar(im, label="c")
ax.set_title("x")
plt.show()

# %%
plt.boxplot([[1, 2, 3], [2, 3, 9]])
plt.errorbar([1, 2], [1, 2], yerr=0.5)
plt.colorbar(plt.contourf([[1, 2], [2, 3]]))
plt.show()
