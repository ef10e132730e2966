import os
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "dev"))


@pytest.fixture
def dso(tmp_path):
    """Call dev/dso (or a wrapper) with a folder of its own, which has nothing in it."""

    def call(*arguments, program="dso", **variables):
        names = ("PATH", "HOME", "LANG")
        env = {name: os.environ[name] for name in names if name in os.environ}
        env["DSO_DEV"] = str(tmp_path / "dev")
        env.update(variables)
        return subprocess.run(
            [REPO / "dev" / program, *arguments],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return call
