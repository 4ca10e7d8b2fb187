import copy
import dataclasses
import pickle
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.utils.record import Record

settings = st.tuples(st.integers(0, 2), st.none() | st.text(max_size=2))


@dataclass(frozen=True, repr=False, eq=False)
class Point(Record):
    x: int
    label: str | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Spot(Record):
    x: int
    label: str | None = None


@given(settings, settings)
def test_it_is_equal_exactly_when_its_settings_are(one, other):
    assert (Point(*one) == Point(*other)) == (one == other)
    if one == other:
        assert hash(Point(*one)) == hash(Point(*other))
    assert Point(*one) != Spot(*one)
    assert Point(*one) != one


@given(settings)
def test_its_repr_makes_it_again(values):
    assert eval(repr(Point(*values))) == Point(*values)  # noqa: S307


def test_it_can_not_be_changed():
    point = Point(1)
    for name in ("x", "anything"):
        with pytest.raises(dataclasses.FrozenInstanceError, match=name):
            setattr(point, name, 2)
    assert point == Point(1)
    assert dataclasses.replace(point, x=2) == Point(2)


@pytest.mark.parametrize("one", [pa.random.Key(3, 1), pa.random.Uniform(-1.0, 2.0), pa.initializer.Normal(0.5, 2.0)])
def test_copies_are_equal(one):
    for again in (copy.copy(one), copy.deepcopy(one), pickle.loads(pickle.dumps(one))):
        assert again == one
        assert hash(again) == hash(one)
    assert one != np.float64(0.5)
