"""Timing: how long code takes, in the words of notebooks, and where it spends its time."""

from __future__ import annotations

import ast
import getopt
import math
import time
import timeit as clock
from dataclasses import dataclass
from typing import Any

#: Loops are chosen so that one run takes this long, in seconds; there are so many runs.
RUN_SECONDS = 0.05
RUNS = 7
#: A statement slower than this, in seconds, is run once in each of a few runs.
SLOW = 1.0
SLOW_RUNS = 3
#: Lines of a profile.
PROFILED = 25


@dataclass(frozen=True, slots=True)
class TimeitResult:
    """What `%timeit -o` gives. Times are in seconds for one loop."""

    loops: int
    repeat: int
    timings: list[float]

    @property
    def best(self) -> float:
        return min(self.timings)

    @property
    def worst(self) -> float:
        return max(self.timings)

    @property
    def average(self) -> float:
        return math.fsum(self.timings) / len(self.timings)

    @property
    def stdev(self) -> float:
        mean = self.average
        return math.sqrt(math.fsum((one - mean) ** 2 for one in self.timings) / len(self.timings))

    @property
    def all_runs(self) -> list[float]:
        return [one * self.loops for one in self.timings]

    def __str__(self) -> str:
        runs = f"{self.repeat} run{'s' if self.repeat > 1 else ''}"
        loops = f"{self.loops:,} loop{'s' if self.loops > 1 else ''}"
        spread = f"{seconds(self.average)} ± {seconds(self.stdev)}"
        return f"{spread} per loop (mean ± std. dev. of {runs}, {loops} each)"

    def __repr__(self) -> str:
        return f"<TimeitResult : {self}>"


def timeit(text: str, variables: dict[str, Any], body: str | None) -> TimeitResult | None:
    """`%timeit [-n N] [-r R] [-p P] [-o] [-q] statement`, or `%%timeit [options] [setup]` over a body.

    Raises:
        ValueError: An option that there isn't.
    """
    words, code = _split(text)
    try:
        asked = dict(getopt.getopt(words, "n:r:p:otcqv")[0])
    except getopt.GetoptError as error:
        raise ValueError(f"%timeit: {error}") from None
    loops, runs = int(asked.get("-n", 0)), int(asked.get("-r", 0)) or RUNS
    statement, setup = (code or "pass", "pass") if body is None else (body, code or "pass")
    timer = clock.Timer(_timed(statement), setup=setup, globals=variables)
    if loops <= 0:
        loops, took = 1, timer.timeit(1)
        while took < RUN_SECONDS and loops < 10_000_000:
            loops *= 10
            took = timer.timeit(loops)
        if took / loops > SLOW and "-r" not in asked:
            runs = SLOW_RUNS
    result = TimeitResult(loops, runs, [one / loops for one in timer.repeat(runs, loops)])
    if "-q" not in asked:
        print(result)
    return result if "-o" in asked else None


def _timed(code: str) -> str:
    """Code without what `timeit` would take for the end of its own function."""
    return code.strip("\n") if code.strip() else "pass"


def _split(text: str) -> tuple[list[str], str]:
    """The options at the head of a text, and the rest as it is."""
    words: list[str] = []
    rest = text.strip()
    while rest.startswith("-") and rest[1:2].isalpha():
        word, _, after = rest.partition(" ")
        after = after.lstrip()
        words.append(word)
        if word in ("-n", "-r", "-p"):
            value, _, after = after.partition(" ")
            words.append(value)
        rest = after.lstrip()
    return words, rest


def profile(code: str, variables: dict[str, Any]) -> None:
    """`%prun`: run code and say which functions took most of the time."""
    import cProfile
    import pstats

    profiler = cProfile.Profile()
    try:
        profiler.runctx(code, variables, variables)
    finally:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(PROFILED)


def evaluate(code: str, filename: str, variables: dict[str, Any]) -> Any:
    """Run code among variables; returns the value of an expression at its end, or None."""
    tree = ast.parse(code, filename)
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr):
        tree.body.pop()
    compiled = compile(tree, filename, "exec", dont_inherit=True)
    exec(compiled, variables)  # noqa: S102 - running user code is what this is for
    if not isinstance(last, ast.Expr):
        return None
    value = compile(ast.Expression(last.value), filename, "eval", dont_inherit=True)
    return eval(value, variables)  # noqa: S307 - running user code is what this is for


def tell(began: float) -> None:
    """Say how long it took since `began`, a time of `time.perf_counter`."""
    print(f"Wall time: {seconds(time.perf_counter() - began)}")


def seconds(value: float) -> str:
    """A duration, e.g. "12.3 ms"."""
    if value >= 60:
        return f"{int(value // 60)} min {value % 60:.0f} s"
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"
