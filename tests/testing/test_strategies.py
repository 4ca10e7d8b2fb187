import math
import random

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

import paramattr as pa
from paramattr import initializer as init
from paramattr.random import Key, Normal, PointMass, TruncatedNormal, Uniform
from paramattr.testing import strategies

SOME = settings(phases=[Phase.generate], max_examples=2000, database=None)  # where it need not be the simplest


@given(st.data())
def test_every_initializer_that_fits_a_shape_fills_it(data):
    shape = data.draw(strategies.shapes(max_size=5))
    recipe = data.draw(strategies.initializers(shape))
    p = pa.create_parameter(shape, default_initializer=recipe)
    assert p.numpy().shape == shape
    assert np.isfinite(p.numpy()).all()
    assert init.get(recipe.get_config()) == recipe


@given(strategies.param_attrs())
def test_attributes_make_parameters(attr):
    p = pa.create_parameter([3, 2], attr=attr)
    assert p.need_clip == attr.need_clip
    assert p.trainable == attr.trainable


@given(strategies.distributions(), st.integers(0, 99))
def test_laws_draw_inside_their_support(law, seed):
    out = law.values(Key(seed, 0), 20, "float64")
    assert (out >= law.support[0]).all()
    assert (out <= law.support[1]).all()
    assert math.isfinite(law.std)


@given(strategies.shapes(1, 3, 6, 2))
def test_shapes_keep_their_bounds(shape):
    assert 1 <= len(shape) <= 3
    assert all(2 <= size <= 6 for size in shape)


@pytest.mark.parametrize("name", [cls.__name__ for cls in init.registered() if cls.__module__.startswith("paramattr.")])
def test_every_registered_initializer_comes(name):
    shape = (4, 4) if name == "Orthogonal" else (4, 4, 4, 4)
    recipe = find(strategies.initializers(shape), lambda r: type(r).__name__ == name, settings=SOME)
    assert type(recipe).__name__ == name


def test_shrinking_leads_to_simple_cases():
    assert find(strategies.shapes(), lambda shape: True) == ()
    assert find(strategies.shapes(), lambda shape: len(shape) == 3) == (1, 1, 1)
    assert find(strategies.shapes(min_dims=1), lambda shape: math.prod(shape) >= 6) == (6,)
    assert find(strategies.initializers(), lambda recipe: True) == init.Constant(0.0)
    assert find(strategies.initializers(), lambda r: isinstance(r, init.Normal)) == init.Normal(0.0, 1.0)
    assert find(strategies.distributions(), lambda law: isinstance(law, Uniform)) == Uniform(0.0, 1.0)
    assert find(strategies.distributions(), lambda law: isinstance(law, Normal)) == Normal(0.0, 1.0)
    assert find(strategies.distributions(), lambda law: True) == PointMass(0.0)
    assert find(strategies.distributions(), lambda law: isinstance(law, TruncatedNormal)) == TruncatedNormal(0, 1, 0, 1)
    simplest = [PointMass(3.0), Uniform(3.0, 4.0), TruncatedNormal(0.0, 1.0, 3.0, 4.0)]  # each of its kind
    for seed in range(5):
        law = find(strategies.distributions(), lambda law: law.support[0] > 2, random=random.Random(seed))  # noqa: S311
        assert law in simplest
    attr = find(strategies.param_attrs(), lambda attr: not attr.trainable)
    assert (attr.initializer, attr.learning_rate, attr.regularizer, attr.need_clip) == (None, 1.0, None, True)


@pytest.mark.parametrize(
    ("arguments", "error"), [((-1,), ValueError), ((3, 2), ValueError), ((0, 4, 0, 1), ValueError), (("1",), TypeError)]
)
def test_bad_bounds(arguments, error):
    with pytest.raises(error, match=r"dims|size"):
        strategies.shapes(*arguments)


@pytest.mark.parametrize(
    "wanted",
    [
        lambda law: isinstance(law, TruncatedNormal) and law.low < law.loc - 2.5 * law.scale,
        lambda law: isinstance(law, TruncatedNormal) and law.low > law.loc + 7.0 * law.scale,
        lambda law: isinstance(law, TruncatedNormal) and law.high == math.inf,
        lambda law: isinstance(law, TruncatedNormal) and law.high < law.low + 0.5 * law.scale,
        lambda law: isinstance(law, Normal) and law.loc < 0.0,
    ],
)
def test_laws_of_every_form_come(wanted):
    find(strategies.distributions(), wanted, settings=SOME)
