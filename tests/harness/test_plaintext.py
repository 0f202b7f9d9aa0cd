"""Text of objects."""

from __future__ import annotations

import pytest

from belljar_harness.show.plaintext import TEXT_CHARS, plain_text


@pytest.mark.parametrize(
    "value", [1, 1.5, "a", b"b", None, [1, 2], {"b": 1, "a": [2]}, (1,), set(), {3}, [], {}, range(3), int]
)
def test_short_things_are_their_repr(value: object) -> None:
    assert plain_text(value) == repr(value)


def test_long_containers_are_laid_out_in_the_order_they_have() -> None:
    text = plain_text({f"key {number}": "x" * 20 for number in (3, 1, 2)})
    assert text.splitlines()[0] == "{'key 3': 'xxxxxxxxxxxxxxxxxxxx',"
    assert len(text.splitlines()) == 3


def test_a_very_long_list_is_cut_and_counted() -> None:
    text = plain_text(list(range(1_000_000)))
    assert text.endswith("...]\n1,000,000 items, 1,000 shown")


def test_many_lists_in_one_are_cut_in_all() -> None:
    assert len(plain_text([list(range(900)) for _ in range(900)])) < 40_000


def test_deep_nesting_does_not_reach_the_stack() -> None:
    deep: list[object] = []
    for _ in range(100_000):
        deep = [deep]
    assert "..." in plain_text(deep)


def test_a_list_in_itself_ends() -> None:
    loop: list[object] = [1]
    loop.append(loop)
    assert plain_text(loop) == "[1, ...]"


def test_a_long_string_is_cut_before_it_is_printed() -> None:
    text = plain_text("x" * (TEXT_CHARS + 5))
    assert text.endswith("'\n... 5 more characters")


def test_a_long_repr_is_cut() -> None:
    class Long:
        def __repr__(self) -> str:
            return "y" * 300_000

    assert plain_text(Long()).endswith("\n... 200,000 more characters")


def test_a_repr_that_fails_is_a_sentence() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError("why")

    assert plain_text(Broken()) == "<Broken object; its __repr__ failed: ValueError: why>"
    assert "failed" in plain_text([Broken()])


def test_an_interrupt_in_a_repr_is_an_interrupt() -> None:
    class Slow:
        def __repr__(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        plain_text(Slow())
