"""Files go in and come back whole, and what code did to them is told."""

from __future__ import annotations

import pytest

from belljar import Sandbox


@pytest.mark.parametrize("size", [0, 1, 4 * 2**20, 4 * 2**20 + 1, 9_000_000])
def test_a_file_of_any_size_comes_back_whole(sandbox: Sandbox, size: int) -> None:
    content = (bytes(range(256)) * (size // 256 + 1))[:size]
    assert sandbox.files.write("data.bin", content).size == size
    assert sandbox.execute("import os\nos.path.getsize('data.bin')").text == str(size)
    assert sandbox.files.read("data.bin") == content


def test_files_given_with_the_code_are_there(sandbox: Sandbox) -> None:
    files = {"a.txt": "ünï", "folder/b.csv": b"x,y\n1,2\n"}
    execution = sandbox.execute("open('a.txt').read(), open('folder/b.csv').readline()", files=files)
    assert execution.text == "('ünï', 'x,y\\n')"


def test_changes_of_files_are_told(sandbox: Sandbox) -> None:
    made = sandbox.execute("open('new.txt', 'w').write('abc');")
    assert [(file.path, file.change, file.size) for file in made.files] == [("new.txt", "created", 3)]
    assert sandbox.files.read("new.txt") == b"abc"
    changed = sandbox.execute("open('new.txt', 'w').write('abcd');")
    assert [(file.path, file.change) for file in changed.files] == [("new.txt", "changed")]
    gone = sandbox.execute("import os\nos.remove('new.txt')")
    assert [(file.path, file.change) for file in gone.files] == [("new.txt", "deleted")]
    assert sandbox.files.list() == ()


def test_files_are_listed_and_removed(sandbox: Sandbox) -> None:
    sandbox.files.write("one.txt", "1")
    sandbox.files.write("two.txt", "22")
    assert {file.path: file.size for file in sandbox.files.list()} == {"one.txt": 1, "two.txt": 2}
    sandbox.files.remove("one.txt")
    assert [file.path for file in sandbox.files.list()] == ["two.txt"]
    code = "import os\nos.path.exists('one.txt'), os.path.exists('two.txt')"
    assert sandbox.execute(code).text == "(False, True)"


def test_a_file_that_is_not_there_is_an_error_of_its_kind(sandbox: Sandbox) -> None:
    with pytest.raises(FileNotFoundError, match=r'no file "nothing\.txt"'):
        sandbox.files.read("nothing.txt")


@pytest.mark.parametrize("path", ["../up.txt", "/etc/passwd", "", "a//b", "a\\b", "nul\0"])
def test_a_path_outside_is_refused(sandbox: Sandbox, path: str) -> None:
    with pytest.raises(ValueError, match="can't be used"):
        sandbox.files.write(path, b"x")
