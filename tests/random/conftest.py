import pytest

from paramattr.random import get_num_threads, set_num_threads


@pytest.fixture
def threads():
    """`set_num_threads`, with what was set before put back afterwards."""
    before = get_num_threads()
    yield set_num_threads
    set_num_threads(before)
