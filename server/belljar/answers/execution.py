"""Execution: the complete answer to one `execute`, the same from every backend and on the wire."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self, cast

from belljar.answers.blocks import MAX_IMAGES, Provider
from belljar.answers.budget import MAX_CHARS
from belljar.answers.results import STATUSES, Blocked, ErrorInfo, FileChange, Logs, Result, Status, Truncated
from belljar.untrusted import rebuilt
from belljar.untrusted.rebuilt import MalformedError

#: Exit code by status, for programs that run programs; `error` is 1 unless the code called `sys.exit`.
EXIT_CODES: Mapping[str, int] = {
    "ok": 0,
    "error": 1,
    "unavailable": 69,  # EX_UNAVAILABLE of sysexits.h
    "timeout": 124,  # as timeout(1)
    "refused": 126,  # as a shell says "cannot be executed"
    "interrupted": 130,  # 128 + SIGINT
    "crashed": 134,  # 128 + SIGABRT
}


@dataclass(frozen=True, slots=True, repr=False)
class Execution:
    """What one run gave. Made by the backends; compare, keep and send it as you like.

    Attributes:
        status: "ok", "error" (the code raised), "timeout", "interrupted", "crashed" (Python or its
            browser died), "refused" (against the policy; it never ran) or "unavailable" (there was nowhere to
            run it).
        results: Everything shown, in order; the value of the last expression has `is_main`.
        logs: What was printed.
        error: Why the status is not "ok".
        ran: Whether the code began to run: not when it was refused, could not be compiled, or was stopped
            before. Where nobody says it, it ran if it was counted.
        execution_count: Number of this run in its session, from 1; 0 where it has none.
        duration_ms: Running time in milliseconds; loading packages is not counted.
        files: Files the code made, changed or deleted; `sandbox.files.read` has their bytes. Of code that was
            ended, those that had been handed over by then.
        truncated: What was left out of the output because there was too much of it.
        blocked: What the sandbox was refused while the code ran. Said from inside: information, not evidence.
        packages: Packages that were loaded for this run.
        note: What was lost and what was kept, in a sentence, where anything was.
        backend: Name of the backend that answered.
    """

    status: Status
    results: tuple[Result, ...] = ()
    logs: Logs = field(default_factory=Logs)
    error: ErrorInfo | None = None
    execution_count: int = 0
    duration_ms: float = 0.0
    files: tuple[FileChange, ...] = ()
    truncated: Truncated | None = None
    blocked: tuple[Blocked, ...] = ()
    packages: tuple[str, ...] = ()
    note: str | None = None
    backend: str = ""
    ran: bool = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        if cast("bool | None", self.ran) is None:
            object.__setattr__(self, "ran", self.ok or self.execution_count > 0)

    @property
    def text(self) -> str | None:
        """The value of the last expression as text; None when there was none."""
        return next((result.text for result in self.results if result.is_main), None)

    @property
    def stdout(self) -> str:
        """What was printed to stdout."""
        return self.logs.stdout

    @property
    def stderr(self) -> str:
        """What was printed to stderr."""
        return self.logs.stderr

    @property
    def plots(self) -> tuple[Result, ...]:
        """Every image the code showed."""
        return tuple(result for result in self.results if result.is_plot)

    @property
    def ok(self) -> bool:
        """Whether the code ran to its end."""
        return self.status == "ok"

    @property
    def exit_code(self) -> int:
        """What a process that ran this would have ended with; see `EXIT_CODES`.

        `sys.exit(3)` is 3 and `sys.exit("a message")` is 1, as in Python.
        """
        if self.status == "error" and self.error is not None and self.error.name == "SystemExit":
            value = self.error.value
            return int(value) % 256 if re.fullmatch(r"-?[0-9]{1,18}", value) else 1
        return EXIT_CODES[self.status]

    @classmethod
    def without(cls, status: Status, name: str, value: str, backend: str = "") -> Self:
        """The answer for code that never ran.

        Args:
            status: "refused", "unavailable" or "interrupted".
            name: Class of the error, as "PolicyError".
            value: A sentence that says why, and what to do.
            backend: Who answers.
        """
        error = ErrorInfo(name, value, f"{name}: {value}")
        return cls(status, error=error, note=value, backend=backend, ran=False)

    @classmethod
    def unavailable(cls, reason: str, backend: str = "") -> Self:
        """The answer when there is nowhere to run the code.

        Args:
            reason: A sentence that names what to do.
            backend: Who answers.
        """
        return cls.without("unavailable", "Unavailable", reason, backend)

    def to_dict(self) -> dict[str, Any]:
        """The wire form, made of JSON values only. `from_dict` gives an equal execution back."""
        return {
            "status": self.status,
            "results": [result.to_dict() for result in self.results],
            "logs": asdict(self.logs),
            "error": None if self.error is None else asdict(self.error),
            "ran": self.ran,
            "execution_count": self.execution_count,
            "duration_ms": self.duration_ms,
            "files": [asdict(change) for change in self.files],
            "truncated": None if self.truncated is None else asdict(self.truncated),
            "blocked": [asdict(item) for item in self.blocked],
            "packages": list(self.packages),
            "note": self.note,
            "backend": self.backend,
        }

    @classmethod
    def from_dict(cls, wire: Mapping[str, Any]) -> Self:
        """The execution that `to_dict` gave. What is not there has its default; what is unknown is dropped.

        Raises:
            MalformedError: It is not an execution, a ValueError.
        """
        wire = rebuilt.record(wire, "an execution")
        if not isinstance(wire.get("status"), str) or wire["status"] not in STATUSES:
            allowed = ", ".join(STATUSES)
            raise MalformedError(
                f"This is no execution: its status is {wire.get('status')!r}, not one of {allowed}."
            )
        error, truncated = wire.get("error"), wire.get("truncated")
        logs = rebuilt.record(wire.get("logs") or {}, "logs")
        text, count = rebuilt.text, rebuilt.count
        try:
            return cls(
                status=wire["status"],
                results=tuple(
                    Result.from_dict(result) for result in rebuilt.items(wire.get("results"), "results")
                ),
                logs=Logs(text(logs.get("stdout", ""), "stdout"), text(logs.get("stderr", ""), "stderr")),
                error=None if error is None else ErrorInfo.from_dict(error),
                execution_count=count(wire.get("execution_count", 0), "execution_count"),
                duration_ms=rebuilt.number(wire.get("duration_ms", 0.0), "duration_ms"),
                files=tuple(
                    FileChange(
                        text(change["path"], "path"),
                        rebuilt.choice(change["change"], ("created", "changed", "deleted"), "change"),
                        count(change["size"], "size"),
                    )
                    for change in rebuilt.items(wire.get("files"), "files")
                ),
                truncated=None
                if truncated is None
                else Truncated(
                    count(truncated["stream_chars"], "stream_chars"), count(truncated["displays"], "displays")
                ),
                blocked=tuple(
                    Blocked(
                        rebuilt.choice(item["by"], ("csp", "python"), "by"),
                        text(item["what"], "what"),
                        text(item["target"], "target"),
                    )
                    for item in rebuilt.items(wire.get("blocked"), "blocked")
                ),
                packages=tuple(
                    text(name, "a package") for name in rebuilt.items(wire.get("packages"), "packages")
                ),
                note=rebuilt.optional_text(wire.get("note"), "note"),
                backend=text(wire.get("backend", ""), "backend"),
                ran=cast("bool", rebuilt.optional_flag(wire.get("ran"), "ran")),
            )
        except MalformedError as problem:
            raise MalformedError(f"This is no execution: {problem}") from None
        except (KeyError, TypeError, AttributeError) as problem:
            raise MalformedError(f"This is no execution: {type(problem).__name__} {problem}.") from None

    # The views are above the data: those below import them when they are asked for.

    def to_text(self, max_chars: int = MAX_CHARS) -> str:
        """What a language model needs to know, never longer than `max_chars` characters; see `report`."""
        from belljar.answers.report import to_text

        return to_text(self, max_chars)

    def to_model(
        self, provider: Provider = "openai", *, max_chars: int = MAX_CHARS, max_images: int = MAX_IMAGES
    ) -> list[dict[str, Any]]:
        """The same as content blocks in the form of a provider, figures as images; see `report.to_model`.

        Args:
            provider: "openai" (Chat Completions), "openai-responses", "anthropic" or "mcp".
            max_chars: Length of the text at most, in characters.
            max_images: Figures at most.

        Raises:
            ValueError: The provider is not known, or a limit can't be.
        """
        from belljar.answers.report import to_model

        return to_model(self, provider, max_chars=max_chars, max_images=max_images)

    def __repr__(self) -> str:
        from belljar.answers.reprs import execution_line

        return execution_line(self)

    def __str__(self) -> str:
        from belljar.answers.reprs import execution_text

        return execution_text(self)

    def _repr_html_(self) -> str:
        from belljar.answers.reprs import execution_html

        return execution_html(self)
