"""Frontend: the built browser code, found and read.

`node static/build.mjs` writes it to `static/dist` in a checkout; a wheel carries the same folder as
`belljar/_static`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from belljar.errors import FrontendError

#: The folder of the package `belljar`.
_PACKAGE = Path(__file__).parent.parent


def find_dist() -> Path:
    """The folder of the built browser code: in the wheel, else in the checkout. It need not exist."""
    packaged = _PACKAGE / "_static"
    return packaged if packaged.is_dir() else _PACKAGE.parent.parent / "static" / "dist"


class Frontend:
    """The files of one build, each read when it is asked for.

    Args:
        root: The folder they are in; all paths given are below it.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def script(self, name: str) -> str:
        """The text of `frame.js` or `output.js` as it stands between `<script>` and `</script>`.

        Raises:
            FrontendError: It is not built, or cannot stand there.
        """
        script = self._read(name)
        # `</script` would end the element, `<!--` with a `<script` behind it would swallow the end tag.
        if re.search(r"</script|<!--", script, re.IGNORECASE):
            raise FrontendError(
                f"{name} contains `</script` or `<!--` and cannot stand inline in a page: the build is wrong."
            )
        # The HTML parser makes every line end LF before the browser hashes the text for the CSP.
        return script.replace("\r\n", "\n").replace("\r", "\n")

    def url(self, name: str) -> str:
        """Relative URL of a file by its stable name: `page.js` gives `static/page-AB12.js`.

        Raises:
            FrontendError: The build has no such file.
        """
        try:
            return str(self.manifest()[name])
        except KeyError:
            raise FrontendError(f"The built browser code has no {name!r}. Run `make build`.") from None

    def manifest(self) -> Mapping[str, str]:
        """Stable names and relative URLs of the files under `static/`."""
        try:
            manifest = json.loads(self._read("manifest.json"))
        except ValueError:
            manifest = None
        if not isinstance(manifest, dict):
            raise FrontendError(f"{self.root / 'manifest.json'} is damaged. Run `make build`.")
        return manifest

    def snapshot_stamp(self) -> str:
        """Hash of what in the browser code a snapshot depends on: with another one it fits no more."""
        return self._read("snapshot-stamp.txt").strip()

    def harness(self) -> Path:
        """The Python that runs cells inside of the sandbox, as JSON: files by their path."""
        return self.file("harness.json")

    def static(self) -> dict[str, Path]:
        """Every file under `static/`, by relative URL."""
        files = (path for path in sorted((self.root / "static").rglob("*")) if path.is_file())
        return {path.relative_to(self.root).as_posix(): path for path in files}

    def file(self, name: str) -> Path:
        """One file of the build.

        Raises:
            FrontendError: It is not there.
        """
        path = self.root / name
        if not path.is_file():
            raise FrontendError(
                f"The browser code is not built: {path} is missing. Run `make build` "
                "(a wheel brings it ready-made: if this is one, install belljar again)."
            )
        return path

    def _read(self, name: str) -> str:
        path = self.file(name)
        try:
            return path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise FrontendError(f"{path} cannot be read: {error}. Run `make build`.") from None
