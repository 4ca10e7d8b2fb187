import itertools
import re

import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812
from paramattr.nn.functional import conv

FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
CONV = {1: F.conv1d, 2: F.conv2d, 3: F.conv3d}
BACK = {1: F.conv1d_transpose, 2: F.conv2d_transpose, 3: F.conv3d_transpose}


def tensors(*arrays):
    return [pa.to_tensor(array) for array in arrays]


def reference(x, w, b, stride, pairs, dilation, groups):
    """The definition, place by place, of [N, C, space…] and [O, C/G, kernel…]."""
    n = x.ndim - 2
    x = np.pad(x, [(0, 0), (0, 0), *pairs])
    kernel = w.shape[2:]
    out = [(x.shape[2 + i] - (kernel[i] - 1) * dilation[i] - 1) // stride[i] + 1 for i in range(n)]
    y = np.zeros((x.shape[0], w.shape[0], *out))
    per_in, per_out = w.shape[1], w.shape[0] // groups
    for sample, channel, *place in np.ndindex(*y.shape):
        first = channel // per_out * per_in
        total = b[channel]
        for source, *tap in np.ndindex(per_in, *kernel):
            at = tuple(place[i] * stride[i] + tap[i] * dilation[i] for i in range(n))
            total += x[(sample, first + source, *at)] * w[(channel, source, *tap)]
        y[(sample, channel, *place)] = total
    return y


def reference_transposed(x, w, b, stride, pairs, extra, dilation, groups):
    """Each value of [N, C, space…] adds its kernel from [C, O/G, kernel…] to the output."""
    n = x.ndim - 2
    kernel = w.shape[2:]
    size = [(x.shape[2 + i] - 1) * stride[i] + (kernel[i] - 1) * dilation[i] + 1 + extra[i] for i in range(n)]
    per_in, per_out = x.shape[1] // groups, w.shape[1]
    y = np.zeros((x.shape[0], per_out * groups, *size)) + b.reshape(-1, *[1] * n)
    for sample, channel, *place in np.ndindex(*x.shape):
        first = channel // per_in * per_out
        for target, *tap in np.ndindex(per_out, *kernel):
            at = tuple(place[i] * stride[i] + tap[i] * dilation[i] for i in range(n))
            y[(sample, first + target, *at)] += x[(sample, channel, *place)] * w[(channel, target, *tap)]
    return y[(..., *(slice(pair[0], size[i] - pair[1]) for i, pair in enumerate(pairs)))]


def case(n, seed):
    """Random settings, and a cut that keeps the padded input as large as the kernel."""
    rng = np.random.default_rng([n, seed])
    settings = {
        "kernel": rng.integers(1, 4, n).tolist(),
        "stride": rng.integers(1, 4, n).tolist(),
        "dilation": rng.integers(1, 3, n).tolist(),
        "pairs": rng.integers(0, 3, (n, 2)).tolist(),
        "groups": int(rng.integers(1, 4)),
        "channels": rng.integers(1, 3, 2).tolist(),
    }
    reach = [(k - 1) * d + 1 for k, d in zip(settings["kernel"], settings["dilation"], strict=True)]
    space = [max(r - sum(p), 1) + int(rng.integers(0, 3)) for r, p in zip(reach, settings["pairs"], strict=True)]
    return rng, settings, space


def arrays(rng, settings, space, transposed):
    groups = settings["groups"]
    per_in, per_out = settings["channels"]
    x = rng.standard_normal((2, per_in * groups, *space))
    shape = (per_in * groups, per_out) if transposed else (per_out * groups, per_in)
    w = rng.standard_normal((*shape, *settings["kernel"]))
    return x, w, rng.standard_normal(per_out * groups)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_convolution_against_the_definition(n, seed):
    rng, settings, space = case(n, seed)
    x, w, b = arrays(rng, settings, space, transposed=False)
    stride, dilation, groups, pairs = (settings[key] for key in ("stride", "dilation", "groups", "pairs"))
    expected = reference(x, w, b, stride, pairs, dilation, groups)
    y = CONV[n](*tensors(x, w, b), stride, pairs, dilation, groups)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-12, atol=1e-12)
    last = CONV[n](*tensors(np.moveaxis(x, 1, -1), w, b), stride, pairs, dilation, groups, FORMATS[n][1])
    np.testing.assert_allclose(np.moveaxis(last.numpy(), -1, 1), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(15))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_transposed_convolution_against_the_definition(n, seed):
    rng, settings, space = case(n, seed)
    x, w, b = arrays(rng, settings, [size + 2 for size in space], transposed=True)
    stride, dilation, groups = (settings[key] for key in ("stride", "dilation", "groups"))
    pairs = [[min(p, 1) for p in pair] for pair in settings["pairs"]]
    extra = [int(rng.integers(0, max(s, d))) for s, d in zip(stride, dilation, strict=True)]
    expected = reference_transposed(x, w, b, stride, pairs, extra, dilation, groups)
    y = BACK[n](*tensors(x, w, b), stride, pairs, extra, groups=groups, dilation=dilation)
    np.testing.assert_allclose(y.numpy(), expected, rtol=1e-12, atol=1e-12)
    last = BACK[n](
        *tensors(np.moveaxis(x, 1, -1), w, b),
        stride,
        pairs,
        extra,
        groups=groups,
        dilation=dilation,
        data_format=FORMATS[n][1],
    )
    np.testing.assert_allclose(np.moveaxis(last.numpy(), -1, 1), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("layout", [0, 1])
def test_gradients(n, seed, layout, check_grads):
    rng, settings, space = case(n, 100 + seed)
    x, w, b = arrays(rng, settings, space, transposed=False)
    x = np.moveaxis(x, 1, -1) if layout else x
    same = {key: settings[key] for key in ("stride", "dilation", "groups")} | {"data_format": FORMATS[n][layout]}
    check_grads(lambda x, w, b: CONV[n](x, w, b, padding=settings["pairs"], **same), x, w, b)
    x, w, b = arrays(rng, settings, space, transposed=True)
    x = np.moveaxis(x, 1, -1) if layout else x
    extra = [max(s, d) - 1 for s, d in zip(settings["stride"], settings["dilation"], strict=True)]
    check_grads(lambda x, w, b: BACK[n](x, w, b, output_padding=extra, **same), x, w, b)
    check_grads(lambda x, w: BACK[n](x, w, **same), x, w)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_transposed_convolution_is_the_transpose(n, seed):
    rng, settings, space = case(n, 200 + seed)
    x, w, _ = arrays(rng, settings, space, transposed=False)
    same = {"stride": settings["stride"], "padding": settings["pairs"], "dilation": settings["dilation"]}
    y = CONV[n](*tensors(x, w), groups=settings["groups"], **same).numpy()
    z = rng.standard_normal(y.shape)
    back = BACK[n](*tensors(z, w), groups=settings["groups"], output_size=space, **same).numpy()
    np.testing.assert_allclose((y * z).sum(), (x * back).sum(), rtol=1e-10)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_all_forms_of_a_padding_are_one(n):
    rng = np.random.default_rng(n)
    x, w = tensors(rng.standard_normal((2, 3, *[5] * n)), rng.standard_normal((4, 3, *[3] * n)))
    forms = [1, [1] * n, (1, 1) * n, [(1, 1)] * n, [[0, 0], [0, 0], *[[1, 1]] * n], "SAME", "same"]
    first, *rest = (CONV[n](x, w, padding=form).numpy() for form in forms)
    for other in rest:
        np.testing.assert_array_equal(other, first)
    np.testing.assert_array_equal(CONV[n](x, w, padding="VALID").numpy(), CONV[n](x, w).numpy())


@pytest.mark.parametrize(("size", "stride", "kernel"), list(itertools.product([5, 6], [1, 2, 3], [1, 2, 3, 4])))
def test_same_padding_divides_the_size_by_the_stride(size, stride, kernel):
    x, w = tensors(np.ones((1, 1, size)), np.ones((1, 1, kernel)))
    for gap in (1, 2):  # as in Paddle, SAME sets the dilation to 1
        assert F.conv1d(x, w, stride=stride, padding="SAME", dilation=gap).shape[-1] == -(-size // stride)


def test_groups_are_separate_convolutions():
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((2, 6, 5, 5)), rng.standard_normal((4, 3, 3, 3))
    both = F.conv2d(*tensors(x, w), groups=2).numpy()
    parts = [F.conv2d(*tensors(x[:, 3 * g : 3 * g + 3], w[2 * g : 2 * g + 2])).numpy() for g in range(2)]
    np.testing.assert_allclose(both, np.concatenate(parts, axis=1), rtol=1e-12, atol=1e-12)


def test_output_size_says_what_output_padding_says():
    rng = np.random.default_rng(0)
    x, w = tensors(rng.standard_normal((1, 2, 3, 4)), rng.standard_normal((2, 3, 3, 3)))
    for extra in itertools.product(range(2), range(3)):
        wanted = [3 * 2 - 1 + 2 + extra[0], 3 * 3 + 3 + extra[1]]
        by_size = F.conv2d_transpose(x, w, stride=[2, 3], output_size=wanted)
        assert by_size.shape == [1, 3, *wanted]
        by_extra = F.conv2d_transpose(x, w, stride=[2, 3], output_padding=list(extra))
        np.testing.assert_array_equal(by_size.numpy(), by_extra.numpy())


@pytest.mark.parametrize(("n", "dtype"), list(itertools.product([1, 2, 3], [np.float16, np.float32])))
def test_the_dtype_is_kept(n, dtype):
    x, w, b = (
        pa.to_tensor(np.ones(shape, dtype), stop_gradient=False) for shape in [(1, 2, *[4] * n), (2, 2, *[2] * n), (2,)]
    )
    for function in (CONV[n], BACK[n]):
        y = function(x, w, b, stride=2)
        assert y.dtype == dtype
        y.sum().backward()
        assert x.grad.dtype == w.grad.dtype == b.grad.dtype == dtype


def test_no_samples():
    x, w = (pa.to_tensor(np.ones(shape), stop_gradient=False) for shape in [(0, 2, 5), (3, 2, 2)])
    y = F.conv1d(x, w)
    assert y.shape == [0, 3, 4]
    y.backward(np.ones((0, 3, 4)))
    assert x.grad.shape == [0, 2, 5]
    np.testing.assert_array_equal(w.grad.numpy(), np.zeros((3, 2, 2)))


def test_an_input_without_gradient_costs_no_gradient(monkeypatch):
    x, w = pa.to_tensor(np.ones((1, 2, 5))), pa.to_tensor(np.ones((3, 2, 2)), stop_gradient=False)
    y = F.conv1d(x, w)
    monkeypatch.setattr(conv, "matmul_col2im", None)
    y.sum().backward()
    np.testing.assert_array_equal(w.grad.numpy(), np.full((3, 2, 2), 4.0))


def test_the_inputs_are_left_as_they_were():
    x, w, b = np.ones((1, 2, 5)), np.ones((3, 2, 2)), np.ones(3)
    copies = [array.copy() for array in (x, w, b)]
    a = [pa.to_tensor(array, stop_gradient=False) for array in (x, w, b)]
    cotangent = np.ones((1, 3, 4))
    F.conv1d(*a).backward(cotangent)
    for tensor, copy in zip(a, copies, strict=True):
        np.testing.assert_array_equal(tensor.numpy(), copy)
    assert (cotangent == 1).all()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"stride": 0}, ValueError, "stride must be >= 1"),
        ({"stride": [1, 2, 3]}, ValueError, "stride must be an integer or a sequence of 2"),
        ({"stride": 1.0}, TypeError, "stride"),
        ({"dilation": [1, 0]}, ValueError, r"dilation\[1\] must be >= 1"),
        ({"groups": 0}, ValueError, "groups must be >= 1"),
        ({"groups": 2}, ValueError, r"groups=2 needs weight.shape\[0\]"),
        ({"padding": -1}, ValueError, "padding must be >= 0"),
        ({"padding": "FULL"}, ValueError, r"padding must be one of \['SAME', 'VALID'\]"),
        ({"padding": [1, 1, 1]}, ValueError, "padding must have 2 or 4"),
        ({"padding": [[1, 1], [0, 0], [1, 1], [1, 1]]}, ValueError, "batch and channel axes must be 0"),
        ({"padding": [[1, 1, 1], [0, 0]]}, ValueError, r"padding\[0\] must be a pair"),
        ({"padding": 0.5}, TypeError, "padding"),
        ({"data_format": "NCL"}, ValueError, "data_format must be one of"),
        ({"data_format": "NHWC"}, ValueError, r"expected an input of shape \[N, \*, \*, 2\]"),
        ({"dilation": 3}, ValueError, "kernel reaches over"),
    ],
)
def test_bad_settings(settings, error, message):
    with pytest.raises(error, match=message):
        F.conv2d(*tensors(np.ones((1, 2, 5, 5)), np.ones((3, 2, 3, 3))), **settings)


