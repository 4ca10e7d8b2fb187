"""What every recipe does, whichever of the three ways it makes its values."""

import dataclasses
import json
import tracemalloc
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import initializer as init
from paramattr.testing import check_initializer

ALL = [
    init.Constant(0.5),
    init.Normal(1.0, 2.0),
    init.Uniform(-2.0, 3.0),
    init.TruncatedNormal(0.5, 2.0, -1.0, 1.5),
    init.XavierUniform(gain=2.0),
    init.XavierNormal(fan_in=3, fan_out=5),
    init.KaimingUniform(fan_in=12.0),
    init.KaimingNormal(negative_slope=0.2, nonlinearity="leaky_relu", mode="fan_out"),
    init.Assign([[1.0, -2.0], [0.5, 3.0]]),
    init.Bilinear(),
    init.Dirac(groups=2),
    init.Orthogonal(gain=1.5),
    init.ZeroRow(init.KaimingNormal(), 3),
]


@init.register
@dataclass(frozen=True)
class Ramp(init.Initializer):
    """A user's recipe of fixed values."""

    slope: float = 1.0

    def kernel(self, shape, index):
        return self.slope * np.arange(np.prod(shape, dtype=int)).reshape(shape)[index]


@init.register
@dataclass(frozen=True)
class Wave(init.Initializer):
    """A user's recipe of whole arrays."""

    scale: float = 1.0

    def whole(self, key, shape, dtype):
        return self.scale * np.random.default_rng([key.seed, key.stream]).standard_normal(shape)


@pytest.mark.parametrize("one", ALL, ids=lambda one: type(one).__name__)
def test_each_is_plain_data(one):
    again = init.from_config(json.loads(json.dumps(one.get_config())))
    assert again == one
    assert hash(again) == hash(one)
    if not isinstance(one, init.Assign):
        assert eval(repr(one), vars(init)) == one  # noqa: S307
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.anything = 1


def test_different_settings_are_different():
    assert len(set(ALL)) == len(ALL)
    assert init.Normal(0.0, 1.0) != init.Normal(0.0, 2.0)
    assert dataclasses.replace(init.Normal(), std=2.0) == init.Normal(0.0, 2.0)


RECIPES = [
    init.Constant(0.3),
    init.Normal(0.1, 2.0),
    init.Normal(0.1, 0.0),
    init.Uniform(-2.0, 0.5),
    init.XavierUniform(),
    init.XavierNormal(),
    init.KaimingUniform(),
    init.KaimingNormal(nonlinearity="leaky_relu", negative_slope=0.2),
    init.TruncatedNormal(0.0, 1.0, 3.0, 4.0),
    init.Orthogonal(2.0),
    init.Bilinear(),
    init.Dirac(2),
    init.ZeroRow(init.Normal(), 2),
    init.ZeroRow(init.Dirac(2), 0),
    Ramp(0.5),
    Wave(0.25),
]
SHAPE = (6, 5, 4, 4)


def indices(size):
    slices = st.builds(
        slice,
        st.none() | st.integers(-size - 2, size + 2),
        st.none() | st.integers(-size - 2, size + 2),
        st.none() | st.sampled_from([1, 2, 3, -1, -2, -7]),
    )
    return st.integers(-size, size - 1) | slices


@st.composite
def basic_indices(draw):
    axes = [draw(indices(size)) for size in SHAPE]
    kept = draw(st.integers(0, len(axes)))
    if draw(st.booleans()):
        at = draw(st.integers(0, kept))
        # What follows the Ellipsis counts from the end.
        return (*axes[:at], ..., *(axes[len(axes) - (kept - at) :] if kept > at else ()))
    return tuple(axes[:kept])


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: type(recipe).__name__)
@given(index=basic_indices(), dtype=st.sampled_from(["float16", "bfloat16", "float32", "float64"]))
def test_a_slice_has_the_bits_of_the_whole(recipe, index, dtype):
    p = pa.create_parameter(SHAPE, dtype, default_initializer=recipe)
    expected = p.numpy()[index]
    found = p.initial_values(index)
    assert found.dtype == p.dtype
    assert found.shape == np.shape(expected)
    assert found.tobytes() == np.ascontiguousarray(expected).tobytes()


def test_assign_is_sliced_too():
    p = pa.create_parameter([4, 5], default_initializer=init.Assign(np.arange(20).reshape(4, 5)))
    assert np.array_equal(p.initial_values((slice(None, None, -2), 1)), p.numpy()[::-2, 1])
    with pytest.raises(IndexError):
        p.initial_values(4)


