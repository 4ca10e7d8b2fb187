import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from paramattr.nn import functional as F  # noqa: N812


def data(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@st.composite
def windows(draw):
    kernel, stride, dilation = ([draw(st.integers(1, 3)) for _ in range(2)] for _ in range(3))
    pads = draw(st.sampled_from([0, 1, [1, 2], [0, 1, 2, 3]]))
    return {"kernel_sizes": kernel, "strides": stride, "dilations": dilation, "paddings": pads}


@given(windows())
def test_columns_times_a_kernel_are_a_convolution(settings):
    x, weight = data(2, 3, 7, 8), data(4, 3, *settings["kernel_sizes"])
    columns = F.unfold(x, **settings).numpy()
    pads = settings["paddings"]
    if isinstance(pads, list) and len(pads) == 4:
        pads = [pads[0], pads[2], pads[1], pads[3]]
    expected = F.conv2d(x, weight, None, settings["strides"], pads, settings["dilations"]).numpy()
    found = np.einsum("of,nfl->nol", weight.reshape(4, -1), columns)
    np.testing.assert_allclose(found, expected.reshape(found.shape), rtol=0, atol=1e-12)


@given(windows())
def test_fold_is_the_transpose_of_unfold(settings):
    x = data(2, 3, 7, 8)
    columns = F.unfold(x, **settings).numpy()
    y = data(*columns.shape)
    image = F.fold(y, [7, 8], **settings).numpy()
    assert image.shape == x.shape
    np.testing.assert_allclose((image * x).sum(), (y * columns).sum(), rtol=1e-10, atol=1e-10)


def test_windows_next_to_each_other_give_the_image_back():
    x = data(2, 3, 4, 6)
    np.testing.assert_array_equal(F.fold(F.unfold(x, [2, 3], [2, 3]), [4, 6], [2, 3], [2, 3]).numpy(), x)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: F.unfold(x, 5), ValueError, r"a window reaches over \[5, 5\], but the padded image has only"),
        (lambda x: F.unfold(x[0], 2), ValueError, r"unfold expected an input of shape \[N, C, H, W\]"),
        (lambda x: F.unfold(x, 2, 0), ValueError, "strides must be >= 1"),
        (lambda x: F.unfold(x, 2, 1, [1, 1, 1]), ValueError, "paddings must be an integer or a sequence of 2"),
        (lambda x: F.unfold(x, 2, 1, 0, "1"), TypeError, "dilations must be an integer"),
        (lambda x: F.fold(x[0], 2, 2), ValueError, r"fold expected an input of shape \[N, C · 4, 1\]"),
        (lambda x: F.fold(x, 2, 2), ValueError, "fold expected an input of shape"),
        (lambda x: F.fold(x[0], 0, 2), ValueError, "output_sizes must be >= 1"),
        (lambda x: F.fold(x[0], 2, 3), ValueError, "a window reaches over"),
    ],
)
def test_bad_settings(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((1, 3, 4, 4)))
