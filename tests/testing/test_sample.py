import dataclasses
import math

import ml_dtypes
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.random import Normal
from paramattr.testing import check_sample
from paramattr.testing.sample import GRIDS, as_array


def test_arrays_of_other_libraries():
    x = np.random.default_rng(4).standard_normal((40, 30)).astype(np.float32)
    for array in (x.tolist(), pa.to_tensor(x), x[::-1].T, np.asfortranarray(x)):
        assert check_sample(np.asarray(array, np.float32), Normal()).passed
    assert check_sample(pa.to_tensor(x), Normal()).passed

    class OnlyDLPack:
        def __dlpack__(self, **kwargs):
            return x.__dlpack__(**kwargs)

        def __dlpack_device__(self):
            return x.__dlpack_device__()

    assert check_sample(OnlyDLPack(), Normal()).passed


@pytest.mark.parametrize(
    ("array", "error"),
    [
        (np.empty(0), ValueError),
        (np.empty((3, 0)), ValueError),
        (np.array([1, 2]), TypeError),
        (np.array([1j]), TypeError),
        (np.array(["a"]), TypeError),
        (np.array([None]), TypeError),
        (object(), TypeError),
        (None, TypeError),
        ([[1.0], [1.0, 2.0]], TypeError),
        (np.array([True]), TypeError),
    ],
)
def test_bad_arrays(array, error):
    with pytest.raises(error, match="array must"):
        check_sample(array, Normal())


FLOATS = {"float16": np.float16, "float32": np.float32, "float64": np.float64}


@given(st.data(), st.sampled_from(list(FLOATS)))
def test_a_grid_knows_the_neighbours_of_each_number(data, name):
    dtype, grid = FLOATS[name], GRIDS[name]
    most = float(np.finfo(dtype).max) / 2
    x = dtype(data.draw(st.floats(-most, most, width=8 * dtype().itemsize)))
    up, down = (abs(float(np.nextafter(x, dtype(end))) - float(x)) for end in (np.inf, -np.inf))
    value = np.array([float(x)])
    assert grid.spacing(value)[0] == (down if x < 0 else up)
    below, above = grid.cell(value)
    if name != "float64":  # where half a distance can underflow
        assert (below[0], above[0]) == (down / 2, up / 2)


def test_grids_are_fixed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        GRIDS["float32"].digits = 11
    assert {name: grid.digits for name, grid in GRIDS.items() if name in FLOATS} == {
        name: np.finfo(dtype).nmant + 1 for name, dtype in FLOATS.items()
    }
    assert {name: -math.log2(grid.lattice) for name, grid in GRIDS.items()} == {
        "float16": 9, "bfloat16": 6, "float32": 22, "float64": 30,
    }  # fmt: skip


@pytest.mark.parametrize("name", FLOATS)
def test_the_numbers_beside_zero_are_the_least(name):
    grid, zero = GRIDS[name], np.zeros(1)
    least = float(np.finfo(FLOATS[name]).smallest_subnormal)
    assert grid.spacing(zero) == least
    assert grid.cell(zero) == (least / 2, least / 2)


@pytest.mark.parametrize("name", GRIDS)
def test_the_grid_is_that_of_the_dtype_it_came_in(name):
    dtype = ml_dtypes.bfloat16 if name == "bfloat16" else name
    values, grid = as_array(np.array([[1.5, -0.25]], dtype))
    assert (values.dtype, values.tolist(), grid) == (np.float64, [[1.5, -0.25]], GRIDS[name])


@pytest.mark.parametrize("dtype", [np.float16, ml_dtypes.bfloat16, np.float32], ids=lambda dtype: np.dtype(dtype).name)
def test_a_cell_reaches_half_way_to_both_neighbours(dtype):
    """Of every number of 16 bits, and of powers of two and what lies beside them."""
    width = np.dtype(dtype).itemsize * 8
    exponents = np.arange(1, 255, dtype=np.uint32) << 23
    bits = np.arange(1, 0x7B00, dtype=np.uint16) if width == 16 else np.concatenate([exponents + i for i in (0, 1, 2)])
    middle, below, above = (near.view(dtype).astype(np.float64) for near in (bits, bits - 1, bits + 1))
    for sign in (1.0, -1.0):
        down, up = GRIDS[np.dtype(dtype).name].cell(sign * middle)
        inner, outer = (down, up) if sign > 0 else (up, down)
        np.testing.assert_array_equal(inner, (middle - below) / 2)
        np.testing.assert_array_equal(outer, (above - middle) / 2)
