import contextlib
import dataclasses
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import paramattr as pa
from paramattr import initializer as init

ALL = [
    init.Constant(0.5),
    init.Normal(1.0, 2.0),
    init.Uniform(-2.0, 3.0),
    init.TruncatedNormal(0.5, 2.0, -1.0, 1.5),
    init.XavierUniform(gain=2.0),
    init.XavierNormal(fan_in=3, fan_out=5),
    init.KaimingUniform(fan_in=12.0),
    init.KaimingNormal(negative_slope=0.2, nonlinearity="leaky_relu", mode="fan_out"),
    init.Assign([[1.0, -2.0], [0.5, 3.0]]),
    init.Bilinear(),
    init.Dirac(groups=2),
    init.Orthogonal(gain=1.5),
]


def values(initializer, shape, dtype="float64"):
    return pa.create_parameter(shape, dtype, attr=initializer).numpy()


@pytest.mark.parametrize("one", ALL, ids=lambda one: type(one).__name__)
def test_each_is_plain_data(one):
    again = init.from_config(json.loads(json.dumps(one.get_config())))
    assert again == one
    assert hash(again) == hash(one)
    assert init.get(type(one).__name__ if not isinstance(one, init.Assign) else one) is not None
    if not isinstance(one, init.Assign):
        assert eval(repr(one), vars(init)) == one  # noqa: S307
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.anything = 1


