import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812
from paramattr.nn.functional import geometry, im2col
from paramattr.nn.functional.im2col import Steps


def case(n, seed, groups):
    rng = np.random.default_rng([n, seed])
    kernel, stride, dilation = (tuple(rng.integers(1, high, n).tolist()) for high in (4, 3, 3))
    space = tuple(span + int(rng.integers(0, 3)) for span in geometry.spans(kernel, dilation))
    out = geometry.out_sizes(space, kernel, stride, dilation)
    plane = rng.standard_normal((2, *space, 2 * groups))
    weight = rng.standard_normal((3 * groups, 2, *kernel))
    return plane, weight, rng.standard_normal((2, *out, 3 * groups)), Steps(stride, dilation, groups)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("n", [1, 2, 3])
def test_the_gradients_are_transposes(n, seed, groups):
    plane, weight, maps, steps = case(n, seed, groups)
    out = maps.shape[1:-1]
    product = (im2col.im2col_matmul(plane, weight, out, steps) * maps).sum()
    back = im2col.matmul_col2im(maps, weight, plane.shape[1:-1], steps)
    np.testing.assert_allclose((back * plane).sum(), product, rtol=1e-10)
    slope = im2col.weight_gradient(plane, maps, weight.shape, steps)
    np.testing.assert_allclose((slope * weight).sum(), product, rtol=1e-10)
    np.testing.assert_allclose(im2col.bias_gradient(maps), maps.reshape(-1, maps.shape[-1]).sum(0), rtol=1e-10)


def test_a_column_is_a_window():
    plane = np.arange(24.0).reshape(1, 4, 3, 2)
    columns = im2col.im2col(plane, (3, 2), (2, 2), Steps((1, 1), (1, 1), 1))
    assert columns.shape == (1, 6, 8)
    for row, (i, j) in zip(columns[0], np.ndindex(3, 2), strict=True):
        np.testing.assert_array_equal(row, plane[0, i : i + 2, j : j + 2].ravel())


def test_few_samples_at_a_time_give_the_same(monkeypatch):
    rng = np.random.default_rng(0)
    x, w = rng.standard_normal((5, 2, 4, 4)), rng.standard_normal((3, 2, 3, 3))

    def run():
        a, b = (pa.to_tensor(array, stop_gradient=False) for array in (x, w))
        y = F.conv2d(a, b, padding=1)
        y.backward(np.cos(np.arange(y.size)).reshape(y.shape))
        return y.numpy(), a.grad.numpy(), b.grad.numpy()

    whole = run()
    for block in (1, 700):
        monkeypatch.setattr(im2col, "_BLOCK", block)
        for one, other in zip(whole, run(), strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-12)
