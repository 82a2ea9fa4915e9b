"""The plugin `aws`, which programs with pulumi_aws need: downloaded where it can be had, else a stand-in serves."""

from __future__ import annotations

import json
import os
import subprocess
from importlib.metadata import version

from engine.children import group, say
from engine.install import HOME


def is_had() -> bool:
    """Whether the engine has the plugin of the pulumi_aws that is installed. It is asked for once."""
    wanted = version("pulumi_aws")
    refused = HOME / "aws-plugin"
    if refused.is_file() and refused.read_text() == wanted:
        return False
    if _is_installed(wanted) or _install(wanted):
        return True
    HOME.mkdir(exist_ok=True)
    refused.write_text(wanted)
    say("engine: it is not to be had from here; a stand-in serves in its place")
    return False


def _is_installed(wanted: str) -> bool:
    asked = subprocess.run(["pulumi", "plugin", "ls", "--json"], capture_output=True, text=True, check=False)
    plugins = json.loads(asked.stdout) if asked.returncode == 0 else []
    return any(plugin["name"] == "aws" and plugin.get("version") == wanted for plugin in plugins)


def _install(wanted: str) -> bool:
    limit = float(os.environ.get("ENGINE_INSTALL_TIMEOUT", "60"))
    say(f"engine: asking for the Pulumi plugin aws {wanted} (at most {limit:g} s)")
    command = ["pulumi", "plugin", "install", "resource", "aws", f"v{wanted}"]
    try:
        with group(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as installer:
            return installer.wait(timeout=limit) == 0
    except subprocess.TimeoutExpired:
        return False
