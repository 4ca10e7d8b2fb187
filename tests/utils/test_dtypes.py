"""One table of floating dtypes: what is in it works everywhere, and what is not is refused with one error."""

import math
import sys

import ml_dtypes
import numpy as np
import pytest

import paramattr as pa
from paramattr.utils import dtypes


@pytest.mark.parametrize("name", dtypes.FORMATS)
def test_the_table_states_each_format_as_it_is(name):
    form, info = dtypes.FORMATS[name], ml_dtypes.finfo(name)
    assert (form.digits, form.least) == (info.nmant + 1, info.minexp + 1)
    assert dtypes.FORMATS[form.computed_in].digits >= form.digits


@pytest.mark.parametrize("dtype", [np.int32, "bool", "complex64", ">f4", "int8", "V2", ml_dtypes.int4])
def test_a_dtype_that_parameters_cannot_have_is_a_value_error(dtype):
    for make in (
        lambda: pa.create_parameter([2], dtype),
        lambda: pa.nn.Layer(dtype=dtype),
        lambda: pa.set_default_dtype(dtype),
    ):
        with pytest.raises(ValueError, match=r"float16.*bfloat16.*float32.*float64.*but received"):
            make()
    assert pa.get_default_dtype() == "float32"


@pytest.mark.parametrize("dtype", [3, "nonsense", object()])
def test_what_is_no_dtype_is_a_type_error(dtype):
    with pytest.raises(TypeError, match="dtype must be one of"):
        pa.create_parameter([2], dtype)


def test_numbers_are_converted_to_dtypes_that_hold_them():
    x = np.dtype(np.float32)
    assert dtypes.numeric("dtype", "int32", x) == np.int32
    assert dtypes.numeric("dtype", "bfloat16", x).name == "bfloat16"
    assert dtypes.numeric("dtype", bool, x).kind == "b"
    assert dtypes.numeric("dtype", "complex64", x) == np.complex64
    for bad, given, message in [
        (3, x, "dtype must be a dtype, but received 3"),
        ("float33", x, "dtype must be a dtype, but received 'float33'"),
        ("U8", x, "dtype must be one that holds the numbers of data, but received <U8"),
        ("float32", np.dtype(np.complex64), "dtype must be one that holds the numbers of data, but received float32"),
    ]:
        with pytest.raises(TypeError, match=message):
            dtypes.numeric("dtype", bad, given)


def test_without_its_package_bfloat16_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ml_dtypes", None)
    for name in ("float16", "float32", "float64", np.float32):
        assert dtypes.named(name) == np.dtype(name)
    with pytest.raises(
        ImportError, match=r"^bfloat16 needs the package ml_dtypes: pip install 'paramattr\[bfloat16\]'$"
    ):
        dtypes.named("bfloat16")


@pytest.mark.parametrize("name", dtypes.FORMATS)
def test_a_number_beyond_the_dtype_is_refused_by_its_name(name):
    dtype = dtypes.named(name)
    most = float(ml_dtypes.finfo(name).max)
    assert dtypes.largest(dtype) == most
    dtypes.check_range(dtype, low=-most, high=most)
    for wrong in (math.nextafter(most, math.inf), -math.inf):
        with pytest.raises(ValueError, match=r"^high must be within ±"):
            dtypes.check_range(dtype, low=most, high=wrong)


@pytest.fixture
def float8(monkeypatch):
    monkeypatch.setitem(dtypes.FORMATS, "float8_e5m2", dtypes.Format(3, -13, computed_in="float32"))
    dtypes.is_floating.cache_clear()
    yield "float8_e5m2"
    dtypes.is_floating.cache_clear()


def test_one_line_makes_a_dtype_one_that_parameters_can_have(float8):
    for recipe in (pa.initializer.Uniform(), pa.initializer.Normal(), pa.initializer.Orthogonal()):
        with pa.seed(5):
            wide = pa.create_parameter([40, 30], default_initializer=recipe).numpy()
        with pa.seed(5):
            narrow = pa.create_parameter([40, 30], float8, default_initializer=recipe)
        if not isinstance(recipe, pa.initializer.Uniform):  # whose end is kept out after rounding
            np.testing.assert_array_equal(narrow.numpy(), wide.astype(ml_dtypes.float8_e5m2))
        assert float(narrow.numpy().astype(np.float64).max()) < 8.0
    narrow.grad = np.ones([40, 30])
    before = narrow.numpy().astype(np.float32)
    pa.optimizer.SGD(0.25, parameters=[narrow], grad_clip=pa.nn.ClipGradByGlobalNorm(1e9)).step()
    np.testing.assert_array_equal(narrow.numpy(), (before - 0.25).astype(ml_dtypes.float8_e5m2))
