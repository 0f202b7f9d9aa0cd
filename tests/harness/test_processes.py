"""Attempts to start or end a process."""

from __future__ import annotations

import pytest

from .conftest import Runs


@pytest.mark.parametrize(
    "code",
    [
        "os.system('git log')",
        "os.popen('git log')",
        "subprocess.run(['git', 'log'])",
        "subprocess.getoutput('git log')",
    ],
)
def test_starting_a_program_is_refused_in_a_sentence(run: Runs, code: str) -> None:
    error = run(f"import os, subprocess\n{code}").error
    assert error["name"] == "OSError"
    assert "runs in a browser and can't start other programs" in error["value"]
    assert "git log" in error["value"]


@pytest.mark.parametrize("code", ["os._exit(0)", "os.abort()"])
def test_ending_the_interpreter_is_refused(run: Runs, code: str) -> None:
    assert "would end the sandbox's Python" in run(f"import os\n{code}").error["value"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'scikit-learn'])", "0"),
        ("subprocess.run('pip install -q scikit-learn', shell=True, check=True).returncode", "0"),
        (
            "subprocess.check_output(['pip', 'install', 'scikit-learn'], text=True)",
            "'scikit-learn 1.8.0 is ready.\\n'",
        ),
        (
            "p = subprocess.Popen(['pip', 'install', 'scikit-learn'], stdout=-1, stderr=-1)\np.communicate()",
            "(b'scikit-learn 1.8.0 is ready.\\n', b'')",
        ),
        ("os.system('pip install scikit-learn')", "0"),
        ("os.popen('pip install scikit-learn').read()", "'scikit-learn 1.8.0 is ready.\\n'"),
        ("import pip\npip.main(['install', 'scikit-learn'])", "0"),
        ("from pip._internal import main\nmain(['install', 'scikit-learn'])", "0"),
    ],
)
def test_pip_installs_however_it_is_started(run: Runs, code: str, text: str) -> None:
    ran = run(f"import os, subprocess, sys\n{code}")
    assert ran.text == text, ran.done
    assert ran.of("loaded")


def test_pip_fails_as_it_does(run: Runs) -> None:
    head = "import subprocess, sys\n"
    ran = run(f"{head}subprocess.check_call([sys.executable, '-m', 'pip', 'install', 'torch'])")
    assert ran.error["name"] == "CalledProcessError"
    assert "ERROR: torch can't be installed in this sandbox" in ran.stderr
    assert (
        run(f"{head}subprocess.run(['pip', 'install', 'torch'], capture_output=True).returncode").text == "1"
    )


def test_a_signal_that_would_end_python_is_refused(run: Runs) -> None:
    code = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)"
    assert "SIGTERM would end the sandbox's Python" in run(code).error["value"]
    assert run("signal.signal(signal.SIGUSR1, lambda *_: print('heard'))").outcome == "ok"
    assert (
        run("os.kill(os.getpid(), signal.SIGUSR1)\nsignal.signal(signal.SIGUSR1, signal.SIG_DFL);").stdout
        == "heard\n"
    )
    assert run("os.kill(999999, 0)").error["name"] == "ProcessLookupError"
