"""Normalizations beside the real Paddle, over random settings: values, gradients, statistics, parameters and names.

Paddle takes settings in single precision, whatever the dtype: those here are exact in it. Where its own gradient is not
that of its value, values alone are compared.
"""

import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

CONFIGURATIONS = 60
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
FORMATS = {2: ["NCL"], 3: ["NCL", "NLC"], 4: ["NCHW", "NHWC"], 5: ["NCDHW", "NDHWC"]}
EPSILONS = [2.0**-16, 2.0**-10]
LIBRARIES = (paddle, pa)


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        warnings.filterwarnings("ignore", "When training, we now always track")
        yield


def agree(ours, theirs, what, tolerance):
    assert tuple(ours.shape) == tuple(theirs.shape), what
    scale = max(float(np.abs(theirs).max(initial=0.0)), 1e-30)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=tolerance * scale, err_msg=str(what))


def outcome(lib, function, arrays, cotangent):
    """The value of ``function(lib, *tensors)`` and the gradients, or the values alone without a ``cotangent``."""
    tensors = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = function(lib, *tensors)
    if cotangent is None:
        return value.numpy(), []
    value.backward(lib.to_tensor(cotangent))
    return value.numpy(), [tensor.grad.numpy() for tensor in tensors]


def compare(function, arrays, what, gradients=True, loss=0.0):
    """Value and gradients agree; the gradients in double precision to ``loss``, where Paddle loses some."""
    dtype = arrays[0].dtype
    shape = outcome(pa, function, arrays, None)[0].shape
    cotangent = np.random.default_rng(1).standard_normal(shape).astype(dtype) if gradients else None
    theirs, ours = (outcome(lib, function, arrays, cotangent) for lib in LIBRARIES)
    agree(ours[0], theirs[0], ("value", what), TOLERANCE[dtype.name])
    for place, (one, other) in enumerate(zip(ours[1], theirs[1], strict=True)):
        agree(one, other, ("gradient", place, what), max(TOLERANCE[dtype.name], loss))


def image(rng, low=2):
    """A shape, its channels and a format; of fewer than 3 values, the normalized ones hardly depend on them."""
    ndim = int(rng.integers(low, 6))
    data_format = str(rng.choice(FORMATS[ndim]))
    shape = rng.integers(3, 6, ndim).tolist()
    return shape, shape[1] if data_format[1] == "C" else shape[-1], data_format


def affine(rng, size):
    """Both weight and bias, or neither: Paddle's gradients are wrong for one alone, and for a weight of 0."""
    if not rng.integers(3):
        return []
    return [rng.uniform(0.5, 2, size) * rng.choice([-1, 1], size), rng.standard_normal(size)]


def batch_norm(rng):
    shape, channels, data_format = image(rng)
    training, use = bool(rng.integers(2)), [None, True, False][rng.integers(3)]
    statistics = rng.standard_normal(channels), rng.uniform(0.5, 2, channels)
    settings = {"epsilon": EPSILONS[rng.integers(2)], "momentum": float(rng.choice([0.0, 0.5, 0.875, 1.0]))}
    settings |= {"data_format": data_format, "training": training, "use_global_stats": use}

    def function(lib, x, *given):
        running = [lib.to_tensor(array.astype(x.numpy().dtype)) for array in statistics]
        value = lib.nn.functional.batch_norm(x, *running, *given, **settings)
        moments = [lib.to_tensor(moment.numpy()) for moment in running]
        return lib.concat([value.flatten(), *moments])

    # Outside of training, Paddle's gradient is that of the running statistics even where the value is the batch's.
    return (
        function,
        [rng.standard_normal(shape) * 2 + 1, *affine(rng, channels)],
        training or use is not False,
        settings,
    )


