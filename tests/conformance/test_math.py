"""Mathematics beside the real Paddle, over random shapes: values, gradients, dtypes and signatures. A line per function."""

import inspect
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa
from paramattr import tensor

CONFIGURATIONS = 12
DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
MODULES = (
    "choice", "combination", "cumulative", "exponential", "gamma", "math", "quantiles", "reduction", "rounding", "special",
    "stat", "trigonometry",
)  # fmt: skip
NAMES = [name for name, home in tensor.HOMES.items() if home in MODULES]


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


def arguments(function):
    return {name: (p.default, p.kind) for name, p in inspect.signature(function).parameters.items()}


@pytest.mark.parametrize("name", [name for name in NAMES if not name.endswith("_")])
def test_signatures_are_those_of_paddle(name):
    """Ours take ``out`` where Paddle's do not, too; but for that they are equal."""
    ours, theirs = arguments(getattr(pa, name)), arguments(getattr(paddle, name))
    if "out" not in theirs:
        ours.pop("out", None)
    assert list(ours.items()) == list(theirs.items())


def test_in_place_forms_are_those_of_paddle():
    ours = {name for name in NAMES if name.endswith("_")}
    theirs = {f"{name}_" for name in NAMES if hasattr(paddle.Tensor, f"{name}_") or hasattr(paddle, f"{name}_")} | {
        name for name in ours if name[:-1] in NAMES and hasattr(paddle.Tensor, name)
    }
    assert ours == theirs


