import numpy as np
import pytest

import paramattr as pa

X = np.random.default_rng(0).standard_normal((3, 4, 2))
ALL = {
    "cumsum": np.cumsum,
    "cumprod": np.cumprod,
    "cummax": np.maximum.accumulate,
    "cummin": np.minimum.accumulate,
    "logcumsumexp": np.logaddexp.accumulate,
}


def first(value):
    return value[0] if isinstance(value, tuple) else value


@pytest.mark.parametrize("name", ALL)
def test_values_are_those_of_numpy(name):
    function, reference = getattr(pa, name), ALL[name]
    for axis in (0, 1, -1):
        np.testing.assert_allclose(first(function(X, axis)).numpy(), reference(X, axis), rtol=1e-14)
    np.testing.assert_allclose(first(function(X)).numpy(), reference(X.reshape(-1), 0), rtol=1e-14)
    assert first(function(pa.to_tensor(2.0), 0)).shape == []
    for axis, error in [(3, ValueError), (0.5, TypeError)]:
        with pytest.raises(error, match=r"(axis|dim) must be"):
            function(X, axis)


@pytest.mark.parametrize("name", ["cumsum", "cumprod"])
def test_dtypes(name):
    assert getattr(pa, name)(np.array([1, 2], np.int8)).dtype == np.int64
    assert getattr(pa, name)(np.array([1, 2]), dtype="float64").dtype == np.float64


@pytest.mark.parametrize("x", [[2.0, 0.0, 3.0, 0.0, 4.0], [0.0, 0.0], [0.0, 2.0], [3.0, 0.0, 5.0]])
def test_products_with_zeros_have_the_right_gradient(x, check_grads):
    check_grads(lambda t: pa.cumprod(t, 0), np.array(x))


@pytest.mark.parametrize("name", ["cummax", "cummin"])
def test_extremes_stand_where_the_indices_say(name):
    x = np.array([1.0, 3.0, 3.0, -1.0, np.nan, 5.0, np.nan])
    values, indices = getattr(pa, name)(x)
    np.testing.assert_array_equal(values.numpy(), x[indices.numpy()])
    assert indices.tolist()[:4] == ([0, 1, 2, 2] if name == "cummax" else [0, 0, 0, 3])
    assert getattr(pa, name)(x, dtype="int32")[1].dtype == np.int32
    with pytest.raises(ValueError, match="dtype must be one of"):
        getattr(pa, name)(x, dtype="float32")


def test_logarithms_of_growing_sums():
    t = pa.to_tensor(np.array([-np.inf, -np.inf, 2.0, 1000.0]), stop_gradient=False)
    value = pa.logcumsumexp(t)
    np.testing.assert_array_equal(value.numpy(), [-np.inf, -np.inf, 2.0, 1000.0])
    value.sum().backward()
    np.testing.assert_allclose(t.grad.numpy(), [0, 0, 1, 1], rtol=1e-12)
    t = pa.to_tensor([0.0, 1.0, 2.0], stop_gradient=False)
    pa.logcumsumexp(t).backward([0.0, -np.inf, 0.0])
    np.testing.assert_array_equal(t.grad.numpy(), [-np.inf, -np.inf, 0])


@pytest.mark.parametrize("n", [1, 2, 4, 6])
def test_differences(n):
    for axis in (0, 1, -1):
        np.testing.assert_array_equal(pa.diff(X, n, axis).numpy(), np.diff(X, n, axis))
    found = pa.diff(X, n, 1, prepend=X[:, :1], append=X)
    np.testing.assert_array_equal(found.numpy(), np.diff(X, n, 1, prepend=X[:, :1], append=X))
    assert pa.diff(np.array([True, False, False])).tolist() == [True, False]


def test_integrals():
    x = np.cumsum(np.random.default_rng(1).uniform(size=4))
    trapezoid = getattr(np, "trapezoid", None) or getattr(np, "trapz")  # noqa: B009  (NumPy 1)
    np.testing.assert_allclose(pa.trapezoid(X, x, axis=1).numpy(), trapezoid(X, x, axis=1), rtol=1e-13)
    np.testing.assert_allclose(pa.trapezoid(X, X * X, axis=1).numpy(), trapezoid(X, X * X, axis=1), rtol=1e-13)
    np.testing.assert_allclose(pa.trapezoid(X, dx=0.5).numpy(), trapezoid(X, dx=0.5), rtol=1e-13)
    whole = pa.cumulative_trapezoid(X, x, axis=1)
    assert whole.shape == [3, 3, 2]
    np.testing.assert_allclose(whole.numpy()[:, -1], trapezoid(X, x, axis=1), rtol=1e-13)
    assert pa.trapezoid(np.array([1, 2])).item() == 1.5


def test_what_is_refused():
    for call, error, message in [
        (lambda: pa.diff(X, 0), ValueError, "n must be >= 1"),
        (lambda: pa.diff(1.0), ValueError, "x must have an axis"),
        (lambda: pa.diff(X, 1, 3), ValueError, "axis must be in"),
        (lambda: pa.diff(X, prepend=X[:1]), ValueError, "concat needs inputs"),
        (lambda: pa.trapezoid(1.0), ValueError, "y must have an axis"),
        (lambda: pa.trapezoid(X, X, 0.5), ValueError, "x and dx must not both be given"),
        (lambda: pa.trapezoid(X, dx="1"), TypeError, "dx must be a real number"),
        (
            lambda: pa.trapezoid(X, [1.0, 2.0, 3.0, 4.0, 5.0]),
            ValueError,
            "x must have as many elements along the axis as y",
        ),
    ]:
        with pytest.raises(error, match=message):
            call()
