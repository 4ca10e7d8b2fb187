import sys
import threading

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.utils import threads
from paramattr.utils.threads import Scratch, each_block, runs, spread


@pytest.fixture
def busy_threads():
    """Threads that interrupt each other all the time."""
    before, interval = pa.get_num_threads(), sys.getswitchinterval()
    pa.set_num_threads(4)
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)
    pa.set_num_threads(before)


def test_every_task_is_done_once(busy_threads):
    for _ in range(3000):
        done = [0] * 7

        def share(numbers, done=done):
            for number in numbers:
                done[number] += 1

        spread(share, 7)
        assert done == [1] * 7


@pytest.mark.parametrize("cut", [True, False])
def test_blocks_cover_each_array_once(busy_threads, cut, monkeypatch):
    monkeypatch.setattr(threads, "BLOCK", 10)
    sizes = [0, 3, 10, 11, 95, 1]
    covered = [np.zeros(size, int) for size in sizes]
    blocks = []

    def work(i, begin, end):
        covered[i][begin:end] += 1
        blocks.append((i, begin, end))

    each_block(sizes, work, cut=cut)
    assert all((each == 1).all() for each in covered)
    if cut:
        assert max(end - begin for _, begin, end in blocks) <= 10
    else:
        assert sorted(blocks) == [(i, 0, size) for i, size in enumerate(sizes) if size]


def test_what_a_task_raises_comes_out(busy_threads):
    def share(numbers):
        for number in numbers:
            if number == 20:
                raise LookupError(number)

    with pytest.raises(LookupError):
        spread(share, 40)


@given(st.lists(st.tuples(st.integers(0, 30), st.booleans())))
def test_runs_are_neighbours_that_are_alike_and_short(entries):
    sizes, traits = [size for size, _ in entries], [trait for _, trait in entries]
    before = threads.BLOCK
    threads.BLOCK = 25
    try:
        found = list(runs(sizes, traits))
    finally:
        threads.BLOCK = before
    assert [i for run in found for i in run] == list(range(len(sizes)))
    for run in found:
        assert len(run) == 1 or sum(sizes[i] for i in run) <= 25
        assert len({traits[i] for i in run}) == 1


def test_scratch_is_of_its_owner_its_name_and_its_thread():
    one, other = Scratch(), Scratch()
    kind = np.dtype("float32")
    array = one.take("a", 5, kind)
    assert (array.shape, array.dtype) == ((5,), kind)
    assert np.shares_memory(array, one.take("a", 3, kind))
    assert not np.shares_memory(array, one.take("b", 5, kind))
    assert not np.shares_memory(array, other.take("a", 5, kind))
    found = []
    thread = threading.Thread(target=lambda: found.append(one.take("a", 5, kind)))
    thread.start()
    thread.join()
    assert not np.shares_memory(array, found[0])
