import contextlib
import gc
import itertools
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.utils import unique_name

pytestmark = pytest.mark.usefixtures("fresh_names")


class Owner:
    pass


@given(st.lists(st.sampled_from(["linear", "conv2d", "linear_0"]), max_size=9))
def test_each_prefix_counts_for_itself(keys):
    with unique_name.guard():
        for i, key in enumerate(keys):
            assert unique_name.generate(key) == f"{key}_{keys[:i].count(key)}"


def test_guards_nest_and_restore():
    outer = pa.nn.Linear(1, 1)
    with unique_name.guard():
        assert pa.nn.Linear(1, 1).weight.name == outer.weight.name
    assert pa.nn.Linear(1, 1).weight.name == "linear_1.w_0"


def test_a_guard_restores_after_an_error():
    owner = Owner()
    unique_name.claim("w", owner)
    with contextlib.suppress(KeyError), unique_name.guard():
        assert not unique_name.is_taken("w")
        raise KeyError
    assert unique_name.is_taken("w")


def test_automatic_names_skip_those_in_use():
    taken = pa.create_parameter([1], name="linear_0.w_0")
    assert pa.nn.Linear(1, 1).weight.name == "linear_0.w_1"
    assert taken.name == "linear_0.w_0"


def test_a_name_has_one_living_owner():
    one, two = Owner(), Owner()
    unique_name.claim("w", one)
    unique_name.claim("w", one)
    with pytest.raises(ValueError, match="name 'w' is in use"):
        unique_name.claim("w", two)
    unique_name.release("w", two)  # is not its own
    assert unique_name.is_taken("w")
    unique_name.release("w", one)
    unique_name.release("w", one)
    unique_name.claim("w", two)
    del two
    gc.collect()
    assert not unique_name.is_taken("w")


def test_names_of_the_dead_are_forgotten_and_those_of_the_living_kept():
    living = {f"living_{i}": Owner() for i in range(100)}
    for name, owner in living.items():
        unique_name.claim(name, owner)
    for i in range(5000):
        unique_name.claim(f"dead_{i}", Owner())
    assert len(unique_name._scope.owners) < 2000
    assert all(unique_name.is_taken(name) for name in living)
    assert not unique_name.is_taken("dead_0")


def test_the_dead_are_looked_for_when_there_are_twice_as_many_names(monkeypatch):
    sizes, forget = [], unique_name._Scope.forget_the_dead

    def counted(scope):
        sizes.append(len(scope.owners))
        forget(scope)

    monkeypatch.setattr(unique_name._Scope, "forget_the_dead", counted)
    living = [Owner() for _ in range(4000)]
    for i, owner in enumerate(living):
        unique_name.claim(f"living_{i}", owner)
    assert sizes
    assert all(after >= 2 * before for before, after in itertools.pairwise(sizes))


def test_threads_get_different_names():
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    names, parameters, errors = [], [], []

    def work():
        try:
            for _ in range(400):
                names.append(unique_name.generate("shared"))
                parameters.append(pa.create_parameter([1]))
                del parameters[:-50]
        except BaseException as error:
            errors.append(error)

    try:
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert not errors
    assert len(set(names)) == len(names) == 1600
