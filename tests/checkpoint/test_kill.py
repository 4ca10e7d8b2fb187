"""A process killed at any moment while it overwrites a checkpoint leaves the old content or the new one."""

import json
import os
import subprocess
import sys

import pytest

KILLS = 84  # for each format

# Forking an interpreter that has everything imported makes a kill cost milliseconds.
PARENT = """
import json, os, random, signal, sys, time
import numpy as np
import paramattr as pa

path, kills = sys.argv[1], int(sys.argv[2])

def content(which):
    # Of another size for each, so that a part of one over the other shows.
    return {f"w{i}": pa.Tensor(np.full(20_000 + 5_000 * which, float(which))) for i in range(3 + which)}

def which(state):
    found = int(state["w0"].numpy()[0])
    expected = content(found)
    assert list(state) == list(expected)
    for key in expected:
        np.testing.assert_array_equal(state[key].numpy(), expected[key].numpy())
    return found

contents = [content(0), content(1)]
pa.save(contents[0], path)
pa.load(path)
rng = random.Random(7)
seen = [0, 0]
for kill in range(kills):
    child = os.fork()
    if child == 0:
        try:
            while True:
                for one in contents:
                    pa.save(one, path)
        finally:
            os._exit(1)
    time.sleep(rng.uniform(0, 0.03))
    os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL, status
    seen[which(pa.load(path))] += 1
left = [name for name in os.listdir(os.path.dirname(path)) if name != os.path.basename(path)]
assert all(name.startswith(".paramattr-") and name.endswith(".tmp") for name in left), left
for one in (0, 1):
    pa.save(contents[one], path)
    assert which(pa.load(path)) == one
print(json.dumps({"seen": seen, "left": len(left)}))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and SIGKILL")
@pytest.mark.parametrize("suffix", [".npz", ".pdparams", ".safetensors"])
def test_killed_writers(tmp_path, suffix):
    command = [sys.executable, "-c", PARENT, str(tmp_path / f"s{suffix}"), str(KILLS)]
    settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # forks want a process with one thread
    done = subprocess.run(command, env=settings, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    # The kills must have met the writing: both contents, and files half written.
    assert sum(found["seen"]) == KILLS and min(found["seen"]) > 0 and found["left"] > 0, found
