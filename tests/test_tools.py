"""``chat --mcp`` without the package of the protocol."""

import os
import subprocess
import sys
from pathlib import Path

from browsing import free_port
from conftest import ROOT


def test_without_the_package_one_line_says_what_to_install(tmp_path: Path) -> None:
    hidden = (
        "import sys; sys.modules['mcp'] = None; sys.argv[0] = 'pullquote'; "
        "from ui.cli import main; main()"
    )
    options = ["chat", "--mcp", "--store", str(tmp_path / "store"), "--port", str(free_port())]
    command = [sys.executable, "-c", hidden, *options]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "--mcp needs the package mcp, which is not installed. "
        "Run pip install 'pullquote[mcp]', or leave --mcp out.\n"
    )
