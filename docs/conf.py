"""How the site is built: `make docs`."""

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from _ext import diagram, lifecycle, tables  # The folder is known from the line above on.

project = "snapshot-provider"
author = "the snapshot-provider authors"
version = release = version_of("snapshot-provider")
html_title = "snapshot-provider"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "sphinx_copybutton",
]
exclude_patterns = ["_build"]

# Markdown: links to headings as on GitHub, `:::` for notes, `{{ name }}` for what the code tells of itself.
myst_enable_extensions = ["colon_fence", "substitution"]
myst_heading_anchors = 4
smartquotes = False  # Values are quoted as they are written.
myst_substitutions = {**tables.substitutions(), **diagram.substitutions(), **lifecycle.substitutions()}

# Every reference must be found, but for what has no inventory that could be read without the internet.
nitpicky = True
nitpick_ignore_regex = [
    ("py:.*", r"pulumi\..*"),  # The SDK's.
    ("py:.*", r"(collections\.abc|typing|os|pathlib|subprocess|types)\..*"),  # Python's.
    (
        "py:.*",
        r"(str|int|float|bool|dict|list|tuple|None|Any|TypeError|RuntimeError|ValueError|LookupError|optional)",
    ),  # Python's.
]
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # The docstrings and the tables have them in words.
napoleon_google_docstring = True
napoleon_numpy_docstring = False

# Furo keeps its fonts and styles with the page: nothing is loaded from elsewhere.
html_theme = "furo"
pygments_style = "friendly"
pygments_dark_style = "github-dark"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_show_copyright = False
html_copy_source = False
copybutton_prompt_text = "$ "

# For maintainers with the internet at hand: `make linkcheck`.
linkcheck_timeout = 20
linkcheck_retries = 2
linkcheck_ignore = [r"http://(localhost|127\.0\.0\.1).*"]  # What runs on the reader's own machine.
