"""Making, shaping, joining, cutting and picking beside the real Paddle, over random shapes. A line per function."""

import inspect
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa
from paramattr import tensor

CONFIGURATIONS = 12
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
MODULES = (
    "attribute", "axes", "conversion", "creation", "diagonals", "gathering", "joining", "manipulation", "masking",
    "ranges", "repetition", "scattering", "slicing", "splitting",
)  # fmt: skip
NAMES = [name for name, home in tensor.HOMES.items() if home in MODULES]
# Written in C++, or wrapped so that the names of the arguments are hidden.
UNSIGNED = {"to", "cpu", "contiguous", "copy_", "scatter_"}


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


def arguments(function):
    return [(name, p.default, p.kind) for name, p in inspect.signature(function).parameters.items()]


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNSIGNED])
def test_signatures_are_those_of_paddle(name):
    theirs = getattr(paddle, name, None)
    if theirs is None:  # a method alone, of what Paddle calls self
        assert arguments(getattr(pa.Tensor, name))[1:] == arguments(getattr(paddle.Tensor, name))[1:]
        return
    ours = arguments(getattr(pa, name))
    if name.startswith("atleast"):
        assert [key for key, _, _ in ours] == ["inputs", "name"]
        return
    assert ours == arguments(theirs)


def test_in_place_forms_are_those_of_paddle():
    ours = {name for name in NAMES if name.endswith("_")}
    assert ours == {f"{name}_" for name in NAMES if hasattr(paddle.Tensor, f"{name}_")} | {
        name for name in ours if hasattr(paddle.Tensor, name)
    }


def shape(rng, low=1, high=4, least=1):
    return rng.integers(least, 5, rng.integers(low, high)).tolist()


def perm(rng, x):
    return rng.permutation(x.ndim).tolist()


def axis(rng, x):
    return int(rng.integers(-x.ndim, x.ndim))


def axes(rng, x):
    return rng.permutation(x.ndim)[: rng.integers(1, x.ndim + 1)].tolist()


# Places count from 0: in the gradients of index_select and put_along_axis, Paddle writes outside of its memory for others.
def index(rng, size, count=None, negative=False):
    return rng.integers(-size if negative else 0, size, count or rng.integers(1, 6))


def bounds(rng, x, steps=False):
    chosen = axes(rng, x)
    numbers = [rng.integers(-5, 6, len(chosen)).tolist() for _ in range(2)]
    strides = rng.choice([-2, -1, 1, 2, 3], len(chosen)).tolist()
    return (chosen, *numbers, strides) if steps else (chosen, *numbers)


def factors(rng, x):
    k = axis(rng, x)
    return (k, [1, -1, 1]) if x.shape[k] % 2 else (k, [2, -1])


def sections(rng, size):
    first = int(rng.integers(0, size + 1))
    return [[first, size - first], [first, -1], size, 1][rng.integers(4)]


def T(lib, array):  # noqa: N802
    return lib.to_tensor(array)


def unary(call, low=1, high=4, least=1):
    """A function of one array, whose settings ``call(rng, x)`` makes a function of a library and a tensor."""

    def make(rng):
        x = rng.standard_normal(shape(rng, low, high, least))
        return call(rng, x), [x]

    return make


def along(rng, x, k, count=None):
    sizes = list(x.shape)
    sizes[k] = count or int(rng.integers(1, 5))
    return rng.integers(0, x.shape[k], sizes)


def distinct(rng, x, k):
    """Places along an axis, each once."""
    return np.argsort(rng.random(x.shape), axis=k)[
        tuple(slice(None) if j != k else slice(0, rng.integers(1, n + 1)) for j, n in enumerate(x.shape))
    ]


def put(how, include=True):
    def make(rng):
        x = rng.standard_normal(shape(rng))
        k = axis(rng, x)
        places = distinct(rng, x, k % x.ndim) if how == "assign" else along(rng, x, k)
        call = lambda lib, t, v: lib.put_along_axis(t, T(lib, places), v, k, how, include)  # noqa: E731
        return call, [x, rng.standard_normal(places.shape)]

    return make


def reduced(how, include):
    def make(rng):
        x = rng.standard_normal(shape(rng))
        k = axis(rng, x)
        places = along(rng, x, k)
        call = lambda lib, t, v: lib.scatter_reduce(t, k, T(lib, places), v, how, include_self=include)  # noqa: E731
        return call, [x, rng.standard_normal(places.shape)]

    return make


def with_value(call, value):
    def make(rng):
        x = rng.standard_normal(shape(rng))
        settings, sizes = value(rng, x)
        return (lambda lib, t, v: call(lib, t, v, settings)), [x, rng.standard_normal(sizes)]

    return make


