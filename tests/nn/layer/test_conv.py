import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

LAYERS = [nn.Conv1D, nn.Conv2D, nn.Conv3D, nn.Conv1DTranspose, nn.Conv2DTranspose, nn.Conv3DTranspose]


pytestmark = pytest.mark.usefixtures("fresh_names")


def transposed(layer):
    return layer.__name__.endswith("Transpose")


def dims(layer):
    return int(layer.__name__[4])


@pytest.mark.parametrize("layer", LAYERS)
def test_names_and_shapes_of_the_parameters(layer):
    made = layer(4, 6, 3, groups=2)
    prefix = layer.__name__.lower().replace("transpose", "_transpose") + "_0"
    assert [p.name for p in made.parameters()] == [f"{prefix}.w_0", f"{prefix}.b_0"]
    kernel = [3] * dims(layer)
    assert made.weight.shape == ([4, 3, *kernel] if transposed(layer) else [6, 2, *kernel])
    assert made.bias.shape == [6]
    assert not made.bias.numpy().any()
    assert layer(4, 6, 3, bias_attr=False).bias is None


@pytest.mark.parametrize("layer", LAYERS)
def test_the_law_of_the_default_weight(layer):
    pa.seed(5)
    weight = layer(48, 24, 3, groups=4).weight.numpy()
    places = 3 ** dims(layer)
    if transposed(layer):
        # fans of [in, out / groups, k…]: shape[1] and shape[0] times the places of the kernel
        law = np.sqrt(6 / ((6 + 48) * places)) / np.sqrt(3)
        assert abs(weight).max() <= law * np.sqrt(3) * (1 + 1e-6)
    else:
        law = np.sqrt(2 / (48 * places))
        assert abs(weight).max() > 2.5 * law
    assert abs(weight.std() / law - 1) < 6 / np.sqrt(2 * weight.size)
    assert abs(weight.mean()) < 6 * law / np.sqrt(weight.size)


@pytest.mark.parametrize("layer", LAYERS)
def test_an_input_that_does_not_fit_is_named_with_the_layer(layer):
    n = dims(layer)
    last = {1: "NLC", 2: "NHWC", 3: "NDHWC"}[n]
    axes = ", ".join(last[1:-1])
    for settings, layout in [({}, f"N, 3, {axes}"), ({"data_format": last}, f"N, {axes}, 3")]:
        made = layer(3, 2, 1, **settings)
        for shape in [(1, 4, *[4] * n), (3, *[3] * n), ()]:
            with pytest.raises(ValueError, match=r"expected an input of shape") as info:
                made(pa.to_tensor(np.ones(shape)))
            assert repr(made) in str(info.value)
            assert f"[{layout}], but received {list(shape)}" in str(info.value)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
@pytest.mark.parametrize("data_format", ["NCHW", "NHWC"])
def test_padding_mode_pads_and_then_convolves(mode, data_format):
    layer = nn.Conv2D(2, 3, (3, 2), padding=[1, 2, 3, 0], padding_mode=mode, data_format=data_format)
    x = np.random.default_rng(0).standard_normal((2, 4, 5, 2) if data_format == "NHWC" else (2, 2, 4, 5))
    pairs = [(1, 2), (3, 0)]
    around = [(0, 0), *pairs, (0, 0)] if data_format == "NHWC" else [(0, 0), (0, 0), *pairs]
    padded = np.pad(x, around, {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}[mode])
    expected = nn.functional.conv2d(pa.to_tensor(padded), layer.weight, layer.bias, data_format=data_format)
    np.testing.assert_array_equal(layer(pa.to_tensor(x)).numpy(), expected.numpy())


def test_output_size_of_a_transposed_layer():
    layer = nn.Conv2DTranspose(2, 3, 3, stride=2, output_padding=1)
    x = pa.to_tensor(np.ones((1, 2, 4, 4), np.float32))
    assert layer(x).shape == [1, 3, 10, 10]
    assert layer(x, output_size=[9, 10]).shape == [1, 3, 9, 10]
    with pytest.raises(ValueError, match="output_size must be in"):
        layer(x, output_size=11)


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (lambda: nn.Conv2D(2, 4, 3), "Conv2D(2, 4, kernel_size=[3, 3], data_format=NCHW)"),
        (
            lambda: nn.Conv2D(2, 4, (3, 2), 2, 1, 2, 2, padding_mode="reflect"),
            "Conv2D(2, 4, kernel_size=[3, 2], stride=[2, 2], padding=1, padding_mode=reflect, dilation=[2, 2],"
            " groups=2, data_format=NCHW)",
        ),
        (
            lambda: nn.Conv1DTranspose(2, 4, 3, 2, "SAME", 1),
            "Conv1DTranspose(2, 4, kernel_size=[3], stride=[2], padding=SAME, output_padding=1, data_format=NCL)",
        ),
    ],
)
def test_reprs(made, text):
    assert repr(made()) == text