@pytest.mark.parametrize("groups", [1, 3])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_refused_input_is_told_the_shape_in_its_own_layout(n, groups):
    for function, weight in ((CONV[n], (6, 2)), (BACK[n], (2 * groups, 6))):
        for data_format in FORMATS[n]:
            expected = ["N", *"*" * n]
            expected.insert(data_format.index("C"), str(2 * groups))
            x, w = tensors(np.ones((1,) + (7,) * (n + 1)), np.ones(weight + (3,) * n))
            with pytest.raises(ValueError, match=re.escape(f"an input of shape [{', '.join(expected)}],")):
                function(x, w, groups=groups, data_format=data_format)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"output_padding": 2}, "output_padding must be below stride or dilation"),
        ({"output_padding": -1}, "output_padding must be >= 0"),
        ({"output_size": 12}, r"output_size must be in \[10, 11\]"),
        ({"output_size": 10, "output_padding": 1}, "not both"),
        ({"padding": 6}, "padding is too large"),
    ],
)
def test_bad_settings_of_the_transposed(settings, message):
    with pytest.raises(ValueError, match=message):
        F.conv1d_transpose(*tensors(np.ones((1, 2, 5)), np.ones((2, 3, 2))), stride=2, **settings)


@pytest.mark.parametrize("shapes", [((1, 2, 5), (3, 2)), ((1, 3, 5), (3, 2, 2)), ((2, 5), (3, 2, 2))])
def test_shapes_that_do_not_fit(shapes):
    with pytest.raises(ValueError, match="conv1d"):
        F.conv1d(*tensors(*map(np.ones, shapes)))
    with pytest.raises(ValueError, match=r"needs a bias of shape \[3\]"):
        F.conv1d(*tensors(np.ones((1, 2, 5)), np.ones((3, 2, 2)), np.ones(2)))


