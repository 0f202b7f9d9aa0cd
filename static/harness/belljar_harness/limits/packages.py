"""Packages: the `micropip` of user code, which installs from the allowlist and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any

from belljar_harness.advice import advice
from belljar_harness.programs.given import Given, Program
from belljar_harness.source import pip

from .allowlist import canonical
from .loading import Loader

_REQUIREMENT = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?\s*([^;]*?)\s*(;.*)?$")
_EXACT = re.compile(r"^===?\s*([^\s,*]+)$")


class Packages:
    """Installs by name."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    def resolve(self, requirements: str | Iterable[str]) -> list[str]:
        """Names of the allowlist for requirements such as "seaborn", "pandas>=2" or "numpy==2.4.3".

        Raises:
            ValueError: One is not on the allowlist, not by name, or another version than the one there is.
        """
        listed = [requirements] if isinstance(requirements, str) else list(requirements)
        return [self._resolve(str(item).strip()) for item in listed]

    def _resolve(self, requirement: str) -> str:
        allowlist = self._loader.allowlist
        match = _REQUIREMENT.match(requirement)
        if match is None or "/" in requirement or requirement.endswith(".whl"):
            raise ValueError(
                f"{requirement[:200]!r} can't be installed: the sandbox has no network and installs by name. "
                f"{allowlist.sentence()}"
            )
        package = allowlist.get(match[1])
        if package is None:
            name = canonical(match[1])
            raise ValueError(
                f"{match[1]} can't be installed in this sandbox. {advice(name)} {allowlist.sentence()}"
            )
        exact = _EXACT.match(match[3])
        if exact and exact[1] != package.version:
            raise ValueError(
                f"{package.name} {exact[1]} can't be installed: this sandbox has version {package.version}. "
                f"Ask for `{package.name}` without a version."
            )
        return package.name

    async def install(self, requirements: str | Iterable[str], *_: Any, **__: Any) -> None:
        """`micropip.install`: load allowlisted packages. Further arguments are accepted and have no effect.

        Raises:
            ValueError: See `resolve`.
            ImportError: A package could not be loaded.
        """
        await self._loader.load(self.resolve(requirements))

    def versions(self) -> dict[str, str]:
        """Loaded packages and their versions."""
        found = self._loader.allowlist
        return {it.name: it.version for it in found.packages.values() if found.is_loaded(it)}

    def command(self, words: list[str]) -> list[str]:
        """Do what a command of pip's asks; returns what there is to say.

        Args:
            words: What stands behind `pip`, e.g. ["install", "numpy"].

        Raises:
            ValueError: See `resolve`; or it is a command that there isn't here.
            ImportError: A package could not be loaded.
            OSError: A requirements file can't be read.
        """
        if words and words[0] in ("install", "add"):
            for path in pip.missing_files(words[1:]):
                open(path, encoding="utf-8").close()
            names = self.resolve(pip.requirements(words[1:]))
            self._loader.load_now(names)
            versions = self.versions()
            return [f"{name} {versions.get(name, '')} is ready." for name in names]
        name, *named = [word for word in words if not word.startswith("-")] or [""]
        if name == "list":
            return [
                f"{'Package':<24} Version",
                *(f"{key:<24} {it}" for key, it in sorted(self.versions().items())),
            ]
        if name == "freeze":
            return [f"{key}=={it}" for key, it in sorted(self.versions().items())]
        if name == "show":
            found = (self._loader.allowlist.get(one) for one in named)
            return [f"Name: {it.name}\nVersion: {it.version}" for it in found if it is not None]
        if not name:
            return ["pip 25.0 of this sandbox: it installs by name."]
        raise ValueError(f"`pip {name}` is not possible here: packages of the sandbox stay as they are.")

    def program(self, words: list[str]) -> Program | None:
        """What `pip` is to a line that calls programs; None if the words don't call it.

        It raises what `command` raises.
        """
        asked = pip.command(words)

        def said(given: Given) -> list[str]:
            return [f"{line}\n" for line in self.command(asked or [])]

        return None if asked is None else said

    def module(self) -> ModuleType:
        """The module that `import micropip` gives."""
        module = ModuleType("micropip", "Installs packages of this sandbox's allowlist.")

        def uninstall(packages: str | list[str], *, verbose: bool | int = False) -> None:
            """Refused: packages of the sandbox stay. A restart gives a clean Python."""
            raise ValueError(
                "Packages can't be removed from a running sandbox. Restart it to get a clean one."
            )

        def freeze() -> str:
            """Loaded packages as `name==version` lines."""
            return "".join(f"{name}=={version}\n" for name, version in sorted(self.versions().items()))

        def no_effect(*_: Any, **__: Any) -> None:
            """Accepted without effect: packages come from the allowlist, from nowhere else."""

        module.__dict__.update(
            install=self.install,
            uninstall=uninstall,
            list=self.versions,
            freeze=freeze,
            set_index_urls=no_effect,
            set_constraints=no_effect,
            add_mock_package=no_effect,
            __version__="0.11.1",
            __path__=[],
        )
        return module