def rows(rng, x, once=True):
    places = rng.permutation(x.shape[0])[: rng.integers(1, x.shape[0] + 1)] if once else index(rng, x.shape[0])
    return places, (len(places), *x.shape[1:])


def at_axis(rng, x):
    k = axis(rng, x)
    places, sizes = index(rng, x.shape[k]), list(x.shape)
    sizes[k] = len(places)
    return (k, places), sizes


def nd(rng, x):
    depth = int(rng.integers(1, x.ndim + 1))
    lead = shape(rng, 1, 3)
    places = np.stack([rng.integers(-n, n, lead) for n in x.shape[:depth]], -1)
    return places, (*lead, *x.shape[depth:])


def lists(call, same=True, low=1, high=4, count=None):
    def make(rng):
        sizes = shape(rng, low, high)
        return call, [rng.standard_normal(sizes) for _ in range(count or rng.integers(1, 4))]

    return make


def joined(rng):
    sizes = shape(rng)
    k = int(rng.integers(-len(sizes), len(sizes)))
    arrays = []
    for _ in range(rng.integers(1, 4)):
        sizes[k] = int(rng.integers(0, 4))
        arrays.append(rng.standard_normal(sizes))
    return (lambda lib, *x: lib.concat(x, k)), arrays


def vectors(call, low=0, high=2):
    def make(rng):
        return call, [rng.standard_normal(shape(rng, low, high)) for _ in range(rng.integers(1, 4))]

    return make


def masked(rng, x):
    return rng.random(x.shape if rng.integers(2) else x.shape[-1:]) < 0.5, ()


def diagonal_of(rng, x):
    one, other = rng.permutation(x.ndim)[:2].tolist()
    offset = int(rng.integers(-2, 3))
    return (offset, one, other), np.diagonal(x, offset, one, other).shape


def matrices(call, value=None, low=2):
    def make(rng):
        x = rng.standard_normal(shape(rng, low, 5))
        if value is None:
            settings = diagonal_of(rng, x)[0]
            return (lambda lib, t: call(lib, t, *settings)), [x]
        settings, sizes = value(rng, x)
        while 0 in sizes:
            settings, sizes = value(rng, x)
        return (lambda lib, t, v: call(lib, t, v, *settings)), [x, rng.standard_normal(sizes)]

    return make


def repeated(rng, x):
    new = rng.integers(1, 4, rng.integers(0, 3)).tolist()
    wanted = [*new, *(int(rng.integers(1, 4)) if n == 1 else n for n in x.shape)]
    return wanted[: len(new)] + [-1 if rng.integers(2) and n > 1 else n for n in wanted[len(new) :]]


def cropped(rng, x):
    offsets = [int(rng.integers(0, n)) for n in x.shape]
    sizes = [int(rng.integers(1, n - k + 1)) for n, k in zip(x.shape, offsets, strict=True)]
    return [-1 if rng.integers(3) == 0 else n for n in sizes], offsets


def narrowed(rng, x):
    k = axis(rng, x)
    first = int(rng.integers(0, x.shape[k]))
    return k, first - (x.shape[k] if rng.integers(2) else 0), int(rng.integers(0, x.shape[k] - first + 1))


def windows(rng, x):
    k = axis(rng, x)
    return k, int(rng.integers(1, x.shape[k] + 1)), int(rng.integers(1, 3))


def smaller(rng, x):
    cut = int(rng.integers(0, x.ndim))
    return [1 if rng.integers(2) else n for n in x.shape[cut:]]


def picked(rng, x):
    k = axis(rng, x)
    return k, index(rng, x.shape[k])


def call(name, settings=lambda rng, x: (), tensors=(), **kwargs):
    """The function ``name`` of one array and settings, of which those at the places ``tensors`` are tensors."""

    def make(rng, x):
        given = settings(rng, x)
        given = given if isinstance(given, tuple) else (given,)
        return lambda lib, t: getattr(lib, name)(t, *(T(lib, a) if k in tensors else a for k, a in enumerate(given)))

    return unary(make, **kwargs)