# Ranges of the elements of each input.
WIDE, POSITIVE, UNIT = (-3.0, 3.0), (0.2, 3.0), (-0.9, 0.9)
RANGES = {
    "abs asinh atan ceil cos cosh deg2rad erf exp expm1 floor frac i0 i0e i1 i1e neg negative positive": (WIDE,),
    "rad2deg round sign sgn sin sinc sinh square stanh tan tanh trunc nan_to_num": (WIDE,),
    "isfinite isinf isnan isneginf isposinf isreal signbit": (WIDE,),
    "log log2 log10 log1p sqrt rsqrt reciprocal digamma lgamma gammaln": (POSITIVE,),
    "asin acos atanh erfinv": (UNIT,),
    "acosh": ((1.1, 4.0),),
    "logit": ((0.1, 0.9),),
    "add subtract sub multiply mul maximum minimum fmax fmin copysign heaviside nextafter": (WIDE, WIDE),
    "logaddexp hypot atan2 ldexp": (WIDE, WIDE),
    "divide div true_divide floor_divide remainder mod floor_mod pow": (POSITIVE, POSITIVE),
}
ELEMENTWISE = {name: ranges for names, ranges in RANGES.items() for name in names.split()}
# Settings, as functions of a library.
SETTINGS = {
    "add with alpha": (lambda lib, x, y: lib.add(x, y, alpha=2.5), [WIDE, WIDE]),
    "subtract with alpha": (lambda lib, x, y: lib.subtract(x, y, alpha=-0.5), [WIDE, WIDE]),
    "divide, floor": (lambda lib, x, y: lib.divide(x, y, rounding_mode="floor"), [WIDE, POSITIVE]),
    "divide, trunc": (lambda lib, x, y: lib.divide(x, y, rounding_mode="trunc"), [WIDE, POSITIVE]),
    "pow of a number": (lambda lib, x: lib.pow(x, 2.5), [POSITIVE]),
    "clip": (lambda lib, x: lib.clip(x, -0.5, 1.0), [WIDE]),
    "clip from above": (lambda lib, x: lib.clip(x, max=1.0), [WIDE]),
    "clamp by tensors": (lambda lib, x: lib.clamp(x, lib.to_tensor([-0.5]), lib.to_tensor([1.0])), [WIDE]),
    "round to one digit": (lambda lib, x: lib.round(x, 1), [WIDE]),
    "stanh": (lambda lib, x: lib.stanh(x, 0.5, 2.0), [WIDE]),
    "logit with eps": (lambda lib, x: lib.logit(x, 0.3), [(0.05, 0.95)]),
    "scale": (lambda lib, x: lib.scale(x, 2.0, 0.5), [WIDE]),
    "scale, bias first": (lambda lib, x: lib.scale(x, 2.0, 0.5, False), [WIDE]),
    **{
        f"scale, {act}": (lambda lib, x, act=act: lib.scale(x, 0.1, 0.5, act=act), [WIDE])
        for act in ("abs", "exp", "relu", "sigmoid", "sqrt", "square", "tanh")
    },
    "lerp": (lambda lib, x, y: lib.lerp(x, y, 0.3), [WIDE, WIDE]),
    "copysign of a number": (lambda lib, x: lib.copysign(x, -1.0), [WIDE]),
    "mantissa": (lambda lib, x: lib.frexp(x)[0], [WIDE]),
    "exponent": (lambda lib, x: lib.frexp(x)[1], [WIDE]),
    "polygamma": (lambda lib, x: lib.polygamma(x, 2), [POSITIVE]),
    "polygamma of order 0": (lambda lib, x: lib.polygamma(x, 0), [(2.0, 5.0)]),
    "multigammaln": (lambda lib, x: lib.multigammaln(x, 3), [(1.5, 5.0)]),
}
# Functions of axes: of one axis, of several, and in what the setting is called.
OVER = ["sum", "mean", "max", "min", "amax", "amin", "prod", "nansum", "nanmean", "logsumexp", "std", "var"]
DISCRETE_OVER = ["count_nonzero"]
ALONG = {
    "cumsum": lambda lib, x, axis: lib.cumsum(x, axis),
    "cumprod": lambda lib, x, axis: lib.cumprod(x, axis),
    "cummax": lambda lib, x, axis: lib.cummax(x, axis)[0],
    "cummin": lambda lib, x, axis: lib.cummin(x, axis)[0],
    "indices of cummax": lambda lib, x, axis: lib.cummax(x, axis)[1],
    "indices of cummin": lambda lib, x, axis: lib.cummin(x, axis)[1],
    "logcumsumexp": lambda lib, x, axis: lib.logcumsumexp(x, axis),
    "diff": lambda lib, x, axis: lib.diff(x, 1, axis),
    "diff twice": lambda lib, x, axis: lib.diff(x, 2, axis),
    "diff, longer": lambda lib, x, axis: lib.diff(x, 1, axis, prepend=x, append=x * 2),
    "trapezoid": lambda lib, x, axis: lib.trapezoid(x, axis=axis),
    "trapezoid with dx": lambda lib, x, axis: lib.trapezoid(x, dx=0.5, axis=axis),
    "trapezoid with x": lambda lib, x, axis: lib.trapezoid(x, x * x, axis=axis),
    "cumulative_trapezoid": lambda lib, x, axis: lib.cumulative_trapezoid(x, axis=axis),
    "median": lambda lib, x, axis: lib.median(x, axis),
    "median, kept": lambda lib, x, axis: lib.median(x, axis, True),
    "lower median": lambda lib, x, axis: lib.median(x, axis, mode="min")[0],
    "index of median": lambda lib, x, axis: lib.median(x, axis, mode="min")[1],
    "nanmedian": lambda lib, x, axis: lib.nanmedian(x, axis),
    "lower nanmedian": lambda lib, x, axis: lib.nanmedian(x, axis, mode="min")[0],
    "nanquantile": lambda lib, x, axis: lib.nanquantile(x, 0.3, axis),
    "one quantile": lambda lib, x, axis: lib.quantile(x, [0.6], axis),
    "biased var": lambda lib, x, axis: lib.var(x, axis, False),
    "corrected var": lambda lib, x, axis: lib.var(x, axis, correction=0.5),
    "biased std": lambda lib, x, axis: lib.std(x, axis, False),
    **{
        f"quantile, {rule}": lambda lib, x, axis, rule=rule: lib.quantile(x, [0.0, 0.4, 0.5, 1.0], axis, True, rule)
        for rule in ("linear", "lower", "higher", "midpoint", "nearest")
    },
}


COUNTED = "all any count_nonzero sum prod max min amax cumsum cumprod median nansum"
OF_INTEGERS = (
    "abs ceil floor trunc square sign neg exp sin lgamma erf add multiply divide floor_divide remainder maximum fmin"
    " copysign heaviside gcd lcm"
)


def generator(name, dtype):
    return np.random.default_rng(list(map(ord, name + dtype)))


