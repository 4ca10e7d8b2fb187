import numpy as np
import pytest

import paramattr as pa

X = np.random.default_rng(0).standard_normal((3, 4, 5))


@pytest.mark.parametrize("keepdim", [True, False])
@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2]])
def test_moments_are_those_of_numpy(axis, keepdim):
    settings = {"axis": tuple(axis) if isinstance(axis, list) else axis, "keepdims": keepdim}
    for unbiased in (True, False):
        found = [f(X, axis, unbiased, keepdim).numpy() for f in (pa.var, pa.std)]
        for one, reference in zip(found, (np.var, np.std), strict=True):
            np.testing.assert_allclose(one, reference(X, ddof=int(unbiased), **settings), rtol=1e-13)
    found = pa.var(X, axis, keepdim=keepdim, correction=0.5).numpy()
    np.testing.assert_allclose(found, np.var(X, ddof=0.5, **settings), rtol=1e-13)


def test_moments_of_few():
    assert np.isnan(pa.var([1.0]).item())
    assert pa.var([1.0, 2.0], correction=3).item() == np.inf
    assert pa.var(np.array([1, 2])).dtype == np.float32
    x = pa.to_tensor([1.0, 1.0], stop_gradient=False)
    pa.std(x).backward()
    assert x.grad.tolist() == [0.0, 0.0]
    with pytest.raises(ValueError, match="unbiased and correction must not both be given"):
        pa.var([1.0, 2.0], unbiased=True, correction=0)
    with pytest.raises(TypeError, match="unbiased must be a bool"):
        pa.std([1.0, 2.0], unbiased=1)


def test_counts_are_those_of_numpy():
    x = np.random.default_rng(2).standard_normal(200)
    weight = np.random.default_rng(3).uniform(size=200)
    for low, high in [(-2, 2), (0.5, 0.7)]:
        np.testing.assert_array_equal(pa.histogram(x, 10, low, high).numpy(), np.histogram(x, 10, (low, high))[0])
        for density in (True, False):
            found = pa.histogram(x, 10, low, high, weight, density).numpy()
            np.testing.assert_allclose(found, np.histogram(x, 10, (low, high), density, weight)[0], rtol=1e-6)
    edges = np.array([0.0, 1.0, 1.0, 2.5, 4.0, 4.0, -1e-9, 4.0 + 1e-9, np.nan])
    for bins in (1, 2, 4, 8):
        found = pa.histogram(edges, bins, 0, 4)
        assert (found.shape, found.dtype) == ([bins], np.int64)
        np.testing.assert_array_equal(found.numpy(), np.histogram(edges, bins, (0, 4))[0])
    assert pa.histogram(edges[:3], min=0, max=1).shape == [100]
    assert pa.histogram(x, 7).numpy().sum() == 200
    np.testing.assert_allclose(pa.histogram_bin_edges(x, 7).numpy(), np.histogram_bin_edges(x, 7), rtol=1e-6)
    assert pa.histogram_bin_edges([1.0], 2, 5, 5).tolist() == [4.5, 5.0, 5.5]
    assert pa.histogram(np.zeros(0), 2, 0, 1, density=True).tolist() == [0.0, 0.0]
    n = np.array([1, 2, 1, 5])
    np.testing.assert_array_equal(pa.bincount(n, minlength=9).numpy(), np.bincount(n, minlength=9))
    assert pa.bincount(n, [1.0, 2.0, 3.0, 4.0]).tolist() == [0, 4, 2, 0, 0, 4]
    for dtype, sums in [("float32", "float32"), ("float64", "float64"), ("int64", "float64")]:
        assert pa.bincount(n, np.ones(4, dtype)).dtype == sums
    assert pa.numel(X).item() == 60


def test_what_counting_refuses():
    x = pa.to_tensor([1.0, 2.0])
    for call, error, message in [
        (lambda: pa.histogram(x, 0), ValueError, "bins must be >= 1"),
        (lambda: pa.histogram(x, 3, 5, 4), ValueError, "min must not be larger than max"),
        (lambda: pa.histogram([np.nan], 3), ValueError, "input must be finite where no range is given"),
        (lambda: pa.histogram(x, 3, weight=[1.0]), ValueError, r"weight must have shape \[2\]"),
        (lambda: pa.histogram(x, 3, density=1), TypeError, "density must be a bool"),
        (lambda: pa.histogram_bin_edges(x, 3, "0"), TypeError, "min must be a real number"),
        (lambda: pa.bincount(x), TypeError, "x must hold integers"),
        (lambda: pa.bincount(np.array([-1])), ValueError, "x must be a vector of numbers from 0 on"),
        (lambda: pa.bincount(np.array([1]), [1.0, 2.0]), ValueError, r"weights must have shape \[1\]"),
        (lambda: pa.bincount(np.array([1]), minlength=-1), ValueError, "minlength must be >= 0"),
    ]:
        with pytest.raises(error, match=message):
            call()
