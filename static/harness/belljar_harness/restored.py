"""An interpreter that was captured on one machine and goes on, on another: what is new, what must hold."""

from __future__ import annotations

import contextlib
import importlib
import re
import sys
import time
from typing import Any

from . import warming
from .interpreter import startup
from .show import tables

#: State in which modules remember what must differ from sandbox to sandbox.
_REMEMBERED = {"tempfile": {"_name_sequence": None}, "uuid": {"_node": None, "_last_timestamp": None}}

#: The state of a Mersenne Twister in memory: so many words, then how many are used up (`mt19937_state` in
#: numpy/random/src).
_WORDS = 624

#: Those two of `numpy.random`'s own generator, where there is one at the capture.
_TWISTERS: list[tuple[Any, Any]] = []

#: What a snapshot has imported of packages whose modules nobody imports all of, by the package. Importing
#: these takes five seconds, so it is not done where nobody asked for it: a start from the packages leaves it.
_IMPORTED = {
    "scipy": ("scipy.optimize", "scipy.stats"),
    "scikit-learn": (
        "sklearn.cluster",
        "sklearn.decomposition",
        "sklearn.ensemble",
        "sklearn.linear_model",
        "sklearn.metrics",
        "sklearn.model_selection",
        "sklearn.pipeline",
        "sklearn.preprocessing",
    ),
}

#: Compiled beforehand: that takes longer than the check.
_NUMBER = re.compile(r"(\d+)")


def settle(packages: list[str]) -> None:
    """Make the interpreter ready for its capture: import and use what `packages` are for, leave no traces.

    The hash seed of `str` stays the fixed one it was captured with (PYTHONHASHSEED=0): it is in every dict.
    """
    import os

    warming.prepare(packages)
    for module in (module for package in packages for module in _IMPORTED.get(package, ())):
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    if "pandas" in sys.modules:
        tables.set_defaults(sys.modules["pandas"])  # each session would; it finds them set
    os.environ.pop("PYTHONHASHSEED", None)
    while sys.path and sys.path[0] == "":
        sys.path.pop(0)
    startup.shorten()
    _find_twister()
    warming.freeze()


def wake() -> None:
    """Fresh randomness, this machine's time zone. Call once, right after the restore."""
    import os
    import random

    random.seed()
    for words, used in _TWISTERS:  # what `numpy.random.seed()` does, whose code nothing else needs
        words.raw = os.urandom(len(words))
        used.value = _WORDS
    for name, state in _REMEMBERED.items():
        if name in sys.modules:
            vars(sys.modules[name]).update(state)
    while sys.path.count("") > 1:
        sys.path.remove("")
    _set_time_zone()
    problem = check()
    if problem:
        raise RuntimeError(f"the restored interpreter failed its self-check: {problem}")


def _find_twister() -> None:
    """Look up where `numpy.random`'s own generator has its state, and leave nothing else of it."""
    if "numpy.random" not in sys.modules:
        return
    import ctypes

    np = sys.modules["numpy"]
    np.random.set_state(("MT19937", np.zeros(_WORDS, np.uint32), _WORDS, 0, 0.0))
    at = np.random.get_bit_generator().ctypes.state_address
    words = (ctypes.c_char * (4 * _WORDS)).from_address(at)
    _TWISTERS.append((words, ctypes.c_int.from_address(at + len(words))))


def _set_time_zone() -> None:
    """What `time.tzset` does, which WebAssembly lacks: C knows the zone, `time`'s constants do not."""
    year = time.localtime().tm_year
    winter, summer = (time.localtime(time.mktime((year, month, 1, 0, 0, 0, 0, 1, -1))) for month in (1, 7))
    if winter.tm_gmtoff > summer.tm_gmtoff:
        winter, summer = summer, winter
    time.timezone, time.altzone = -winter.tm_gmtoff, -summer.tm_gmtoff
    time.daylight = int(winter.tm_gmtoff != summer.tm_gmtoff)
    time.tzname = (winter.tm_zone, summer.tm_zone)


def check() -> str:
    """A dozen quick assertions on memory, libraries, table and clock.

    Returns:
        What does not hold; empty when all is well.
    """
    for name, holds in _CHECKS.items():
        try:
            if not holds():
                return name
        except Exception as error:
            return f"{name} ({type(error).__name__}: {error})"
    return ""


def _raises() -> bool:
    try:
        dict[str, int]()["missing"]
    except KeyError as error:
        return error.args == ("missing",)
    return False


def _numpy() -> bool:
    np = sys.modules.get("numpy")
    if np is None:
        return True
    # Nothing, here and below, that a first cell would not use: what is called for the first time is compiled
    # while somebody waits. Solving two equations took 2 ms.
    a = np.arange(6.0).reshape(2, 3)
    return bool(a.sum() == 15.0 and a.T[2, 1] == 5.0)


def _pandas() -> bool:
    pd = sys.modules.get("pandas")
    return bool(pd is None or (pd.isna(None) and not pd.isna("")))


def _regex() -> bool:
    return _NUMBER.sub(lambda found: str(int(found[1]) * 2), "a21") == "a42"


def _json() -> bool:
    import json

    return bool(json.loads(json.dumps({"a": [1.5, None, "ü"]})) == {"a": [1.5, None, "ü"]})


_CHECKS = {
    "integers": lambda: pow(3, 70, 1_000_003) == 3**70 % 1_000_003,
    "floats": lambda: (0.1 + 0.2 == 0.30000000000000004) and float("1e308") * 10 == float("inf"),
    "strings and hashes": lambda: {"sys", "os"} <= set(sys.modules) and sys.modules["sys"] is sys,
    "exceptions": _raises,
    "regular expressions": _regex,
    "JSON": _json,
    "sorting": lambda: sorted([3, 1, 2], key=lambda n: -n) == [3, 2, 1],
    "bytes": lambda: bytes([97]) + b"b" == b"ab" and int.from_bytes(b"\1\2", "big") == 258,
    "generators": lambda: sum(n for n in range(4)) == 6,
    "the clock": lambda: time.time() > 1_700_000_000 and time.perf_counter() > 0,
    "numpy": _numpy,
    "pandas": _pandas,
}
