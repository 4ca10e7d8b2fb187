"""Layers and functions beside the real Paddle, over random settings: values, gradients, first weights and names."""

import contextlib
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

CONFIGURATIONS = 70
DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}


@pytest.fixture(autouse=True)
def quiet():
    # Paddle warns about itself, and the suite turns warnings into errors.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


@contextlib.contextmanager
def default_dtype(dtype):
    for lib in (paddle, pa):
        lib.set_default_dtype(dtype)
    try:
        yield
    finally:
        for lib in (paddle, pa):
            lib.set_default_dtype("float32")


def agree(ours, theirs, what, tolerance):
    """Both arrays are equal but for ``tolerance`` times the largest value."""
    assert ours.shape == theirs.shape, what
    scale = max(float(np.abs(theirs).max(initial=0.0)), 1e-30)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * scale, err_msg=str(what))


def outcome(lib, function, arrays, cotangent):
    """The value and the gradients in ``arrays``, all as arrays."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = function(*inputs)
    # A value without a gradient at all (a loss that is 0) is none of our concern.
    if cotangent is None:
        cotangent = np.random.default_rng(1).standard_normal(value.shape).astype(arrays[0].dtype)
    value.backward(lib.to_tensor(cotangent))
    return value.numpy(), [tensor.grad.numpy() for tensor in inputs], cotangent


def compare(function, arrays, what, tolerance=None, gradient_tolerance=None):
    """``function(lib, *tensors)`` has the same value and gradients in both libraries."""
    tolerance = tolerance or TOLERANCE[arrays[0].dtype.name]
    expected, gradients, cotangent = outcome(paddle, lambda *x: function(paddle, *x), arrays, None)
    value, found, _ = outcome(pa, lambda *x: function(pa, *x), arrays, cotangent)
    agree(value, expected, ("value", what), tolerance)
    for place, (one, other) in enumerate(zip(found, gradients, strict=True)):
        agree(one, other, (f"gradient {place}", what), gradient_tolerance or tolerance)


def compare_layers(make, x, what, call=lambda layer, t: layer(t)):
    """The layers ``make(lib)`` with the same parameters have the same value and gradients."""
    dtype = x.dtype.name
    rng = np.random.default_rng(2)
    with default_dtype(dtype):
        theirs, ours = make(paddle), make(pa)
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        values = rng.standard_normal(one.shape).astype(dtype)
        one.set_value(values)
        other.set_value(paddle.to_tensor(values))
    expected, (g,), cotangent = outcome(paddle, lambda t: call(theirs, t), [x], None)
    value, (found,), _ = outcome(pa, lambda t: call(ours, t), [x], cotangent)
    agree(value, expected, ("value", what), TOLERANCE[dtype])
    agree(found, g, ("gradient of the input", what), TOLERANCE[dtype])
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        agree(one.grad.numpy(), other.grad.numpy(), (one.name, what), TOLERANCE[dtype])


def generator(*key):
    return np.random.default_rng([sum(map(ord, part)) if isinstance(part, str) else part for part in key])


def maybe_one(rng, values):
    """A list of numbers, or the first alone for all axes."""
    return values if rng.integers(2) else values[0]


def padding_form(rng, n, last, pairs):
    """One of the forms of a padding."""
    whole = [[0, 0], *pairs, [0, 0]] if last else [[0, 0], [0, 0], *pairs]
    forms = [
        pairs[0][0],
        [before for before, _ in pairs],
        [number for pair in pairs for number in pair],
        whole,
        tuple(number for pair in pairs for number in pair),
        "SAME",
        "VALID",
        "same",
    ]
    return forms[rng.integers(len(forms))]


@pytest.mark.parametrize("dtype", DTYPES)
def test_linear(dtype):
    rng = generator("Linear")
    for _ in range(CONFIGURATIONS):
        sizes = rng.integers(1, 9, 2).tolist()
        x = rng.standard_normal((*rng.integers(1, 5, rng.integers(1, 4)), sizes[0])).astype(dtype)
        bias = None if rng.integers(3) else False
        compare_layers(lambda lib: lib.nn.Linear(*sizes, bias_attr=bias), x, (sizes, bias, x.shape))  # noqa: B023


def convolution(rng, n, transposed):
    """The arguments of a layer and the shape of an input."""
    groups = int(rng.choice([1, 1, 2, 3]))
    channels = (groups * rng.integers(1, 4, 2)).tolist()
    kernel, stride = rng.integers(1, 4, n).tolist(), rng.integers(1, 4, n).tolist()
    data_format = FORMATS[n][rng.integers(2)]
    last = data_format.endswith("C")
    settings = {
        "stride": maybe_one(rng, stride),
        "padding": padding_form(rng, n, last, rng.integers(0, 3, (n, 2)).tolist()),
        "dilation": maybe_one(rng, rng.integers(1, 3, n).tolist()),
        "groups": groups,
        "data_format": data_format,
        "bias_attr": None if rng.integers(4) else False,
    }
    if isinstance(settings["padding"], int) and not transposed:  # Paddle takes the other modes with an int alone
        settings["padding_mode"] = str(rng.choice(["zeros", "reflect", "replicate", "circular"]))
    if transposed and rng.integers(2):
        steps = settings["stride"] if isinstance(settings["stride"], list) else [settings["stride"]] * n
        settings["output_padding"] = [int(rng.integers(0, step)) for step in steps]
    space = rng.integers(5, 9, n).tolist()
    count = int(rng.integers(1, 4))
    shape = (count, *space, channels[0]) if last else (count, channels[0], *space)
    return [*channels, maybe_one(rng, kernel)], settings, shape


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_convolutions(n, dtype):
    rng = generator("Conv", n)
    modes = set()
    for _ in range(CONFIGURATIONS):
        args, settings, shape = convolution(rng, n, transposed=False)
        modes.add(settings.get("padding_mode", "zeros"))
        x = rng.standard_normal(shape).astype(dtype)
        compare_layers(
            lambda lib: getattr(lib.nn, f"Conv{n}D")(*args, **settings),  # noqa: B023
            x,
            (args, settings, shape),
        )
    assert len(modes) == 4


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_transposed_convolutions(n, dtype):
    rng = generator("ConvTranspose", n)
    for _ in range(CONFIGURATIONS):
        args, settings, shape = convolution(rng, n, transposed=True)
        x = rng.standard_normal(shape).astype(dtype)
        size = None
        if "output_padding" not in settings and rng.integers(2):
            # Any size up to a stride above the smallest.
            layer = getattr(pa.nn, f"Conv{n}DTranspose")(*args, **settings)
            smallest = layer(pa.to_tensor(x.astype("float32"))).shape
            smallest = smallest[1:-1] if settings["data_format"].endswith("C") else smallest[2:]
            size = [low + int(rng.integers(0, step)) for low, step in zip(smallest, layer.stride, strict=True)]
        compare_layers(
            lambda lib: getattr(lib.nn, f"Conv{n}DTranspose")(*args, **settings),  # noqa: B023
            x,
            (args, settings, size, shape),
            call=lambda layer, t: layer(t) if size is None else layer(t, size),  # noqa: B023
        )


def pooling(rng, n, kind):
    """The arguments of a layer and the shape of an input."""
    data_format = FORMATS[n][rng.integers(2) if n > 1 else 0]
    last = data_format.endswith("C")
    kernel = rng.integers(1, 4, n).tolist()
    space = rng.integers(4, 9, n).tolist()
    pairs = [rng.integers(0, size // 2 + 1, 2).tolist() for size in kernel]
    padding = padding_form(rng, n, last, pairs)
    if isinstance(padding, int):
        padding = min(min(pair) for pair in pairs)
    settings = {
        "kernel_size": kernel if len(set(kernel)) > 1 else maybe_one(rng, kernel),
        "stride": None if not rng.integers(3) else maybe_one(rng, rng.integers(1, 4, n).tolist()),
        "padding": padding,
    }
    if n > 1:
        settings["data_format"] = data_format
    # Where the last window of ceil_mode meets no element, Paddle gives the lowest number or nan; with "SAME" and
    # ceil_mode it reads outside of the input.
    if not isinstance(padding, str) and rng.integers(2):
        steps = settings["stride"] or kernel
        steps = steps if isinstance(steps, list) else [steps] * n
        ends = pa.nn.functional.geometry.padding(padding, n, last=last)
        settings["ceil_mode"] = all(
            -(-(size + sum(pair) - taps) // step) * step - pair[0] < size
            for size, pair, taps, step in zip(space, ends, kernel, steps, strict=True)
        )
    if kind == "Avg":
        settings["exclusive"] = bool(rng.integers(2))
        if n > 1 and not rng.integers(3):
            settings["divisor_override"] = int(rng.integers(1, 9))
    count, channels = rng.integers(1, 4, 2).tolist()
    return settings, (count, *space, channels) if last else (count, channels, *space)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize("kind", ["Max", "Avg"])
def test_pooling(kind, n, dtype):
    rng = generator(kind, n)
    for _ in range(CONFIGURATIONS):
        settings, shape = pooling(rng, n, kind)
        x = rng.standard_normal(shape).astype(dtype)
        if kind == "Max" and rng.integers(2):
            x = np.maximum(x, 0)  # ties
        compare(
            lambda lib, t: getattr(lib.nn, f"{kind}Pool{n}D")(**settings)(t),  # noqa: B023
            [x],
            (settings, shape),
            # Paddle's gradient of an average is divided in single precision, whatever the dtype.
            gradient_tolerance=1e-6 if kind == "Avg" and dtype == "float64" else None,
        )


@pytest.mark.parametrize("n", [1, 2, 3])
def test_masks(n):
    rng = generator("mask", n)
    tried = 0
    while tried < CONFIGURATIONS:
        settings, shape = pooling(rng, n, "Max")
        # Paddle knows no masks with other paddings or with the channels last.
        if settings.get("data_format", "NC")[1] != "C" or np.ndim(settings["padding"]) > 1:
            continue
        if isinstance(settings["padding"], str) or np.size(settings["padding"]) not in (1, n):
            continue
        tried += 1
        x = rng.standard_normal(shape).astype("float32")
        theirs = getattr(paddle.nn, f"MaxPool{n}D")(**settings, return_mask=True)(paddle.to_tensor(x))
        ours = getattr(pa.nn, f"MaxPool{n}D")(**settings, return_mask=True)(pa.to_tensor(x))
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=str((settings, shape)))


@pytest.mark.parametrize("dtype", DTYPES)
def test_pad(dtype):
    rng = generator("pad")
    for _ in range(2 * CONFIGURATIONS):
        shape = rng.integers(2, 5, rng.integers(3, 6)).tolist()
        n = len(shape) - 2
        settings = {
            "mode": str(rng.choice(["constant", "reflect", "replicate", "circular"])),
            "data_format": FORMATS[n][rng.integers(2)],
            "pad_from_left_axis": bool(rng.integers(2)),
        }
        most = 2 if settings["mode"] == "reflect" else 4
        numbers = rng.integers(0, most, 2 * n).tolist()
        if settings["mode"] == "constant":
            settings["value"] = 1.5
            numbers = rng.integers(0, 3, 2 * rng.integers(1, n + 3)).tolist()
        compare(
            lambda lib, t: lib.nn.functional.pad(t, numbers, **settings),  # noqa: B023
            [rng.standard_normal(shape).astype(dtype)],
            (numbers, settings, shape),
        )


@pytest.mark.parametrize("dtype", DTYPES)
def test_mse_loss(dtype):
    rng = generator("MSE")
    for _ in range(CONFIGURATIONS):
        shape = rng.integers(1, 5, rng.integers(1, 4)).tolist()
        reduction = str(rng.choice(["mean", "sum", "none"]))
        compare(
            lambda lib, x, y: lib.nn.MSELoss(reduction)(x, y),  # noqa: B023
            list(rng.standard_normal((2, *shape)).astype(dtype)),
            (shape, reduction),
        )


def cross_entropy(rng, dtype):
    """The settings, the logits, the labels and the weights of the classes."""
    shape = rng.integers(2, 6, rng.integers(2, 5)).tolist()
    n = len(shape)
    axis = int(rng.choice([-1, -1, *range(-n, n)]))
    at_end = axis in (-1, n - 1)
    settings = {
        "reduction": str(rng.choice(["mean", "sum", "none"])),
        "axis": axis,
        "soft_label": bool(rng.integers(2)),
        "use_softmax": bool(rng.integers(4)),
        # Paddle smooths along the last axis, whatever the axis.
        "label_smoothing": float(rng.choice([0.0, 0.125])) if at_end else 0.0,
    }
    x = rng.standard_normal(shape) * 3
    if not settings["use_softmax"]:
        x = np.exp(x) / np.exp(x).sum(axis=axis, keepdims=True)
    # Paddle weighs soft labels along the last axis, whatever the axis.
    weighs = rng.integers(2) and (at_end or not settings["soft_label"])
    weight = rng.uniform(0.1, 2, shape[axis]).astype(dtype) if weighs else None
    if settings["soft_label"]:
        label = rng.uniform(0.1, 1, shape)
        if settings["label_smoothing"]:  # then probabilities are told by their shape
            settings["soft_label"] = bool(rng.integers(2))
        return settings, x.astype(dtype), (label / label.sum(axis=axis, keepdims=True)).astype(dtype), weight
    places = list(shape)
    places[axis] = 1
    label = rng.integers(0, shape[axis], places)
    if settings["label_smoothing"] == 0 and rng.integers(2):
        # With smoothing, Paddle ignores ignore_index, and takes no label with the axis of the classes.
        settings["ignore_index"] = int(rng.choice([-100, -1, 0, 1]))
        label = np.where(rng.random(places) < 0.3, settings["ignore_index"], label)
    if settings["label_smoothing"] or rng.integers(2):
        label = label.squeeze(axis)
    return settings, x.astype(dtype), label, weight


@pytest.mark.parametrize("dtype", DTYPES)
def test_cross_entropy(dtype):
    rng = generator("cross entropy")
    for _ in range(3 * CONFIGURATIONS):
        settings, x, label, weight = cross_entropy(rng, dtype)

        def loss(lib, t, settings=settings, label=label, weight=weight):
            given = None if weight is None else lib.to_tensor(weight)
            return lib.nn.CrossEntropyLoss(weight=given, **settings)(t, lib.to_tensor(label))

        # Paddle smooths in single precision, whatever the dtype.
        tolerance = 1e-6 if settings["label_smoothing"] and dtype == "float64" else None
        compare(loss, [x], (settings, x.shape, label.shape, weight), tolerance)


def moments(values):
    return float(values.mean()), float(values.std())


MAKERS = {
    "Linear": lambda lib: lib.nn.Linear(300, 200),
    "Linear with a name": lambda lib: lib.nn.Linear(300, 200, name="fc"),
    "Bilinear": lambda lib: lib.nn.Bilinear(30, 20, 40, name="pair"),
    "Conv1D": lambda lib: lib.nn.Conv1D(64, 96, 5, groups=4),
    "Conv2D": lambda lib: lib.nn.Conv2D(32, 48, (3, 5), groups=2),
    "Conv3D": lambda lib: lib.nn.Conv3D(16, 32, 3),
    "Conv1DTranspose": lambda lib: lib.nn.Conv1DTranspose(64, 96, 5, groups=4),
    "Conv2DTranspose": lambda lib: lib.nn.Conv2DTranspose(32, 48, (3, 5), groups=2),
    "Conv3DTranspose": lambda lib: lib.nn.Conv3DTranspose(16, 32, 3),
}


@pytest.mark.parametrize("name", MAKERS)
def test_first_weights_have_the_law_of_paddle(name):
    for lib in (paddle, pa):
        lib.seed(4)
    theirs, ours = (MAKERS[name](lib) for lib in (paddle, pa))
    assert list(ours.weight.shape) == list(theirs.weight.shape)
    one, other = ours.weight.numpy(), theirs.weight.numpy()
    # Both are samples: five standard errors of their difference.
    error = other.std() * np.sqrt(2 / one.size)
    assert abs(one.std() - other.std()) < 5 * error
    assert abs(one.mean() - other.mean()) < 5 * error
    # A uniform law ends at its bound, a normal one does not.
    ends = [np.abs(w).max() / w.std() for w in (one, other)]
    assert (ends[0] < 1.8) == (ends[1] < 1.8)
    assert not ours.bias.numpy().any()
    assert not theirs.bias.numpy().any()


def test_automatic_names():
    def names(lib):
        with lib.utils.unique_name.guard():
            layers = [make(lib) for make in MAKERS.values() for _ in range(2)]
            layers += [lib.nn.Sequential(lib.nn.Linear(1, 1)), lib.nn.LayerList([lib.nn.Conv2D(1, 1, 1)])]
            return [p.name for layer in layers for p in layer.parameters()] + [layer.full_name() for layer in layers]

    assert names(pa) == names(paddle)


def test_reprs():
    makers = [
        lambda nn: nn.Linear(2, 3),
        lambda nn: nn.Conv2D(2, 4, 3),
        lambda nn: nn.Conv2D(2, 4, (3, 2), 2, 1, 2, 2, padding_mode="reflect"),
        lambda nn: nn.Conv1D(2, 4, 3, padding="SAME"),
        lambda nn: nn.Conv3D(2, 4, 3, padding=[1, 2, 3], data_format="NDHWC"),
        lambda nn: nn.Conv2DTranspose(2, 4, 3, stride=2, output_padding=1),
        lambda nn: nn.Conv2DTranspose(2, 4, 3, stride=2, output_padding=[1, 0], padding=[1, 1]),
        lambda nn: nn.LeakyReLU(0.2),
        lambda nn: nn.GELU(True),
        lambda nn: nn.Softmax(1),
        lambda nn: nn.MaxPool1D(2, 3, 1),
        lambda nn: nn.AvgPool3D([2, 2, 2], stride=1),
        lambda nn: nn.Flatten(0, 1),
        lambda nn: nn.CrossEntropyLoss(),
        lambda nn: nn.MSELoss(),
        lambda nn: nn.Sequential(("a", nn.Linear(2, 3)), ("b", nn.Sequential(nn.Tanh()))),
        lambda nn: nn.LayerList([nn.ReLU(), nn.Sigmoid()]),
    ]
    for make in makers:
        assert repr(make(pa.nn)) == repr(make(paddle.nn))


def test_containers():
    def sequential(nn):
        net = nn.Sequential(nn.Tanh(), nn.ReLU(), nn.Sigmoid())
        yield net[1:]
        yield net[-1]
        net.append(nn.Softmax()).insert(1, nn.GELU()).extend([nn.ReLU()])
        yield net
        del net[0]
        yield net
        yield nn.Sequential(("x", nn.Tanh()), ("y", nn.ReLU()))[1:]

    def layer_list(nn):
        layers = nn.LayerList([nn.Tanh(), nn.ReLU(), nn.Sigmoid()])
        layers.insert(3, nn.Softmax())
        layers.insert(-1, nn.GELU())
        yield layers
        del layers[-1]
        layers[-1] = nn.LeakyReLU()
        yield layers
        del layers[0:2]
        yield layers
        yield layers.append(nn.ReLU()).extend([nn.Tanh()])
        yield layers[1:3]
        yield nn.LayerList(layers)

    for steps in (sequential, layer_list):
        assert [repr(step) for step in steps(pa.nn)] == [repr(step) for step in steps(paddle.nn)]
