"""What `!ls` and its kin do with files, as people expect it of notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from belljar_harness.source import commands

from .conftest import Runs


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with files."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n")
    (tmp_path / "b c.txt").write_text("two words\n")
    (tmp_path / ".hidden").write_text("")
    (tmp_path / "out").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("!ls", "a.csv\nb c.txt\nout\n"),
        ("!ls -a *.csv .hidden", ".hidden\na.csv\n"),
        ("!ls out", ""),
        ("!cat a.csv", "x,y\n1,2\n3,4\n"),
        ("!cat 'b c.txt' a.csv | head -n 2", "two words\nx,y\n"),
        ("!head -1 a.csv", "x,y\n"),
        ("!tail -n1 a.csv", "3,4\n"),
        ("!wc -l a.csv", "3 a.csv\n"),
        ("!ls | wc -l", "3\n"),
        ("n = 5\n!echo 'rows:  ' {n}", "rows:   5\n"),
        ("%cat a.csv", "x,y\n1,2\n3,4\n"),
        ("%%bash\n# first\nmkdir -p p/q\nls p", "q\n"),
        ("import os\nos.system('head -1 a.csv');", "x,y\n"),
        (
            "import subprocess\nprint(subprocess.check_output(['ls', 'out', 'a.csv'], text=True))",
            "a.csv\nout:\n\n",
        ),
    ],
)
def test_a_command_says_what_a_shell_says(run: Runs, line: str, said: str) -> None:
    ran = run(line)
    assert ran.outcome == "ok"
    assert ran.stdout == said


def test_a_long_list_has_sizes(run: Runs) -> None:
    [first] = [line for line in run("!ls -lh").stdout.split("\n") if line.endswith("a.csv")]
    assert first.startswith("-rw")
    assert " 12 " in first


def test_what_a_command_says_can_be_kept(run: Runs) -> None:
    ran = run("names = !ls\nnames")
    assert (ran.text, ran.stdout) == ("['a.csv', 'b c.txt', 'out']", "")
    assert run("!ls").text is None


def test_files_are_made_moved_and_removed(run: Runs, folder: Path) -> None:
    run("!touch n.txt\n!cp a.csv out\n!mv n.txt out/m.txt\n!rm 'b c.txt'")
    run("!cp -r out copy\n!rm -rf out nothing")
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*")) == [
        ".hidden",
        "a.csv",
        "copy",
        "copy/a.csv",
        "copy/m.txt",
    ]


def test_what_goes_wrong_is_said_and_the_cell_goes_on(run: Runs) -> None:
    ran = run("!cat none.txt a.csv\n!ls --color\n1")
    assert ran.text == "1"
    assert (
        ran.stderr
        == "cat: none.txt: No such file or directory\nls: --color: this option does not exist here\n"
    )
    assert ran.stdout.startswith("x,y")


@pytest.mark.parametrize(
    "line", ["ls > a", "ls; ls", "ls && ls", "cat < a", "echo $HOME", "ls | grep a", "ls 'a", "|"]
)
def test_what_needs_a_shell_is_none_of_ours(line: str) -> None:
    assert commands.pipeline(line) is None