def layer_norm(rng):
    shape = rng.integers(3, 6, rng.integers(2, 6)).tolist()
    sizes = shape[int(rng.integers(1, len(shape))) :]
    epsilon = EPSILONS[rng.integers(2)]
    given = sizes[0] if len(sizes) == 1 and rng.integers(2) else sizes
    return (
        lambda lib, x, *a: lib.nn.functional.layer_norm(x, given, *a, epsilon=epsilon),
        [rng.standard_normal(shape) * 2 + 1, *affine(rng, int(np.prod(sizes)))],
        True,
        (shape, sizes),
    )


def group_norm(rng):
    shape, channels, data_format = image(rng, low=4)
    groups = int(rng.choice([n for n in range(1, channels + 1) if channels % n == 0]))
    epsilon, given = EPSILONS[rng.integers(2)], affine(rng, channels)
    return (
        lambda lib, x, *a: lib.nn.functional.group_norm(x, groups, epsilon, *a, data_format=data_format),
        [rng.standard_normal(shape), *given],  # Paddle subtracts the square of the mean
        bool(given),  # without a weight, Paddle's gradient lacks a term
        (shape, groups, data_format),
    )


def instance_norm(rng):
    shape = rng.integers(3, 6, rng.integers(2, 6)).tolist()
    given, epsilon = affine(rng, shape[1]), EPSILONS[rng.integers(2)]
    return (
        lambda lib, x, *a: lib.nn.functional.instance_norm(x, None, None, *a, eps=epsilon),
        [rng.standard_normal(shape) * 2 + 1, *given],
        True,
        shape,
    )


def local_response_norm(rng):
    shape, _, data_format = image(rng, low=3)
    settings = [int(rng.integers(1, 9)), *(float(number) for number in rng.choice([0.25, 0.5, 0.75, 1.5], 3))]
    return (
        lambda lib, x: lib.nn.functional.local_response_norm(x, *settings, data_format=data_format),
        [rng.standard_normal(shape)],
        True,
        (shape, settings, data_format),
    )


def normalize(rng):
    shape = rng.integers(2, 5, rng.integers(1, 5)).tolist()
    p = float(rng.choice([0, 0.25, 0.5, 1, 2, 2, 4, 8, -1, -4, np.inf, -np.inf]))
    axis, epsilon = int(rng.integers(-len(shape), len(shape))), float(rng.choice([2.0**-40, 2.0**-4, 4096.0]))
    return (
        lambda lib, x: lib.nn.functional.normalize(x, p, axis, epsilon),
        # Paddle's gradient adds epsilon to powers of the norm.
        [rng.uniform(0.5, 2, shape) * rng.choice([-1, 1], shape)],
        epsilon == 4096.0,
        (shape, p, axis, epsilon),
    )


def normalize_gradients(rng):
    _, arrays, _, what = normalize(rng)
    p, axis = what[1], what[2]
    return lambda lib, x: lib.nn.functional.normalize(x, p, axis, 2.0**-60), arrays, True, what


FUNCTIONS = [
    batch_norm, layer_norm, group_norm, instance_norm, local_response_norm, normalize, normalize_gradients,
]  # fmt: skip


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("case", FUNCTIONS, ids=lambda case: case.__name__)
def test_functions(case, dtype):
    rng = np.random.default_rng(sum(map(ord, case.__name__)))
    for _ in range(2 * CONFIGURATIONS):
        function, arrays, gradients, what = case(rng)
        # Paddle's gradient of an average, of which it makes the local response, is divided in single precision.
        loss = 1e-6 if case is local_response_norm else 0.0
        compare(function, [array.astype(dtype) for array in arrays], what, gradients, loss)


def test_a_batch_of_one_value_per_channel_is_left_alone():
    for shape in ((1, 3), (1, 3, 1, 1), (0, 3), (0, 3, 2, 2)):
        arrays = [np.random.default_rng(0).standard_normal(shape), np.full(3, 2.0), np.ones(3)]

        def function(lib, x, *given):
            running = [lib.to_tensor(np.full(3, 1.5)), lib.to_tensor(np.full(3, 2.5))]
            value = lib.nn.functional.batch_norm(x, *running, *given, training=True)
            return lib.concat([value.flatten(), *(lib.to_tensor(moment.numpy()) for moment in running)])

        compare(function, arrays, shape)


