import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

AVG = {n: getattr(F, f"adaptive_avg_pool{n}d") for n in (1, 2, 3)}
MAX = {n: getattr(F, f"adaptive_max_pool{n}d") for n in (1, 2, 3)}
FRACTIONAL = {n: getattr(F, f"fractional_max_pool{n}d") for n in (2, 3)}


def data(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@st.composite
def sizes(draw):
    n = draw(st.integers(1, 3))
    return tuple(tuple(draw(st.integers(1, 5)) for _ in range(n)) for _ in range(2))


@given(sizes())
def test_each_element_is_of_its_window(case):
    space, out = case
    n, x = len(space), data(2, 3, *space)
    mean = AVG[n](x, out).numpy()
    largest, mask = (part.numpy() for part in MAX[n](x, out, return_mask=True))
    assert mean.shape == largest.shape == (2, 3, *out)
    for place in itertools.product(*map(range, out)):
        axes = zip(place, space, out, strict=True)
        inside = [slice(i * size // count, -(-(i + 1) * size // count)) for i, size, count in axes]
        window = x[(slice(None), slice(None), *inside)].reshape(2, 3, -1)
        at = (slice(None), slice(None), *place)
        np.testing.assert_allclose(mean[at], window.mean(axis=-1), rtol=0, atol=1e-14)
        np.testing.assert_array_equal(largest[at], window.max(axis=-1))
    flat = np.take_along_axis(x.reshape(2, 3, -1), mask.reshape(2, 3, -1).astype(int), axis=-1)
    np.testing.assert_array_equal(flat.reshape(largest.shape), largest)


def test_sizes_that_divide_are_those_of_the_other_pooling():
    x = data(2, 3, 6, 8)
    np.testing.assert_allclose(F.adaptive_avg_pool2d(x, [3, 4]).numpy(), F.avg_pool2d(x, 2).numpy(), rtol=1e-14)
    np.testing.assert_array_equal(F.adaptive_max_pool2d(x, [3, 4]).numpy(), F.max_pool2d(x, 2).numpy())
    np.testing.assert_array_equal(F.adaptive_max_pool2d(x, [None, 8]).numpy(), x)


@pytest.mark.parametrize("n", [2, 3])
def test_channels_may_come_last(n):
    x = data(2, 3, *[5] * n)
    last = AVG[n](np.moveaxis(x, 1, -1), 3, "NHWC" if n == 2 else "NDHWC").numpy()
    np.testing.assert_allclose(np.moveaxis(last, -1, 1), AVG[n](x, 3).numpy(), rtol=1e-14)


def test_the_first_of_equal_values_gets_the_gradient():
    x = pa.to_tensor(np.zeros((1, 1, 4, 4)), stop_gradient=False)
    value, mask = F.adaptive_max_pool2d(x, 3, return_mask=True)
    value.sum().backward()
    np.testing.assert_array_equal(mask.numpy()[0, 0], [[0, 1, 2], [4, 5, 6], [8, 9, 10]])
    np.testing.assert_array_equal(x.grad.numpy()[0, 0], np.pad(np.ones((3, 3)), (0, 1)))


@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("kernel", [None, 2])
@pytest.mark.parametrize("u", [0.05, 0.5, 0.95])
def test_fractional_windows_cover_the_input(n, kernel, u):
    x = data(1, 2, *[11] * n)
    value, mask = FRACTIONAL[n](x, [4] * n, kernel, u, return_mask=True)
    assert value.shape == mask.shape == [1, 2, *[4] * n]
    flat = np.take_along_axis(x.reshape(1, 2, -1), mask.numpy().reshape(1, 2, -1).astype(int), axis=-1)
    np.testing.assert_array_equal(flat.reshape(value.shape), value.numpy())
    if kernel is None:
        # Windows next to each other leave nothing out.
        space = tuple(range(2, n + 2))
        np.testing.assert_array_equal(value.numpy().max(axis=space), x.max(axis=space))


@pytest.mark.parametrize("u", [0.001, 0.05, 0.5, 0.95])
@pytest.mark.parametrize(
    ("size", "out", "taps"), [(11, 4, None), (11, 4, 2), (7, 6, 2), (7, 4, 3), (5, 5, None), (5, 5, 1)]
)
def test_fractional_windows_begin_and_end_with_the_input(size, out, taps, u):
    """They are of the size asked for, or next to each other; and with as many as there are elements each is one of them."""
    x = np.arange(size) + 100.0 * np.arange(size)[:, None]
    ends = F.fractional_max_pool2d(x[None, None], out, taps, u).numpy()[0, 0]
    begins = -F.fractional_max_pool2d(-x[None, None], out, taps, u).numpy()[0, 0]
    assert (ends[-1, -1], begins[0, 0]) == (x[-1, -1], 0)
    assert (np.diff(ends, axis=0) > 0).all() and (np.diff(begins, axis=1) > 0).all()
    wide = (ends - begins)[0] % 100 + 1
    assert wide.sum() == size if taps is None else (wide == taps).all()


def test_a_seed_gives_the_same_windows():
    x = np.arange(169.0).reshape(1, 1, 13, 13)
    found = []
    for seed in (1, 1, 2, 3, 4, 5, 6):
        pa.seed(seed)
        found.append(F.fractional_max_pool2d(x, 5).numpy())
    np.testing.assert_array_equal(found[0], found[1])
    assert any((found[0] != other).any() for other in found[2:])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: F.adaptive_avg_pool2d(x, 0), ValueError, "output_size must be >= 1"),
        (lambda x: F.adaptive_avg_pool2d(x, [3]), ValueError, "output_size must be an integer or a sequence of 2"),
        (lambda x: F.adaptive_avg_pool2d(x, [np.ones(2), None]), TypeError, r"output_size\[0\] must be an integer"),
        (lambda x: F.adaptive_max_pool2d(x, [np.ones(2), 2]), TypeError, r"output_size\[0\] must be an integer"),
        (lambda x: F.adaptive_avg_pool2d(x, [None, 0]), ValueError, r"output_size\[1\] must be >= 1"),
        (lambda x: F.adaptive_max_pool2d(x, None), TypeError, "output_size must be an integer"),
        (lambda x: F.adaptive_max_pool2d(x, 2, 1), TypeError, "return_mask must be a bool"),
        (lambda x: F.adaptive_avg_pool2d(x, 2, "NCL"), ValueError, "data_format must be one of"),
        (lambda x: F.adaptive_avg_pool1d(x, 2), ValueError, "adaptive_avg_pool1d expected an input with 3 axes"),
        (lambda x: F.adaptive_max_pool2d(x[:, :, :0], 2), ValueError, "needs an input with elements"),
        (lambda x: F.fractional_max_pool2d(x, 5), ValueError, "can't take .* windows"),
        (lambda x: F.fractional_max_pool2d(x, 4, 2), ValueError, "can't take .* windows"),
        (lambda x: F.fractional_max_pool2d(x, 2, 0), ValueError, "kernel_size must be >= 1"),
        (lambda x: F.fractional_max_pool2d(x, 2, None, 1.0), ValueError, "random_u must be"),
    ],
)
def test_bad_settings(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((1, 1, 4, 4)))
