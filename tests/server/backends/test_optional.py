"""Everything beyond the server is optional: without it belljar still works, and says what to install."""

from __future__ import annotations

import json
import subprocess
import sys

BLOCKED = """
import json, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        blocked = "redis websockets playwright e2b e2b_code_interpreter llm_sandbox docker httpx2"
        if name.split(".")[0] in blocked.split():
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Blocker())
import belljar
from belljar import Sandbox
from belljar.web.app import create_app
from belljar.errors import SettingsError
from belljar.settings import Models, Settings

create_app(Settings())
said = {}
for name, options in {"headless": {}, "tab": {}, "e2b": {"api_key": "x"}, "llm-sandbox": {}}.items():
    with Sandbox(name, **options) as sandbox:
        execution = sandbox.execute("1")
        said[name] = [execution.status, execution.note]
models = Models(model_url="https://api.example/v1", model_names=("m",))
ways = [{}, {"redis_url": "redis://127.0.0.1/0"}, {"tab_key": "", "models": models}]
for number, settings in enumerate(ways):
    try:
        create_app(Settings(**{"tab_key": "k" * 16, **settings}))
    except (SettingsError, ModuleNotFoundError) as error:
        said[f"server {number}"] = [type(error).__name__, str(error)]
print(json.dumps(said))
"""


def test_without_any_extra_each_backend_says_what_to_install() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", BLOCKED],
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    for name, extra in {
        "headless": "headless",
        "tab": "tab",
        "e2b": "e2b",
        "llm-sandbox": "llm-sandbox",
    }.items():
        status, note = said[name]
        assert status == "unavailable"
        assert f"pip install 'belljar[{extra}]'" in note
    for name in ("server 0", "server 1", "server 2"):
        kind, sentence = said[name]
        assert (kind, "pip install" in sentence) == ("SettingsError", True)
