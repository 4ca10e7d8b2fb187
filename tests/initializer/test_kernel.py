import numpy as np
import pytest

import paramattr as pa
from paramattr import initializer as init


def values(initializer, shape, dtype="float64"):
    return pa.create_parameter(shape, dtype, attr=initializer).numpy()


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.Dirac(0), ValueError, "groups"),
        (lambda: init.Dirac(1.0), TypeError, "groups"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (init.Bilinear(), [3, 3]),
        (init.Dirac(), [3, 3]),
        (init.Dirac(groups=2), [3, 3, 1]),
    ],
    ids=str,
)
def test_a_shape_that_does_not_fit_is_refused(initializer, shape):
    with pytest.raises(ValueError, match=type(initializer).__name__):
        pa.create_parameter(shape, attr=initializer)


@pytest.mark.parametrize("shape", [(1, 1, 2, 3), (4, 4, 5, 4), (1, 1, 0, 3)])
def test_bilinear_refuses_a_kernel_that_is_not_square(shape):
    with pytest.raises(ValueError, match="Bilinear needs a square kernel"):
        pa.create_parameter(shape, attr=init.Bilinear())


@pytest.mark.parametrize("size", [2, 3, 6, 7])
def test_bilinear_warns_of_a_size_that_belongs_to_no_factor(size):
    with pytest.warns(UserWarning, match=f"of size {size} belongs to no upsampling factor"):
        values(init.Bilinear(), [1, 1, size, size])


@pytest.mark.filterwarnings("ignore:a bilinear kernel")
@pytest.mark.parametrize("size", range(1, 9))
def test_bilinear_is_nonnegative_separable_and_the_same_in_every_channel(size):
    kernel = values(init.Bilinear(), [2, 3, size, size])
    assert np.all(kernel == kernel[0, 0])
    kernel = kernel[0, 0]
    assert np.all(kernel >= 0)
    assert np.allclose(kernel, kernel.T)
    assert np.linalg.matrix_rank(kernel) == 1


@pytest.mark.parametrize("factor", [1, 2, 3, 4, 5])
def test_bilinear_of_the_size_for_a_factor_is_symmetric(factor):
    size = 2 * factor - factor % 2
    kernel = values(init.Bilinear(), [1, 1, size, size])[0, 0]
    assert np.allclose(kernel, kernel[::-1])
    assert kernel.sum() == pytest.approx(factor**2)


@pytest.mark.parametrize("factor", [2, 3, 4, 5])
def test_bilinear_upsamples_a_constant_to_a_constant_and_a_ramp_to_a_ramp(factor):
    size = 2 * factor - factor % 2
    layer = pa.nn.Conv2DTranspose(
        1, 1, size, stride=factor, padding=(factor - 1 + 1) // 2, weight_attr=init.Bilinear(), bias_attr=False
    )
    ramp = np.broadcast_to(np.arange(12, dtype=np.float32), (1, 1, 12, 12))
    for image, step in ((np.ones_like(ramp), 0.0), (ramp, 1 / factor)):
        grown = layer(pa.to_tensor(image)).numpy()[0, 0]
        inside = grown[2 * factor : -2 * factor, 2 * factor : -2 * factor]
        assert np.allclose(np.diff(inside, axis=1), step, atol=1e-5)
        assert np.allclose(np.diff(inside, axis=0), 0, atol=1e-5)


@pytest.mark.parametrize("spatial", [(3,), (3, 5), (3, 1, 5)])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_is_the_identity(spatial, groups):
    dims = len(spatial)
    conv = {1: pa.nn.Conv1D, 2: pa.nn.Conv2D, 3: pa.nn.Conv3D}[dims]
    layer = conv(
        4, 4, spatial, padding=[k // 2 for k in spatial], groups=groups, weight_attr=init.Dirac(groups), bias_attr=False
    )
    image = np.random.default_rng(0).normal(size=(2, 4, *[6] * dims)).astype(np.float32)
    assert np.array_equal(layer(pa.to_tensor(image)).numpy(), image)


@pytest.mark.parametrize("shape", [[0, 3, 3], [4, 0, 3], [4, 2, 0], [0, 0, 3, 3]])
@pytest.mark.parametrize("groups", [1, 2])
def test_dirac_without_elements(shape, groups):
    assert values(init.Dirac(groups), shape).shape == tuple(shape)


def test_dirac_leaves_further_outputs_zero():
    kernel = values(init.Dirac(), [5, 3, 3])
    assert kernel.sum() == 3
    assert np.all(kernel[3:] == 0)
