"""What a run of the corpus found: a summary, docs/fidelity.md, and the answers of the short form."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .cell import Cell

#: Share of a figure's pixels that may differ visibly.
NEAR = 0.01

#: What `make gallery` found, which is run in pieces and told here by hand.
GALLERY = (
    "## matplotlib's gallery",
    "",
    "`make gallery` runs matplotlib's own scripts here and in a plain Pyodide page of the same files,",
    "and compares what `savefig` writes of each figure. Every fourth of its 550 scripts has run so (1",
    "December 2026, matplotlib 3.10.8): 125 of 138 gave the same bytes. Nine fail in both (they want",
    "other toolkits for windows, LaTeX, a file beside them or arguments; one has an emoji that the",
    "comparison breaks), one in plain Pyodide alone, which has no processes. Three differ here: two call",
    "`fig.show()`, after which no figure seems to be left open to compare, and one divides by the time",
    "between two looks at the clock, presumably none here; neither was looked into further.",
)


@dataclass(frozen=True)
class Report:
    """Answers by the id of their cells: of a native Python, of belljar, and what differs."""

    cells: list[Cell]
    native: Mapping[str, dict]
    ours: Mapping[str, dict]
    found: Mapping[str, dict]
    #: Why cells may differ, by id.
    reasons: Mapping[str, str]
    #: Packages of which the native Python has another version: the sandbox's, and its own.
    apart: Mapping[str, tuple[str, str]]
    python: str

    @property
    def differing(self) -> list[str]:
        """Ids of cells that differ."""
        return [cell.id for cell in self.cells if self.what(cell.id)]

    @property
    def unexplained(self) -> list[str]:
        """Those without a reason."""
        return [name for name in self.differing if name not in self.reasons]

    def what(self, name: str) -> str:
        """What of a cell differs; empty where nothing does."""
        found = self.found[name]
        kinds = list(found["differs"])
        theirs, ours = found["figures"]
        if theirs != ours:
            kinds.append(f"{ours} figures instead of {theirs}")
        worst = max(found["pixels"], default=0)
        if worst > NEAR:
            kinds.append(f"{worst:.1%} of a figure's pixels")
        return ", ".join(kinds)

    def shown(self, answer: dict) -> str:
        """An answer as text, for people who look at a difference."""
        return "\n".join(str(answer[kind]) for kind in ("error", "stdout", "text", "table") if answer[kind])[
            :3_000
        ]

    def summary(self) -> str:
        """One line of numbers."""
        pixels = [share for found in self.found.values() for share in found["pixels"]]
        same = sum(share == 0 for share in pixels)
        near = sum(0 < share <= NEAR for share in pixels)
        equal = len(self.cells) - len(self.differing)
        return (
            f"{equal} of {len(self.cells)} cells gave the same; {len(pixels)} figures: {same} the same in "
            f"every pixel, {near} near (at most {NEAR:.0%} of the pixels differ visibly), "
            f"{len(pixels) - same - near} not."
        )

    def page(self) -> str:
        """docs/fidelity.md."""
        themes = Counter(cell.id.partition("/")[0] for cell in self.cells)
        equal = Counter(name.partition("/")[0] for name in self.found if not self.what(name))
        lines = [
            "# Fidelity: the same as at home",
            "",
            "`make corpus` runs cells as models write them (`tests/corpus/cells`) in an ordinary Python with",
            "the same versions of the packages, and in the sandbox: one warm page, a clean Python for each",
            "cell. Texts and tables are to be equal to the letter, figures near. The run writes this page;",
            "`make test` compares a short form with stored answers.",
            "",
            self.summary(),
            "",
            "| Theme | Cells | The same |",
            "|---|---|---|",
            *(f"| {theme} | {count} | {equal[theme]} |" for theme, count in sorted(themes.items())),
            "",
            f"The native side was Python {self.python}, the sandbox's is its own. "
            + (
                "Other versions there, where the same does not go with the others: "
                + ", ".join(
                    f"{name} {own} (the sandbox has {ours})"
                    for name, (ours, own) in sorted(self.apart.items())
                )
                + "."
                if self.apart
                else "All packages had the same versions."
            ),
            "",
            "## What differs, and why",
            "",
        ]
        if self.differing:
            lines += ["| Cell | What differs | Why |", "|---|---|---|"]
            lines += [
                f"| {name} | {self.what(name)} | {self.reasons.get(name, '**not known**')} |"
                for name in self.differing
            ]
        else:
            lines.append("Nothing.")
        return "\n".join([*lines, "", *GALLERY]) + "\n"

    def short(self) -> str:
        """Native answers of the short form, as JSON."""
        kept = [
            {
                "id": cell.id,
                "code": cell.code,
                **{kind: self.native[cell.id][kind] for kind in ("stdout", "text", "table", "error")},
                "figures": self.found[cell.id]["coarse"],
            }
            for cell in self.cells
            if cell.short
        ]
        return json.dumps(kept, indent=1, ensure_ascii=False) + "\n"
