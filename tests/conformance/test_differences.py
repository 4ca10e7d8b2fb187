"""The page on differences, run as the session that it shows, with the real Paddle."""

import doctest
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "differences.md"


def test_every_difference_is_as_the_page_says():
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    outcome = doctest.testfile(str(PAGE), module_relative=False, optionflags=flags)
    assert outcome.attempted > 20
    assert outcome.failed == 0
