"""The pyodide-lock.json a sandbox gets: only allowlisted packages, with hashes of the files served."""

from __future__ import annotations

import json
from collections.abc import Mapping

from belljar.assets.manifest import FileEntry, Manifest

LOCK_NAME = "pyodide-lock.json"


def write_lock(manifest: Manifest, files: Mapping[str, FileEntry]) -> str:
    """The lock as JSON text, the same bytes for the same content.

    Args:
        files: the file served for each package, which differs from the manifest's once it is byte-compiled.
    """
    packages = {
        name: {
            "name": name,
            "version": package.version,
            "file_name": files[name].name,
            "install_dir": "site",
            "sha256": files[name].sha256,
            "package_type": "package",
            "imports": list(package.imports),
            "depends": list(package.depends),
            "unvendored_tests": False,
        }
        for name, package in sorted(manifest.packages.items())
    }
    info = {
        "abi_version": manifest.abi,
        "arch": "wasm32",
        "platform": manifest.platform,
        "python": manifest.python,
    }
    return json.dumps({"info": info, "packages": packages}, separators=(",", ":"), ensure_ascii=False)
