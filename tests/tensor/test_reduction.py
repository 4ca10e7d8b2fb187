import numpy as np
import pytest
from scipy import special

import paramattr as pa

X = np.random.default_rng(0).standard_normal((2, 3, 4))
X[0, 1] = np.nan
NAMES = ["sum", "mean", "max", "min", "prod", "nansum", "nanmean", "all", "any", "count_nonzero"]


@pytest.mark.parametrize("keepdim", [True, False])
@pytest.mark.parametrize("axis", [None, 0, -1, [0, 2], [1]])
@pytest.mark.parametrize("name", NAMES)
def test_values_are_those_of_numpy(name, axis, keepdim):
    x = X if name.startswith("nan") else np.nan_to_num(X)
    x = x[:, :1] if name == "nanmean" else x
    numpy_axis = tuple(axis) if isinstance(axis, list) else axis
    x = np.where(np.isnan(x), 0.5, x) if name == "nanmean" else x
    expected = getattr(np, name)(x, axis=numpy_axis, keepdims=keepdim)
    found = getattr(pa, name)(x, axis=axis, keepdim=keepdim)
    assert found.shape == list(np.shape(expected))
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-14)


@pytest.mark.parametrize("name", [*NAMES, "logsumexp"])
def test_no_axes_are_all_and_bad_ones_are_refused(name):
    function = getattr(pa, name)
    assert function(X[1], axis=[]).item() == function(X[1]).item()
    for settings, error, message in [
        ({"axis": 2}, ValueError, "axis must be in"),
        ({"axis": [0, 0]}, ValueError, "axis must name each axis once"),
        ({"axis": 0.5}, TypeError, "axis must be an integer"),
        ({"keepdim": 1}, TypeError, "keepdim must be a bool"),
    ]:
        with pytest.raises(error, match=message):
            function(X[1], **settings)
    with pytest.raises(TypeError, match="x must be numeric"):
        function(None)


@pytest.mark.parametrize("name", ["sum", "prod", "nansum"])
def test_narrow_integers_are_counted_in_int64(name):
    for dtype in (bool, np.int8, np.uint8, np.int32):
        assert getattr(pa, name)(np.ones(3, dtype)).dtype == np.int64
    assert getattr(pa, name)(np.array([100, 100], np.uint8)).item() == {"prod": 10000}.get(name, 200)
    assert getattr(pa, name)([1.5, 2.5], dtype="int64").item() == {"prod": 2}.get(name, 3)
    assert pa.mean(np.array([1, 2])).item() == 1.5
    assert pa.mean(np.array([1, 2]), dtype="float64").dtype == np.float64


def test_products_with_zeros_have_the_right_gradient():
    for x, expected in [([2.0, 0.0, 3.0], [0, 6, 0]), ([2.0, 0.0, 0.0], [0, 0, 0]), ([2.0, 5.0], [5, 2])]:
        t = pa.to_tensor(x, stop_gradient=False)
        pa.prod(t).backward()
        assert t.grad.tolist() == expected


def test_nan_alone_has_no_mean_and_no_gradient():
    x = pa.to_tensor(np.array([[np.nan, np.nan], [1.0, np.nan]]), stop_gradient=False)
    value = pa.nanmean(x, 1)
    np.testing.assert_array_equal(value.numpy(), [np.nan, 1.0])
    value.sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0], [1.0, 0.0]]


def test_sums_of_exponentials():
    x = np.array([[1000.0, 1000.0], [-1000.0, 1.0], [-np.inf, -np.inf], [np.inf, 0.0]])
    np.testing.assert_allclose(pa.logsumexp(x, 1).numpy(), special.logsumexp(x, 1), rtol=1e-15)
    t = pa.to_tensor(x, stop_gradient=False)
    pa.logsumexp(t, 1, True).backward()
    np.testing.assert_allclose(t.grad.numpy(), [[0.5, 0.5], [0, 1], [0, 0], [1, 0]], rtol=1e-12)
    assert pa.logsumexp(np.zeros((0, 3))).item() == -np.inf


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_share_the_gradient_and_need_elements(name):
    x = pa.to_tensor([1.0, 3.0, 3.0, 1.0], stop_gradient=False)
    getattr(pa, name)(x).backward()
    assert sorted(x.grad.tolist()) == [0.0, 0.0, 0.5, 0.5]
    with pytest.raises(ValueError, match=f"{name} needs inputs"):
        getattr(pa, name)(np.zeros(0))


def test_a_dtype_and_keepdim_may_change_places():
    x = pa.to_tensor([[1.5, 2.0], [3.0, 4.0]])
    for call in ((0, True), (0, None, True)):
        assert x.sum(*call).tolist() == [[4.5, 6.0]]
        assert x.sum(*call).dtype == np.float32
    for call in ((0, True, "float64"), (0, "float64", True)):
        assert x.sum(*call).tolist() == [[4.5, 6.0]]
        assert x.sum(*call).dtype == np.float64
    assert x.sum(0, False).tolist() == [4.5, 6.0]


def test_amax_and_amin_take_the_names_that_max_and_min_refuse():
    x = pa.to_tensor([[1.0, 4.0], [3.0, 2.0]])
    assert (pa.amax(x, 1).tolist(), pa.amin(input=x, dim=0, keepdim=True).tolist()) == ([4.0, 3.0], [[1.0, 2.0]])
    for name in ("max", "min"):
        with pytest.raises(TypeError, match="unexpected keyword argument 'dim'"):
            getattr(x, name)(dim=1)
