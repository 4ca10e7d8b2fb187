import runpy
from pathlib import Path

import pytest

run = runpy.run_path(str(Path(__file__).with_name("calls.py")))["run"]


@pytest.mark.parametrize("seed", range(4))
def test_odd_calls_are_refused_in_our_own_words(seed):
    found = run(seed, seconds=60, calls=3000)
    assert found["stray"] == []
    assert found["calls"] == 3000
    assert 1000 < found["refused"] < 2900
