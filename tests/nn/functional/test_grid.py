import numpy as np
import pytest
from scipy import ndimage

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

SCIPY = {"zeros": "grid-constant", "border": "nearest", "reflection": "mirror"}


def data(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@pytest.mark.parametrize("padding", SCIPY)
@pytest.mark.parametrize("align", [True, False])
@pytest.mark.parametrize("n", [2, 3])
def test_bilinear_against_scipy(n, align, padding):
    space = np.array([4, 5, 3][:n])
    x, grid = data(2, 3, *space), np.random.default_rng(n).uniform(-2, 2, (2, *[3] * n, n))
    found = F.grid_sample(x, grid, padding_mode=padding, align_corners=align).numpy()
    points = grid[..., ::-1]
    places = (points + 1) / 2 * (space - 1) if align else (points + 1) / 2 * space - 0.5
    mode = "reflect" if padding == "reflection" and not align else SCIPY[padding]
    if mode == "reflect":  # SciPy interpolates across the edge, which the reflected place does not reach
        period = 2 * space
        way = np.abs(places + 0.5) % period
        places, mode = np.clip(np.minimum(way, period - way) - 0.5, 0, space - 1), "nearest"
    for sample in range(2):
        for channel in range(3):
            at = np.moveaxis(places[sample], -1, 0)
            expected = ndimage.map_coordinates(x[sample, channel], at, order=1, mode=mode)
            np.testing.assert_allclose(found[sample, channel], expected, rtol=0, atol=1e-12)


@pytest.mark.parametrize("align", [True, False])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
@pytest.mark.parametrize("space", [(3, 4), (2, 3, 4), (1, 2)])
def test_the_identity_gives_the_image_back(space, mode, align):
    n, x = len(space), data(2, 3, *space)
    theta = np.eye(n, n + 1)[None].repeat(2, axis=0)
    grid = F.affine_grid(theta, x.shape, align)
    assert grid.shape == [2, *space, n]
    np.testing.assert_allclose(F.grid_sample(x, grid, mode, align_corners=align).numpy(), x, rtol=0, atol=1e-12)


def test_an_affine_grid_maps_the_regular_one():
    theta = data(2, 2, 3)
    regular = F.affine_grid(np.eye(2, 3)[None], [1, 1, 3, 4]).numpy()[0]
    np.testing.assert_allclose(regular[..., 0], np.tile(np.linspace(-1, 1, 4), (3, 1)), atol=1e-15)
    expected = np.einsum("nij,hwj->nhwi", theta[..., :2], regular) + theta[:, None, None, :, 2]
    for shape in ([2, 1, 3, 4], (2, 1, 3, 4), pa.to_tensor([2, 1, 3, 4])):
        np.testing.assert_allclose(F.affine_grid(theta, shape).numpy(), expected, rtol=1e-13)


def test_far_away_points():
    x = data(1, 2, 3, 3)
    grid = np.array([1e30, -1e30, 1e30, 1e30]).reshape(1, 1, 2, 2)
    np.testing.assert_array_equal(F.grid_sample(x, grid).numpy(), np.zeros((1, 2, 1, 2)))
    border = F.grid_sample(x, grid, padding_mode="border").numpy()[0, :, 0]
    np.testing.assert_array_equal(border, x[0][:, [0, 2], [2, 2]])
    tensor = pa.to_tensor(grid, stop_gradient=False)
    F.grid_sample(x, tensor, padding_mode="border").sum().backward()
    np.testing.assert_array_equal(tensor.grad.numpy(), np.zeros(grid.shape))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x, g: F.grid_sample(x, g, "bicubic"), ValueError, "mode must be one of"),
        (lambda x, g: F.grid_sample(x, g, padding_mode="same"), ValueError, "padding_mode must be one of"),
        (lambda x, g: F.grid_sample(x, g, align_corners=1), TypeError, "align_corners must be a bool"),
        (lambda x, g: F.grid_sample(x[0], g), ValueError, "grid_sample expected x of shape"),
        (lambda x, g: F.grid_sample(x, g[..., :1]), ValueError, "grid_sample expected x of shape"),
        (lambda x, g: F.grid_sample(x, g[:0]), ValueError, "grid_sample expected x of shape"),
        (lambda x, g: F.grid_sample(x[:, :, :0], g), ValueError, "x must have elements"),
        (lambda x, g: F.affine_grid(g[:, 0], [1, 1, 2, 2]), ValueError, "affine_grid expected theta"),
        (lambda x, g: F.affine_grid(np.ones((1, 2, 3)), [2, 1, 2, 2]), ValueError, "affine_grid expected theta"),
        (lambda x, g: F.affine_grid(np.ones((1, 2, 3)), [1, 1, -1, 2]), ValueError, r"out_shape\[2\] must be >= 0"),
        (lambda x, g: F.affine_grid(np.ones((1, 2, 3)), [1, 1, 2, 2], None), TypeError, "align_corners"),
    ],
)
def test_bad_settings(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((1, 1, 3, 3)), np.zeros((1, 2, 2, 2)))
