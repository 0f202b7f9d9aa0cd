"""Check: `belljar check DOCS`: every cell of a docs folder in a real sandbox, for CI."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from belljar.commands.arguments import add_assets_dir, add_backend, add_seconds
from belljar.errors import CellsError, UnavailableError

if TYPE_CHECKING:
    from belljar.cells import Checked, Document
    from belljar.cells.rewriting import Edit
    from belljar.cells.running import Finding

#: There is nowhere to run cells: EX_UNAVAILABLE of sysexits.h.
_UNAVAILABLE = 69


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "check",
        help="run every cell of a docs folder and fail where one does",
        description="Runs the cells of a docs folder (Markdown, MyST, reStructuredText, HTML) in a sealed "
        "sandbox and compares their output with the one that the docs say they have.",
        epilog="Exit codes: 0 every cell holds, 1 one does not (or there is none), 2 the command is wrong, "
        "69 there is nowhere to run them.",
    )
    parser.add_argument("docs", type=Path, metavar="DOCS", help="the folder, or one document")
    parser.add_argument(
        "--exclude",
        action="append",
        default=[],
        metavar="PATTERN",
        help="pass over documents whose path in the folder matches, as 'drafts/*'; may be repeated",
    )
    add_seconds(parser, "--timeout", "running time of a cell that says none itself; loading never counts")
    parser.add_argument(
        "--store", type=Path, metavar="FILE", help="write what each cell gave, for pages that show it at once"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="write outputs that differ into the Markdown and reStructuredText",
    )
    add_backend(parser)
    add_assets_dir(parser)
    parser.set_defaults(func=check_command)


def check_command(args: argparse.Namespace) -> int:
    """Runs the cells, tells what is wrong, and gives the exit code.

    Raises:
        BelljarError: The folder can't be read, has no cells, or a file can't be written.
    """
    # Late, as below: only this command needs what drives browsers.
    from belljar.cells import find_documents

    documents = find_documents(args.docs, args.exclude)
    if not documents:
        raise CellsError(
            f"{args.docs} has no cells: no ```python belljar fence, no belljar directive, no <bell-jar>. "
            "Is it the right folder?"
        )
    try:
        checked = asyncio.run(_check(documents, args))
    except UnavailableError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return _UNAVAILABLE
    findings = _update(checked.findings) if args.update else checked.findings
    if args.store is not None:
        checked.results.write(args.store)
    ran = f"{_plural(checked.cells, 'cell')} in {_plural(len(documents), 'document')}"
    print(f"{ran}; {_plural(len(findings), 'problem')}." if findings else f"{ran}: all hold.")
    return 1 if findings else 0


async def _check(documents: list[Document], args: argparse.Namespace) -> Checked:
    from belljar.backends import find_backend
    from belljar.cells import check

    backend = find_backend(args.backend)
    try:
        return await check(documents, backend, timeout=args.timeout, found=_say)
    finally:
        await backend.close()


def _say(finding: Finding) -> None:
    print(finding, flush=True)


def _update(findings: Sequence[Finding]) -> list[Finding]:
    """Writes outputs that differ; gives what is left."""
    from belljar.cells.rewriting import rewrite

    edits: dict[Path, list[Edit]] = {}
    for finding in findings:
        if finding.edit is not None:
            edits.setdefault(finding.document.path, []).append(finding.edit)
    for path, made in edits.items():
        rewrite(path, made)
        print(f"{path}: {_plural(len(made), 'output')} written.")
    return [finding for finding in findings if finding.edit is None]


def _plural(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