CASES = {
    "t": call("t", high=3), "transpose": call("transpose", perm), "permute": call("permute", perm),
    "swapaxes": call("swapaxes", perm), "swapaxes of two": call("swapaxes", lambda rng, x: (axis(rng, x), axis(rng, x))),
    "moveaxis": call("moveaxis", lambda rng, x: (a := axes(rng, x), rng.permutation(x.ndim)[: len(a)].tolist())),
    "moveaxis of one": call("moveaxis", lambda rng, x: (axis(rng, x), axis(rng, x))),
    "flip": call("flip", axes), "reverse": call("reverse", axis),
    "roll": call("roll", lambda rng, x: (int(rng.integers(-6, 7)), None if rng.integers(2) else axis(rng, x))),
    "roll of axes": call("roll", lambda rng, x: (rng.integers(-6, 7, len(a := axes(rng, x))).tolist(), a)),
    "rot90": call("rot90", lambda rng, x: (int(rng.integers(-5, 6)), rng.permutation(x.ndim)[:2].tolist()), low=2),
    "reshape": call("reshape", lambda rng, x: [*rng.permutation(x.shape).tolist()[:-1], -1]),
    "reshape by a tensor": call("reshape", lambda rng, x: np.array([x.size, 1]), tensors=[0]),
    "flatten": call("flatten", lambda rng, x: tuple(sorted(rng.integers(0, x.ndim, 2).tolist()))), "ravel": call("ravel"),
    "unflatten": call("unflatten", factors), "view": call("view", lambda rng, x: [x.size]),
    "squeeze": call("squeeze", lambda rng, x: [None, axis(rng, x), axes(rng, x)][rng.integers(3)]),
    "unsqueeze": call("unsqueeze", lambda rng, x: [0, -1, [0, 2], [-1, -1], [0, -2]][rng.integers(5)]),
    "atleast_1d": call("atleast_1d", low=0), "atleast_2d": call("atleast_2d", low=0),
    "atleast_3d": call("atleast_3d", low=0),
    "cast": lambda rng: ((lambda lib, t: lib.cast(t, "float64")), [rng.standard_normal(shape(rng))]),
    "clone": call("clone"), "assign": call("assign"),
    "expand": call("expand", repeated), "broadcast_to": call("broadcast_to", repeated),
    "tile": call("tile", lambda rng, x: rng.integers(1, 4, rng.integers(1, 5)).tolist()),
    "repeat_interleave": call("repeat_interleave", lambda rng, x: (int(rng.integers(1, 4)), axis(rng, x))),
    "repeat_interleave, flat": call("repeat_interleave", lambda rng, x: int(rng.integers(1, 4))),
    "repeat_interleave by tensor": call(
        "repeat_interleave", lambda rng, x: (rng.integers(0, 3, x.shape[k := axis(rng, x)]) + (k > 9), k), tensors=[0]
    ),
    "reduce_as": call("reduce_as", lambda rng, x: np.ones(smaller(rng, x)), tensors=[0]),
    "slice": call("slice", bounds), "strided_slice": call("strided_slice", lambda rng, x: bounds(rng, x, True)),
    "crop": call("crop", cropped), "narrow": call("narrow", narrowed), "unfold": call("unfold", windows),
    "as_strided": call("as_strided", lambda rng, x: ([2, 2], [1, 2], 0), low=2, least=3),
    "gather": call("gather", lambda rng, x: (index(rng, x.shape[k := axis(rng, x)], negative=True), k), tensors=[0]),
    "gather of one": call("gather", lambda rng, x: (np.array(x.shape[0] - 1), 0), tensors=[0], low=2),
    "gather_nd": call("gather_nd", lambda rng, x: nd(rng, x)[0], tensors=[0]),
    "index_select": call("index_select", lambda rng, x: picked(rng, x)[::-1], tensors=[0]),
    "index_sample": call("index_sample", lambda rng, x: rng.integers(0, x.shape[1], x.shape), [0], low=2, high=3),
    "take": call("take", lambda rng, x: (rng.integers(0, x.size, (2, 3)), "raise"), tensors=[0]),
    "take, wrap": call("take", lambda rng, x: (rng.integers(-99, 99, (2, 3)), "wrap"), tensors=[0]),
    "take, clip": call("take", lambda rng, x: (rng.integers(-99, 99, (2, 3)), "clip"), tensors=[0]),
    "take_along_axis": call("take_along_axis", lambda rng, x: (along(rng, x, k := axis(rng, x)), k), tensors=[0]),
    "take_along_axis, repeated": call(
        "take_along_axis", lambda rng, x: (index(rng, x.shape[-1]).reshape((1,) * (x.ndim - 1) + (-1,)), -1), tensors=[0]
    ),
    "take_along_axis, not repeated": call(
        "take_along_axis",
        lambda rng, x: (index(rng, x.shape[-1]).reshape((1,) * (x.ndim - 1) + (-1,)), -1, False), tensors=[0],
    ),
    "masked_select": call("masked_select", lambda rng, x: (rng.random(x.shape) < 0.7) | (np.arange(x.shape[-1]) == 0), [0]),
    "masked_fill": call("masked_fill", lambda rng, x: (masked(rng, x)[0], 1.5), tensors=[0]),
    "index_fill": call("index_fill", lambda rng, x: (*picked(rng, x)[::-1], 1.5), tensors=[0]),
    "tril": call("tril", lambda rng, x: int(rng.integers(-3, 4)), low=2),
    "triu": call("triu", lambda rng, x: int(rng.integers(-3, 4)), low=2),
    "diag": call("diag", lambda rng, x: (int(rng.integers(-1, 1)), 2.0 if x.ndim == 1 else 0), high=3),
    "diagflat": call("diagflat", lambda rng, x: int(rng.integers(-2, 3))),
    "diag_embed": call("diag_embed", lambda rng, x: (int(rng.integers(-2, 3)), *rng.permutation(x.ndim + 1)[:2].tolist())),
    "diagonal": call("diagonal", lambda rng, x: (0, *rng.permutation(x.ndim)[:2].tolist()), low=2),
    "diagonal, off": call("diagonal", lambda rng, x: (-1, *rng.permutation(x.ndim)[:2].tolist()), low=2, least=2),
    "vander": call("vander", lambda rng, x: (int(rng.integers(1, 5)), bool(rng.integers(2))), high=2),
    "combinations": call("combinations", lambda rng, x: (2, bool(rng.integers(2))), high=2, least=2),
    "concat": joined, "stack": lists(lambda lib, *x: lib.stack(x, -1)),
    "hstack": lists(lambda lib, *x: lib.hstack(x), low=0),
    "vstack": lists(lambda lib, *x: lib.vstack(x), low=0), "dstack": lists(lambda lib, *x: lib.dstack(x), low=0),
    "row_stack": lists(lambda lib, *x: lib.row_stack(x), low=0),
    "column_stack": lists(lambda lib, *x: lib.column_stack(x), low=0),
    "block_diag": vectors(lambda lib, *x: lib.block_diag(list(x)), high=3),
    "cartesian_prod": vectors(lambda lib, *x: lib.cartesian_prod(list(x)), low=1),
    "meshgrid": vectors(lambda lib, *x: lib.meshgrid(*x)), "meshgrid, xy": vectors(
        lambda lib, *x: lib.meshgrid(*x, indexing="xy"), low=1
    ),
    "broadcast_tensors": lambda rng: (
        lambda lib, *x: lib.broadcast_tensors(list(x)), [rng.standard_normal(3), rng.standard_normal((2, 1))],
    ),
    "expand_as": lambda rng: (
        lambda lib, x, y: lib.expand_as(x, y) + y, [rng.standard_normal(3), rng.standard_normal((2, 3))],
    ),
    "split": call("split", lambda rng, x: (sections(rng, x.shape[k := axis(rng, x)]), k)),
    "chunk": call("chunk", lambda rng, x: (x.shape[k := axis(rng, x)], k)),
    "tensor_split": call("tensor_split", lambda rng, x: (int(rng.integers(1, 6)), axis(rng, x))),
    "tensor_split at": call("tensor_split", lambda rng, x: (rng.integers(0, x.shape[0] + 1, 2).tolist(), 0)),
    "hsplit": call("hsplit", lambda rng, x: int(rng.integers(1, 4))), "vsplit": call("vsplit", lambda rng, x: 2, low=2),
    "dsplit": call("dsplit", lambda rng, x: [1], low=3), "unbind": call("unbind", axis), "unstack": call("unstack", axis),
    "put_along_axis": put("assign"), "put_along_axis, add": put("add"), "put_along_axis, mul": put("mul"),
    "put_along_axis, mean": put("mean"), "put_along_axis, amin": put("amin"), "put_along_axis, amax": put("amax"),
    "put_along_axis, add alone": put("add", False), "put_along_axis, mean alone": put("mean", False),
    "put_along_axis, amin alone": put("amin", False), "put_along_axis, mul alone": put("mul", False),
    "scatter_reduce": reduced("sum", True), "scatter_reduce, prod": reduced("prod", True),
    "scatter_add": with_value(
        lambda lib, t, v, s: lib.scatter_add(t, s[1], T(lib, s[0]), v),
        lambda rng, x: ((places := along(rng, x, k := axis(rng, x)), k), places.shape),
    ),
    "scatter": with_value(lambda lib, t, v, s: lib.scatter(t, T(lib, s), v), rows),
    "scatter, added": with_value(
        lambda lib, t, v, s: lib.scatter(t, T(lib, s), v, False), lambda rng, x: rows(rng, x, False)
    ),
    "scatter_nd_add": with_value(lambda lib, t, v, s: lib.scatter_nd_add(t, T(lib, s), v), nd),
    "scatter_nd": with_value(
        lambda lib, t, v, s: lib.scatter_nd(T(lib, s[0]), v, s[1]) + t,
        lambda rng, x: (((places := nd(rng, x))[0], list(x.shape)), places[1]),
    ),
    "index_add": with_value(lambda lib, t, v, s: lib.index_add(t, T(lib, s[1]), s[0], v), at_axis),
    "index_put": with_value(lambda lib, t, v, s: lib.index_put(t, (T(lib, s),), v), rows),
    "index_put, added": with_value(
        lambda lib, t, v, s: lib.index_put(t, (T(lib, s),), v, True), lambda rng, x: rows(rng, x, False)
    ),
    "masked_fill by a tensor": with_value(lambda lib, t, v, s: lib.masked_fill(t, T(lib, s), v), masked),
    "masked_scatter": with_value(
        lambda lib, t, v, s: lib.masked_scatter(t, T(lib, s), v), lambda rng, x: (masked(rng, x)[0], x.shape)
    ),
    "select_scatter": with_value(
        lambda lib, t, v, s: lib.select_scatter(t, v, *s),
        lambda rng, x: ((k := axis(rng, x), int(rng.integers(0, x.shape[k]))), np.delete(x.shape, k)),
    ),
    "slice_scatter": with_value(
        lambda lib, t, v, s: lib.slice_scatter(t, v, [0], [0], [9], [s]),
        lambda rng, x: (s := int(rng.integers(1, 3)), x[::s].shape),
    ),
    "diagonal_scatter": matrices(lambda lib, t, v, *s: lib.diagonal_scatter(t, v, *s), diagonal_of),
    "fill_diagonal_tensor": matrices(lambda lib, t, v, *s: t.fill_diagonal_tensor(v, *s), diagonal_of),
    "copy_": with_value(lambda lib, t, v, s: (t * 1.0).copy_(v), lambda rng, x: (0, x.shape)),
}  # fmt: skip


