import copy
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import paramattr as pa
from paramattr.random import Key, next_key


@pytest.fixture(autouse=True)
def restored_state():
    state = pa.get_rng_state()
    yield
    pa.set_rng_state(state)


@pytest.mark.parametrize(
    ("seed", "error"),
    [(-1, ValueError), (2**64, ValueError), (1.0, TypeError), ("1", TypeError), (None, TypeError), (True, TypeError)],
)
def test_a_bad_seed_is_refused_and_changes_nothing(seed, error):
    before = pa.get_rng_state()
    with pytest.raises(error, match="seed"):
        pa.seed(seed)
    assert pa.get_rng_state() == before


@pytest.mark.parametrize("seed", [0, 1, 2**64 - 1, np.int64(3)])
def test_every_seed_in_range_works(seed):
    pa.seed(seed)
    assert next_key() == Key(int(seed), 0)
    assert next_key() == Key(int(seed), 1)


def test_a_process_begins_with_the_first_key():
    code = "import paramattr; print(paramattr.get_rng_state())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.stdout == "Key(seed=0, stream=0)\n", done.stderr


def test_a_scoped_seed_gives_the_state_back():
    pa.seed(5)
    next_key()
    before = pa.get_rng_state()
    with pa.seed(6):
        assert next_key() == Key(6, 0)
        with pa.seed(7):
            next_key()
        assert next_key() == Key(6, 1)
    assert pa.get_rng_state() == before
    with pytest.raises(KeyError), pa.seed(6):
        raise KeyError
    assert pa.get_rng_state() == before


def test_a_saved_state_goes_on_where_it_was():
    pa.seed(2)
    next_key()
    state = pickle.loads(pickle.dumps(pa.get_rng_state()))
    expected = [next_key() for _ in range(3)]
    pa.set_rng_state(copy.deepcopy(state))
    assert [next_key() for _ in range(3)] == expected
    for wrong in (3, (2, 1), None):
        with pytest.raises(TypeError, match="state"):
            pa.set_rng_state(wrong)


def test_no_two_threads_get_the_same_key():
    pa.seed(1)
    taken = []
    threads = [threading.Thread(target=lambda: taken.extend(next_key() for _ in range(500))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 4000


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_a_bad_number_of_threads_is_refused(n, error):
    before = pa.get_num_threads()
    with pytest.raises(error):
        pa.set_num_threads(n)
    assert pa.get_num_threads() == before


def test_no_key_starts_weakly():
    """Each of the first words of many neighbouring keys has about as many ones as zeros."""
    from paramattr.random.words import words_from

    for seed in range(40):
        for stream in range(40):
            words = words_from(Key(seed, stream), 0, 8)
            ones = sum(bin(int(word)).count("1") for word in words)
            # Binomial(512, 1/2): six standard deviations, a false alarm in 3e5 runs of this test.
            assert abs(ones - 256) < 6 * np.sqrt(128), (seed, stream)


def test_keys_and_names_are_taken_while_garbage_is_collected():
    code = """
import gc
import paramattr as pa
from paramattr.utils import unique_name
taken, names = [], []
def take():
    taken.append(pa.random.next_key())
    names.append(unique_name.generate("shared"))
class Cycle:
    def __init__(self):
        self.me = self
    def __del__(self):
        take()
thresholds = gc.get_threshold()
for count in range(1, 30):  # one for each object at which the collector may strike
    gc.collect()
    Cycle()
    gc.set_threshold(count)
    take()
    gc.set_threshold(*thresholds)
gc.collect()
assert len(set(taken)) == len(taken) == len(set(names)) == 58, (len(taken), len(set(taken)), len(set(names)))
"""
    # In a process of its own, because a lock that is taken twice would never come back.
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_what_seed_returns_is_the_state_of_the_process():
    with pa.seed(3) as generator:
        assert isinstance(generator, pa.random.Generator)
        assert (generator.initial_seed(), generator.get_state()) == (3, pa.get_rng_state()) == (3, Key(3, 0))
        next_key()
        assert (generator.initial_seed(), generator.get_state()) == (3, Key(3, 1))
        assert generator.manual_seed(9) is generator
        assert pa.get_rng_state() == Key(9, 0)
        generator.set_state(Key(4, 2))
        assert pa.get_rng_state("cpu") == Key(4, 2)
        for wrong in (3, [Key(1, 1)], None):
            with pytest.raises(TypeError, match="state_list must be a Key"):
                generator.set_state(wrong)
        with pytest.raises(ValueError, match="device must be one of"):
            pa.set_rng_state(Key(0, 0), "gpu")
        with pytest.raises(ValueError, match="device must be one of"):
            pa.get_rng_state("gpu:0")
        assert pa.get_rng_state() == Key(4, 2)
    assert pa.manual_seed is pa.seed