def test_they_stay_when_the_parameter_changes():
    p = pa.create_parameter([3, 3])
    first = p.numpy().copy()
    p.set_value(np.zeros((3, 3)))
    assert np.array_equal(p.initial_values(), first)
    p.initial_values()[...] = 7
    assert np.array_equal(p.initial_values(), first)


@pytest.mark.parametrize("shards", [1, 2, 7, 64])
@pytest.mark.parametrize("axis", [0, 1])
def test_shards_make_the_whole(shards, axis):
    with pa.LazyGuard():
        p = pa.create_parameter([130, 131], default_initializer=init.KaimingNormal())
    edges = np.linspace(0, p.shape[axis], shards + 1).astype(int)
    cuts = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    pieces = [p.initial_values(cut if axis == 0 else (slice(None), cut)) for cut in cuts]
    p.initialize()
    assert np.array_equal(np.concatenate(pieces, axis), p.numpy())


@pytest.mark.parametrize("recipe", [init.Normal(), init.XavierUniform(), init.TruncatedNormal(), init.Constant(1.0)])
def test_a_corner_of_a_huge_parameter_costs_only_the_corner(recipe):
    with pa.LazyGuard():
        p = pa.create_parameter([2**20, 2**20], default_initializer=recipe)
    p.initial_values((slice(4), slice(4)))  # tables exist from here on
    tracemalloc.start()
    corner = p.initial_values((slice(-4, None), slice(-4, None)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert corner.shape == (4, 4)
    assert peak < 2**20


def test_a_column_of_a_huge_parameter_agrees_with_its_rows():
    with pa.LazyGuard():
        p = pa.create_parameter([2**20, 2**20], default_initializer=init.Normal())
    column = p.initial_values((slice(None), 77))
    assert column.shape == (2**20,)
    for row in (0, 1, 12345, 2**20 - 1):
        assert p.initial_values((row, slice(70, 80)))[7] == column[row]


def test_a_slice_larger_than_memory_is_refused():
    with pa.LazyGuard():
        p = pa.create_parameter([2**20, 2**20])
    with pytest.raises(ValueError, match="GiB"):
        p.initial_values()


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: type(recipe).__name__)
@pytest.mark.parametrize(
    ("index", "error"),
    [
        (6, IndexError),
        (-7, IndexError),
        ((0, 0, 0, 0, 0), IndexError),
        ((..., ...), IndexError),
        (1.0, TypeError),
        ("a", TypeError),
        (None, TypeError),
        (True, TypeError),
        ([0, 1], TypeError),
        (np.array([0, 1]), TypeError),
        ((slice(0.5, 2), 0), TypeError),
    ],
    ids=str,
)
def test_what_is_no_basic_index_is_refused(recipe, index, error):
    p = pa.create_parameter(SHAPE, default_initializer=recipe)
    with pytest.raises(error):
        p.initial_values(index)


def test_other_draws_do_not_matter_once_the_key_was_taken():
    def lazily():
        pa.seed(9)
        with pa.LazyGuard():
            return [pa.create_parameter([40, 3], default_initializer=init.Normal()) for _ in range(3)]

    one, two = lazily(), lazily()
    for p in one:
        p.initialize()
        pa.create_parameter([7])
    for p in reversed(two):
        pa.create_parameter([5])
        p.initialize()
    assert all(np.array_equal(a.numpy(), b.numpy()) for a, b in zip(one, two, strict=True))


def test_a_users_recipe_gets_it_by_stating_its_law():
    @dataclass(frozen=True)
    class Narrow(init.Initializer):
        def distribution(self, shape):
            return pa.random.Uniform(-1.0 / shape[0], 1.0 / shape[0])

    p = pa.create_parameter([8, 9], default_initializer=Narrow())
    assert np.array_equal(p.initial_values((slice(1, None, 3), -1)), p.numpy()[1::3, -1])


@pytest.mark.parametrize("recipe", [Ramp(0.5), Wave(2.0), init.Normal(), init.ZeroRow(init.Normal(), 1)], ids=repr)
def test_every_way_of_making_values_works_everywhere(recipe):
    key = pa.random.Key(3, 0)
    whole = recipe.values(key, (6, 5), "float32")
    assert whole.dtype == np.float32
    assert recipe.values(key, [6, 5], None, (slice(1, 4), -1)).tobytes() == whole[1:4, -1].tobytes()
    with pa.seed(3), pa.LazyGuard():
        lazy = pa.create_parameter([6, 5], attr=init.get(recipe.get_config()))
    with pa.seed(3):
        eager = pa.create_parameter([6, 5], attr=recipe)
    lazy.initialize()
    for p in (lazy, eager):
        assert p.numpy().tobytes() == whole.tobytes()
    with pa.seed(3):
        called = pa.create_parameter([6, 5], attr="constant")  # takes the key that its recipe will have
        pa.set_rng_state(key)
        recipe(called)
    assert called.numpy().tobytes() == whole.tobytes()


def test_values_are_a_new_array_each_time():
    key = pa.random.Key(0, 0)
    for recipe in RECIPES:
        first = recipe.values(key, SHAPE)
        kept = first.copy()
        first[...] = 9.0
        assert np.array_equal(recipe.values(key, SHAPE), kept)


def test_the_kit_checks_a_users_recipe_by_what_it_is():
    assert check_initializer(Ramp(0.5), (6, 5)).passed
    assert not check_initializer(Ramp(0.5), (6, 5), expected=Ramp(0.6)).passed
    with pytest.raises(ValueError, match="expected must be given for Wave"):
        check_initializer(Wave(), (60, 50))
    assert check_initializer(Wave(), (60, 50), expected=pa.random.Normal()).passed
    assert not check_initializer(Wave(1.5), (60, 50), expected=pa.random.Normal()).passed


def test_a_recipe_defines_one_way():
    with pytest.raises(TypeError, match=r"Both must define one of .*\['kernel', 'whole'\]"):

        class Both(init.Initializer):
            def kernel(self, shape, index):
                return np.zeros(shape)[index]

            def whole(self, key, shape, dtype):
                return np.zeros(shape, dtype)

    @dataclass(frozen=True)
    class Nothing(init.Initializer):
        pass

    state = pa.get_rng_state()
    with pytest.raises(TypeError, match="Nothing must define distribution, kernel or whole"):
        pa.create_parameter([2], attr=Nothing())
    assert pa.get_rng_state() == state
    with pytest.raises(TypeError, match="Ramp has no distribution: its values are made by its kernel"):
        Ramp().distribution((2, 2))


@pytest.mark.parametrize("recipe", [init.Normal(), Ramp(), Wave()], ids=repr)
def test_values_refuse_what_they_can_not_make(recipe):
    key = pa.random.Key(0, 0)
    for arguments, error in [
        ((key, (-1,)), ValueError),
        ((key, "ab"), TypeError),
        ((key, (2,), "int32"), ValueError),
        ((key, (2,), "nonsense"), TypeError),
        ((key, (2**20, 2**25)), ValueError),
        ((key, (2,), "float32", 2), IndexError),
    ]:
        with pytest.raises(error):
            recipe.values(*arguments)


def test_a_whole_of_another_shape_is_refused():
    @dataclass(frozen=True)
    class Flat(init.Initializer):
        def whole(self, key, shape, dtype):
            return np.zeros(np.prod(shape, dtype=int), dtype)

    with pytest.raises(ValueError, match=r"Flat\(\) must make an array of shape \[2, 3\], but made \[6\]"):
        Flat().values(pa.random.Key(0, 0), (2, 3))


@pytest.mark.parametrize(
    ("recipe", "shape"),
    [
        (init.Assign([[1.0, 2.0]]), (1, 1)),
        (init.Assign([[1.0, 2.0]]), (2**20, 2**25)),
        (init.Bilinear(), (2, 2)),
        (init.Bilinear(), (2, 2, 3, 4)),
        (init.Dirac(), (2, 2)),
        (init.Dirac(groups=2), (3, 2, 2)),
        (init.Orthogonal(), (3,)),
        (init.ZeroRow(init.Normal(), 3), (3, 2)),
        (init.ZeroRow(init.Orthogonal(), 0), (3,)),
    ],
    ids=repr,
)
def test_a_shape_that_does_not_fit_is_refused_by_the_recipe(recipe, shape):
    """Whatever else is wrong with it, the message is that of the recipe."""
    with pytest.raises(ValueError, match=r"needs|holds"):
        recipe.values(pa.random.Key(0, 0), shape)


@pytest.mark.parametrize(
    ("recipe", "own"),
    [(init.Normal(), "distribution"), (init.Dirac(), "kernel"), (init.Orthogonal(), "whole")],
    ids=repr,
)
def test_what_does_not_make_the_values_says_what_does(recipe, own):
    asked = {
        "distribution": lambda: recipe.distribution((3, 3)),
        "kernel": lambda: recipe.kernel((3, 3, 1, 1), (slice(None),) * 4),
        "whole": lambda: recipe.whole(pa.random.Key(0, 0), (3, 3), np.dtype("float32")),
    }
    for method, call in asked.items():
        if method != own:
            with pytest.raises(TypeError, match=f"has no {method}: its values are made by its {own}"):
                call()