@pytest.mark.parametrize(
    ("settings", "error", "message"),
    [
        ({"in_channels": 0}, ValueError, "in_channels must be >= 1"),
        ({"out_channels": -1}, ValueError, "out_channels must be >= 1"),
        ({"in_channels": 2.0}, TypeError, "in_channels must be an integer"),
        ({"kernel_size": 0}, ValueError, "kernel_size must be >= 1"),
        ({"kernel_size": [3, 3, 3, 3]}, ValueError, "kernel_size"),
        ({"kernel_size": "3"}, TypeError, "kernel_size"),
        ({"stride": 0}, ValueError, "stride must be >= 1"),
        ({"dilation": 0}, ValueError, "dilation must be >= 1"),
        ({"groups": 3}, ValueError, "in_channels must be divisible by groups=3, but received 2"),
        ({"in_channels": 3, "groups": 3}, ValueError, "out_channels must be divisible by groups=3, but received 4"),
        ({"padding": "full"}, ValueError, "padding must be one of"),
        ({"padding": -1}, ValueError, "padding must be >= 0"),
        ({"padding": None}, TypeError, "padding"),
        ({"data_format": "CHW"}, ValueError, "data_format must be one of"),
        ({"weight_attr": False}, ValueError, "weight_attr"),
        ({"weight_attr": 3}, TypeError, "weight_attr"),
    ],
)
@pytest.mark.parametrize("layer", LAYERS)
def test_bad_settings_are_refused_by_the_constructor(layer, settings, error, message):
    with pytest.raises(error, match=message):
        layer(**{"in_channels": 2, "out_channels": 4, "kernel_size": 3, **settings})


@pytest.mark.parametrize(
    ("layer", "settings", "error", "message"),
    [
        (nn.Conv1D, {"padding_mode": "mirror"}, ValueError, "padding_mode must be one of"),
        (nn.Conv2D, {"padding_mode": "reflect", "padding": "SAME"}, ValueError, "padding must be numbers"),
        (nn.Conv2DTranspose, {"output_padding": 1}, ValueError, "output_padding must be below stride or dilation"),
        (nn.Conv2DTranspose, {"output_padding": -1}, ValueError, "output_padding must be >= 0"),
        (nn.Conv3DTranspose, {"output_padding": [0, 1]}, ValueError, "output_padding"),
    ],
)
def test_bad_settings_of_one_kind(layer, settings, error, message):
    with pytest.raises(error, match=message):
        layer(2, 4, 3, **settings)


def test_a_refused_layer_takes_no_random_numbers():
    pa.seed(3)
    expected = nn.Conv2D(2, 2, 3).weight.numpy()
    pa.seed(3)
    for settings in ({"stride": 0}, {"padding_mode": "mirror"}, {"weight_attr": False}, {"bias_attr": 3}):
        with pytest.raises((TypeError, ValueError), match=r"must be|can't be"):
            nn.Conv2D(2, 2, 3, **settings)
    np.testing.assert_array_equal(nn.Conv2D(2, 2, 3).weight.numpy(), expected)


def test_a_kernel_larger_than_the_padded_input():
    with pytest.raises(ValueError, match=r"kernel reaches over \[5, 5\], but the padded input has only \[4, 6\]"):
        nn.Conv2D(1, 1, 3, dilation=2)(pa.to_tensor(np.ones((1, 1, 4, 6))))


def test_a_network_learns():
    pa.seed(1)
    net = nn.Sequential(
        nn.Conv2D(1, 4, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2D(2),
        nn.Conv2DTranspose(4, 2, 2, stride=2),
        nn.Tanh(),
        nn.AvgPool2D(2),
        nn.Flatten(),
        nn.Linear(32, 2),
    )
    rng = np.random.default_rng(0)
    label = np.arange(32) % 2
    x = rng.standard_normal((32, 1, 8, 8)) + label.reshape(-1, 1, 1, 1) * np.linspace(-1, 1, 8)
    rule = pa.optimizer.SGD(0.2, parameters=net.parameters())
    losses = []
    for _ in range(30):
        loss = nn.CrossEntropyLoss()(net(pa.to_tensor(x.astype(np.float32))), pa.to_tensor(label))
        loss.backward()
        rule.step()
        rule.clear_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_padding_for_all_axes_in_both_layouts(mode):
    x = np.random.default_rng(0).standard_normal((1, 2, 5, 4))
    made = []
    for data_format, pairs in (("NCHW", [[0, 0], [0, 0], [1, 2], [0, 1]]), ("NHWC", [[0, 0], [1, 2], [0, 1], [0, 0]])):
        layer = pa.nn.Conv2D(2, 3, 2, padding=pairs, padding_mode=mode, data_format=data_format)
        layer.weight.set_value(np.random.default_rng(1).standard_normal((3, 2, 2, 2)))
        given = pa.Tensor(x if data_format == "NCHW" else np.moveaxis(x, 1, -1))
        y = layer(given).numpy()
        made.append(y if data_format == "NCHW" else np.moveaxis(y, -1, 1))
    assert made[0].shape == (1, 3, 7, 4)
    np.testing.assert_allclose(made[0], made[1], rtol=1e-12)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_names_and_settings_of_another_framework(n):
    kind = getattr(nn, f"Conv{n}D")
    assert getattr(nn, f"Conv{n}d") is kind
    layer = kind(2, 3, 1, bias=False, device="cpu", dtype="float64", bias_attr="named")
    assert layer.bias is None
    assert layer.weight.dtype == np.float64
    with pytest.raises(ValueError, match="device must be 'cpu'"):
        kind(2, 3, 1, device="gpu")
    with pytest.raises(TypeError, match="bias must be a bool"):
        kind(2, 3, 1, bias=None)