def test_different_settings_are_different():
    assert len(set(ALL)) == len(ALL)
    assert init.Normal(0.0, 1.0) != init.Normal(0.0, 2.0)
    assert dataclasses.replace(init.Normal(), std=2.0) == init.Normal(0.0, 2.0)


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.Normal(std=-1), ValueError, "std"),
        (lambda: init.Normal(std=math.nan), ValueError, "std"),
        (lambda: init.Normal(mean=math.inf), ValueError, "mean"),
        (lambda: init.Normal(mean="0"), TypeError, "mean"),
        (lambda: init.Uniform(1.0, 1.0), ValueError, "low"),
        (lambda: init.Uniform(2.0, 1.0), ValueError, "low"),
        (lambda: init.Uniform(0.0, math.inf), ValueError, "high"),
        (lambda: init.Uniform(None, 1.0), TypeError, "low"),
        (lambda: init.TruncatedNormal(std=0.0), ValueError, "std"),
        (lambda: init.TruncatedNormal(a=1.0, b=1.0), ValueError, "a must be below b"),
        (lambda: init.TruncatedNormal(a=math.nan), ValueError, "a"),
        (lambda: init.TruncatedNormal(a=math.inf, b=math.inf), ValueError, "a"),
        (lambda: init.Constant("1"), TypeError, "value"),
        (lambda: init.Constant(math.nan), ValueError, "value"),
        (lambda: init.Constant(True), TypeError, "value"),
        (lambda: init.XavierUniform(fan_in=0), ValueError, "fan_in"),
        (lambda: init.XavierNormal(fan_out=-1), ValueError, "fan_out"),
        (lambda: init.XavierNormal(gain=-1), ValueError, "gain"),
        (lambda: init.KaimingNormal(fan_in=0), ValueError, "fan_in"),
        (lambda: init.KaimingNormal(nonlinearity="swoosh"), ValueError, "nonlinearity"),
        (lambda: init.KaimingNormal(mode="fan"), ValueError, "mode"),
        (lambda: init.KaimingUniform(fan_in=3, mode="fan_out"), ValueError, "fan_in"),
        (lambda: init.KaimingUniform(negative_slope=math.nan), ValueError, "negative_slope"),
        (lambda: init.Assign([[1.0], [1.0, 2.0]]), ValueError, "value"),
        (lambda: init.Assign(["a"]), TypeError, "value"),
        (lambda: init.Assign(None), TypeError, "value"),
        (lambda: init.Assign([1j]), TypeError, "value"),
        (lambda: init.Dirac(0), ValueError, "groups"),
        (lambda: init.Dirac(1.0), TypeError, "groups"),
        (lambda: init.Orthogonal(math.inf), ValueError, "gain"),
        (lambda: init.Orthogonal("1"), TypeError, "gain"),
        (lambda: init.calculate_gain("swoosh"), ValueError, "nonlinearity"),
        (lambda: init.calculate_gain(3), TypeError, "nonlinearity"),
        (lambda: init.calculate_gain("leaky_relu", math.nan), ValueError, "param"),
        (lambda: init.set_global_initializer(3), TypeError, "weight_init"),
        (lambda: init.set_global_initializer(None, "nope"), ValueError, "bias_init"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


@pytest.mark.parametrize(
    ("initializer", "shape"),
    [
        (init.Assign(np.ones((3, 2))), [2, 2]),
        (init.Bilinear(), [3, 3]),
        (init.Dirac(), [3, 3]),
        (init.Dirac(groups=2), [3, 3, 1]),
        (init.Orthogonal(), [3]),
    ],
    ids=lambda x: str(x),
)
def test_a_shape_that_does_not_fit_is_refused(initializer, shape):
    with pytest.raises(ValueError, match=type(initializer).__name__):
        pa.create_parameter(shape, attr=initializer)


@pytest.mark.parametrize(
    ("shape", "fans"),
    [((), (1, 1)), ((7,), (7, 7)), ((3, 4), (3, 4)), ((8, 3, 5), (15, 40)), ((8, 3, 5, 2), (30, 80)), ((0, 4), (0, 4))],
)
def test_fans(shape, fans):
    assert init.compute_fans(shape) == fans


@given(st.lists(st.integers(1, 9), min_size=2, max_size=5), st.floats(0.1, 4))
def test_uniform_and_normal_recipes_have_the_same_variance(shape, gain):
    shape = tuple(shape)
    fan_in, fan_out = init.compute_fans(shape)
    expected = gain * math.sqrt(2 / (fan_in + fan_out))
    for kind in (init.XavierUniform, init.XavierNormal):
        assert kind(gain=gain).distribution(shape).std == pytest.approx(expected, rel=1e-12)
    for mode, fan in (("fan_in", fan_in), ("fan_out", fan_out)):
        for kind in (init.KaimingUniform, init.KaimingNormal):
            law = kind(mode=mode, nonlinearity="leaky_relu", negative_slope=gain).distribution(shape)
            assert law.std == pytest.approx(math.sqrt(2 / (1 + gain**2) / fan), rel=1e-12)


@pytest.mark.parametrize("kind", [init.XavierUniform, init.XavierNormal, init.KaimingUniform, init.KaimingNormal])
def test_parameters_without_elements_are_fine(kind):
    assert values(kind(), [0, 5]).shape == (0, 5)
    assert values(kind(), [4, 0, 3, 3]).shape == (4, 0, 3, 3)


# False-alarm rate per test: 1e-6, and the seed is fixed.
@pytest.mark.parametrize(
    ("initializer", "shape", "law"),
    [
        (init.Uniform(-2.0, 3.0), [300, 200], stats.uniform(-2, 5)),
        (init.Normal(1.0, 2.0), [300, 200], stats.norm(1, 2)),
        (init.XavierUniform(), [300, 200], stats.uniform(-math.sqrt(6 / 500), 2 * math.sqrt(6 / 500))),
        (init.XavierNormal(), [30, 20, 10, 10], stats.norm(0, math.sqrt(2 / 5000))),
        (init.KaimingNormal(), [30, 20, 10, 10], stats.norm(0, math.sqrt(2 / 2000))),
        (init.KaimingUniform(mode="fan_out"), [300, 200], stats.uniform(-math.sqrt(6 / 200), 2 * math.sqrt(6 / 200))),
        (init.TruncatedNormal(), [300, 200], stats.truncnorm(-2, 2)),
        (init.TruncatedNormal(0, 1, 6, 8), [300, 200], stats.truncnorm(6, 8)),
        (init.TruncatedNormal(-10, 1, 0, 1), [300, 200], stats.truncnorm(10, 11, -10, 1)),
        (init.TruncatedNormal(0, 1, 5, 100), [300, 200], stats.truncnorm(5, 100)),
        (init.TruncatedNormal(2, 1e-3, -50, 50), [300, 200], stats.norm(2, 1e-3)),
    ],
)
def test_values_follow_the_law(initializer, shape, law):
    pa.seed(11)
    sample = values(initializer, shape).ravel()
    assert stats.kstest(sample, law.cdf).pvalue > 1e-6
    low, high = law.support()
    assert low <= sample.min()
    assert sample.max() <= high
    stated = initializer.distribution(tuple(shape))
    assert stated.mean == pytest.approx(law.mean(), rel=1e-9, abs=1e-12)
    assert stated.std == pytest.approx(law.std(), rel=1e-6)


def test_normal_with_std_zero_is_its_mean():
    assert np.all(values(init.Normal(0.3, 0.0), [5]) == 0.3)


def test_assign_holds_a_copy():
    array = np.ones((2, 2), np.float32)
    one = init.Assign(array)
    array[...] = 7
    assert np.all(values(one, [2, 2]) == 1)
    assert one == init.Assign([[1, 1], [1, 1]])
    assert one == init.Assign(pa.to_tensor([[1.0, 1.0], [1.0, 1.0]]))
    assert hash(one) == hash(init.Assign([[1, 1], [1, 1]]))
    assert one != init.Assign([1, 1, 1, 1])
    assert one != 3


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


def test_dirac_leaves_further_outputs_zero():
    kernel = values(init.Dirac(), [5, 3, 3])
    assert kernel.sum() == 3
    assert np.all(kernel[3:] == 0)


@pytest.mark.parametrize("shape", [[5, 5], [7, 3], [3, 7], [4, 2, 3], [1, 9], [9, 1]])
def test_orthogonal_rows_or_columns_are_orthonormal(shape):
    matrix = values(init.Orthogonal(gain=2.0), shape).reshape(shape[0], -1)
    gram = matrix @ matrix.T if matrix.shape[0] <= matrix.shape[1] else matrix.T @ matrix
    assert np.allclose(gram, 4 * np.eye(len(gram)), atol=1e-12)


def test_global_initializer_as_a_call_and_as_a_block():
    assert init.global_initializer(is_bias=False) is None
    with init.set_global_initializer("xavier_normal"):
        assert init.global_initializer(is_bias=False) == init.XavierNormal()
        with contextlib.suppress(KeyError), init.set_global_initializer(init.Constant(1.0), init.Constant(2.0)):
            assert init.global_initializer(is_bias=True) == init.Constant(2.0)
            raise KeyError
        assert init.global_initializer(is_bias=False) == init.XavierNormal()
        assert init.global_initializer(is_bias=True) is None
        with pytest.raises(TypeError):
            init.set_global_initializer(init.Constant(1.0), 3)
        assert init.global_initializer(is_bias=False) == init.XavierNormal()
    assert init.global_initializer(is_bias=False) is None
    init.set_global_initializer(init.Constant(4.0))
    try:
        assert pa.nn.Linear(1, 1).weight.item() == 4.0
        assert pa.nn.Linear(1, 1, weight_attr=init.Constant(5.0)).weight.item() == 5.0
    finally:
        init.set_global_initializer(None)
    assert init.global_initializer(is_bias=False) is None
