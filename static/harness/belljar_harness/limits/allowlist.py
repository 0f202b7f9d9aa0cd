"""The allowlist: which packages the sandbox may load, and the sentences that name them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

#: What to name first when telling what there is.
MAIN = ("numpy", "pandas", "matplotlib", "scipy", "scikit-learn", "seaborn", "sympy", "statsmodels", "pillow")
#: How many names a sentence carries.
NAMED = 8


@dataclass(frozen=True, slots=True)
class AllowedPackage:
    """One package: its name as the policy writes it, pinned version, top-level modules and what it needs."""

    name: str
    version: str
    imports: tuple[str, ...]
    depends: tuple[str, ...]


def canonical(name: str) -> str:
    """A package name in the normal form of PEP 503, e.g. "Scikit_Learn" → "scikit-learn"."""
    return re.sub(r"[-_.]+", "-", name).lower()


class Allowlist:
    """Allowed packages and those that are loaded.

    Args:
        data: From the worker: {"packages": {name: {"version", "imports", "depends"}}, "loaded": [names]}.
    """

    def __init__(self, data: dict[str, Any]) -> None:
        self.packages: dict[str, AllowedPackage] = {}
        self._by_module: dict[str, str] = {}
        self.loaded: set[str] = set()
        for name, entry in data.get("packages", {}).items():
            package = AllowedPackage(
                name,
                str(entry.get("version", "")),
                tuple(entry.get("imports") or ()),
                tuple(entry.get("depends") or ()),
            )
            self.packages[canonical(name)] = package
            for module in package.imports:
                # The first wins: a dotted import such as "google.protobuf" also claims "google". Of parts of
                # one namespace ("arro3") the one that needs the others brings all of them.
                top = module.partition(".")[0]
                if self._by_module.setdefault(top, package.name) in package.depends:
                    self._by_module[top] = package.name
        self.mark(data.get("loaded") or ())

    def get(self, name: str) -> AllowedPackage | None:
        """The package of that name in any spelling, or None if it isn't allowed."""
        return self.packages.get(canonical(name))

    def providing(self, module: str) -> AllowedPackage | None:
        """The package that provides a top-level module, or None."""
        name = self._by_module.get(module)
        return None if name is None else self.get(name)

    def mark(self, names: Iterable[str]) -> None:
        """Those packages are loaded."""
        self.loaded.update(canonical(name) for name in names)

    def is_loaded(self, package: AllowedPackage) -> bool:
        return canonical(package.name) in self.loaded

    def missing(self, names: Iterable[str]) -> list[AllowedPackage]:
        """Those packages and what they need, as far as it isn't loaded; what is needed comes first."""
        order: dict[str, AllowedPackage] = {}
        visiting: set[str] = set()

        def visit(name: str) -> None:
            package = self.get(name)
            if package is None or package.name in visiting or self.is_loaded(package):
                return
            visiting.add(package.name)
            for needed in package.depends:
                visit(needed)
            order[package.name] = package

        for name in names:
            visit(name)
        return list(order.values())

    def sentence(self) -> str:
        """E.g. "Available: numpy, pandas, scipy and 40 more."."""
        names = [package.name for package in self.packages.values()]
        if not names:
            return "Available: the Python standard library."
        first = [name for name in MAIN if name in names]
        first += [name for name in sorted(names) if name not in first]
        named, rest = first[:NAMED], len(first) - NAMED
        if rest > 0:
            return f"Available: {', '.join(named)} and {rest} more."
        return f"Available: {', '.join(named)}."
