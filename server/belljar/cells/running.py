"""Running: cells in a sandbox, one for each document, and what differs from what the document says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

from belljar.answers.execution import Execution
from belljar.answers.reprs import visible
from belljar.answers.results import Logs
from belljar.backends import Backend
from belljar.cells.cell import Cell
from belljar.cells.documents import Document
from belljar.cells.prompts import Example, examples, holds, raised, shown, wanted_lines
from belljar.cells.results import Page, Results
from belljar.cells.rewriting import Edit
from belljar.client.sandbox import AsyncSandbox
from belljar.errors import UnavailableError

#: Lines of an output that are told.
_TOLD = 20
_TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a cell.

    Attributes:
        document: Where it stands.
        line: Line of the document, from 1.
        text: A sentence; below it, indented, what there is to see.
        edit: Lines that would make a differing output right, where that can be.
    """

    document: Document
    line: int
    text: str
    edit: Edit | None = None

    def __str__(self) -> str:
        return f"{self.document.path}:{self.line}: {self.text}"


@dataclass(slots=True)
class Checked:
    """What came of a check.

    Attributes:
        cells: How many ran.
        findings: What is wrong.
        results: What each cell gave.
    """

    cells: int = 0
    findings: list[Finding] = field(default_factory=list)
    results: Results = field(default_factory=Results)


async def check(
    documents: Sequence[Document],
    backend: Backend,
    *,
    timeout: float | None = None,  # noqa: ASYNC109 - measured in the sandbox, loading not counted
    found: Callable[[Finding], None] = lambda _: None,
) -> Checked:
    """Runs every cell, those of a document in their order, each document in a sandbox of its own.

    Args:
        documents: From `find_documents`.
        backend: Where they run; left open.
        timeout: Seconds for a cell that says none itself.
        found: Hears each finding when it is made.

    Raises:
        UnavailableError: There is nowhere to run them.
    """
    checked = Checked()
    for document in documents:
        packages = {name for cell in document.cells for name in cell.packages}
        sandbox = AsyncSandbox(backend, packages=sorted(packages) if packages else None)
        try:
            run = _Run(document, sandbox, timeout, checked, checked.results.page(), found)
            for cell in document.cells:
                await run.cell(cell)
        finally:
            await sandbox.close()
    return checked


