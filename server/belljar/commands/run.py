"""Run: `belljar run script.py`: a file in a sandbox of its own, as `python script.py` would run it."""

from __future__ import annotations

import argparse
import getpass
import json
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, TextIO

from belljar.answers.execution import Execution
from belljar.answers.reprs import visible
from belljar.answers.results import Result
from belljar.client.landing import Landing
from belljar.commands.arguments import add_assets_dir, add_backend, add_seconds
from belljar.errors import CommandError
from belljar.untrusted.names import shown

if TYPE_CHECKING:
    from belljar.client.blocking import Sandbox

#: What a process that was asked to end says: 128 + SIGTERM.
_TERMINATED = 143
#: The code ran well, but not all of its files could be written: EX_CANTCREAT of sysexits.h.
_NOT_ALL_WRITTEN = 73


def add_parser(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    parser = commands.add_parser(
        "run",
        help="run a Python file, sealed",
        description="Runs a Python file in a sealed sandbox, in a headless Chromium of this machine.",
        epilog=(
            "Exit codes: 0 it ran, 1 it raised (or what sys.exit said), 124 time was up, 130 interrupted, "
            "126 refused by the policy, 73 it ran but not every file came to --out, 134 Python or "
            "its browser crashed, 69 there is nowhere to run it, 2 the command is wrong."
        ),
    )
    parser.add_argument("script", metavar="SCRIPT", help="the file to run; - reads it from stdin")
    parser.add_argument(
        "--file",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="put this file beside the script, under its own name; may be repeated",
    )
    add_seconds(parser, "--timeout", "running time; loading never counts")
    parser.add_argument(
        "--out",
        type=Path,
        metavar="DIR",
        help="write figures and produced files here; into a folder that has other files only data comes",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="let data take the place of files that --out has already"
    )
    parser.add_argument("--json", action="store_true", help="print the whole execution as JSON, nothing else")
    add_backend(parser)
    add_assets_dir(parser)
    parser.set_defaults(func=run_command)


def run_command(args: argparse.Namespace) -> int:
    """Runs the script of the command line, and gives its exit code.

    Raises:
        CommandError: A file can't be read.
        BelljarError: One can't be written.
    """
    # Late: only this command needs what drives browsers.
    from belljar.client.blocking import Sandbox

    code, files = _source(args.script), _files(args.file)
    terminated = False

    def stop(_: int, __: FrameType | None) -> None:
        nonlocal terminated
        terminated = True
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with Sandbox(args.backend) as sandbox:
            execution = _execute(sandbox, code, files, args)
            missing = 0 if args.out is None else _write_out(sandbox, execution, args)
    except KeyboardInterrupt:
        return _TERMINATED if terminated else 130
    except ValueError as error:
        print(f"belljar: {error}", file=sys.stderr)
        return 2
    finally:
        signal.signal(signal.SIGTERM, before)
    if args.json:
        print(json.dumps(execution.to_dict()))
    else:
        _tell_end(execution)
    return execution.exit_code or (_NOT_ALL_WRITTEN if missing else 0)


def _execute(sandbox: Sandbox, code: str, files: Mapping[str, Path], args: argparse.Namespace) -> Execution:
    if args.json:
        return sandbox.execute(code, timeout=args.timeout, files=files)
    # The script came through stdin itself: nobody is left to answer input().
    answers = None if args.script == "-" else _answer
    return sandbox.execute(
        code,
        timeout=args.timeout,
        files=files,
        on_stdout=lambda text: _print(text, sys.stdout),
        on_stderr=lambda text: _print(text, sys.stderr),
        on_display=_show,
        on_input=answers,
    )


def _source(script: str) -> str:
    try:
        content = sys.stdin.buffer.read() if script == "-" else Path(script).read_bytes()
        return content.decode()
    except OSError as error:
        raise CommandError(f"{script} cannot be read: {error.strerror or error}.") from None
    except UnicodeDecodeError:
        raise CommandError(f"{script} is not UTF-8 text: Python source has to be.") from None


def _files(paths: list[Path]) -> dict[str, Path]:
    for path in paths:
        if not path.is_file():
            raise CommandError(f"{path} is no file that could be given to the script.")
    return {path.name: path for path in paths}


def _print(text: str, stream: TextIO) -> None:
    """Prints what the code printed: as it is into a pipe, without power over a terminal."""
    shown = visible(text, colours=True) if stream.isatty() else text
    stream.write(shown.encode(stream.encoding or "utf-8", "replace").decode(stream.encoding or "utf-8"))
    stream.flush()


def _show(result: Result) -> None:
    if result.text and not result.is_plot:
        _print(f"{result.text}\n", sys.stdout)


def _answer(prompt: str, password: bool) -> str | None:
    try:
        return getpass.getpass(visible(prompt)) if password else input(visible(prompt))
    except EOFError:
        return None


def _tell_end(execution: Execution) -> None:
    """What Python would have said at the end: the traceback, or the message of `sys.exit`."""
    error = execution.error
    if execution.status == "error" and error is not None:
        asked = error.name == "SystemExit"
        if not asked or (execution.exit_code == 1 and error.value != "1"):
            _print(f"{error.value if asked else error.traceback}\n", sys.stderr)
        if error.hint:
            _print(f"belljar: {error.hint}\n", sys.stderr)
    elif execution.status != "ok":
        reason = execution.note or (error.value if error else "") or execution.status
        _print(f"belljar: {execution.status}: {reason}\n", sys.stderr)
    if execution.truncated is not None:
        left = execution.truncated
        print(
            f"belljar: too much output; left out: {left.stream_chars} characters, {left.displays} displays.",
            file=sys.stderr,
        )


def _write_out(sandbox: Sandbox, execution: Execution, args: argparse.Namespace) -> int:
    """Writes figures and produced files, says what became of each, and gives how many were not written."""
    landing = Landing(args.out, overwrite=args.overwrite)
    for number, plot in enumerate(execution.plots, start=1):
        if plot.content is not None:
            landing.write(f"figure-{number}.{'png' if plot.png is not None else 'jpg'}", plot.content)
        elif plot.svg is not None:
            landing.write(f"figure-{number}.svg", plot.svg.encode("utf-8", "replace"))
    saved = sandbox.files.land(landing, execution.files)
    for path in saved.written:
        print(f"belljar: wrote {shown(str(path), 1000)}", file=sys.stderr)
    for refused in saved.refused:
        print(f"belljar: {refused}", file=sys.stderr)
    return len(saved.refused)
