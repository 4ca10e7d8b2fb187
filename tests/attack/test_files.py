import runpy
from pathlib import Path

import pytest

run = runpy.run_path(str(Path(__file__).with_name("files.py")))["run"]


@pytest.mark.parametrize("seed", range(2))
def test_a_mutated_file_loads_or_is_refused_in_words(seed):
    pytest.importorskip("safetensors")
    found = run(seed, seconds=60, files=2000)
    assert found["stray"] == []
    assert found["files"] == 2000
    assert 20 < found["loaded"] < 1000
