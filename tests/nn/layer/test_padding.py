import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
MODES = {"Reflection": "reflect", "Replication": "replicate", "Circular": "circular", "Zero": "constant"}


def data(n, last=False):
    x = np.random.default_rng(n).standard_normal((2, 3, *[4] * n))
    return np.moveaxis(x, 1, -1) if last else x


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("kind", MODES)
def test_a_layer_is_a_mode_of_the_function(kind, n, last):
    numbers, x = [1, 2, 0, 3, 2, 1][: 2 * n], data(n, last)
    layer = getattr(nn, f"{kind}Pad{n}D")(numbers, FORMATS[n][last])
    expected = nn.functional.pad(x, numbers, MODES[kind], data_format=FORMATS[n][last]).numpy()
    np.testing.assert_array_equal(layer(x).numpy(), expected)
    general = getattr(nn, f"Pad{n}D")(pa.to_tensor(numbers), MODES[kind], data_format=FORMATS[n][last])
    np.testing.assert_array_equal(general(x).numpy(), expected)
    assert getattr(nn, f"{kind}Pad{n}d") is getattr(nn, f"{kind}Pad{n}D")


@pytest.mark.parametrize("n", [1, 2, 3])
def test_one_number_is_for_all_sides(n):
    x = data(n)
    layer = getattr(nn, f"ConstantPad{n}D")(2, 1.5)
    around = [(0, 0), (0, 0), *[(2, 2)] * n]
    np.testing.assert_array_equal(layer(x).numpy(), np.pad(x, around, constant_values=1.5))
    assert repr(layer) == (
        f"ConstantPad{n}D(padding={[2] * 2 * n}, mode=constant, value=1.5, data_format={FORMATS[n][0]})"
    )
    with pytest.raises(ValueError, match="expected an input of shape") as info:
        layer(np.ones((2, 2)))
    assert str(info.value).startswith(repr(layer))


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Pad2D([1, 1]), ValueError, "padding must be an integer or 4 of them"),
        (lambda: nn.Pad1D([1, 0.5]), TypeError, r"padding\[1\] must be an integer"),
        (lambda: nn.Pad1D(True), TypeError, r"padding\[0\] must be an integer"),
        (lambda: nn.Pad1D("11"), TypeError, "padding must be integers"),
        (lambda: nn.Pad1D(1, "same"), ValueError, "mode must be one of"),
        (lambda: nn.ConstantPad1D(1, "0"), TypeError, "value must be a real number"),
        (lambda: nn.ZeroPad2D(1, "NCL"), ValueError, "data_format must be one of"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