class _Run:
    """One document's."""

    def __init__(
        self,
        document: Document,
        sandbox: AsyncSandbox,
        timeout: float | None,
        checked: Checked,
        page: Page,
        found: Callable[[Finding], None],
    ) -> None:
        self._document = document
        self._sandbox = sandbox
        self._timeout = timeout
        self._checked = checked
        self._page = page
        self._found = found
        self._prepared: set[tuple[str, str]] = set()
        self._files: set[str] = set()

    async def cell(self, cell: Cell) -> None:
        if cell.problem:
            return self._tell(cell.line, cell.problem)
        if not (await self._put_files(cell) and await self._prepare(cell)):
            return None
        try:
            prompts = examples(cell.code)
        except ValueError as error:
            return self._tell(cell.line, f"its prompts can't be read: {error}.")
        self._checked.cells += 1
        execution = await (self._prompts(cell, prompts) if prompts else self._plain(cell))
        self._page.add(execution, cell.code, session=cell.session, setup=cell.setup)
        return None

    async def _plain(self, cell: Cell) -> Execution:
        execution = await self._execute(cell.code, cell)
        expected = cell.expected
        if expected is None or (not execution.ok and _TRACEBACK not in expected.text):
            if not execution.ok:
                self._tell_failure(cell.line, execution)
        elif not holds(expected.text, execution):
            edit = None
            if execution.ok and cell.writable:
                new = shown(execution).rstrip("\n").split("\n")
                edit = Edit.of(expected.first, expected.lines, expected.indent, new)
            self._tell_difference(expected.first, expected.text, execution, edit)
        return execution

    async def _prompts(self, cell: Cell, prompts: Sequence[Example]) -> Execution:
        given: list[Execution] = []
        for example in prompts:
            if example.skip:
                continue
            execution = await self._execute(example.code, cell)
            given.append(execution)
            line = cell.line + example.at
            if holds(example.want, execution, example.flags):
                continue
            if not execution.ok and _TRACEBACK not in example.want:
                self._tell_failure(line, execution)
                continue
            edit = None
            if execution.ok and cell.writable:
                source, want = example.lines
                edit = Edit.of(line + source, want, cell.indent + example.indent, wanted_lines(execution))
            self._tell_difference(line, example.want, execution, edit)
        return _joined(given)

    async def _execute(self, code: str, cell: Cell) -> Execution:
        timeout = self._timeout if cell.timeout is None else cell.timeout
        execution = await self._sandbox.execute(code, timeout=timeout, context=cell.session)
        if execution.status == "unavailable":
            raise UnavailableError(execution.note or "There is nowhere to run the cells.")
        return execution

    async def _prepare(self, cell: Cell) -> bool:
        """Runs hidden code that has not run in this session; whether the cell can run now."""
        asked = (cell.session, cell.setup.strip())
        if not cell.setup.strip() or asked in self._prepared:
            return True
        self._prepared.add(asked)
        execution = await self._execute(cell.setup, cell)
        if not execution.ok:
            self._tell(cell.line, f"its setup failed: {visible(raised(execution) or execution.status)}")
        return execution.ok

    async def _put_files(self, cell: Cell) -> bool:
        for name, address in cell.files.items():
            if name in self._files:
                continue
            problem = await self._put(name, address)
            if problem:
                self._tell(cell.line, problem)
                return False
            self._files.add(name)
        return True

    async def _put(self, name: str, address: str) -> str | None:
        """Puts a file of the docs into the sandbox; a sentence where that can't be."""
        document = self._document
        if "://" in address or address.startswith("//"):
            return f"its file {name} is at {address}, and no network is taken here. Put it into the docs."
        start = document.root if address.startswith("/") else document.path.parent
        path = (start / address.lstrip("/")).resolve()
        if not path.is_relative_to(document.root.resolve()):
            return f"its file {name} is outside of the docs ({address})."
        if not path.is_file():
            return f"its file {name} is not there: {address} names no file of the docs."
        try:
            await self._sandbox.files.write(name, path)
        except ValueError as error:
            return f"its file {name} can't be put beside it: {error}"
        return None

    def _tell(self, line: int, text: str, edit: Edit | None = None) -> None:
        finding = Finding(self._document, line, text, edit)
        self._checked.findings.append(finding)
        self._found(finding)

    def _tell_failure(self, line: int, execution: Execution) -> None:
        error = execution.error
        at = line + ((error.line or 1) - 1 if error else 0)
        reason = raised(execution)
        if execution.status != "error":
            reason = (
                f"{execution.status}: {error.value if error and error.value else execution.note or reason}"
            )
        hint = f"\n{_indented(error.hint)}" if error is not None and error.hint else ""
        self._tell(at, f"{visible(reason)}{hint}")

    def _tell_difference(self, line: int, want: str, execution: Execution, edit: Edit | None) -> None:
        got = shown(execution) if execution.ok else raised(execution)
        told = f"  expected:\n{_indented(want, 4)}\n  but it was:\n{_indented(got, 4)}"
        self._tell(line, f"the output differs\n{told}", edit)


def _joined(given: Iterable[Execution]) -> Execution:
    """The prompts of a block as one execution, with the values as a shell prints them."""
    all_ = list(given)
    failed = next((one for one in all_ if not one.ok), None)
    last = failed or (all_[-1] if all_ else Execution("ok"))
    return replace(
        last,
        results=tuple(
            replace(result, is_main=False) for one in all_ for result in one.results if result.is_plot
        ),
        logs=Logs("".join(map(shown, all_)), "".join(one.stderr for one in all_)),
        duration_ms=sum(one.duration_ms for one in all_),
        files=tuple(change for one in all_ for change in one.files),
        packages=tuple(dict.fromkeys(name for one in all_ for name in one.packages)),
    )


def _indented(text: str, by: int = 2) -> str:
    """Text for a terminal, cut to what people read."""
    lines = text.rstrip("\n").split("\n") if text.strip() else ["(nothing)"]
    more = [f"… {len(lines) - _TOLD} more lines"] if len(lines) > _TOLD else []
    return "\n".join(f"{' ' * by}{visible(line)[:500]}" for line in [*lines[:_TOLD], *more])
