import itertools
import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.utils import threads
from paramattr.utils.threads import each_block, runs, spread


@pytest.fixture(autouse=True, scope="module")
def restored_count():
    before = pa.get_num_threads()
    yield
    pa.set_num_threads(before)


@given(st.integers(1, 5), st.integers(0, 40))
def test_each_number_is_claimed_once(count, tasks):
    pa.set_num_threads(count)
    claimed = []
    spread(claimed.extend, tasks)
    assert sorted(claimed) == list(range(tasks))


def test_all_threads_take_part_but_no_more_than_there_are_tasks():
    pa.set_num_threads(3)
    for tasks in (2, 3, 10):
        helpers = min(tasks, 3)
        together = threading.Barrier(helpers, timeout=60)
        names = []

        def work(numbers, together=together, names=names):
            names.append(threading.current_thread())
            together.wait()
            list(numbers)

        spread(work, tasks)
        assert len(set(names)) == len(names) == helpers


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("wrong", [0, 7, 19])
def test_it_raises_what_one_raises_and_goes_on_working(count, wrong):
    pa.set_num_threads(count)
    claimed, running = [], set()

    def work(numbers):
        running.add(threading.current_thread())
        try:
            for number in numbers:
                claimed.append(number)
                if number == wrong:
                    raise KeyError(number)
        finally:
            running.discard(threading.current_thread())

    with pytest.raises(KeyError, match=str(wrong)):
        spread(work, 20)
    assert not running  # nothing works on, perhaps on arrays that are gone
    assert len(set(claimed)) == len(claimed)
    done = []
    spread(done.extend, 20)
    assert sorted(done) == list(range(20))


def test_floating_point_errors_are_no_warnings_on_any_thread():
    pa.set_num_threads(3)
    together = threading.Barrier(3, timeout=60)

    def work(numbers):
        together.wait()
        for _ in numbers:
            np.float32(1e38) * np.float32(10.0)

    spread(work, 9)


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_a_bad_count_is_refused_and_changes_nothing(n, error):
    pa.set_num_threads(3)
    with pytest.raises(error, match="n must be"):
        pa.set_num_threads(n)
    assert pa.get_num_threads() == 3


def in_a_process(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)