ATTRS = [None, True, "parameter", pa.ParamAttr(learning_rate=0.5, trainable=False, do_model_average=False), False]


def attribute(lib, place, suffix):
    """The setting at a place of ``ATTRS`` for either library."""
    attr = ATTRS[place]
    if isinstance(attr, pa.ParamAttr):
        return lib.ParamAttr(learning_rate=0.5, trainable=False, do_model_average=False)
    return f"parameter_{suffix}" if attr == "parameter" else attr


# For each layer its arguments for a number of channels; whether its parameters have attributes; shapes of inputs.
SPACE = {"1D": (4, 3, 5), "2D": (4, 3, 2, 5), "3D": (4, 3, 2, 2, 3)}
LAYERS = {
    **{f"BatchNorm{n}": (lambda c: [c], {"momentum": 0.875, "epsilon": 2.0**-10}, shape) for n, shape in SPACE.items()},
    "BatchNorm": (lambda c: [c, "tanh"], {"momentum": 0.875, "epsilon": 2.0**-10}, SPACE["2D"]),
    **{f"InstanceNorm{n}": (lambda c: [c], {"epsilon": 2.0**-10}, shape) for n, shape in SPACE.items()},
    "LayerNorm": (lambda c: [[c, 2, 5]], {"epsilon": 2.0**-10}, SPACE["2D"]),
    "GroupNorm": (lambda c: [1, c], {"epsilon": 2.0**-10}, SPACE["2D"]),
}


def described(layer):
    return (
        repr(layer),
        layer.full_name(),
        list(layer.state_dict()),
        [
            (key, p.name, list(p.shape), str(p.numpy().dtype), p.numpy().tolist(), p.stop_gradient, p.do_model_average)
            for key, p in layer.named_parameters()
        ],
        [p.optimize_attr["learning_rate"] for p in layer.parameters()],
    )


@pytest.mark.parametrize("weight", range(len(ATTRS)))
@pytest.mark.parametrize("bias", range(len(ATTRS)))
@pytest.mark.parametrize("name", LAYERS)
def test_parameters_of_layers(name, weight, bias):
    if "Instance" in name and (ATTRS[weight] is False) != (ATTRS[bias] is False):
        return  # both refuse
    first = "param_attr" if name == "BatchNorm" else "weight_attr"

    def make(lib):
        arguments, settings, _ = LAYERS[name]
        attrs = {first: attribute(lib, weight, "w"), "bias_attr": attribute(lib, bias, "b")}
        with lib.utils.unique_name.guard():
            return described(getattr(lib.nn, name)(*arguments(3), **settings, **attrs))

    theirs, ours = make(paddle), make(pa)
    if name == "GroupNorm":  # where Paddle makes a parameter trainable that is not to be
        for found in (theirs, ours):
            found[3][:] = [(*row[:5], *row[6:]) for row in found[3]]
    assert ours == theirs


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", LAYERS)
def test_layers(name, dtype):
    arguments, settings, shape = LAYERS[name]
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal(shape).astype(dtype) for _ in range(4)]
    if name == "BatchNorm":
        settings = {**settings, "dtype": dtype}
    layers = []
    for lib in LIBRARIES:
        lib.set_default_dtype(dtype)
        layers.append(getattr(lib.nn, name)(*arguments(3), **settings))
        lib.set_default_dtype("float32")
    drawn = [rng.uniform(0.5, 2, p.shape).astype(dtype) for p in layers[1].parameters()]
    for layer in layers:
        for parameter, values in zip(layer.parameters(), drawn, strict=True):
            parameter.set_value(values)
    for step, array in enumerate(arrays):
        values = []
        for lib, layer in zip(LIBRARIES, layers, strict=True):
            if step == 3:
                layer.eval()
            for parameter in layer.parameters():
                parameter.clear_gradient(False)
            x = lib.to_tensor(array, stop_gradient=False)
            value = layer(x)
            value.backward(lib.to_tensor(arrays[step - 1]))
            moments = [layer.state_dict()[key].numpy() for key in ("_mean", "_variance") if key in layer.state_dict()]
            gradients = [p.grad.numpy() for p in layer.parameters() if not p.stop_gradient]
            values.append([value.numpy(), x.grad.numpy(), *gradients, *moments])
        for theirs, ours in zip(*values, strict=True):
            agree(ours, theirs, (name, step), TOLERANCE[dtype])


