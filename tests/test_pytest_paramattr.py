import re

import pytest

pytest_plugins = ["pytester"]

FILE = """
import numpy as np
from paramattr.random import Normal

def test_good(initializer_check):
    assert initializer_check("xavier_normal", (30, 20)).passed
    assert initializer_check.sample(np.random.default_rng(initializer_check.seed).standard_normal(100), Normal()).passed

def test_bad(initializer_check):
    rng = np.random.default_rng(initializer_check.seed)
    initializer_check(lambda shape: 2.0 * rng.standard_normal(shape), (30, 20), expected=Normal())

def test_seed(initializer_check):
    print("seed", initializer_check.seed, "alpha", initializer_check.alpha)
"""


@pytest.fixture
def project(pytester):
    pytester.makepyfile(test_it=FILE)
    return pytester


def run(project, *arguments):
    return project.runpytest_subprocess("-p", "no:cacheprovider", "-s", *arguments)


def test_it_passes_fails_and_says_how_to_repeat(project):
    result = run(project)
    result.assert_outcomes(passed=2, failed=1)
    text = result.stdout.str()
    assert "variance: std" in text
    line = re.search(r"to repeat: pytest '(\S+)' --initializer-seed (\d+)", text)
    assert line[1] == "test_it.py::test_bad"
    again = run(project, line[1], "--initializer-seed", line[2])
    again.assert_outcomes(failed=1)
    observed = re.compile(r"variance: std [\d.]+")
    assert observed.search(again.stdout.str())[0] == observed.search(text)[0]


def test_the_seed_is_the_tests_own_and_stays(project):
    seeds = {re.search(r"seed (\d+) alpha 1e-06", run(project, "-k", "seed").stdout.str())[1] for _ in range(2)}
    assert len(seeds) == 1


def test_options(project):
    text = run(project, "-k", "seed", "--initializer-seed", "7", "--initializer-alpha", "0.01").stdout.str()
    assert "seed 7 alpha 0.01" in text
    assert "--initializer-alpha" in run(project, "--help").stdout.str()


def test_pytest_starts_without_numpy(project):
    project.makeconftest("import sys; assert 'numpy' not in sys.modules and 'paramattr.testing.kit' not in sys.modules")
    run(project, "-k", "seed").assert_outcomes(passed=1, deselected=2)
