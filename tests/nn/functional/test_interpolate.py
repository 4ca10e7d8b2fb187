import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import ndimage

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

MODES = {"linear": 1, "bilinear": 2, "trilinear": 3, "bicubic": 2, "nearest": 2, "area": 2}
FORMATS = {1: "NWC", 2: "NHWC", 3: "NDHWC"}


def data(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@pytest.mark.parametrize("out", [[3], [7], [12]])
@pytest.mark.parametrize("n", [1, 2, 3])
def test_linear_with_aligned_corners_against_scipy(n, out):
    x = data(*[5] * n)
    mode = ("linear", "bilinear", "trilinear")[n - 1]
    found = F.interpolate(x[None, None], out * n, mode=mode, align_corners=True).numpy()[0, 0]
    places = np.meshgrid(*[np.linspace(0, 4, out[0])] * n, indexing="ij")
    np.testing.assert_allclose(found, ndimage.map_coordinates(x, places, order=1), rtol=0, atol=1e-12)


def shares(size, out, mode, align, align_mode, antialias):
    """Which share of each element along an axis those of the output are, by the definition."""

    def kernel(t):
        t, a = np.abs(t), -0.5 if antialias else -0.75
        if mode == "bilinear":
            return np.maximum(1 - t, 0)
        far = a * t**3 - 5 * a * t**2 + 8 * a * t - 4 * a
        return np.where(t <= 1, (a + 2) * t**3 - (a + 3) * t**2 + 1, np.where(t < 2, far, 0))

    found, at = np.zeros((out, size)), np.arange(out)
    apart = size / out if not align else (size - 1) / (out - 1) if out > 1 else 0
    if antialias:
        found[:] = kernel((np.arange(size) + 0.5 - apart * (at[:, None] + 0.5)) / max(apart, 1))
        return found / found.sum(axis=1, keepdims=True)
    place = apart * (at if align else at + 0.5) - (0 if align else 0.5)
    if align_mode and mode == "bilinear" and not align:
        place = apart * at
    for j in range(-3, size + 3):  # what lies beyond the ends is as they are
        found[:, min(max(j, 0), size - 1)] += kernel(place - j)
    return found


@given(st.data())
def test_each_element_is_a_weighted_sum_along_both_axes(data):
    mode, align, antialias = (data.draw(st.sampled_from(c)) for c in (["bilinear", "bicubic"], *[[False, True]] * 2))
    sizes, out = (data.draw(st.tuples(st.integers(1, 9), st.integers(1, 9))) for _ in range(2))
    align_mode, seed = data.draw(st.integers(0, 1)), data.draw(st.integers(0, 99))
    x = np.random.default_rng(seed).standard_normal((1, 1, *sizes))
    settings = {"mode": mode, "align_corners": align, "align_mode": align_mode, "antialias": antialias}
    if not antialias and 1 in out and not align:  # as in Paddle, a single element lies in the first one's place
        return
    rows, columns = (shares(*pair, mode, align, align_mode, antialias) for pair in zip(sizes, out, strict=True))
    found = F.interpolate(x, out, **settings).numpy()[0, 0]
    np.testing.assert_allclose(found, rows @ x[0, 0] @ columns.T, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_the_same_size_is_the_input(mode):
    x = data(2, 3, *[4] * MODES[mode])
    size = [4] * MODES[mode]
    np.testing.assert_allclose(F.interpolate(x, size, mode=mode).numpy(), x, rtol=0, atol=1e-14)
    if mode != "area":
        np.testing.assert_allclose(F.interpolate(x, None, 1.2, mode).numpy(), x, rtol=0, atol=1e-14)


@pytest.mark.parametrize("antialias", [False, True])
@pytest.mark.parametrize("align", [False, True])
@pytest.mark.parametrize("mode", ["bilinear", "bicubic"])
def test_a_constant_stays_and_the_middle_of_a_line_is_a_line(mode, align, antialias):
    settings = {"mode": mode, "align_corners": align, "antialias": antialias}
    for out in ([3, 9], [13, 2], [1, 1]):
        found = F.interpolate(np.full((1, 1, 6, 5), 2.5), out, **settings).numpy()
        np.testing.assert_allclose(found, np.full((1, 1, *out), 2.5), rtol=1e-13)
    line = np.arange(40.0).reshape(1, 1, 40, 1)
    if mode == "bilinear" and not align and not antialias:
        found = F.interpolate(line, [80, 1], **settings).numpy().ravel()[10:-10]
        np.testing.assert_allclose(found, (np.arange(80) + 0.5)[10:-10] / 2 - 0.5, rtol=0, atol=1e-12)


@pytest.mark.parametrize("mode", MODES)
def test_channels_may_come_last(mode):
    n = MODES[mode]
    x, size = data(2, 3, *[4] * n), [5, 3, 6][:n]
    last = F.interpolate(np.moveaxis(x, 1, -1), size, mode=mode, data_format=FORMATS[n]).numpy()
    np.testing.assert_allclose(np.moveaxis(last, -1, 1), F.interpolate(x, size, mode=mode).numpy(), rtol=1e-13)


def test_the_nearest_element():
    x = np.arange(6).reshape(1, 1, 2, 3)
    found = F.interpolate(x, [4, 6])
    assert found.dtype == x.dtype
    np.testing.assert_array_equal(found.numpy()[0, 0], x[0, 0].repeat(2, axis=0).repeat(2, axis=1))
    np.testing.assert_array_equal(F.interpolate(x, [1, 2]).numpy()[0, 0], [[0, 1]])
    volume = np.arange(12).reshape(1, 1, 2, 3, 2)
    np.testing.assert_array_equal(F.interpolate(volume, [4, 3, 2]).numpy()[0, 0], volume[0, 0].repeat(2, axis=0))


def test_sizes_and_scales_in_all_forms():
    x = data(1, 2, 4, 6)
    expected = F.interpolate(x, [8, 12], mode="bilinear").numpy()
    for size in ((8, 12), pa.to_tensor([8, 12]), [pa.to_tensor(8), 12]):
        np.testing.assert_array_equal(F.interpolate(x, size, mode="bilinear").numpy(), expected)
    for scale in (2, 2.0, [2, 2.0], (2, 2), pa.to_tensor([2.0, 2.0]), np.array([2.0, 2.0])):
        np.testing.assert_array_equal(F.interpolate(x, None, scale, "BILINEAR").numpy(), expected)
    np.testing.assert_array_equal(F.upsample(x, None, 2, "bilinear").numpy(), expected)
    found = F.interpolate(x, None, [1.3, 1.1], "bilinear", recompute_scale_factor=True).numpy()
    np.testing.assert_array_equal(found, F.interpolate(x, [5, 6], mode="bilinear").numpy())


def test_the_area_is_the_adaptive_mean():
    x = data(1, 2, 5, 7)
    np.testing.assert_array_equal(
        F.interpolate(x, [2, 3], mode="area").numpy(), F.adaptive_avg_pool2d(x, [2, 3]).numpy()
    )


def test_an_infinite_element_stays_where_it_is():
    x = np.zeros((1, 1, 9, 9))
    x[0, 0, 4, 4] = np.inf
    with np.errstate(invalid="ignore"):
        found = F.interpolate(x, [9, 18], mode="bilinear", antialias=True).numpy()
        assert np.isfinite(found[0, 0, :2]).all()
        for before, out in ((9, 4), (9, 7), (12, 5), (5, 13)):  # no element has a share of one that is out of its reach
            centre, reach = before / out * (np.arange(out) + 0.5), max(before / out, 1)
            for place in range(before):
                row = np.where(np.arange(before) == place, np.inf, 0.0).reshape(1, 1, 1, -1)
                found = F.interpolate(row, [1, out], mode="bilinear", antialias=True).numpy().ravel()
                assert np.isfinite(found[np.abs(place + 0.5 - centre) > reach + 1e-9]).all()


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({}, ValueError, "one of size and scale_factor must be given"),
        ({"size": [2, 2], "scale_factor": 2}, ValueError, "one of size and scale_factor must be given"),
        ({"size": [2]}, ValueError, "size must be an integer or a sequence of 2"),
        ({"size": [0, 2]}, ValueError, r"size\[0\] must be >= 1"),
        ({"size": [2.5, 2]}, TypeError, r"size\[0\] must be an integer"),
        ({"scale_factor": 0}, ValueError, "scale_factor must be"),
        ({"scale_factor": [2]}, ValueError, "scale_factor must be a number or a sequence of 2"),
        ({"scale_factor": 0.1}, ValueError, "scale_factor must leave an element"),
        ({"scale_factor": "2"}, TypeError, "scale_factor must be a real number"),
        ({"size": [2, 2], "mode": "linear"}, ValueError, "x must have"),
        ({"size": [2, 2], "mode": "cubic"}, ValueError, "mode must be one of"),
        ({"size": [2, 2], "align_corners": True}, ValueError, "align_corners must be False"),
        ({"size": [2, 2], "antialias": True}, ValueError, "antialias must be False"),
        ({"size": [2, 2], "mode": "bilinear", "align_mode": 2}, ValueError, "align_mode must be in"),
        ({"scale_factor": 2, "mode": "area"}, ValueError, "size must be given with mode='area'"),
        ({"size": [2, 2], "recompute_scale_factor": True}, ValueError, "recompute_scale_factor must not be True"),
        ({"size": [2, 2], "data_format": "NCW"}, ValueError, "x must have 3 axes with data_format='NCW'"),
        ({"size": [2, 2], "data_format": "ndhwc"}, ValueError, "x must have 5 axes with data_format='ndhwc'"),
        ({"size": [2, 2], "data_format": "CHW"}, ValueError, "data_format must be one of"),
        ({"size": [2, 2], "data_format": 1}, TypeError, "data_format must be one of"),
    ],
)
def test_bad_settings(settings, error, message):
    with pytest.raises(error, match=message):
        F.interpolate(np.ones((1, 1, 3, 3)), **settings)