MODES = [
    (training, known, tracked) for training in (True, False) for known in (True, False) for tracked in (True, False)
]


@pytest.mark.parametrize(("training", "known", "tracked"), MODES)
def test_modes_of_the_old_batch_norm(training, known, tracked):
    array, found = np.random.default_rng(4).standard_normal((4, 2, 3, 3)).astype("float32"), []
    for lib in LIBRARIES:
        layer = lib.nn.BatchNorm(2, is_test=not training, use_global_stats=known, trainable_statistics=tracked)
        value = layer(lib.to_tensor(array))
        found.append([value.numpy(), layer._mean.numpy(), layer._variance.numpy()])
    for theirs, ours in zip(*found, strict=True):
        agree(ours, theirs, (training, known, tracked), 1e-5)


def test_reprs_and_names():
    makers = [
        lambda nn: nn.BatchNorm2D(3, name="statistics"),
        lambda nn: nn.BatchNorm1D(3, data_format="NLC"),
        lambda nn: nn.BatchNorm3D(3, 0.5, 1e-3, data_format="NDHWC", name="other"),
        lambda nn: nn.BatchNorm(
            3, moving_mean_name="m", moving_variance_name="v", do_model_average_for_mean_and_var=False
        ),
        lambda nn: nn.SyncBatchNorm(3, weight_attr=False),
        lambda nn: nn.SyncBatchNorm(3, bias_attr=False, data_format="NHWC", name="sync"),
        lambda nn: nn.LayerNorm(3, elementwise_affine=False),
        lambda nn: nn.LayerNorm((3, 2), bias=False),
        lambda nn: nn.GroupNorm(1, 3, affine=False),
        lambda nn: nn.GroupNorm(3, 3, dtype="float64", data_format="NLC", device="cpu"),
        lambda nn: nn.Sequential(nn.BatchNorm2D(2), nn.Sequential(nn.BatchNorm1D(2))),
        lambda nn: nn.SyncBatchNorm.convert_sync_batchnorm(
            nn.Sequential(nn.BatchNorm2D(2), nn.Sequential(nn.BatchNorm1D(2)))
        ),
    ]
    for make in makers:
        found = []
        for lib in LIBRARIES:
            with lib.utils.unique_name.guard():
                found.append(described(make(lib.nn)))
        assert found[1] == found[0]
    for make in (lambda nn: nn.LocalResponseNorm(3), lambda nn: nn.LocalResponseNorm(3, data_format="NLC", name="a")):
        assert repr(make(pa.nn)) == repr(make(paddle.nn))


