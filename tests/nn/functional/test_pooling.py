import itertools

import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
MAX = {1: F.max_pool1d, 2: F.max_pool2d, 3: F.max_pool3d}
AVG = {1: F.avg_pool1d, 2: F.avg_pool2d, 3: F.avg_pool3d}


def case(n, seed):
    rng = np.random.default_rng([n, seed])
    kernel = rng.integers(1, 4, n).tolist()
    stride = rng.integers(1, 4, n).tolist()
    pairs = [rng.integers(0, k // 2 + 1, 2).tolist() for k in kernel]
    space = [k + int(rng.integers(0, 4)) for k in kernel]
    return rng.standard_normal((2, 2, *space)), kernel, stride, pairs


def windows(x, kernel, stride, pairs, ceil_mode):
    """Each place of the output with the elements of its window that lie in the input, by flat number."""
    n = len(kernel)
    space = x.shape[2:]
    numbers = np.arange(np.prod(space)).reshape(space)
    spans = [space[i] + sum(pairs[i]) - kernel[i] for i in range(n)]
    out = [(-(-spans[i] // stride[i]) if ceil_mode else spans[i] // stride[i]) + 1 for i in range(n)]
    seen = {}
    for place in np.ndindex(*out):
        cut = []
        for i in range(n):
            start = place[i] * stride[i] - pairs[i][0]
            cut.append(slice(max(start, 0), max(min(start + kernel[i], space[i]), 0)))
        seen[place] = numbers[tuple(cut)].ravel()
    return out, seen


def layouts(function, n, x, *args, **settings):
    """The value in both layouts, channels first, having checked that they agree."""
    first = function[n](pa.to_tensor(x), *args, **settings)
    if n > 1:
        last = function[n](pa.to_tensor(np.moveaxis(x, 1, -1)), *args, data_format=FORMATS[n][1], **settings)
        np.testing.assert_allclose(np.moveaxis(last.numpy(), -1, 1), first.numpy(), rtol=1e-14)
    return first.numpy()


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_against_the_definition(n, seed, ceil_mode):
    x, kernel, stride, pairs = case(n, seed)
    out, seen = windows(x, kernel, stride, pairs, ceil_mode)
    if not all(map(len, seen.values())):
        out, seen = windows(x, kernel, stride, pairs, ceil_mode := False)  # a window without an element
    flat = x.reshape(2, 2, -1)
    most = layouts(MAX, n, x, kernel, stride, pairs, ceil_mode=ceil_mode)
    mean = layouts(AVG, n, x, kernel, stride, pairs, ceil_mode=ceil_mode)
    value, mask = MAX[n](pa.to_tensor(x), kernel, stride, pairs, return_mask=True, ceil_mode=ceil_mode)
    assert most.shape == mean.shape == (2, 2, *out)
    for place, elements in seen.items():
        at = (slice(None), slice(None), *place)
        np.testing.assert_array_equal(most[at], flat[:, :, elements].max(axis=-1))
        np.testing.assert_allclose(mean[at], flat[:, :, elements].mean(axis=-1), rtol=1e-13, atol=1e-14)
        np.testing.assert_array_equal(mask.numpy()[at], elements[flat[:, :, elements].argmax(axis=-1)])
    np.testing.assert_array_equal(value.numpy(), most)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_gradients(n, seed, check_grads):
    x, kernel, stride, pairs = case(n, 100 + seed)
    # Far apart, so that no difference changes which is the largest.
    x = np.random.default_rng(seed).permutation(x.size).reshape(x.shape) * 1.0
    check_grads(lambda x: MAX[n](x, kernel, stride, pairs), x, rtol=1e-5)
    check_grads(lambda x: AVG[n](x, kernel, stride, pairs), x, rtol=1e-5)
    check_grads(lambda x: AVG[n](x, kernel, stride, pairs, exclusive=False), x, rtol=1e-5)
    if n > 1:
        check_grads(lambda x: MAX[n](x, kernel, stride, "SAME", data_format=FORMATS[n][1]), x, rtol=1e-5)


@pytest.mark.parametrize("stride", [1, 2])
def test_the_first_of_equal_values_gets_the_gradient(stride):
    x = pa.to_tensor(np.zeros((1, 1, 2, 4)), stop_gradient=False)
    y, mask = F.max_pool2d(x, 2, stride, return_mask=True)
    y.sum().backward()
    firsts = [[1, 0, 1, 0], [0, 0, 0, 0]] if stride == 2 else [[1, 1, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(x.grad.numpy()[0, 0], firsts)
    np.testing.assert_array_equal(mask.numpy().ravel(), [0, 2] if stride == 2 else [0, 1, 2])


@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_sum_of_the_gradient_is_that_of_the_cotangent(n):
    for seed in range(10):
        x, kernel, stride, pairs = case(n, 200 + seed)
        for function, settings in ((MAX, {}), (AVG, {"exclusive": True})):
            tensor = pa.to_tensor(x, stop_gradient=False)
            y = function[n](tensor, kernel, stride, pairs, **settings)
            cotangent = np.random.default_rng(seed).standard_normal(y.shape)
            y.backward(cotangent)
            np.testing.assert_allclose(tensor.grad.numpy().sum(), cotangent.sum(), rtol=1e-9)


def test_what_an_average_is_divided_by():
    x = pa.to_tensor(np.ones((1, 1, 4, 4)))
    np.testing.assert_array_equal(F.avg_pool2d(x, 3, 1, 1).numpy(), np.ones((1, 1, 4, 4)))
    inclusive = F.avg_pool2d(x, 3, 1, 1, exclusive=False).numpy()[0, 0]
    np.testing.assert_allclose(inclusive[:2, :2], [[4 / 9, 6 / 9], [6 / 9, 1]])
    sums = F.avg_pool2d(x, 2, divisor_override=1).numpy()
    np.testing.assert_array_equal(sums, np.full((1, 1, 2, 2), 4.0))
    # A last, incomplete window that sticks out beyond the padding is not divided by what is not there.
    row = pa.to_tensor(np.ones((1, 1, 5)))
    np.testing.assert_array_equal(F.avg_pool1d(row, 2, ceil_mode=True, exclusive=False).numpy().ravel(), [1, 1, 1])


@pytest.mark.parametrize(("size", "stride", "kernel"), list(itertools.product([5, 6], [1, 2, 3], [1, 2, 3, 4])))
def test_same_padding_divides_the_size_by_the_stride(size, stride, kernel):
    x = pa.to_tensor(np.ones((1, 1, size)))
    for function in (F.max_pool1d, F.avg_pool1d):
        y = function(x, kernel, stride, "SAME")
        np.testing.assert_array_equal(y.numpy(), np.ones((1, 1, -(-size // stride))))


def test_padding_is_never_the_largest():
    x = pa.to_tensor(np.full((1, 1, 3, 3), -7.0))
    np.testing.assert_array_equal(F.max_pool2d(x, 3, 1, 1).numpy(), x.numpy())


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
def test_the_dtype_is_kept(dtype):
    for function in (F.max_pool2d, F.avg_pool2d):
        x = pa.to_tensor(np.ones((1, 1, 4, 4), dtype), stop_gradient=False)
        y = function(x, 3, 1, 1)
        y.sum().backward()
        assert y.dtype == x.grad.dtype == dtype


@pytest.mark.parametrize(
    ("args", "settings", "error", "message"),
    [
        ((0,), {}, ValueError, "kernel_size must be >= 1"),
        (([2, 2, 2],), {}, ValueError, "kernel_size must be an integer or a sequence of 2"),
        ((2, 0), {}, ValueError, "stride must be >= 1"),
        ((2, 1, 2), {}, ValueError, "padding must be below kernel_size"),
        ((2, 1, "VALID"), {"ceil_mode": True}, ValueError, "ceil_mode must be False"),
        ((2, 1, "ROUND"), {}, ValueError, "padding must be one of"),
        ((9,), {}, ValueError, "larger than the padded input"),
        ((2,), {"data_format": "NCL"}, ValueError, "data_format"),
        ((2,), {"ceil_mode": 1}, TypeError, "ceil_mode"),
    ],
)
def test_bad_settings(args, settings, error, message):
    x = pa.to_tensor(np.ones((1, 1, 4, 4)))
    for function in (F.max_pool2d, F.avg_pool2d):
        with pytest.raises(error, match=message):
            function(x, *args, **settings)


def test_bad_settings_of_averages_and_masks():
    x = pa.to_tensor(np.ones((1, 1, 4, 4)))
    with pytest.raises(ValueError, match="divisor_override must be"):
        F.avg_pool2d(x, 2, divisor_override=0)
    with pytest.raises(TypeError, match="exclusive"):
        F.avg_pool2d(x, 2, exclusive=None)
    with pytest.raises(TypeError, match="return_mask"):
        F.max_pool2d(x, 2, return_mask="yes")
    with pytest.raises(ValueError, match="max_pool1d expected an input with 3 axes"):
        F.max_pool1d(x, 2)


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize(
    ("size", "kernel", "stride", "padding"), [(5, 2, 2, 1), (5, 2, 3, 1), (3, 3, 3, 2), (2, 1, 2, 0), (0, 2, 1, 1)]
)
def test_a_window_without_an_element_is_refused(n, size, kernel, stride, padding):
    # Paddle gives its lowest float32 or nan there, and some gradients of other elements.
    x = pa.to_tensor(np.ones((1, 1, *[3] * (n - 1), size)))
    settings = {"ceil_mode": bool(size)}
    for name, function in (("max", MAX[n]), ("avg", AVG[n])):
        with pytest.raises(
            ValueError, match=rf"{name}_pool{n}d: with ceil_mode=.*last window over an axis of \d has no"
        ):
            function(x, kernel, stride, padding, **settings)
    if size == 5 and n == 1:
        assert MAX[n](x, kernel, stride, padding).shape == [1, 1, 3 if stride == 2 else 2]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_means_are_computed_in_float32(dtype):
    x = pa.to_tensor(np.ones((1, 1, 40, 40)), dtype, stop_gradient=False)
    y = F.avg_pool2d(x, 40)
    assert float(y.item()) == 1.0
    y = F.avg_pool2d(x, 30, 1)  # each of 121 windows gives an element 1 / 900
    y.sum().backward()
    np.testing.assert_allclose(float(x.grad.numpy()[0, 0, 20, 20]), 121 / 900, rtol=2**-7)


def test_integers_are_pooled_in_the_default_dtype():
    x = np.arange(9).reshape(1, 1, 3, 3)
    for function in (F.max_pool2d, F.avg_pool2d):
        found, expected = function(x, 2, 1, 1), function(x.astype(np.float32), 2, 1, 1)
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found.numpy(), expected.numpy())
    value, mask = F.max_pool2d(x, 2, 1, 1, return_mask=True)
    np.testing.assert_array_equal(value.numpy().astype(int), mask.numpy())


def test_a_stride_beyond_the_input_takes_one_window():
    x = pa.to_tensor(np.arange(4.0).reshape(1, 1, 4))
    assert F.avg_pool1d(x, 2, 10**40).tolist() == [[[0.5]]]
    with pytest.raises(ValueError, match=r"avg_pool1d: the padded input, of shape \[1, 1, 1125899906842624\] needs"):
        F.avg_pool1d(x, 2**50 - 3, 1, [2**50 - 4, 0])


POWER = {1: F.lp_pool1d, 2: F.lp_pool2d}


@pytest.mark.parametrize("norm", [1.0, 2.0, 2.5, 7.0, 0.5, -0.5, -1.0, np.inf])
@pytest.mark.parametrize("n", [1, 2])
def test_powers_against_the_mean_of_powers(n, norm):
    x = np.random.default_rng(n).uniform(0.2, 2, (2, 3, *[6] * n))
    found = POWER[n](x, norm, 3, 2).numpy()
    if norm == np.inf:
        np.testing.assert_array_equal(found, MAX[n](x, 3, 2).numpy())
    else:
        total = AVG[n](x**norm, 3, 2).numpy() * 3**n
        np.testing.assert_allclose(found, total ** (1 / norm), rtol=1e-12)
        padded = AVG[n](x**norm, 3, 2, 1, exclusive=False).numpy() * 3**n
        np.testing.assert_allclose(POWER[n](x, norm, 3, 2, 1).numpy(), padded ** (1 / norm), rtol=1e-12)
    last = POWER[n](np.moveaxis(x, 1, -1), norm, 3, 2, data_format=FORMATS[n][1]).numpy()
    np.testing.assert_allclose(np.moveaxis(last, -1, 1), found, rtol=1e-13)


@pytest.mark.parametrize("size", [1e-30, 1e30])
@pytest.mark.parametrize("norm", [2.0, 30.0, -30.0])
def test_powers_neither_overflow_nor_underflow(norm, size):
    x = pa.to_tensor(np.array([[[3.0, 4.0]]]) * size, "float32", stop_gradient=False)
    y = F.lp_pool1d(x, norm, 2)
    y.backward()
    np.testing.assert_allclose(y.item(), size * (3**norm + 4**norm) ** (1 / norm), rtol=1e-5)
    np.testing.assert_allclose(x.grad.numpy().ravel(), (np.array([3, 4]) * size / y.item()) ** (norm - 1), rtol=1e-4)


def test_the_root_of_zeros_has_no_slope():
    x = pa.to_tensor(np.zeros((1, 1, 2)), stop_gradient=False)
    F.lp_pool1d(x, 2, 2).backward()
    np.testing.assert_array_equal(x.grad.numpy(), np.zeros((1, 1, 2)))


@pytest.mark.parametrize("norm", [0, -np.inf, np.nan])
def test_exponents_without_a_root(norm):
    with pytest.raises(ValueError, match="norm_type"):
        F.lp_pool1d(np.ones((1, 1, 2)), norm, 2)


def test_a_bool_after_the_stride_is_ceil_mode():
    line, image = pa.to_tensor([[[1.0, 2.0, 3.0]]]), pa.ones([1, 1, 3, 3])
    assert (
        F.lp_pool1d(line, 1, 2, 2, True).tolist()
        == F.lp_pool1d(line, 1, 2, 2, ceil_mode=True).tolist()
        == [[[3.0, 3.0]]]
    )
    assert F.lp_pool1d(line, 1, 2, 2, False).shape == [1, 1, 1]
    assert F.lp_pool2d(image, 1, 2, 2, True).shape == pa.nn.LPPool2D(1, 2, 2, True)(image).shape == [1, 1, 2, 2]
    assert pa.nn.LPPool1D(1, 2, 2, True)(line).shape == [1, 1, 2]
