import math
from fractions import Fraction

import numpy as np
import pytest

from paramattr.utils.norm import l2_norm


def exact(*arrays):
    return math.sqrt(sum(Fraction(float(x)) ** 2 for array in arrays for x in array.ravel()))


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_it_is_the_norm_of_all_elements(dtype):
    rng = np.random.default_rng(1)
    arrays = [rng.standard_normal(shape).astype(dtype) for shape in [(3, 4), (), (0, 2), (50,)]]
    rel = 1e-14 if dtype == "float64" else 3e-7
    assert l2_norm(arrays) == pytest.approx(exact(*arrays), rel=rel)
    assert l2_norm([arrays[0].T[::2]]) == pytest.approx(exact(arrays[0].T[::2]), rel=rel)


def test_many_float32_lose_little():
    arrays = [np.full(300_000, 0.1, np.float32), np.full(17, 1e-3, np.float32)]
    square = 300_000 * Fraction(float(arrays[0][0])) ** 2 + 17 * Fraction(float(arrays[1][0])) ** 2
    assert l2_norm(arrays) == pytest.approx(math.sqrt(square), rel=3e-7)


@pytest.mark.parametrize(("dtype", "huge"), [("float16", 6e4), ("float32", 3e38), ("float64", 1e300)])
def test_a_square_that_overflows(dtype, huge):
    value = np.full(100, huge, dtype)
    assert l2_norm([value, -value]) == pytest.approx(math.sqrt(200.0) * float(value[0]), rel=3e-7)


@pytest.mark.parametrize("tiny", [1e-44, 1e-25, 1e-21, 1e-19])
def test_a_square_that_underflows(tiny):
    value = np.full(70_000, tiny, np.float32)
    assert l2_norm([value]) == pytest.approx(math.sqrt(70_000) * float(value[0]), rel=3e-7, abs=0.0)


def test_nothing_and_what_is_not_finite():
    assert l2_norm([]) == 0.0
    assert l2_norm([np.zeros(3)]) == 0.0
    assert l2_norm([np.array([1.0, -math.inf])]) == math.inf
    assert math.isnan(l2_norm([np.array([1.0, math.nan])]))
    assert math.isnan(l2_norm([np.array([math.inf, math.nan])]))


@pytest.mark.parametrize("scale", [1e-300, 1e-170, 1e-150, 1.0, 1e150, 1e300])
def test_the_scale_of_float64_values_does_not_matter(scale):
    x = np.random.default_rng(0).standard_normal(1000)
    assert l2_norm([x * scale, 2 * x * scale]) == pytest.approx(
        scale * np.sqrt(5) * np.linalg.norm(x), rel=1e-12, abs=0.0
    )


def test_the_norm_of_nothing_and_of_zeros_is_zero():
    assert l2_norm([]) == l2_norm([np.empty(0)]) == l2_norm([np.zeros(3), np.zeros(4, np.float32)]) == 0.0
