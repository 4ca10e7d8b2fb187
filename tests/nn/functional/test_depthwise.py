"""Convolutions in which every channel is a group: those of a dense weight with zeros elsewhere, gradients too."""

import numpy as np
import pytest

import paramattr as pa

F = pa.nn.functional

CASES = [
    ((2, 3, 5, 6), {"padding": 1}, 1),
    ((2, 3, 5, 6), {"padding": 1, "stride": 2}, 1),
    ((2, 3, 7, 6), {"stride": (2, 1), "dilation": 2}, 2),
    ((0, 3, 5, 6), {"padding": 1}, 1),
    ((1, 2, 3, 3), {"stride": 3}, 3),
    ((300, 2, 4, 5), {"padding": (0, 2)}, 1),
]


@pytest.mark.parametrize(("shape", "settings", "each"), CASES)
def test_a_channel_alone(shape, settings, each):
    rng = np.random.default_rng(0)
    channels = shape[1]
    values, narrow = rng.standard_normal(shape), rng.standard_normal((channels * each, 1, 3, 3))
    dense = np.zeros((channels * each, channels, 3, 3))
    outputs = np.arange(channels * each)
    dense[outputs, outputs // each] = narrow[:, 0]

    def run(weight, groups):
        x, w = pa.to_tensor(values, stop_gradient=False), pa.to_tensor(weight, stop_gradient=False)
        y = F.conv2d(x, w, groups=groups, **settings)
        (y * y).sum().backward()
        return y.numpy(), x.grad.numpy(), w.grad.numpy()

    y, to_x, to_w = run(narrow, channels)
    expected, dense_to_x, dense_to_w = run(dense, 1)
    np.testing.assert_allclose(y, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(to_x, dense_to_x, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(to_w[:, 0], dense_to_w[outputs, outputs // each], rtol=1e-11, atol=1e-11)
