"""Events: what was done to make the runtime's files ready, or could not be; each says so in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from belljar.assets.build import Built
from belljar.assets.fetch import Fetched
from belljar.assets.progress import human
from belljar.prepare.capture import Made


@dataclass(frozen=True, slots=True)
class Here:
    """Every file of the allowlist is in the folder."""

    amiss: ClassVar[bool] = False
    fetched: Fetched
    folder: Path

    def __str__(self) -> str:
        one = self.fetched
        new = f"{one.new_files} new, {human(one.new_size)}" if one.new_files else "nothing to fetch"
        return f"All {one.files} files ({human(one.size)}) are in {self.folder}: {new}."


@dataclass(frozen=True, slots=True)
class Taken:
    """Files came out of the installed wheel that carries them."""

    amiss: ClassVar[bool] = False
    files: int

    def __str__(self) -> str:
        return f"Took {self.files} files out of the installed belljar-runtime."


@dataclass(frozen=True, slots=True)
class Compiled:
    """Archives are byte-code now, or were already; those that can't be are named."""

    amiss: ClassVar[bool] = False
    built: Built

    def __str__(self) -> str:
        one = self.built
        done = (
            f"Compiled {one.compiled} of {one.archives} archives in {one.seconds:.0f} s."
            if one.compiled
            else f"All {one.archives} archives are compiled already."
        )
        return "\n".join([*one.left_plain, done])


@dataclass(frozen=True, slots=True)
class LaidOut:
    """Packages are as sandboxes mount them."""

    amiss: ClassVar[bool] = False
    packages: int
    seconds: float

    def __str__(self) -> str:
        return f"Laid out {self.packages} packages in {self.seconds:.0f} s."


@dataclass(frozen=True, slots=True)
class Captured:
    """There is a snapshot of a profile."""

    amiss: ClassVar[bool] = False
    profile: str
    made: Made

    def __str__(self) -> str:
        if not self.made.new:
            return f"The snapshot of {self.profile} is there already."
        return f"Made the snapshot of {self.profile} ({human(self.made.size)}) in {self.made.seconds:.0f} s."


@dataclass(frozen=True, slots=True)
class Compressed:
    """Every compressed copy is there."""

    amiss: ClassVar[bool] = False
    files: int
    seconds: float

    def __str__(self) -> str:
        return f"All {self.files} files have their compressed copies ({self.seconds:.0f} s of a processor)."


@dataclass(frozen=True, slots=True)
class Missed:
    """A step could not be done; what is there already works without it.

    Attributes:
        reason: A sentence.
        price: Another one: what that costs.
    """

    amiss: ClassVar[bool] = True
    reason: str
    price: str = "Sandboxes start from what is there, which takes several times as long."

    def __str__(self) -> str:
        return f"{self.reason} {self.price}"


@dataclass(frozen=True, slots=True)
class Lacking:
    """The files are here, but `belljar assets build` was not run for all of them."""

    amiss: ClassVar[bool] = True
    what: Literal["byte-code", "images", "snapshot"]

    def __str__(self) -> str:
        missing = {
            "byte-code": "Not everything is compiled to byte-code",
            "images": "Not all packages are laid out",
            "snapshot": "There is no snapshot for this version",
        }
        return f"{missing[self.what]}: `belljar assets build` makes sandboxes start faster."


#: What the pipeline tells; `amiss` is what a server's operator wants to know.
Event = Here | Taken | Compiled | LaidOut | Captured | Compressed | Missed | Lacking