def outcome(lib, function, arrays):
    """The value, and the gradients of a weighted sum, 0 where none arrives."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = function(lib, *inputs)
    shape = value.shape
    if not value.stop_gradient and value.numpy().dtype.kind == "f":
        weights = np.cos(np.arange(float(np.prod(shape)))).reshape(shape).astype(value.numpy().dtype)
        (value * lib.to_tensor(weights)).sum().backward()
    gradients = [np.zeros_like(a) if x.grad is None else x.grad.numpy() for x, a in zip(inputs, arrays, strict=True)]
    return value.numpy(), gradients


def compare(function, arrays, what, tolerance):
    expected, gradients = outcome(paddle, function, arrays)
    value, found = outcome(pa, function, arrays)
    assert (value.shape, value.dtype) == (expected.shape, expected.dtype), what
    for one, other in [(value, expected), *zip(found, gradients, strict=True)]:
        scale = max(float(np.abs(np.where(np.isfinite(other), other, 0)).max(initial=0.0)), 1e-30)
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale, err_msg=str(what))


def broadcasting(rng, count):
    """Shapes that broadcast."""
    whole = rng.integers(1, 5, rng.integers(0, 4)).tolist()
    shapes = [
        [size if rng.integers(4) else 1 for size in whole][rng.integers(0, len(whole) + 1) if k else 0 :]
        for k in range(count)
    ]
    return [tuple(shape) for shape in shapes]


def elements(rng, shape, bounds, dtype):
    return np.asarray(rng.uniform(*bounds, shape), dtype)


ALL = {**{name: (lambda lib, *x, name=name: getattr(lib, name)(*x), r) for name, r in ELEMENTWISE.items()}, **SETTINGS}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ALL)
def test_elementwise(name, dtype):
    rng = generator(name, dtype)
    function, ranges = ALL[name]
    for _ in range(CONFIGURATIONS):
        arrays = [elements(rng, s, r, dtype) for s, r in zip(broadcasting(rng, len(ranges)), ranges, strict=True)]
        compare(function, arrays, (name, [a.shape for a in arrays]), TOLERANCE[dtype])


@pytest.mark.parametrize("name", ["maximum", "minimum", "fmax", "fmin", "heaviside", "copysign", "clip", "abs", "sign"])
def test_ties_and_zeros(name):
    x, y = np.array([0.0, 1.0, 2.0, -1.0]), np.array([1.0, 1.0, 1.0, -1.0])
    arrays = [x] if name in ("clip", "abs", "sign") else [x, y]
    settings = {"min": -1.0, "max": 1.0} if name == "clip" else {}
    compare(lambda lib, *t: getattr(lib, name)(*t, **settings), arrays, name, 0)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", [*OVER, *DISCRETE_OVER])
def test_over_axes(name, dtype):
    rng = generator(name, dtype)
    for _ in range(CONFIGURATIONS):
        shape = rng.integers(2, 5, rng.integers(1, 4))
        x = elements(rng, shape, WIDE, dtype)
        if name != "std":  # of equal elements Paddle's gradient is nan
            x[rng.uniform(size=shape) < 0.2] = np.nan if name.startswith("nan") else x.flat[0]
        count = int(rng.integers(1, len(shape) + 1))
        axes = rng.permutation(len(shape))[:count].tolist()
        axis = [None, axes, axes[0] - len(shape)][rng.integers(3)]
        settings = {"axis": axis, "keepdim": bool(rng.integers(2))}
        what = (name, shape, settings)
        compare(lambda lib, t: getattr(lib, name)(t, **settings), [x], what, TOLERANCE[dtype])  # noqa: B023


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ALONG)
def test_along_an_axis(name, dtype):
    rng = generator(name, dtype)
    for _ in range(CONFIGURATIONS):
        shape = rng.integers(3, 6, rng.integers(1, 4))
        x = elements(rng, shape, WIDE, dtype)
        if "nan" in name:
            x[rng.uniform(size=shape) < 0.2] = np.nan
        axis = int(rng.integers(-len(shape), len(shape)))
        if "nan" in name:
            np.moveaxis(x, axis, 0)[0] = rng.uniform(-3, 3)  # of nan alone Paddle's gradient is not always the same
        compare(lambda lib, t: ALONG[name](lib, t, axis), [x], (name, shape, axis), TOLERANCE[dtype])  # noqa: B023


@pytest.mark.parametrize("name", COUNTED.split())
@pytest.mark.parametrize("dtype", ["bool", "int32", "int64"])
def test_integers(name, dtype):
    x = np.array([[3, 0, 2], [1, 1, 5]], dtype)
    try:
        expected = getattr(paddle, name)(paddle.to_tensor(x)).numpy()
    except (RuntimeError, TypeError, ValueError):  # not of bools
        return
    found = getattr(pa, name)(pa.to_tensor(x)).numpy()
    np.testing.assert_array_equal(found, expected)
    # Paddle's product of int32 is int32, where its sum is int64.
    assert found.dtype == (np.int64 if name in ("prod", "cumprod") else expected.dtype)


@pytest.mark.parametrize(
    "name",
    OF_INTEGERS.split(),
)
@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_integers_element_by_element(name, dtype):
    x, y = np.array([7, -8, 3, 12], dtype), np.array([2, 3, -5, 18], dtype)
    x = np.abs(x) if name == "lgamma" else x
    arrays = [x, y][: len([p for p in inspect.signature(getattr(pa, name)).parameters if p in ("x", "y", "input")])]
    found, expected = (getattr(lib, name)(*map(lib.to_tensor, arrays)).numpy() for lib in (pa, paddle))
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=1e-6)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["gammainc", "gammaincc"])
def test_incomplete_gamma(name, dtype):
    rng = generator(name, dtype)
    for _ in range(CONFIGURATIONS):
        shape = tuple(rng.integers(1, 5, rng.integers(0, 3)))
        x, y = (elements(rng, shape, (0.1, 8.0), dtype) for _ in range(2))
        compare(lambda lib, t: getattr(lib, name)(lib.to_tensor(x), t), [y], (name, shape), TOLERANCE[dtype])  # noqa: B023


def test_rows_and_sums_of_several():
    rng = np.random.default_rng(3)
    for _ in range(CONFIGURATIONS):
        shape = (int(rng.integers(1, 5)), int(rng.integers(1, 4)))
        arrays = [rng.standard_normal(shape) for _ in range(int(rng.integers(2, 4)))]
        index = rng.integers(0, len(arrays), (shape[0], 1)).astype("int32")
        compare(lambda lib, *t: lib.add_n(list(t)), arrays, shape, 1e-12)
        compare(lambda lib, *t: lib.multiplex(list(t), lib.to_tensor(index)), arrays, shape, 0)  # noqa: B023


def test_counts():
    rng = np.random.default_rng(4)
    for _ in range(40):
        x = rng.standard_normal(rng.integers(1, 30)).astype("float32")
        bins, (low, high) = int(rng.integers(1, 12)), np.sort(rng.standard_normal(2)).tolist()
        weight = rng.uniform(size=x.shape).astype("float32")
        for arguments in [
            (bins,),
            (bins, low, high),
            (bins, low, high, weight),
            (bins, -3, 3, weight, True),
            (bins, -3, 3, None, True),
        ]:
            both = []
            for lib in (pa, paddle):
                given = [lib.to_tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
                both.append(lib.histogram(lib.to_tensor(x), *given).numpy())
            assert both[0].dtype == both[1].dtype
            np.testing.assert_allclose(*both, rtol=1e-5)
        edges = [lib.histogram_bin_edges(lib.to_tensor(x), bins).numpy() for lib in (pa, paddle)]
        np.testing.assert_allclose(*edges, rtol=1e-5, atol=1e-6)
        n = rng.integers(0, 9, x.shape)
        for w in (None, weight, weight.astype("float64")):
            both = [
                lib.bincount(lib.to_tensor(n), None if w is None else lib.to_tensor(w), 4).numpy()
                for lib in (pa, paddle)
            ]
            assert both[0].dtype == both[1].dtype
            np.testing.assert_allclose(*both, rtol=1e-6)


def test_shapes_and_sizes():
    for shapes in ([[2, 1, 3], [4, 1]], [[], [3]], [[0], [1]], [[5]]):
        assert pa.broadcast_shapes(*shapes) == paddle.broadcast_shapes(*shapes)
    assert pa.broadcast_shape([2, 1], [1, 4]) == paddle.broadcast_shape([2, 1], [1, 4])
    for lib in (pa, paddle):
        assert (lib.numel(lib.ones([2, 3]) if lib is paddle else pa.to_tensor(np.ones((2, 3)))).item()) == 6
        x = lib.to_tensor([1.0])
        assert lib.increment(x, 2.0) is x
        assert x.item() == 3.0