# Where Paddle has no gradient, or a wrong one, of some inputs: those whose gradients are compared. A place that lies in
# several windows gets the gradient of one there, replaced values and a grid of one axis get none, and copy_ keeps the old.
COMPARED = {
    "unfold": (), "diag_embed": (), "copy_": (), "meshgrid": (), "meshgrid, xy": (), "masked_fill by a tensor": (0,),
    "diagonal_scatter": (0,), "fill_diagonal_tensor": (0,),
}  # fmt: skip


def outcome(lib, function, arrays, cotangents):
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = function(lib, *inputs)
    values = list(value) if isinstance(value, (list, tuple)) else [value]
    if cotangents is None:
        rng = np.random.default_rng(1)
        cotangents = [rng.standard_normal(v.shape).astype(v.numpy().dtype) for v in values]
    total = sum(
        ((v * lib.to_tensor(c)).sum() for v, c in zip(values, cotangents, strict=True)), lib.zeros([], values[0].dtype)
    )
    total.backward()
    zero = [np.zeros_like(array) for array in arrays]
    gradients = [z if t.grad is None else t.grad.numpy() for t, z in zip(inputs, zero, strict=True)]
    return [v.numpy() for v in values], gradients, cotangents


def values_of(function, arrays):
    value = function(paddle, *map(paddle.to_tensor, arrays))
    return [v.numpy() for v in (value if isinstance(value, (list, tuple)) else [value])]


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients_are_those_of_paddle(name, dtype):
    rng = np.random.default_rng(sum(map(ord, name)))
    for _ in range(CONFIGURATIONS):
        function, arrays = CASES[name](rng)
        arrays = [np.asarray(array).astype(dtype) for array in arrays]
        state = rng.bit_generator.state
        kept = COMPARED.get(name, range(len(arrays)))
        expected, gradients, cotangents = (
            outcome(paddle, function, arrays, None) if kept else (values_of(function, arrays), [], None)
        )
        rng.bit_generator.state = state
        found, ours, _ = outcome(pa, function, arrays, cotangents)
        ours, gradients = ([part[k] for k in kept] for part in (ours, gradients))
        what = f"{name} of {[a.shape for a in arrays]}"
        assert len(found) == len(expected), what
        for one, other in zip([*found, *ours], [*expected, *gradients], strict=True):
            assert one.shape == other.shape, what
            assert one.dtype == other.dtype, what
            atol = TOLERANCE[dtype] * max(float(np.abs(other).max(initial=0.0)), 1e-30)
            np.testing.assert_allclose(one, other, rtol=0, atol=atol, err_msg=what)
