"""Ordinary Paddle programs print the same losses with both libraries."""

import os
import subprocess
import sys

import numpy as np
import pytest

from tests.conformance import examples

PROGRAMS = sorted(path.stem for path in (examples.ROOT / "examples" / "paddle").glob("*.py"))


def lines(program, library):
    path = [str(examples.ROOT), os.environ.get("PYTHONPATH", "")]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", examples.ROOT / "examples" / "paddle" / f"{program}.py"],
        env={**os.environ, "LIBRARY": library, "PYTHONPATH": os.pathsep.join(filter(None, path))},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        error = done.stderr.strip().splitlines()[-1]
        if library == "paramattr" and any(pattern.search(error) for pattern in examples.MISSING):
            pytest.xfail(error)
        raise AssertionError(error)
    return [line.split() for line in done.stdout.splitlines()]


@pytest.mark.parametrize("program", PROGRAMS)
def test_losses_are_the_same(program):
    ours, theirs = lines(program, "paramattr"), lines(program, "paddle")
    assert len(theirs) >= 18
    for one, other in zip(ours, theirs, strict=True):
        assert one[::2] == other[::2]
        np.testing.assert_allclose([*map(float, one[1::2])], [*map(float, other[1::2])], rtol=1e-4)
    losses = [float(line[3]) for line in theirs if line[2:3] == ["loss"]]
    assert program == "gan" or losses[-1] < 0.8 * losses[0]