def test_the_environment_decides_the_default():
    code = """
import os, paramattr
for text in ("0", "many", "1.5", "5"):
    os.environ["PARAMATTR_NUM_THREADS"] = text
    try:
        print(paramattr.get_num_threads())
    except ValueError as error:
        print(error)
"""
    refusals = [
        f"PARAMATTR_NUM_THREADS must be an integer >= 1, but received {text!r}" for text in ("0", "many", "1.5")
    ]
    assert in_a_process(code).stdout.splitlines() == [*refusals, "5"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_has_threads_of_its_own():
    code = """
import os, warnings
import paramattr
from paramattr.utils import threads
from paramattr.utils.threads import each_block, runs, spread
warnings.simplefilter("ignore")  # newer Pythons warn of any fork beside threads
paramattr.set_num_threads(3)
spread(list, 3)
if os.fork() == 0:
    claimed = []
    spread(claimed.extend, 9)
    os._exit(sorted(claimed) != list(range(9)))
raise SystemExit(os.waitstatus_to_exitcode(os.wait()[1]))
"""
    done = in_a_process(code)
    assert done.returncode == 0, done.stderr


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
    for run, after in itertools.pairwise(found):  # and no shorter than they must be
        assert traits[run[-1]] != traits[after[0]] or sum(sizes[i] for i in run) + sizes[after[0]] > 25


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("held", ["paramattr.random.keys._lock", "paramattr.utils.threads.lock"])
def test_a_child_forked_while_a_lock_is_held_goes_on(held):
    code = f"""
import os, threading, time, warnings
import paramattr, paramattr.random.keys, paramattr.utils.threads
warnings.simplefilter("ignore")
inside, done = threading.Event(), threading.Event()
def hold():
    with {held}:
        inside.set()
        done.wait()
threading.Thread(target=hold, daemon=True).start()
inside.wait()
if os.fork() == 0:
    paramattr.set_num_threads(2)
    paramattr.create_parameter([600, 600])
    os._exit(0)
status = 0
for _ in range(600):
    pid, status = os.waitpid(-1, os.WNOHANG)
    if pid:
        break
    time.sleep(0.1)
else:
    raise SystemExit("the child hangs")
done.set()
raise SystemExit(os.waitstatus_to_exitcode(status))
"""
    done = in_a_process(code)
    assert done.returncode == 0, done.stderr


def test_the_number_of_threads_may_change_during_a_fill():
    expected = pa.random.Uniform().values(pa.random.Key(3, 0), (700_000,))
    stop, errors = threading.Event(), []

    def change():
        while not stop.is_set():
            for count in (1, 3, 2):
                pa.set_num_threads(count)

    changer = threading.Thread(target=change)
    changer.start()
    try:
        for _ in range(40):
            errors.append(not np.array_equal(pa.random.Uniform().values(pa.random.Key(3, 0), (700_000,)), expected))
    finally:
        stop.set()
        changer.join()
    assert not any(errors)


def test_a_large_parameter_at_exit_is_made_by_one_thread():
    code = """
import atexit, paramattr
paramattr.set_num_threads(3)
def last():
    print(paramattr.create_parameter([900, 900]).shape)
atexit.register(last)
"""
    done = in_a_process(code)
    assert (done.stdout, done.stderr) == ("[900, 900]\n", "")


def test_an_interrupt_while_threads_are_started_leaves_nothing_at_work(monkeypatch):
    pa.set_num_threads(3)
    spread(list, 3)

    class Interrupted:
        """The queue of jobs, but for an interrupt at the second."""

        jobs, handed = threads._jobs, 0

        def put(self, job):
            self.handed += 1
            if self.handed == 2:
                raise KeyboardInterrupt
            self.jobs.put(job)

    running = set()

    def work(numbers):
        running.add(threading.current_thread())
        try:
            for _ in numbers:
                time.sleep(0.01)
        finally:
            running.discard(threading.current_thread())

    with monkeypatch.context() as patch:
        patch.setattr(threads, "_jobs", Interrupted())
        with pytest.raises(KeyboardInterrupt):
            spread(work, 200)
    assert not running  # nothing works on, perhaps on arrays that are gone
    done = []
    spread(done.extend, 20)
    assert sorted(done) == list(range(20))


@pytest.mark.parametrize(("cores", "count"), [(1, 1), (6, 6), (None, 1)])
def test_the_default_is_every_core_where_the_system_tells_no_more(monkeypatch, cores, count):
    monkeypatch.delenv("PARAMATTR_NUM_THREADS", raising=False)
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert threads._default_threads() == count


def test_the_default_is_the_cores_that_this_process_may_use(monkeypatch):
    monkeypatch.delenv("PARAMATTR_NUM_THREADS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", {0: {1, 4, 5}}.__getitem__, raising=False)
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert threads._default_threads() == 3
    for text in ("1", "17"):  # unless it is told
        monkeypatch.setenv("PARAMATTR_NUM_THREADS", text)
        assert threads._default_threads() == int(text)


def test_a_run_may_fill_a_block_to_the_last_element():
    assert list(runs([threads.BLOCK - 1, 1, 1], "aaa")) == [range(2), range(2, 3)]
    assert list(runs([threads.BLOCK, 1], "aa")) == [range(1), range(1, 2)]


@pytest.mark.parametrize("error", [KeyError, MemoryError, SystemExit, KeyboardInterrupt])
def test_what_a_helper_raises_is_raised_here(error):
    pa.set_num_threads(2)
    helping, here = threading.Event(), threading.current_thread()

    def work(numbers):
        if threading.current_thread() is here:
            assert helping.wait(60)
        else:
            helping.set()
            raise error("in a helper")
        list(numbers)

    with pytest.raises(error, match="in a helper"):
        spread(work, 10)
    claimed = []
    spread(claimed.extend, 10)
    assert sorted(claimed) == list(range(10))


def test_an_error_here_ends_what_the_others_do():
    pa.set_num_threads(2)
    helping, here, claimed = threading.Event(), threading.current_thread(), []

    def work(numbers):
        if threading.current_thread() is here:
            assert helping.wait(60)
            raise KeyError
        for number in numbers:
            helping.set()
            claimed.append(number)
            time.sleep(0.001)

    with pytest.raises(KeyError):
        spread(work, 2000)
    assert len(claimed) < 2000
