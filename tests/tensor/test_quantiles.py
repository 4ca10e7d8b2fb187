import numpy as np
import pytest

import paramattr as pa

X = np.random.default_rng(0).standard_normal((3, 4, 5))
HOLES = np.where(np.random.default_rng(1).uniform(size=X.shape) < 0.2, np.nan, X)


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2]])
def test_quantiles_are_those_of_numpy(axis, interpolation):
    q = [0.0, 0.3, 0.5, 0.77, 1.0]
    settings = {"axis": tuple(axis) if isinstance(axis, list) else axis, "method": interpolation}
    for keepdim in (True, False):
        found = pa.quantile(X, q, axis, keepdim, interpolation).numpy()
        np.testing.assert_allclose(found, np.quantile(X, q, keepdims=keepdim, **settings), rtol=1e-13)
    found = pa.nanquantile(HOLES, q, axis, interpolation=interpolation).numpy()
    np.testing.assert_allclose(found, np.nanquantile(HOLES, q, **settings), rtol=1e-13)


@pytest.mark.parametrize("interpolation", ["linear", "lower", "higher", "midpoint", "nearest"])
def test_quantiles_beside_infinities(interpolation):
    """They are between the elements around them, or where these are."""
    x, q = np.array([-np.inf, -np.inf, -1.0, 2.0, np.inf, np.inf]), np.array([0.0, 0.15, 0.2, 0.3, 0.5, 0.65, 0.8, 0.9])
    low, high = (np.quantile(x, q, method=method) for method in ("lower", "higher"))
    found = pa.quantile(x, q.tolist(), interpolation=interpolation).numpy()
    assert ((low <= found) & (found <= high)).all()
    if interpolation in ("lower", "higher", "nearest"):
        np.testing.assert_array_equal(found, np.quantile(x, q, method=interpolation))
    assert np.isnan(pa.quantile([-np.inf, np.inf], 0.5).item())


def test_quantiles_beside_nan_and_their_gradient():
    x = pa.to_tensor(np.array([[1.0, 2.0, 4.0], [3.0, np.nan, 3.0]]), stop_gradient=False)
    value = pa.quantile(x, 0.25, 1)
    np.testing.assert_array_equal(value.numpy(), [1.5, np.nan])
    value.sum().backward()
    np.testing.assert_array_equal(x.grad.numpy(), [[0.5, 0.5, 0], [0, 1, 0]])
    assert np.isnan(pa.nanquantile([np.nan], 0.5).item())
    for q, error, message in [
        (1.5, ValueError, "q must be finite and >= 0 and <= 1"),
        ([0.5, -1], ValueError, r"q\[1\] must be"),
        ([], ValueError, "q must hold a number"),
        ("0", TypeError, "q must be a real number"),
    ]:
        with pytest.raises(error, match=message):
            pa.quantile([1.0], q)
    with pytest.raises(ValueError, match="interpolation must be one of"):
        pa.quantile([1.0], 0.5, interpolation="cubic")
    with pytest.raises(ValueError, match="x must have elements"):
        pa.quantile(np.zeros(0), 0.5)


@pytest.mark.parametrize("keepdim", [True, False])
@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_medians(axis, keepdim):
    np.testing.assert_allclose(pa.median(X, axis, keepdim).numpy(), np.median(X, axis, keepdims=keepdim), rtol=1e-15)
    found = pa.nanmedian(HOLES, axis, keepdim).numpy()
    np.testing.assert_allclose(found, np.nanmedian(HOLES, axis, keepdims=keepdim), rtol=1e-15)
    lower = pa.nanmedian(HOLES, axis, keepdim, mode="min")
    value, index = lower if axis is not None else (lower, None)
    np.testing.assert_array_equal(value.numpy(), np.nanquantile(HOLES, 0.5, axis, keepdims=keepdim, method="lower"))
    if axis is not None:
        place = index.numpy() if keepdim else np.expand_dims(index.numpy(), axis)
        picked = np.take_along_axis(HOLES, place, axis)
        np.testing.assert_array_equal(picked if keepdim else picked.squeeze(axis), value.numpy())


def test_the_index_of_nan_is_that_of_the_first():
    nan = np.nan
    lines = [[1.0, nan, 3.0, nan], [1.0, 2.0, 3.0, 4.0], [nan, 1.0, 2.0, 3.0], [nan, nan, nan, nan]]
    value, index = pa.median(np.array(lines), 1, mode="min")
    np.testing.assert_array_equal(value.numpy(), [nan, 2.0, nan, nan])
    assert index.tolist() == [1, 1, 0, 0]


def test_equal_elements_share_the_gradient_of_a_median():
    for x, expected in [
        ([2.0, 2.0, 2.0, 1.0], [1 / 3, 1 / 3, 1 / 3, 0]),
        ([1.0, np.nan, 2.0], [0, 1, 0]),
        ([1.0, 3.0], [0.5, 0.5]),
    ]:
        t = pa.to_tensor(np.array(x), stop_gradient=False)
        pa.median(t).backward()
        np.testing.assert_allclose(t.grad.numpy(), expected)
    assert pa.median(np.array([1, 2, 4, 5])).item() == 3.0
    assert pa.median(np.array([1, 2, 4, 5]), mode="min").item() == 2
    with pytest.raises(TypeError, match="axis must be an integer"):
        pa.median(X, [0, 1])
    with pytest.raises(ValueError, match="mode must be one of"):
        pa.median(X, mode="max")
