"""What `!ls` and its kin do with files, as people expect it of notebooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from belljar_harness.programs.run import MissingError, Runner

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
        ("!echo one > t.txt && echo two >> t.txt; cat < t.txt", "one\ntwo\n"),
        ("!ls none 2>/dev/null || echo none", "none\n"),
        ("!ls none 2>&1 | wc -l", "1\n"),
        ("!cd out && pwd | grep -c out\n!ls *.csv", "1\na.csv\n"),
        ("path = 'a.csv'\n!cat $path | tail -n 1\n!echo '$path' \"$path\"", "3,4\n$path a.csv\n"),
        ("!grep -n 3 a.csv", "3:3,4\n"),
        ("!cat a.csv | grep -v x | cut -d, -f2 | sort -rn", "4\n2\n"),
        ("!find . -name '*.csv'", "./a.csv\n"),
        ("!sed -n 2,3p a.csv | sed s/,/-/g", "1-2\n3-4\n"),
        ("!zip -q z.zip a.csv; unzip -l z.zip | wc -l; unzip -q z.zip -d out && ls out", "2\na.csv\n"),
        ("!tar czf t.tgz a.csv; tar -tzf t.tgz", "a.csv\n"),
        ("!A=5; echo $A", "5\n"),
        ("x = !ls *.csv\nprint(x.n, x.s, x.l)", "a.csv a.csv ['a.csv']\n"),
        ("%%bash\nset -e\nfor_me=3\nif_so=$for_me\necho $if_so", "3\n"),
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
    "line",
    [
        "git log",
        "ls; git log",
        "echo `ls`",
        "echo $(ls)",
        "(ls)",
        "ls 'a",
        "|",
        "ls |",
        "ls >",
        "ls &",
        "cat <<E",
    ],
)
def test_what_needs_a_shell_is_none_of_ours(line: str, folder: Path) -> None:
    with pytest.raises(MissingError):
        Runner(lambda words: None).run(line)
    assert not (folder / "out.txt").exists()


PIPED = """import subprocess, sys
words = [sys.executable, '-m', 'json.tool', '--compact']
p = subprocess.Popen(words, stdin=-1, stdout=-1, text=True)
"""
SCRIPT = """import sys
from a import f
print(f(), sys.argv[1:], __name__, sys.stdin is None)
sys.exit(len(sys.argv) - 1)
"""


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("!python script.py x", "7 ['x'] __main__ False\n"),
        ("import os\nprint(os.system('python3 script.py x') >> 8)", "7 ['x'] __main__ False\n1\n"),
        (
            "import subprocess, sys\nprint(subprocess.run([sys.executable, 'script.py'], stdout=-1).stdout)",
            "b'7 [] __main__ False\\n'\n",
        ),
        (
            "import subprocess\nprint(subprocess.getoutput('python -c \"print(1+1)\"'))",
            "2\n",
        ),
        (
            f"{PIPED}print(p.communicate('{{\"a\":  1}}')[0])",
            '{"a":1}\n\n',
        ),
        ("!python -c 'import sys; print(sys.stdin.read())' < a.csv | head -1", "x,y\n"),
        ("!python broken.py || echo failed", "failed\n"),
        ("!python none.py || echo failed", "failed\n"),
    ],
)
def test_a_script_runs_as_a_program(run: Runs, folder: Path, code: str, said: str) -> None:
    (folder / "a.py").write_text("def f(): return 7\n")
    (folder / "broken.py").write_text("x = 1\nx / 0\n")
    (folder / "script.py").write_text(SCRIPT)
    ran = run(code)
    assert ran.outcome == "ok", ran.done
    assert ran.stdout == said
    assert run("__name__").text == "'__main__'"


def test_a_script_s_error_is_its_own(run: Runs, folder: Path) -> None:
    (folder / "broken.py").write_text("x = 1\nx / 0\n")
    ran = run(
        "import subprocess\nsubprocess.run(['python', 'broken.py'], capture_output=True, text=True).stderr"
    )
    assert 'File "broken.py", line 2, in <module>' in ran.text
    assert "ZeroDivisionError" in ran.text
    assert "belljar" not in ran.text
