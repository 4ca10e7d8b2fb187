"""Initializers beside the real Paddle: the same values where none are drawn, the same laws over random settings."""

import numpy as np
import paddle
import pytest
from scipy import stats

import paramattr as pa

LIBRARIES = (pa, paddle)
SHAPES = [[40, 60], [30, 4, 5, 5], [16, 12, 3, 3, 2]]
# That a test fails where the laws are the same, for each law and shape.
ALPHA = 1e-6


def scale(rng):
    return float(rng.uniform(0.3, 2.0))


def fans(rng):
    """A fan in and a fan out, or those of the shape."""
    return [int(n) if rng.integers(2) else None for n in rng.integers(10, 200, 2)]


def rectified(rng):
    return {
        "fan_in": fans(rng)[0],
        "negative_slope": scale(rng),
        "nonlinearity": str(rng.choice(["relu", "leaky_relu"])),
    }


DRAWN = {
    "Normal": lambda rng: {"mean": scale(rng), "std": scale(rng)},
    "Uniform": lambda rng: {"low": -scale(rng), "high": scale(rng)},
    "TruncatedNormal": lambda rng: {"mean": 0.0, "std": 1.0, "a": -scale(rng), "b": 1.0 + scale(rng)},
    "XavierNormal": lambda rng: {**dict(zip(("fan_in", "fan_out"), fans(rng), strict=True)), "gain": scale(rng)},
    "XavierUniform": lambda rng: {**dict(zip(("fan_in", "fan_out"), fans(rng), strict=True)), "gain": scale(rng)},
    "KaimingNormal": rectified,
    "KaimingUniform": rectified,
    "Orthogonal": lambda rng: {"gain": scale(rng)},
}
WHOLE = {
    "Constant": lambda lib, shape: lib.nn.initializer.Constant(1.25),
    "Assign": lambda lib, shape: lib.nn.initializer.Assign(np.arange(np.prod(shape), dtype="float32").reshape(shape)),
    "Dirac": lambda lib, shape: lib.nn.initializer.Dirac(2),
}


def made(lib, recipe, shape, dtype="float32"):
    return lib.create_parameter(shape, dtype, default_initializer=recipe).numpy()


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", DRAWN)
def test_laws(name, shape):
    rng = np.random.default_rng([len(name), *shape])
    for _ in range(4):
        settings = DRAWN[name](rng)
        values = []
        for lib in LIBRARIES:
            lib.seed(int(rng.integers(1000)))
            values.append(made(lib, getattr(lib.nn.initializer, name)(**settings), shape))
        ours, theirs = values
        assert ours.shape == theirs.shape
        assert ours.dtype == theirs.dtype
        assert stats.ks_2samp(ours.ravel(), theirs.ravel()).pvalue > ALPHA, settings
        assert abs(ours.std() / theirs.std() - 1) < 5 * np.sqrt(2 / ours.size), settings
        if name == "Orthogonal":
            for value in values:
                flat = value.reshape(shape[0], -1)
                product = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
                np.testing.assert_allclose(product, settings["gain"] ** 2 * np.eye(len(product)), atol=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("shape", [[4, 2, 3], [4, 5, 3, 2], [6, 2, 3, 3, 3]])
@pytest.mark.parametrize("name", WHOLE)
def test_values_that_are_not_drawn(name, shape, dtype):
    ours, theirs = (made(lib, WHOLE[name](lib, shape), shape, dtype) for lib in LIBRARIES)
    assert ours.dtype == theirs.dtype
    np.testing.assert_array_equal(ours, theirs)


def test_every_initializer_is_compared():
    """`Bilinear` differs on purpose, and is on the page on differences."""
    recipes = {name for name in paddle.nn.initializer.__all__ if isinstance(getattr(paddle.nn.initializer, name), type)}
    assert {*DRAWN, *WHOLE, "Bilinear"} == recipes


def test_gains_are_those_of_paddle():
    names = [f"conv{kind}" for n in (1, 2, 3) for kind in (f"{n}d", f"{n}d_transpose", f"_transpose{n}d")]
    for name in [*names, "sigmoid", "linear", "tanh", "relu", "selu"]:
        assert pa.initializer.calculate_gain(name) == paddle.nn.initializer.calculate_gain(name)
    for slope in (None, 0, 0.2, -1.5):
        ours = pa.initializer.calculate_gain("leaky_relu", slope)
        assert ours == paddle.nn.initializer.calculate_gain("leaky_relu", slope)
