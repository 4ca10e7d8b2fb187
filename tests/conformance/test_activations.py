"""Activations, dropouts, distances and tables of vectors beside the real Paddle, over random settings."""

import contextlib
import inspect
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

RUNS = 40
DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


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


def generator(name):
    return np.random.default_rng(sum(map(ord, name)))


def outcome(lib, function, arrays):
    """The value, and the gradients in ``arrays`` for a random cotangent, all as arrays."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = function(lib, *inputs)
    cotangent = np.random.default_rng(1).standard_normal(value.shape).astype(value.numpy().dtype)
    value.backward(lib.to_tensor(cotangent))
    return [value.numpy(), *(tensor.grad.numpy() for tensor in inputs)]


def compare(function, arrays, what, tolerance=None):
    """``function(lib, *tensors)`` has the same value and gradients in both libraries, relative to the largest."""
    ours, theirs = (outcome(lib, function, arrays) for lib in (pa, paddle))
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        assert one.shape == other.shape, (place, what)
        assert one.dtype == other.dtype, (place, what)
        scale = max(float(np.abs(other).max(initial=0.0)), 1e-30)
        atol = (tolerance or TOLERANCE[arrays[0].dtype.name]) * scale
        np.testing.assert_allclose(one, other, rtol=0, atol=atol, err_msg=str((place, what)))


def compare_layers(make, arrays, what, tolerance=None):
    """The layers ``make(lib)`` with the same parameters have the same value and gradients, in the parameters too."""
    dtype = arrays[0].dtype.name
    with default_dtype(dtype):
        layers = {lib: make(lib) for lib in (pa, paddle)}
    rng = np.random.default_rng(2)
    for one, other in zip(layers[pa].parameters(), layers[paddle].parameters(), strict=True):
        values = rng.standard_normal(one.shape).astype(dtype)
        one.set_value(values)
        other.set_value(paddle.to_tensor(values))
    compare(lambda lib, *x: layers[lib](*x), arrays, what, tolerance)
    for one, other in zip(layers[pa].parameters(), layers[paddle].parameters(), strict=True):
        scale = float(np.abs(other.grad.numpy()).max())
        np.testing.assert_allclose(one.grad.numpy(), other.grad.numpy(), rtol=0, atol=TOLERANCE[dtype] * scale)


def single(rng, low, high):
    """A number that single precision holds: Paddle keeps most settings in it."""
    return float(np.float32(rng.uniform(low, high)))


def axis(rng, n=3):
    return int(rng.integers(-n, n))


# For each function of one tensor the arguments that come after it.
FUNCTIONS = {
    "celu": lambda rng: [single(rng, 0.1, 3) * rng.choice([-1, 1])],
    "elu": lambda rng: [single(rng, -1, 3)],
    "gelu": lambda rng: [bool(rng.integers(2))],
    "hardshrink": lambda rng: [single(rng, -0.5, 2)],
    "hardsigmoid": lambda rng: [single(rng, -0.5, 0.5), single(rng, 0, 1)],
    "hardswish": lambda rng: [],
    "hardtanh": lambda rng: [single(rng, -2, 0), single(rng, 0, 2)],
    "leaky_relu": lambda rng: [single(rng, -0.5, 2)],
    "log_sigmoid": lambda rng: [],
    "logsigmoid": lambda rng: [],
    "log_softmax": lambda rng: [axis(rng)],
    "mish": lambda rng: [],
    "relu": lambda rng: [],
    "relu6": lambda rng: [],
    "rrelu": lambda rng: [int(rng.integers(0, 8)) / 16, int(rng.integers(8, 17)) / 16, False],
    "selu": lambda rng: [int(rng.integers(9, 16)) / 8, int(rng.integers(0, 16)) / 8],
    "sigmoid": lambda rng: [],
    "silu": lambda rng: [],
    "softmax": lambda rng: [axis(rng)],
    "softplus": lambda rng: [single(rng, 0.2, 3), single(rng, 1, 20)],
    "softshrink": lambda rng: [single(rng, 0, 2)],
    "softsign": lambda rng: [],
    "swish": lambda rng: [],
    "tanh": lambda rng: [],
    "tanhshrink": lambda rng: [],
    "thresholded_relu": lambda rng: [single(rng, -1, 2), single(rng, -1, 2)],
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_activations(name, dtype):
    rng = generator(name)
    for _ in range(RUNS):
        settings = FUNCTIONS[name](rng)
        # Up to 30 apart: at 64 below the largest, Paddle's log_softmax cuts off. Near 0 its exp(x) - 1 and x - tanh(x)
        # lose digits.
        x = rng.uniform(-1, 1, (*rng.integers(1, 5, 2), rng.integers(2, 5))).astype(dtype)
        x.flat[0], x.flat[1] = 0, 1
        x *= x.dtype.type(10 ** rng.uniform(-0.3, 1.17))
        compare(lambda lib, t: getattr(lib.nn.functional, name)(t, *settings), [x], (name, settings))  # noqa: B023


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [name for name in pa.nn.functional.__all__ if name.endswith("_")])
def test_in_place_forms(name, dtype):
    rng = generator(name)
    for _ in range(RUNS):
        settings = FUNCTIONS[name[:-1]](rng)
        if name == "elu_":
            settings = [abs(settings[0])]  # Paddle takes no other
        x = rng.standard_normal((2, 3, 2)).astype(dtype)
        compare(
            lambda lib, t: getattr(lib.nn.functional, name)(t * 1.0, *settings),  # noqa: B023
            [x],
            (name, settings),
        )


def maxout(rng):
    groups, place = int(rng.integers(2, 4)), int(rng.choice([1, 3, -1]))
    shape = rng.integers(1, 4, 4)
    shape[place] *= groups
    return [shape], lambda lib, x: lib.nn.functional.maxout(x, groups, place)


def glu(rng):
    shape, place = rng.integers(1, 4, 3), axis(rng)
    shape[place] *= 2
    return [shape], lambda lib, x: lib.nn.functional.glu(x, place)


def prelu(rng):
    shape = rng.integers(1, 5, rng.integers(2, 6))
    names = [["NC"], ["NCL", "NLC"], ["NCHW", "NHWC"], ["NCDHW", "NDHWC"]][len(shape) - 2]
    name = str(rng.choice(names))
    count = shape[1 if name[1] == "C" else -1] if rng.integers(2) else 1
    return [shape, [count]], lambda lib, x, weight: lib.nn.functional.prelu(x, weight, name)


def swiglu(rng):
    shape = rng.integers(1, 5, rng.integers(1, 4))
    if rng.integers(2):
        return [shape, shape], lambda lib, x, y: lib.nn.functional.swiglu(x, y)
    return [[*shape, 6]], lambda lib, x: lib.nn.functional.swiglu(x)


def linear(rng):
    n, m = rng.integers(1, 5, 2)
    return [[*rng.integers(1, 4, rng.integers(1, 3)), n], [n, m], [m]], lambda lib, *xs: lib.nn.functional.linear(*xs)


def bilinear(rng):
    count, n, m, k = rng.integers(1, 5, 4)
    return [[count, n], [count, m], [k, n, m], [1, k]][
        : rng.integers(3, 5)
    ], lambda lib, *xs: lib.nn.functional.bilinear(*xs)


def cosine_similarity(rng):
    shape, place = rng.integers(1, 5, 3), axis(rng)
    shape[place] += 1
    other = np.where(rng.integers(0, 2, 3), shape, 1)
    other[place] = shape[place]
    return [shape, other], lambda lib, x, y: lib.nn.functional.cosine_similarity(x, y, place)


def pairwise_distance(rng):
    shape = rng.integers(1, 5, rng.integers(1, 4))
    # Of which single precision, in which Paddle has it, holds 1 / p.
    p = float(rng.choice([2.0, 1.0, 4.0, 0.5, 0.0, np.inf, -np.inf, -1.0]))
    keep, epsilon = bool(rng.integers(2)), single(rng, 0, 1)
    return [shape, shape], lambda lib, x, y: lib.nn.functional.pairwise_distance(x, y, p, epsilon, keep)


def label_smooth(rng):
    epsilon = float(rng.integers(0, 9)) / 8
    prior = rng.uniform(0, 1, 4).astype("float32") if rng.integers(2) else None

    def smooth(lib, x):
        return lib.nn.functional.label_smooth(
            x, None if prior is None else lib.to_tensor(prior).astype(x.dtype), epsilon
        )

    return [[*rng.integers(1, 4, 2), 4]], smooth


SEVERAL = [maxout, glu, prelu, swiglu, linear, bilinear, cosine_similarity, pairwise_distance, label_smooth]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", SEVERAL, ids=lambda case: case.__name__)
def test_functions_of_several_tensors(case, dtype):
    rng = generator(case.__name__)
    for run in range(RUNS):
        shapes, function = case(rng)
        compare(function, [rng.standard_normal(shape).astype(dtype) for shape in shapes], (case.__name__, run, shapes))


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
def test_softmax_in_another_dtype(name):
    x = np.random.default_rng(0).standard_normal((3, 4))
    for given, wanted in [("float32", "float64"), ("float64", "float32"), ("float32", "float32")]:
        compare(lambda lib, t: getattr(lib.nn.functional, name)(t, 0, wanted), [x.astype(given)], wanted, 1e-6)  # noqa: B023
        assert getattr(pa.nn.functional, name)(pa.to_tensor(x), dtype=wanted).dtype.name == wanted


@pytest.mark.parametrize("shape", [(3,), (3, 4), (2, 3, 4), (2, 2, 3, 2)])
def test_softmax_of_the_root(shape):
    x = np.random.default_rng(0).standard_normal(shape)
    compare(lambda lib, t: lib.softmax(t), [x], shape)
    compare(lambda lib, t: lib.softmax(t, -1), [x], shape)
    compare(lambda lib, t: t.softmax(0) + t.sigmoid() + lib.sigmoid(t), [x], shape)


def test_one_hot():
    rng = generator("one_hot")
    for _ in range(RUNS):
        x = rng.integers(0, 5, rng.integers(1, 4, rng.integers(0, 3)))
        count = int(rng.choice([-1, 5, 7]))
        found, expected = (lib.nn.functional.one_hot(lib.to_tensor(x), count) for lib in (pa, paddle))
        assert found.dtype == np.float32
        np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.parametrize("dtype", DTYPES)
def test_embedding(dtype):
    rng = generator("embedding")
    for _ in range(RUNS):
        table = rng.standard_normal((5, 3)).astype(dtype)
        x = rng.integers(0, 5, rng.integers(1, 5, rng.integers(1, 3)))
        settings = {
            "padding_idx": None if rng.integers(2) else int(rng.integers(-5, 5)),
            "scale_grad_by_freq": bool(rng.integers(2)),
        }
        if settings["padding_idx"] is None and rng.integers(2):
            settings |= {"max_norm": single(rng, 0.5, 2), "norm_type": float(rng.choice([1, 2, 3]))}
        tables = {}

        def looked_up(lib, weight, x=x, settings=settings, tables=tables):
            tables[lib] = weight
            return lib.nn.functional.embedding(lib.to_tensor(x), weight, **settings)

        # Paddle shortens by a factor of single precision.
        tolerance = 1e-6 if dtype == "float64" and "max_norm" in settings else None
        compare(looked_up, [table], (x, settings), tolerance)
        np.testing.assert_allclose(tables[pa].numpy(), tables[paddle].numpy(), rtol=1e-6)


# For each layer its arguments, and the shape of its input.
LAYERS = {
    "CELU": ([0.5], [2, 3]),
    "ELU": ([0.5], [2, 3]),
    "GELU": (["tanh"], [2, 3]),
    "GLU": ([1], [2, 4, 3]),
    "Hardshrink": ([0.75], [2, 3]),
    "Hardsigmoid": ([], [2, 3]),
    "Hardswish": ([], [2, 3]),
    "Hardtanh": ([-0.5, 0.75], [2, 3]),
    "LeakyReLU": ([0.25], [2, 3]),
    "LogSigmoid": ([], [2, 3]),
    "LogSoftmax": ([0], [2, 3]),
    "Maxout": ([2, -1], [2, 3, 2, 4]),
    "Mish": ([], [2, 3]),
    "PReLU": ([3, 0.5, None, "NCL"], [2, 3, 4]),
    "RReLU": ([0.25, 0.5], [2, 3]),
    "ReLU": ([], [2, 3]),
    "ReLU6": ([], [2, 3]),
    "SELU": ([1.25, 1.5], [2, 3]),
    "Sigmoid": ([], [2, 3]),
    "SiLU": ([], [2, 3]),
    "Silu": ([], [2, 3]),
    "Softmax": ([0], [2, 3]),
    "Softmax2D": ([], [2, 3, 2, 2]),
    "Softplus": ([2, 1], [2, 3]),
    "Softshrink": ([0.25], [2, 3]),
    "Softsign": ([], [2, 3]),
    "Swish": ([], [2, 3]),
    "Tanh": ([], [2, 3]),
    "Tanhshrink": ([], [2, 3]),
    "ThresholdedReLU": ([0.5, 2.0], [2, 3]),
    "Dropout": ([0.25, False, None, "downscale_in_infer"], [2, 3]),
    "Dropout2D": ([0.25, "NHWC"], [2, 3, 2, 2]),
    "Dropout3D": ([0.25, "NDHWC"], [2, 3, 2, 2, 2]),
    "AlphaDropout": ([0.25], [2, 3]),
    "FeatureAlphaDropout": ([0.25], [2, 3]),
    "Identity": ([], [2, 3]),
    "Flatten": ([0, 1], [2, 3, 4]),
    "Unflatten": ([1, [2, -1]], [2, 6, 3]),
    "Linear": ([3, 2], [4, 3]),
}
UNNAMED = {"Flatten", "Identity"}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_layers_in_use(name, dtype):
    args, shape = LAYERS[name]

    def make(lib):
        layer = getattr(lib.nn, name)(*args)
        layer.eval()
        return layer

    for seed in range(5):
        x = np.random.default_rng(seed).standard_normal(shape).astype(dtype)
        # Paddle has the slope of Hardsigmoid in single precision.
        compare_layers(make, [x], (name, seed), 1e-6 if name == "Hardsigmoid" else None)


@pytest.mark.parametrize("name", LAYERS)
def test_texts(name):
    args, _ = LAYERS[name]
    required = [p for p in inspect.signature(getattr(paddle.nn, name)).parameters.values() if p.default is p.empty]
    forms = [args] if any(p.kind is p.POSITIONAL_OR_KEYWORD for p in required) else [args, []]
    for form in forms:
        for settings in [{}] if name in UNNAMED else [{}, {"name": "its_name"}]:
            if len(form) == 5:
                continue
            ours, theirs = (getattr(lib.nn, name)(*form, **settings) for lib in (pa, paddle))
            assert repr(ours) == repr(theirs)
            with pa.utils.unique_name.guard(), paddle.utils.unique_name.guard():
                ours, theirs = (getattr(lib.nn, name)(*form, **settings) for lib in (pa, paddle))
            assert ours.full_name() == theirs.full_name()
            assert [p.name for p in ours.parameters()] == [p.name for p in theirs.parameters()]
            assert list(ours.state_dict()) == list(theirs.state_dict())


PAIRS = {
    "Bilinear": ([3, 4, 2], [[5, 3], [5, 4]]),
    "CosineSimilarity": ([-1, 1e-6], [[5, 3], [5, 3]]),
    "PairwiseDistance": ([4.0, 0.5, True], [[5, 3], [5, 3]]),
}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", PAIRS)
def test_layers_of_two_inputs(name, dtype):
    args, shapes = PAIRS[name]
    rng = generator(name)
    for _ in range(5):
        arrays = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
        compare_layers(lambda lib: getattr(lib.nn, name)(*args), arrays, name)
    with default_dtype(dtype):
        assert repr(getattr(pa.nn, name)(*args)) == repr(getattr(paddle.nn, name)(*args))


def test_the_table_of_vectors():
    for settings in [
        {},
        {"padding_idx": 1, "name": "table"},
        {"padding_idx": -1, "sparse": True, "max_norm": 1.0},
        {"scale_grad_by_freq": True, "dtype": "float64"},
        {"_freeze": True},
    ]:
        ours, theirs = (lib.nn.Embedding(5, 3, **settings) for lib in (pa, paddle))
        assert repr(ours) == repr(theirs)
        assert ours.weight.stop_gradient == theirs.weight.stop_gradient
        assert ours.weight.dtype.name == str(theirs.weight.dtype).split(".")[1]
        np.testing.assert_array_equal(ours.weight.numpy() == 0, theirs.weight.numpy() == 0)
    given = np.ones((5, 3), np.float32)
    for lib in (pa, paddle):
        weight = lib.to_tensor(given)
        layer = lib.nn.Embedding(5, 3, 2, _weight=weight)
        assert layer.weight is weight
        assert not weight.stop_gradient
        assert weight.numpy().sum() == 12
        assert lib.nn.Embedding(5, 3, _weight=lib.to_tensor(given), _freeze=True).weight.stop_gradient


def dropped(lib, function, shape, **settings):
    """Where the function has dropped elements of ones, over many calls."""
    lib.seed(5)
    calls = [
        getattr(lib.nn.functional, function)(
            lib.ones(shape) if lib is paddle else pa.to_tensor(np.ones(shape, "float32")), **settings
        )
        for _ in range(50)
    ]
    return np.stack([value.numpy() for value in calls])


@pytest.mark.parametrize(
    ("function", "shape", "settings", "alike"),
    [
        ("dropout", (4, 5, 6), {"p": 0.3}, ()),
        ("dropout", (4, 5, 6), {"p": 0.3, "axis": [0, 2]}, (2,)),
        ("dropout", (4, 5, 6), {"p": 0.3, "mode": "downscale_in_infer"}, ()),
        ("dropout", (4, 5, 6), {"p": 1.0}, ()),
        ("dropout2d", (4, 5, 3, 3), {"p": 0.3}, (3, 4)),
        ("dropout2d", (4, 3, 3, 5), {"p": 0.3, "data_format": "NHWC"}, (2, 3)),
        ("dropout3d", (4, 5, 3, 3, 2), {"p": 0.3}, (3, 4, 5)),
        ("dropout1d", (8, 6), {"p": 0.3}, (2,)),
        ("alpha_dropout", (4, 5, 6), {"p": 0.3}, ()),
        ("alpha_dropout", (4, 5, 6), {"p": 1.0}, ()),
        ("feature_alpha_dropout", (4, 5, 6), {"p": 0.3}, (3,)),
    ],
)
def test_dropouts_give_the_same_values_in_the_same_patterns(function, shape, settings, alike):
    found = [dropped(lib, function, shape, **settings) for lib in (pa, paddle)]
    levels = [np.unique(np.round(values, 5)) for values in found]
    np.testing.assert_allclose(*levels, rtol=1e-5)
    for values in found:
        assert np.ptp(values, axis=alike).max() == 0 if alike else True
    if len(levels[0]) > 1:
        # What varies does so everywhere, and as often: 50 calls of at least 8 draws, six standard errors of a difference.
        shares = [(values == values.min()).mean() for values in found]
        count = 50 * np.prod([size for place, size in enumerate(shape, 1) if place not in alike])
        assert abs(shares[0] - shares[1]) < 6 * np.sqrt(2 * 0.3 * 0.7 / count)


@pytest.mark.parametrize("hard", [False, True])
def test_gumbel_softmax_draws_from_the_law(hard):
    logits = np.log(np.array([0.1, 0.2, 0.7], "float32")) + np.zeros((20_000, 1), "float32")
    shares = []
    for lib in (pa, paddle):
        lib.seed(3)
        value = lib.nn.functional.gumbel_softmax(lib.to_tensor(logits), 0.5, hard).numpy()
        np.testing.assert_allclose(value.sum(-1), 1, rtol=1e-5)
        assert not hard or set(np.unique(value)) == {0.0, 1.0}
        shares.append(np.bincount(value.argmax(-1), minlength=3) / len(value))
        # Six standard errors of a share.
        np.testing.assert_allclose(shares[-1], [0.1, 0.2, 0.7], atol=6 * np.sqrt(0.25 / len(value)))