@pytest.mark.parametrize("shape", [(1, 1, 0, 3), (1, 1, 3, 0), (0, 1, 3, 0)])
def test_nothing_to_see_is_refused(shape):
    for mode in ("nearest", "bilinear", "area"):
        with pytest.raises(ValueError, match="elements along each spatial axis, but received"):
            F.interpolate(np.ones(shape), [2, 2], mode=mode)


@pytest.mark.parametrize("given", [True, None, 1.0])
def test_upsample_takes_arguments_in_the_order_of_paddle_alone(given):
    with pytest.raises(TypeError, match="align_mode must be an integer"):
        F.upsample(np.ones((1, 1, 3, 3)), [2, 2], None, "bilinear", False, given)


def test_what_no_memory_holds_is_refused():
    with pytest.raises(ValueError, match=r"interpolate: the output, of shape .* GiB"):
        F.interpolate(np.ones((1, 1, 3, 3)), None, 2.0**24)


def test_arguments_in_the_order_of_pytorch():
    line, image = data(1, 2, 5), data(1, 2, 6, 6)
    ours = F.interpolate(line, None, 1.7, "linear", recompute_scale_factor=True).numpy()
    np.testing.assert_array_equal(F.interpolate(line, None, 1.7, "linear", False, True), ours)
    ours = F.interpolate(image, [3, 3], None, "bilinear", antialias=True).numpy()
    for call in ((None, True), (None,)):
        settings = {"antialias": True} if len(call) == 1 else {}
        np.testing.assert_array_equal(F.interpolate(image, [3, 3], None, "bilinear", False, *call, **settings), ours)
