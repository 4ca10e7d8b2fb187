import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

MODES = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}


def data(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@st.composite
def spatial(draw):
    n = draw(st.integers(1, 3))
    space = draw(st.lists(st.integers(2, 4), min_size=n, max_size=n))
    pairs = [(draw(st.integers(0, size - 1)), draw(st.integers(0, size - 1))) for size in space]
    return space, pairs, draw(st.booleans())


@given(spatial(), st.sampled_from(list(MODES)))
def test_against_numpy(case, mode):
    space, pairs, last = case
    numbers = [number for pair in reversed(pairs) for number in pair]
    x = data(2, *space, 3) if last else data(2, 3, *space)
    around = [(0, 0), *pairs, (0, 0)] if last else [(0, 0), (0, 0), *pairs]
    layout = ["NCL", "NCHW", "NCDHW"][len(space) - 1]
    layout = f"N{layout[2:]}C" if last else layout
    found = F.pad(pa.to_tensor(x), numbers, mode, data_format=layout).numpy()
    np.testing.assert_array_equal(found, np.pad(x, around, MODES[mode]))
    found = F.pad(pa.to_tensor(x), numbers, value=2.5, data_format=layout).numpy()
    np.testing.assert_array_equal(found, np.pad(x, around, constant_values=2.5))


@pytest.mark.parametrize("mode", ["constant", *MODES])
@pytest.mark.parametrize(("shape", "numbers"), [((2, 3, 4), [3, 1]), ((1, 2, 3, 4), [1, 3, 0, 2])])
def test_gradients(mode, shape, numbers, check_grads):
    check_grads(lambda x: F.pad(x, numbers, mode), data(*shape))


def test_circular_padding_goes_around_more_than_once(check_grads):
    x = pa.to_tensor(np.array([[[1.0, 2.0]]]))
    np.testing.assert_array_equal(F.pad(x, [3, 4], "circular").numpy()[0, 0], [2, 1, 2, 1, 2, 1, 2, 1, 2])
    check_grads(lambda x: F.pad(x, [3, 4], "circular"), data(1, 1, 2))


@pytest.mark.parametrize("mode", ["constant", *MODES])
def test_what_is_negative_is_cut_off(mode, check_grads):
    x = data(2, 3, 5)
    np.testing.assert_array_equal(F.pad(x, [-1, -2], mode).numpy(), x[:, :, 1:3])
    longer = F.pad(x, [0, 2], mode).numpy()
    np.testing.assert_array_equal(F.pad(x, [-1, 2], mode).numpy(), longer[:, :, 1:])
    check_grads(lambda x: F.pad(x, [-1, 2], mode), x)


def test_numbers_out_of_a_tensor():
    x = data(1, 2, 3, 3)
    given = [1, 0, 2, 1]
    for numbers in (given, tuple(given), pa.to_tensor(given), [pa.to_tensor(1), 0, 2, 1], np.array(given)):
        expected = np.pad(x, ((0, 0), (0, 0), (2, 1), (1, 0)))
        np.testing.assert_array_equal(F.pad(x, numbers).numpy(), expected)
        np.testing.assert_array_equal(F.zeropad2d(x, numbers).numpy(), expected)
    with pytest.raises(ValueError, match="zeropad2d needs 4 axes of x and 4 numbers"):
        F.zeropad2d(x, [1, 1])
    with pytest.raises(TypeError, match="padding must be 4 integers"):
        F.zeropad2d(x, 1)


def test_constants_around_any_axes():
    x = pa.to_tensor(np.ones((2, 3)))
    assert F.pad(x, [1, 0, 0, 2]).shape == [3, 5]
    assert F.pad(x, [1, 0, 0, 2], pad_from_left_axis=False).shape == [4, 4]
    assert F.pad(x, [1, 0]).shape == [2, 4]
    np.testing.assert_array_equal(F.pad(x, [1, 0], value=-np.inf).numpy()[:, 0], [-np.inf, -np.inf])


@pytest.mark.parametrize(
    ("numbers", "settings", "error", "message"),
    [
        ([1], {}, ValueError, "can't add"),
        ([1, 1, 1, 1], {"mode": "reflect"}, ValueError, "can't add"),
        ([0, 3], {"mode": "reflect"}, ValueError, r"can't add \[0, 3\] to an axis of 3"),
        ([-1, 0, 0, 0], {}, ValueError, r"pad\[0\] must be >= 0"),
        ([-1, -2], {}, ValueError, "pad must leave an element"),
        ([-4, 9], {}, ValueError, "pad must leave an element"),
        ([0.5, 0], {}, TypeError, r"pad\[0\]"),
        (1, {}, TypeError, "pad must be a sequence"),
        ("10", {}, TypeError, "pad must be a sequence"),
        (pa.to_tensor([1.0, 0.0]), {}, TypeError, r"pad\[0\]"),
        ([1, 1], {"mode": "zeros"}, ValueError, "mode must be one of"),
        ([1, 1], {"data_format": "NCHW"}, ValueError, "data_format"),
        ([1, 1], {"value": "0"}, TypeError, "value"),
    ],
)
def test_bad_settings(numbers, settings, error, message):
    with pytest.raises(error, match=message):
        F.pad(pa.to_tensor(np.ones((1, 2, 3))), numbers, **settings)


def test_what_no_memory_holds_is_refused():
    for mode in ("constant", "replicate"):
        with pytest.raises(ValueError, match=r"pad: the padded x, of shape \[1, 1, 1125899906842627\] needs .* GiB$"):
            F.pad(np.ones((1, 1, 3)), [2**50, 0], mode)
