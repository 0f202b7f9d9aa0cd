"""Private names of libraries. What drawing does without them is shown in a browser."""

from __future__ import annotations

import collections
import sys

import pytest

from belljar_harness.figures import private


def test_a_name_of_a_module_or_a_class_is_found_as_it_was_defined() -> None:
    assert private.member("collections", "OrderedDict") is collections.OrderedDict
    assert private.member("collections:Counter", "elements") is vars(collections.Counter)["elements"]


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        ("collections", "_never_there"),
        ("collections:NeverThere", "elements"),
        ("collections:Counter", "_never_there"),
        ("never_imported", "name"),
    ],
)
def test_what_is_not_there_is_a_lookup_error(owner: str, name: str) -> None:
    assert "never_imported" not in sys.modules
    with pytest.raises(LookupError):
        private.member(owner, name)
