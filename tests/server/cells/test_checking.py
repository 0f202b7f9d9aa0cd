"""`belljar check` runs the cells of docs for real: one run of the command, and what it says of each cell."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from belljar.cells import Results
from belljar.cells.rewriting import Edit, rewrite

GUIDE = """\
# Guide

```python belljar
x = 20
print("hello")
x + 1
```

```output
hello
21
```

```python belljar
print(x * 3)
```

```output
61
```

```python belljar
>>> x
20
>>> print("a\\n\\nb")
a
<BLANKLINE>
b
>>> object()
<object object at ...>
>>> 1/0
Traceback (most recent call last):
    ...
ZeroDivisionError: division by zero
>>> unknown  # doctest: +SKIP
>>> "wrong"
'right'
```

```python belljar session="other" setup="def twice(n): return 2 * n" files="rows.csv"
print(open("rows.csv").read(), twice(4))
"x" in globals()
```

```output
a,b
 8
False
```

```python belljar session="other"
def f():
    return undefined_name
f()
```
"""

REST = """\
.. belljar::
   :files: x.csv=../../secret

   1

.. belljar::
   :timeout: 0.5

   while True: pass

.. belljar::

   raise ValueError("told")

.. code-block::
   :class: output

   Traceback (most recent call last):
   ValueError: told
"""


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    allowed = {"BELLJAR_CHROMIUM_SANDBOX": "off"} if os.getuid() == 0 else {}
    return subprocess.run(
        [sys.executable, "-m", "belljar", "check", *map(str, arguments)],
        env={**os.environ, **allowed, "BELLJAR_PROFILE": "core"},
        text=True,
        capture_output=True,
        check=False,
        timeout=150,
    )


@pytest.fixture(scope="module")
def docs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    docs = tmp_path_factory.mktemp("docs")
    (docs / "guide.md").write_bytes(GUIDE.replace("\n", "\r\n").encode())
    (docs / "rows.csv").write_text("a,b\n")
    (docs / "more").mkdir()
    (docs / "more" / "rest.rst").write_text(REST)
    return docs


@pytest.fixture(scope="module")
def checked(docs: Path) -> subprocess.CompletedProcess[str]:
    return check(docs, "--store", docs / "results.json", "--update")


@pytest.mark.browser
def test_what_differs_or_fails_is_named_with_file_and_line(
    docs: Path, checked: subprocess.CompletedProcess[str]
) -> None:
    assert checked.stderr == ""
    assert checked.returncode == 1
    found = re.findall(r"^(\S+?):(\d+): (.*)", checked.stdout, re.MULTILINE)
    assert [(Path(path).relative_to(docs).as_posix(), int(line), text) for path, line, text in found] == [
        ("guide.md", 19, "the output differs"),
        ("guide.md", 36, "the output differs"),
        ("guide.md", 53, "NameError: name 'undefined_name' is not defined"),
        ("more/rest.rst", 4, "its file x.csv is outside of the docs (../../secret)."),
        ("more/rest.rst", 9, found[-1][2]),
    ]
    assert found[-1][2].startswith("timeout: ")
    assert "  expected:\n    61\n  but it was:\n    60\n" in checked.stdout
    assert checked.stdout.endswith("7 cells in 2 documents; 3 problems.\n")


@pytest.mark.browser
def test_outputs_that_differ_are_written_where_that_was_asked_for(
    docs: Path, checked: subprocess.CompletedProcess[str]
) -> None:
    assert "guide.md: 2 outputs written." in checked.stdout
    right = GUIDE.replace("\n61\n", "\n60\n").replace("'right'", "'wrong'")
    assert (docs / "guide.md").read_bytes() == right.replace("\n", "\r\n").encode()
    assert (docs / "more" / "rest.rst").read_text() == REST


@pytest.mark.browser
def test_results_are_stored_for_pages_to_show(docs: Path, checked: subprocess.CompletedProcess[str]) -> None:
    del checked
    page = Results.read(docs / "results.json").page()
    first = page.result('x = 20\nprint("hello")\nx + 1')
    assert first is not None
    assert (first.status, first.stdout, first.text) == ("ok", "hello\n", "21")
    assert page.result("print(x * 3)") is not None
    prompts = page.result(GUIDE.split("```python belljar\n")[3].split("\n```", maxsplit=1)[0])
    assert prompts is not None
    assert prompts.stdout.startswith("20\na\n\nb\n<object object at ")


def test_a_folder_without_cells_fails_at_once(tmp_path: Path) -> None:
    done = check(tmp_path)
    assert done.returncode == 1
    assert "has no cells" in done.stderr


def test_new_lines_take_the_place_of_old_ones_from_below(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_bytes(b"1\n2\n3\n4\n")
    rewrite(path, [Edit(2, 1, ["two", "zwei"]), Edit(4, 0, ["before 4"]), Edit(1, 1, [])])
    assert path.read_text() == "two\nzwei\n3\nbefore 4\n4\n"


def test_output_that_would_end_its_fence_is_not_written() -> None:
    assert Edit.of(1, 1, "  ", ["a", "  ```"]) is None
    assert Edit.of(1, 1, "  ", ["a", ""]) == Edit(1, 1, ["  a", ""])
