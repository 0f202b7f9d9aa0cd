"""What is too much is cut and counted, or refused, and the session goes on."""

from __future__ import annotations

from belljar import Sandbox


def test_too_much_output_is_cut_and_counted(sandbox: Sandbox) -> None:
    execution = sandbox.execute("for _ in range(1200): print('x' * 9_999)")
    assert execution.truncated is not None
    assert execution.truncated.stream_chars > 0
    assert len(execution.stdout) <= 10_100_000


def test_too_many_displays_are_cut_and_counted(sandbox: Sandbox) -> None:
    execution = sandbox.execute("for i in range(250): display(i)")
    assert execution.truncated is not None
    assert execution.truncated.displays == 50
    assert len(execution.results) == 200


def test_code_that_is_too_long_is_refused(sandbox: Sandbox) -> None:
    execution = sandbox.execute("#" * 1_000_001)
    assert (execution.status, execution.exit_code) == ("refused", 126)
    assert execution.error is not None
    assert execution.error.name == "PolicyError"


def test_memory_has_an_end_and_the_session_goes_on(sandbox: Sandbox) -> None:
    execution = sandbox.execute("x = [bytearray(2**28) for _ in range(16)]")
    assert execution.error is not None
    assert execution.error.name == "MemoryError"
    assert sandbox.execute("1").ok
