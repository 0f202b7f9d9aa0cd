"""A project's docs as numpy has them: numpydoc, autodoc, and one name changed from `jupyterlite_sphinx`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

project = "shapes"
version = "1"
project_copyright = "belljar contributors"
extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "myst_parser",
    "belljar.integrations.sphinx",
]
html_theme = os.environ.get("SITE_THEME", "furo")
html_copy_source = False
numpydoc_show_class_members = False
exclude_patterns = ["_build"]

global_enable_try_examples = True
try_examples_global_button_text = "Try it in your browser"
try_examples_global_warning_text = "Numbers here are small."
try_examples_preamble = "import math\nside = 3"

belljar_base = os.environ.get("SITE_BASE", "")
belljar_export = {"profile": "core", "packages": "micropip"}
