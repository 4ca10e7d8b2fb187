import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import runpy, sys, warnings
warnings.simplefilter("ignore")  # newer Pythons warn of any fork beside threads
found = runpy.run_path(sys.argv[1])["run"](1, 60, rounds=8)
assert found["stray"] == [], found
assert found["forks"] == found["kills"] == found["signals"] == 8, found
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
def test_nothing_is_lost_by_forks_kills_and_signals():
    # In a process of its own: forking one that has run other tests would copy all they left behind.
    arguments = [sys.executable, "-c", CODE, str(Path(__file__).with_name("processes.py"))]
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
