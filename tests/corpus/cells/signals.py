# FFT, filters, interpolation, optimisation, integrals, differential equations.

# %% frequencies of a signal [short]
import numpy as np

fs = 500
t = np.arange(0, 2, 1 / fs)
x = np.sin(2 * np.pi * 50 * t) + 0.5 * np.sin(2 * np.pi * 120 * t)
power = np.abs(np.fft.rfft(x)) / len(x) * 2
freqs = np.fft.rfftfreq(len(x), 1 / fs)
top = np.argsort(power)[-2:][::-1]
list(zip(freqs[top].tolist(), power[top].round(6).tolist()))

# %% butterworth filter
import numpy as np
from scipy import signal

t = np.linspace(0, 1, 400, endpoint=False)
x = np.sin(2 * np.pi * 5 * t) + np.sin(2 * np.pi * 60 * t)
b, a = signal.butter(4, 15, fs=400)
y = signal.filtfilt(b, a, x)
print(b.round(8), a.round(6))
round(float(np.abs(y - np.sin(2 * np.pi * 5 * t))[50:-50].max()), 6)

# %% peaks
import numpy as np
from scipy.signal import find_peaks

x = np.sin(np.linspace(0, 30, 600)) * np.linspace(1, 2, 600)
peaks, props = find_peaks(x, height=1.2, distance=20)
print(peaks, props["peak_heights"].round(4))

# %% convolution and correlation
import numpy as np
from scipy import signal

a = np.array([1, 2, 3, 4.0])
k = np.array([0.25, 0.5, 0.25])
print(np.convolve(a, k, "same"), signal.correlate(a, [1, 0, -1], "valid"))
signal.fftconvolve(np.eye(3), np.ones((2, 2))).round(6)

# %% spline
import numpy as np
from scipy.interpolate import CubicSpline, PchipInterpolator, interp1d

x = np.arange(6)
y = np.array([0, 1, 4, 9, 16, 25.0])
grid = np.array([0.5, 2.25, 4.9])
print(CubicSpline(x, y)(grid).round(8), interp1d(x, y)(grid), PchipInterpolator(x, y)(grid).round(8))

# %% minimise the rosenbrock function
import numpy as np
from scipy.optimize import minimize, rosen, rosen_der

result = minimize(rosen, [-1.2, 1.0, 0.8], jac=rosen_der, method="BFGS")
print(result.success, result.x.round(4), result.nit > 5)

# %% constrained optimisation
from scipy.optimize import minimize

cons = [{"type": "ineq", "fun": lambda x: x[0] - 2 * x[1] + 2}, {"type": "ineq", "fun": lambda x: -x[0] - 2 * x[1] + 6}]
r = minimize(lambda x: (x[0] - 1) ** 2 + (x[1] - 2.5) ** 2, (2, 0), bounds=[(0, None)] * 2, constraints=cons, method="SLSQP")
r.x.round(4).tolist(), round(r.fun, 4)

# %% a linear program [short]
from scipy.optimize import linprog

r = linprog([-3, -5], A_ub=[[1, 0], [0, 2], [3, 2]], b_ub=[4, 12, 18])
print(r.status, r.fun, r.x)

# %% an assignment
import numpy as np
from scipy.optimize import linear_sum_assignment

cost = np.array([[4, 1, 3], [2, 0, 5], [3, 2, 2]])
rows, cols = linear_sum_assignment(cost)
print(list(zip(rows.tolist(), cols.tolist())), cost[rows, cols].sum())

# %% fit a curve
import numpy as np
from scipy.optimize import curve_fit

def model(x, a, b, c):
    return a * np.exp(-b * x) + c

x = np.linspace(0, 4, 50)
y = model(x, 2.5, 1.3, 0.5) + 0.05 * np.random.default_rng(0).normal(size=50)
p, cov = curve_fit(model, x, y)
print(p.round(5), np.sqrt(np.diag(cov)).round(5))

# %% roots
import numpy as np
from scipy.optimize import brentq, fsolve

print(brentq(lambda x: x**3 - 2 * x - 5, 2, 3), fsolve(lambda v: [v[0] ** 2 + v[1] ** 2 - 4, v[0] - v[1]], [1, 1]).round(8))
np.roots([1, -6, 11, -6]).round(8)

# %% integrals
import numpy as np
from scipy.integrate import dblquad, quad, simpson

print(quad(lambda x: np.exp(-x**2), -np.inf, np.inf)[0], dblquad(lambda y, x: x * y, 0, 1, 0, 2)[0])
x = np.linspace(0, np.pi, 101)
simpson(np.sin(x), x=x), np.trapezoid(np.sin(x), x)

# %% predators and prey
import numpy as np
from scipy.integrate import solve_ivp

sol = solve_ivp(lambda t, z: [z[0] * (1.1 - 0.4 * z[1]), z[1] * (0.1 * z[0] - 0.4)], (0, 40), [10, 5], rtol=1e-8, atol=1e-8, t_eval=[0, 10, 20, 40])
print(sol.status, sol.y.round(4))

# %% spatial
import numpy as np
from scipy.spatial import ConvexHull, KDTree, distance

pts = np.array([[0, 0], [1, 0], [1, 1], [0, 1], [0.5, 0.4], [2, 2]])
print(KDTree(pts).query([0.6, 0.5], k=2), ConvexHull(pts).volume)
distance.cdist(pts[:3], pts[3:]).round(4)

# %% images
import numpy as np
from scipy import ndimage

img = np.zeros((9, 9))
img[1:3, 1:4] = 1
img[5:8, 5:8] = 2
labels, n = ndimage.label(img)
print(n, ndimage.center_of_mass(img, labels, [1, 2]))
ndimage.gaussian_filter(img, 1).round(4)[4:7, 4:7]

# %% special functions
from scipy import constants, special

print(special.gamma(5.5), special.erf(0.5), special.jv(0, 2.4048), special.comb(50, 5, exact=True))
constants.c, constants.physical_constants["electron mass"][0], special.expit(0.3)
