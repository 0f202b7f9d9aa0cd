"""Names that could stand at the cursor."""

from __future__ import annotations

import json

import pytest

from .conftest import Runs


def complete(run: Runs, code: str) -> dict[str, str]:
    """Matches by name, and the cursor where `|` stands."""
    found = json.loads(run.session.complete(code.replace("|", ""), code.index("|")))
    return {match["text"]: match["type"] for match in found["matches"]}


def test_variables_keywords_and_builtins_are_offered(run: Runs) -> None:
    run("sales = [1]\ndef salute(): ...")
    assert complete(run, "sa|") == {"sales": "variable", "salute": "function"}
    assert complete(run, "whi|") == {"while": "keyword"}
    assert complete(run, "x = sor|")["sorted"] == "function"


def test_names_the_cell_will_define_are_offered(run: Runs) -> None:
    assert "total" in complete(run, "total = 1\nprint(to|")


def test_attributes_are_offered_and_private_ones_on_request(run: Runs) -> None:
    run("text = 'x'")
    assert complete(run, "text.upp|") == {"upper": "method"}
    assert "__len__" not in complete(run, "text.|")
    assert "__len__" in complete(run, "text.__|")


def test_the_start_is_where_the_name_begins(run: Runs) -> None:
    run("text = 'x'")
    assert json.loads(run.session.complete("a = text.upp", 12))["start"] == 9


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("import js|", "json"),
        ("import os, skl|", "sklearn"),
        ("from jso|", "json"),
        ("from json import du|", "dumps"),
    ],
)
def test_modules_and_their_names_are_offered_in_imports(run: Runs, code: str, name: str) -> None:
    assert name in complete(run, code)


def test_keys_are_offered_in_brackets(run: Runs) -> None:
    run("row = {'month': 1, 'money': 2, 3: 4}")
    assert complete(run, "row['mo|") == {"money": "property", "month": "property"}


@pytest.mark.parametrize("code", ["'some tex|", "# a comm|", "nothing.here|", "f().x|", "1 +|"])
def test_where_nothing_fits_nothing_fails(run: Runs, code: str) -> None:
    assert isinstance(complete(run, code), dict)


def test_properties_are_not_computed_and_objects_that_fail_are_survived(run: Runs) -> None:
    run("class P:\n    @property\n    def slow(self): 1 / 0\n    def __dir__(self): return ['slow']\np = P()")
    assert complete(run, "p.sl|") == {"slow": "property"}
    run("class Q:\n    def __dir__(self): 1 / 0\nq = Q()")
    assert complete(run, "q.|") == {}


def test_files_are_completed_in_strings(run: Runs) -> None:
    run(
        "import os, pathlib\nos.makedirs('sub/deep', exist_ok=True)\n"
        "for name in ('sales.csv', 'sales-2.csv', '.hidden', 'sub/inner.txt'): pathlib.Path(name).touch()"
    )
    assert complete(run, "open('sal|") == {"sales.csv": "text", "sales-2.csv": "text"}
    assert complete(run, 'pd.read_csv("su|') == {"sub/": "namespace"}
    assert complete(run, "open('sub/|") == {"inner.txt": "text", "deep/": "namespace"}
    assert complete(run, "open('.hid|") == {".hidden": "text"}
    assert complete(run, "open('sales.c|") == {"sales.csv": "text"}
    assert json.loads(run.session.complete("open('sub/in", 12))["start"] == 10


@pytest.mark.parametrize("code", ["open('no/such/folder/|", "'x\\0|", "'" + "x" * 1_000 + "|", "# 'sal|"])
def test_what_names_no_folder_completes_to_nothing(run: Runs, code: str) -> None:
    run("open('sales.csv', 'w').close()")
    assert "sales.csv" not in complete(run, code)


def test_fields_of_f_strings_are_code(run: Runs) -> None:
    run("sales = [1]")
    assert complete(run, "f'{sal|") == {"sales": "variable"}
