"""The sessions that the documentation shows are run. (The page on differences needs Paddle: see tests/conformance.)"""

import doctest
from pathlib import Path

import pytest

import paramattr as pa

DOCS = Path(__file__).parents[1] / "docs"


@pytest.mark.parametrize("page", ["random.md", "training.md", "checkpoints.md", "testing.md"])
def test_sessions_print_what_the_page_shows(page):
    threads, state = pa.get_num_threads(), pa.get_rng_state()
    try:
        flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        outcome = doctest.testfile(str(DOCS / page), module_relative=False, optionflags=flags)
    finally:
        pa.set_num_threads(threads)
        pa.set_rng_state(state)
    assert outcome.attempted > 4
    assert outcome.failed == 0
