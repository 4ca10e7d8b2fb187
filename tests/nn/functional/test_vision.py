import numpy as np
import pytest

from paramattr.nn import functional as F  # noqa: N812

LAST = {"NCHW": lambda x: x, "NHWC": lambda x: np.moveaxis(x, 1, -1)}
FIRST = {"NCHW": lambda x: x, "NHWC": lambda x: np.moveaxis(x, -1, 1)}


def data(*shape):
    return np.random.default_rng(list(shape)).standard_normal(shape)


@pytest.mark.parametrize("data_format", LAST)
@pytest.mark.parametrize("factor", [1, 2, 3])
def test_pixels_come_out_of_channels_and_return(data_format, factor):
    x = data(2, 2 * factor**2, 3, 4)
    image = F.pixel_shuffle(LAST[data_format](x), factor, data_format).numpy()
    found = FIRST[data_format](image)
    assert found.shape == (2, 2, 3 * factor, 4 * factor)
    for channel in range(2):
        for row in range(factor):
            for column in range(factor):
                taken = found[:, channel, row::factor, column::factor]
                np.testing.assert_array_equal(taken, x[:, channel * factor**2 + row * factor + column])
    back = F.pixel_unshuffle(image, factor, data_format).numpy()
    np.testing.assert_array_equal(FIRST[data_format](back), x)


@pytest.mark.parametrize("data_format", LAST)
def test_channels_come_from_each_group_in_turn(data_format):
    x = data(2, 6, 3, 4)
    for groups in (1, 2, 3, 6):
        found = FIRST[data_format](F.channel_shuffle(LAST[data_format](x), groups, data_format).numpy())
        np.testing.assert_array_equal(found, x[:, np.arange(6).reshape(groups, -1).T.ravel()])


@pytest.mark.parametrize("data_format", LAST)
def test_some_channels_move_to_the_next_frame_and_some_to_the_one_before(data_format):
    clips = data(2, 3, 5, 2, 2)
    x = LAST[data_format](clips.reshape(6, 5, 2, 2))
    found = FIRST[data_format](F.temporal_shift(x, 3, 0.45, data_format=data_format).numpy()).reshape(clips.shape)
    zeros = np.zeros((2, 1, 2, 2, 2))
    np.testing.assert_array_equal(found[:, :, :2], np.concatenate([zeros, clips[:, :2, :2]], axis=1))
    np.testing.assert_array_equal(found[:, :, 2:4], np.concatenate([clips[:, 1:, 2:4], zeros], axis=1))
    np.testing.assert_array_equal(found[:, :, 4], clips[:, :, 4])


def test_no_samples():
    x = np.ones((0, 4, 2, 2))
    assert F.pixel_shuffle(x, 2).shape == [0, 1, 4, 4]
    assert F.pixel_unshuffle(x, 2).shape == [0, 16, 1, 1]
    assert F.channel_shuffle(x, 2).shape == F.temporal_shift(x, 2).shape == [0, 4, 2, 2]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: F.pixel_shuffle(x, 2.0), TypeError, "upscale_factor must be an integer"),
        (lambda x: F.pixel_shuffle(x, 0), ValueError, "upscale_factor must be >= 1"),
        (lambda x: F.pixel_shuffle(x, 2), ValueError, "channels divisible by 2²"),
        (lambda x: F.pixel_unshuffle(x, 4), ValueError, "a height and a width divisible by 4"),
        (lambda x: F.channel_shuffle(x, 4), ValueError, "channels divisible by groups=4"),
        (lambda x: F.channel_shuffle(x, 0), ValueError, "groups must be >= 1"),
        (lambda x: F.channel_shuffle(x, 2.0), TypeError, "groups must be an integer"),
        (lambda x: F.channel_shuffle(x, 2, "NCL"), ValueError, "data_format must be one of"),
        (lambda x: F.channel_shuffle(x[0], 2), ValueError, "channel_shuffle expected an input of shape"),
        (lambda x: F.temporal_shift(x, 3), ValueError, "frames of whole clips"),
        (lambda x: F.temporal_shift(x, 0), ValueError, "seg_num must be >= 1"),
        (lambda x: F.temporal_shift(x, 2, 0.5), ValueError, "shift_ratio must be"),
    ],
)
def test_bad_settings(call, error, message):
    with pytest.raises(error, match=message):
        call(np.ones((2, 6, 6, 6)))
