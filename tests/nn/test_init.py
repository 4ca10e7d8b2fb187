import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import init

#: Each function with settings, and the initializer of which it takes the values.
DRAWN = [
    (lambda t: init.kaiming_uniform_(t, 0.2), pa.initializer.KaimingUniform(None, 0.2, "leaky_relu")),
    (
        lambda t: init.kaiming_uniform_(t, mode="fan_out"),
        pa.initializer.KaimingUniform(None, 0.0, "leaky_relu", "fan_out"),
    ),
    (lambda t: init.kaiming_normal_(t, nonlinearity="relu"), pa.initializer.KaimingNormal(None, 0.0, "relu")),
    (lambda t: init.xavier_uniform_(t, 2.0, 3, 5), pa.initializer.XavierUniform(3, 5, gain=2.0)),
    (lambda t: init.xavier_normal_(t, fan_out=7), pa.initializer.XavierNormal(fan_out=7)),
    (lambda t: init.uniform_(t, 1.0, 2.0), pa.initializer.Uniform(1.0, 2.0)),
    (init.uniform_, pa.initializer.Uniform(0.0, 1.0)),
    (lambda t: init.normal_(t, 1.0, 0.1), pa.initializer.Normal(1.0, 0.1)),
    (lambda t: init.trunc_normal_(t, 0.5, 2.0, -1.0, 1.0), pa.initializer.TruncatedNormal(0.5, 2.0, -1.0, 1.0)),
    (lambda t: init.orthogonal_(t, 3.0), pa.initializer.Orthogonal(3.0)),
    (lambda t: init.dirac_(t, 2), pa.initializer.Dirac(2)),
]


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize(("fill", "recipe"), DRAWN)
def test_values_are_those_of_the_initializer_and_the_next_key(fill, recipe, dtype):
    targets = [pa.create_parameter([4, 2, 3], dtype), pa.to_tensor(np.zeros((4, 2, 3), dtype))]
    for target in targets:
        with pa.seed(5):
            assert fill(target) is target
        with pa.seed(5):
            expected = pa.create_parameter([4, 2, 3], dtype, default_initializer=recipe)
        assert target.dtype == dtype
        np.testing.assert_array_equal(target.numpy(), expected.numpy())


@pytest.mark.parametrize("dtype", ["float16", "float64", "int8", "int64", "bool"])
def test_given_values_take_no_key(dtype):
    before = pa.get_rng_state()
    target = pa.to_tensor(np.ones((2, 3), dtype))
    for fill, expected in [
        (init.zeros_, np.zeros((2, 3))),
        (init.ones_, np.ones((2, 3))),
        (lambda t: init.constant_(t, 1), np.ones((2, 3))),
        (init.eye_, np.eye(2, 3)),
    ]:
        assert fill(target) is target
        assert target.dtype == dtype
        np.testing.assert_array_equal(target.numpy(), expected.astype(dtype))
    assert pa.get_rng_state() == before


def test_a_lazy_parameter_has_values_then():
    with pa.LazyGuard():
        p = pa.create_parameter([2])
    assert init.ones_(p).numpy().tolist() == [1.0, 1.0]


def test_what_is_refused_changes_nothing():
    x, n = pa.to_tensor([[1.0, 2.0]]), pa.to_tensor([1])
    before = pa.get_rng_state()
    for call, error, message in [
        (lambda: init.normal_(np.ones(2)), TypeError, "tensor must be a Tensor"),
        (lambda: init.ones_([1.0]), TypeError, "tensor must be a Tensor"),
        (lambda: init.eye_(3), TypeError, "tensor must be a Tensor"),
        (lambda: init.eye_(n), ValueError, "tensor must have two axes"),
        (lambda: init.constant_(x, "a"), TypeError, "val must be a real number"),
        (lambda: init.constant_(x, np.nan), ValueError, "val must be finite"),
        (lambda: init.constant_(n, 0.5), ValueError, "val must fit the dtype int64"),
        (lambda: init.constant_(n.astype("int8"), 128), ValueError, "val must fit the dtype int8"),
        (lambda: init.constant_(n.astype("bool"), 2), ValueError, "val must fit the dtype bool"),
        (lambda: init.normal_(x, std=-1.0), ValueError, "std"),
        (lambda: init.uniform_(x, 2.0, 1.0), ValueError, "low must be below high"),
        (lambda: init.kaiming_normal_(x, mode="x"), ValueError, "mode"),
        (lambda: init.uniform_(n), ValueError, "int64"),
        (lambda: init.dirac_(x), ValueError, "axes"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert (x.tolist(), n.tolist()) == ([[1.0, 2.0]], [1])
    assert pa.get_rng_state() == before


def test_the_gain_is_the_one_of_initializers():
    assert init.calculate_gain is pa.initializer.calculate_gain
