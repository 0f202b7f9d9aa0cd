# sympy, networks, units.

# %% derivatives and integrals [short]
from sympy import Integral, cos, diff, exp, integrate, limit, oo, sin, symbols

x, a = symbols("x a", positive=True)
print(diff(sin(x) * exp(-a * x), x))
print(integrate(x * exp(-a * x), (x, 0, oo)), limit(sin(x) / x, x, 0))
integrate(cos(x) ** 2, x)

# %% equations [short]
from sympy import Eq, Rational, solve, symbols, linsolve

x, y = symbols("x y")
print(solve(Eq(x**3 - 6 * x**2 + 11 * x - 6, 0), x), linsolve([x + y - 3, x - y - 1], x, y))
print(solve([x**2 + y**2 - 5, x - y - 1], [x, y]), Rational(1, 3) + Rational(1, 6))

# %% matrices
from sympy import Matrix, simplify, symbols

a, b = symbols("a b")
M = Matrix([[a, 1], [1, b]])
print(M.inv().applyfunc(simplify), M.eigenvals())
M.det()

# %% series, factors, simplification
from sympy import apart, expand, factor, series, simplify, sin, cos, symbols

x = symbols("x")
print(series(cos(x), x, 0, 8), factor(x**4 - 1), expand((x + 2) ** 4))
print(apart((3 * x + 5) / (x**2 - 1)), simplify(sin(x) ** 2 + cos(x) ** 2))

# %% differential equations
from sympy import Function, dsolve, symbols, Eq

t = symbols("t")
f = Function("f")
dsolve(Eq(f(t).diff(t, 2) + 4 * f(t), 0), f(t))

# %% primes and numbers
from sympy import factorint, isprime, nsimplify, pi, prime, primerange, sqrt, N

print(factorint(360360), isprime(2**31 - 1), prime(100), list(primerange(50, 80)))
print(N(pi, 40), nsimplify(0.1), sqrt(8))

# %% latex of a fraction
from sympy import latex, symbols, sqrt

x = symbols("x")
print(latex((x**2 + 1) / sqrt(x - 1)))
(x**2 + 1) / sqrt(x - 1)

# %% mpmath
from mpmath import mp, quad, zeta

mp.dps = 30
print(zeta(3), quad(lambda x: 1 / (1 + x**2), [0, 1]) * 4)

# %% shortest paths
import networkx as nx

G = nx.Graph()
G.add_weighted_edges_from([("a", "b", 4), ("a", "c", 1), ("c", "b", 2), ("b", "d", 5), ("c", "d", 8)])
print(nx.shortest_path(G, "a", "d", weight="weight"), nx.shortest_path_length(G, "a", "d", weight="weight"))
print(nx.pagerank(G, weight=None) == nx.pagerank(G, weight=None), {n: round(c, 4) for n, c in nx.betweenness_centrality(G).items()})
sorted(nx.minimum_spanning_tree(G).edges(data="weight"))

# %% order of tasks
import networkx as nx

D = nx.DiGraph([("wake", "wash"), ("wash", "eat"), ("wake", "coffee"), ("coffee", "work"), ("eat", "work")])
print(list(nx.lexicographical_topological_sort(D)), nx.dag_longest_path_length(D), nx.is_directed_acyclic_graph(D))

# %% units and errors
import pint
from uncertainties import ufloat

u = pint.UnitRegistry()
speed = (100 * u.kilometer) / (9.58 * u.second)
print(speed.to("mile / hour").round(4), (5 * u.degC).to("kelvin"))
ufloat(3.0, 0.1) * ufloat(2.0, 0.05)

# %% queues of a bank
import simpy

log = []
def customer(env, name, bank):
    with bank.request() as turn:
        yield turn
        log.append((env.now, name))
        yield env.timeout(4)

env = simpy.Environment()
bank = simpy.Resource(env, capacity=2)
for i in range(5):
    env.process(customer(env, f"c{i}", bank))
env.run()
log, env.now

# %% validation
from pydantic import BaseModel, Field, ValidationError

class Item(BaseModel):
    name: str
    price: float = Field(gt=0)
    tags: list[str] = []

print(Item(name="pen", price="1.5").model_dump_json())
try:
    Item(name="x", price=-1)
except ValidationError as error:
    print(error.errors()[0]["msg"], error.error_count())