def test_float16_layers_have_the_dtypes_of_paddle():
    def dtypes(lib):
        lib.set_default_dtype("float16")
        nn = lib.nn
        layers = [nn.BatchNorm2D(2), nn.BatchNorm(2, dtype="float16"), nn.LayerNorm(2), nn.InstanceNorm2D(2)]
        layers += [nn.GroupNorm(1, 2), nn.SpectralNorm([2, 2])]
        lib.set_default_dtype("float32")
        return [[str(p.numpy().dtype) for p in layer.parameters()] for layer in layers]

    assert dtypes(pa) == dtypes(paddle)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_spectral_norm_layer(dtype):
    for shape, dim, rounds, eps in [((3, 4), 0, 1, 1e-12), ((2, 3, 4), 1, 3, 0.5), ((2, 3, 2, 2), 0, 0, 1e-12)]:
        array = np.random.default_rng(5).standard_normal(shape).astype(dtype)
        found, vectors = [], None
        for lib in LIBRARIES:
            layer = lib.nn.SpectralNorm(shape, dim, rounds, eps, dtype)
            vectors = vectors or [layer.weight_u.numpy().copy(), layer.weight_v.numpy().copy()]
            layer.weight_u.set_value(vectors[0])
            layer.weight_v.set_value(vectors[1])
            x = lib.to_tensor(array, stop_gradient=False)
            found.append([layer(x).numpy(), layer(x).numpy(), layer.weight_u.numpy()])
            described_ = [(key, list(p.shape), p.stop_gradient) for key, p in layer.named_parameters()]
            assert described_ == [("weight_u", [shape[dim]], True), ("weight_v", [array.size // shape[dim]], True)]
        for theirs, ours in zip(*found, strict=True):
            agree(ours, theirs, (shape, dim), TOLERANCE[dtype])


REPARAMETRIZED = {
    "Linear": (lambda nn: nn.Linear(3, 4), (2, 3)),
    "Conv2D": (lambda nn: nn.Conv2D(2, 3, 2), (2, 2, 3, 3)),
    "Conv1DTranspose": (lambda nn: nn.Conv1DTranspose(2, 3, 2), (2, 2, 3)),
}
HOOKS = {
    **{
        f"weight_norm by {dim}": (lambda lib, layer, dim=dim: lib.nn.utils.weight_norm(layer, dim=dim))
        for dim in (0, 1, None, -1)
    },
    "weight_norm of the bias": lambda lib, layer: lib.nn.utils.weight_norm(layer, "bias", None),
    "spectral_norm": lambda lib, layer: lib.nn.utils.spectral_norm(layer),
    "spectral_norm, 3 rounds": lambda lib, layer: lib.nn.utils.spectral_norm(layer, n_power_iterations=3, dim=0),
}


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("hook", HOOKS)
@pytest.mark.parametrize("name", REPARAMETRIZED)
def test_reparametrizations(name, hook, dtype):
    rng = np.random.default_rng(6)
    make, shape = REPARAMETRIZED[name]
    weights, state, found = None, None, []
    for lib in LIBRARIES:
        lib.set_default_dtype(dtype)
        layer = make(lib.nn)
        weights = weights or [4 * rng.standard_normal(p.shape).astype(dtype) for p in layer.parameters()]
        for parameter, values in zip(layer.parameters(), weights, strict=True):
            parameter.set_value(values)
        assert HOOKS[hook](lib, layer) is layer
        # The vectors of the spectrum are random.
        state = state or {key: value.numpy().copy() for key, value in layer.state_dict().items()}
        given = layer.state_dict()
        assert list(given) == list(state)
        for key in ("weight_u", "weight_v"):
            if "spectral" in hook:
                given[key].set_value(state[key])
        arrays = [value.numpy().copy() for value in given.values()]
        for training in (True, True, False):
            layer.train() if training else layer.eval()
            x = lib.to_tensor(np.random.default_rng(7).standard_normal(shape).astype(dtype), stop_gradient=False)
            value = layer(x)
            value.backward()
            arrays += [value.numpy(), x.grad.numpy(), *(p.grad.numpy() for p in layer.parameters())]
            arrays += [value.numpy().copy() for value in layer.state_dict().values()]
        if hook.startswith("weight_norm by"):
            lib.nn.utils.remove_weight_norm(layer)
            arrays += [layer(x).numpy(), *(p.numpy() for p in layer.parameters())]
            assert list(layer.state_dict()) == ["bias", "weight"]
        lib.set_default_dtype("float32")
        found.append(arrays)
    for place, (theirs, ours) in enumerate(zip(*found, strict=True)):
        agree(ours, theirs, (name, hook, place), TOLERANCE[dtype])