@pytest.mark.parametrize("n", [1, 2, 3])
def test_same_sets_the_dilation_of_the_transposed_to_one(n):
    rng = np.random.default_rng(n)
    x, w = tensors(rng.standard_normal((1, 2, *[4] * n)), rng.standard_normal((2, 3, *[3] * n)))
    expected = BACK[n](x, w, stride=2, padding="SAME")
    found = BACK[n](x, w, stride=2, padding="SAME", dilation=2)
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
    pairs = [(0, 1)] * n  # 4 elements in steps of 2 under a kernel of 3
    np.testing.assert_array_equal(BACK[n](x, w, stride=2, padding=pairs).numpy(), expected.numpy())


def test_valid_is_no_padding():
    rng = np.random.default_rng(0)
    x, w = tensors(rng.standard_normal((1, 2, 6, 6)), rng.standard_normal((2, 2, 3, 3)))
    for function in (F.conv2d, F.conv2d_transpose):
        expected = function(x, w, dilation=2).numpy()
        np.testing.assert_array_equal(function(x, w, padding="valid", dilation=2).numpy(), expected)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
@pytest.mark.parametrize("function", [F.conv2d, F.conv2d_transpose])
def test_narrow_sums_are_computed_in_float32(function, dtype):
    x, w, b = (
        pa.to_tensor(np.ones(shape), dtype, stop_gradient=False) for shape in [(2, 300, 6, 6), (300, 300, 1, 1), (300,)]
    )
    y = function(x, w, b)
    assert (y.numpy().astype(float) == np.float32(301).astype(y.dtype).astype(float)).all()
    y.backward(np.ones(y.shape))
    assert (x.grad.numpy().astype(float) == np.float32(300).astype(y.dtype).astype(float)).all()
    assert (w.grad.numpy().astype(float) == b.grad.numpy().astype(float)[0]).all()
    assert (b.grad.numpy().astype(float) == 72.0).all()


