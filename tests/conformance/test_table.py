"""The page on coverage is what the two libraries say."""

from tests.conformance import examples, table


def test_the_page_is_up_to_date():
    assert (examples.ROOT / table.PAGE).read_text("utf-8") == table.page(), "python -m tests.conformance.table --write"
