"""The e2b backend: their real client against a stand-in for their cloud, and what happens without it."""

from __future__ import annotations

import base64
import sys
from typing import Any

import pytest
from e2b_code_interpreter import AsyncSandbox as TheirSandbox

from belljar import AsyncSandbox
from belljar.backends import find_backend

from ...standins import E2B_KEY, Service


@pytest.fixture
def found(e2b_service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in e2b_service.variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("E2B_API_KEY", raising=False)


async def reason(**options: Any) -> str:
    async with AsyncSandbox("e2b", **options) as sandbox:
        execution = await sandbox.execute("1")
    assert (execution.status, execution.backend) == ("unavailable", "e2b")
    return execution.note or ""


@pytest.mark.usefixtures("found")
async def test_without_a_key_it_says_where_to_get_one() -> None:
    assert "E2B_API_KEY" in await reason()


@pytest.mark.usefixtures("found")
async def test_a_key_that_is_refused_is_named() -> None:
    assert "refuses the API key" in await reason(api_key="e2b_" + "1" * 40)


async def test_without_the_client_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "e2b_code_interpreter", None)
    assert "pip install 'belljar[e2b]'" in await reason(api_key=E2B_KEY)


async def test_a_cloud_that_does_not_answer_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("E2B_API_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("E2B_HTTP_VERSION", "1.1")
    monkeypatch.setenv("E2B_CONNECTION_RETRIES", "0")
    assert "E2B can't be used" in await reason(api_key=E2B_KEY)


def test_names_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="takes no address"):
        find_backend("e2b://api.example.org")
    with pytest.raises(ValueError, match="lifetime"):
        find_backend("e2b", lifetime=0)


SHOWING = """
import sys
from IPython.display import Image, display
print('to stdout')
print('to stderr', file=sys.stderr)
display(Image(data=b'\\x89PNG\\r\\n\\x1a\\n' + b'x' * 20, format='png'))
class Rich:
    def __repr__(self): return 'plain'
    def _repr_html_(self): return '<b>html</b>'
Rich()
"""


@pytest.mark.usefixtures("found")
async def test_what_e2b_answers_is_what_we_answer() -> None:
    """The table for people who come from E2B, in docs/python.md, says what is the same: this is it."""
    theirs = await TheirSandbox.create(api_key=E2B_KEY, allow_internet_access=False)
    context = await theirs.create_code_context()
    async with AsyncSandbox("e2b", api_key=E2B_KEY) as ours:
        one, other = await theirs.run_code(SHOWING, context=context), await ours.run_code(SHOWING)
        assert one.text == other.text == "plain"
        assert ("".join(one.logs.stdout), "".join(one.logs.stderr)) == (other.logs.stdout, other.logs.stderr)
        assert [result.is_main_result for result in one.results] == [
            result.is_main for result in other.results
        ]
        assert one.results[0].png == other.results[0].content_base64
        assert base64.b64decode(one.results[0].png or "") == other.results[0].png
        assert one.results[1].html == other.results[1].html
        one, other = await theirs.run_code("1 / 0", context=context), await ours.run_code("1 / 0")
        assert one.error is not None
        assert other.error is not None
        assert (one.error.name, one.error.value) == (other.error.name, other.error.value)
        assert "division by zero" in one.error.traceback
        assert "division by zero" in other.error.traceback
        # A sandbox that was ended over there: told, and the next run gets a new one.
        session: Any = ours._session._inner
        await TheirSandbox.kill(session._service.sandbox_id, api_key=E2B_KEY)
        lost = await ours.execute("1")
        assert lost.status == "unavailable"
        assert "has ended" in (lost.note or "")
        assert (await ours.execute("1 + 1")).text == "2"
    await theirs.kill()
