"""The page on differences, run as the session that it shows, with the real Paddle."""


def test_every_difference_is_as_the_page_says(run_page):
    outcome = run_page("differences.md")
    assert outcome.attempted > 20
    assert outcome.failed == 0
