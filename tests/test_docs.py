"""The sessions that the documentation shows are run. (The page on differences needs Paddle: see tests/conformance.)"""

import pytest


@pytest.mark.parametrize("page", ["random.md", "training.md", "checkpoints.md", "testing.md"])
def test_sessions_print_what_the_page_shows(run_page, page):
    outcome = run_page(page)
    assert outcome.attempted > 4
    assert outcome.failed == 0