def test_numbers_of_numpy_are_numbers():
    x, w = tensors(np.ones((1, 2, 400)), np.ones((2, 1, 200)))
    expected = F.conv1d(x, w, groups=2, stride=2, padding=3)
    found = F.conv1d(x, w, groups=np.int8(2), stride=np.int8(2), padding=np.int8(3))
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
    y, v = tensors(np.ones((1, 2, 400)), np.ones((2, 100, 2)))
    assert F.conv1d_transpose(y, v, groups=np.int8(2)).shape == [1, 200, 401]


@pytest.mark.parametrize(("function", "what"), [(F.conv1d, "the padded input"), (F.conv1d_transpose, "the output")])
def test_what_no_memory_holds_is_refused(function, what):
    x, w = tensors(np.ones((1, 2, 5)), np.ones((2, 2, 3) if function is F.conv1d else (2, 4, 3)))
    settings = {"padding": 2**50} if function is F.conv1d else {"stride": 2**50}
    sizes = r"\[1, 2, 2251799813685253\]" if function is F.conv1d else r"\[1, 4503599627370499, 4\]"
    with pytest.raises(
        ValueError, match=f"{function.__name__}: {what}, of shape {sizes} needs .* GiB, but this machine"
    ):
        function(x, w, **settings)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_one_bias_for_all_channels(n, check_grads):
    rng = np.random.default_rng(n)
    x, weight, bias = rng.standard_normal((2, 3, *[3] * n)), rng.standard_normal((3, 3, *[2] * n)), np.array([0.5])
    for function in (getattr(F, f"conv{n}d"), getattr(F, f"conv{n}d_transpose")):
        np.testing.assert_allclose(function(x, weight, bias).numpy(), function(x, weight).numpy() + 0.5, rtol=1e-12)
        check_grads(lambda bias, function=function: function(x, weight, bias), bias)
        with pytest.raises(ValueError, match=r"needs a bias of shape \[3\] or \[1\]"):
            function(x, weight, np.ones(2))
