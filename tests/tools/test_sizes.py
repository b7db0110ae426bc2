"""The table of source sizes has a row for every function, and the sizes are those of real sources."""

import os
import re
import subprocess
import sys
from pathlib import Path

TOOL = Path(__file__).parent.parent.parent / "tools" / "sizes.py"


def test_every_function_has_its_size_at_every_order():
    run = subprocess.run(
        [sys.executable, "-W", "error", str(TOOL)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    header, _, *rows = run.stdout.splitlines()
    assert header.count("|") == 6
    assert len(rows) == 7
    for row in rows:
        assert re.fullmatch(r"\| \w+( \| [1-9]\d* / [1-9]\d*){4} \|", row), row
