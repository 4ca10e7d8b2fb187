"""Calls in the manner of PyTorch that Paddle takes: second names of arguments, sizes one by one, another order.

Which there are is read from the source of the installed Paddle; those of the functions it has in C++ stand in a table.
"""

import ast
import inspect
import warnings
from pathlib import Path

import numpy as np
import paddle
import pytest

import paramattr as pa

ROOT = Path(paddle.__file__).parent
INPUT, OTHER, DIM = {"input": "x"}, {"other": "y"}, {"dim": "axis"}
# What the decorators that are written for one function do. None: it changes no names.
DECORATORS = {
    "softmax_param_alias": INPUT | DIM,
    "lp_pool_function_decorator": INPUT,
    "lp_pool_layer_decorator": None,
    "tensor_split_decorator": INPUT
    | DIM
    | dict.fromkeys(["indices_or_sections", "indices", "sections"], "num_or_indices"),
    "size_args_decorator": {"size": "shape"},
    "VariableArgsDecorator": None,
    "view_decorator": {"dtype": "shape_or_dtype", "size": "shape_or_dtype"},
    "reshape_decorator": INPUT,
    "transpose_decorator": INPUT,
    "expand_decorator": INPUT | {"size": "shape"},
    "index_select_decorator": INPUT | DIM,
    "sum_decorator": INPUT | DIM,
    "floor_divide_decorator": INPUT | OTHER,
    "index_add_decorator": INPUT | DIM | {"source": "value"},
    "legacy_reduction_decorator": None,
    "legacy_reduction_special_decorator": None,
    "ForbidKeywordsDecorator": None,
    "ForbidKeywordsIgnoreOneParamDecorator": None,
    "SizeArgsDecorator": {"size": "shape"},
    "size_args_decorator_patch": None,
}
# Of the functions in C++, which have no source here: names, and the functions that take them.
IN_C = {
    "input=x": (
        "abs acos acosh all amax amin any argmax argmin asin atanh bmm ceil cos cosh diagonal dot exp expand_as expm1 floor"
        " greater_than index_put isclose isfinite isinf isnan log log10 log1p log2 logical_and logical_not logical_or"
        " logical_xor logsumexp matmul maximum minimum multiply roll round rsqrt sigmoid sign sin sinh sqrt sum tanh tril"
        " triu nn.functional.gelu nn.functional.grid_sample nn.functional.softplus"
    ),
    "other=y": "expand_as greater_than isclose logical_and logical_or logical_xor matmul maximum minimum multiply",
    "dim=axis": "all amax amin any argmax argmin logsumexp sum",
    "dims=axis": "roll",
    "keepdims=keepdim": "argmax argmin",
    "mat2=y": "bmm",
    "tensor=y": "dot",
    "dim1=axis1": "diagonal",
    "dim2=axis2": "diagonal",
    "values=value": "index_put",
}
# Names of Paddle that functions with arguments of their own for PyTorch's calls have.
IN_BODIES = {"input=x": "nn.functional.interpolate nn.functional.group_norm", "eps=epsilon": "nn.functional.group_norm"}


def renamed(decorator):
    """The second names that a decorator gives, each with the first; None if it gives none."""
    name = ast.unparse(decorator.func if isinstance(decorator, ast.Call) else decorator)
    if name == "ParamAliasDecorator":
        return {other: first for first, others in ast.literal_eval(decorator.args[0]).items() for other in others}
    if name.startswith(("param_one_alias", "param_two_alias")):
        pairs = [ast.literal_eval(argument) for argument in decorator.args]
        return {other: first for first, other in pairs[: 1 if name == "param_one_alias" else 2]}
    return DECORATORS[name]


def known():
    """The names of the decorators of Paddle's module for them."""
    body = ast.parse((ROOT / "utils/decorator_utils.py").read_text()).body
    return {node.name for node in body if isinstance(node, (ast.FunctionDef, ast.ClassDef))} - {"DecoratorBase"}


def decorated(body, names, prefix=""):
    """The functions and methods in a body with a decorator of ``names``, and what it does."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from decorated(node.body, names, f"{prefix}{node.name}.")
        elif isinstance(node, ast.FunctionDef):
            for decorator in node.decorator_list:
                called = decorator.func if isinstance(decorator, ast.Call) else decorator
                if ast.unparse(called) in names:
                    yield prefix + node.name, renamed(decorator)


def found():
    """All functions and methods of Paddle with second names that are here too: where, and the names."""
    names = known()
    table = {}
    places = [
        ("tensor/*.py", ["", "linalg", "Tensor"]),
        ("nn/functional/*.py", ["nn.functional"]),
        ("nn/layer/*.py", ["nn"]),
    ]
    for pattern, homes in [*places, ("framework/dtype.py", [""])]:
        for path in sorted(ROOT.glob(pattern)):
            if path.name == "compat_softmax.py":  # paddle.compat
                continue
            for name, second in decorated(ast.parse(path.read_text()).body, names):
                place = next((p for p in (f"{h}.{name}".strip(".") for h in homes) if both(p)), None)
                if second and place:
                    table.setdefault(place, {}).update(second)
    for spec, functions in [*IN_C.items(), *IN_BODIES.items()]:
        other, first = spec.split("=")
        for name in functions.split():
            table.setdefault(name, {})[other] = first
    return table


def at(library, path):
    for part in path.split("."):
        library = getattr(library, part)
    return library


def both(path):
    try:
        return at(paddle, path) is not None and at(pa, path) is not None
    except AttributeError:
        return False


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    NAMES = found()
FUNCTIONS = [path for path in NAMES if path.startswith(("nn.functional.", "linalg.", "Tensor.")) or "." not in path]
METHODS = sorted(NAMES.keys() - {*FUNCTIONS})


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def real(*shape, low=0.1, high=0.9):
    """Numbers in the domain of every function: a line per element, in a fixed order that is not sorted."""
    return np.random.default_rng([*shape, 3]).permutation(np.linspace(low, high, int(np.prod(shape)))).reshape(shape)


# Values of arguments by name, in Paddle's names, and by function where those do not fit. Arrays become tensors.
VALUES = {
    "x": real(2, 3, 4), "y": real(2, 3, 4) + 0.5, "arr": real(2, 3, 4), "axis": 1, "shape": [2, 3], "fill_value": 2.0,
    "num_or_indices": 2, "chunks": 2, "repeats": 2, "index": np.array([1, 0]), "threshold": 0.2, "epsilon": 1e-3, "p": 2.0,
    "start_axis": 1, "stop_axis": -1, "dtype": "float64", "weight": None, "num_rows": 3, "num_columns": 2, "keepdim": True,
    "axis1": 0, "axis2": 1, "output_size": 2, "return_mask": True, "norm_type": 2.0, "kernel_size": 2, "k": 2, "q": 0.3,
    "condition": real(2, 3, 4) > 0.5, "mask": real(2, 3, 4) > 0.5, "num_classes": 5, "value": real(2, 2, 4),
    "start": 0, "stop": 3, "num": 4, "min": 0.3, "num_samples": 2, "shifts": 1, "repeat_times": [2, 1],
    "max": 0.8, "lam": 2.0, "input": real(2, 3, 4),
}  # fmt: skip
WHOLE = np.array([[3, 6], [4, 9]])
PER_FUNCTION = {
    "acosh": {"x": real(2, 3) + 1},
    "bitwise_or": {"x": WHOLE, "y": WHOLE[::-1].copy()},
    "bmm": {"y": real(2, 4, 3)},
    "bucketize": {"sorted_sequence": np.array([0.2, 0.5])},
    "broadcast_to": {"shape": [2, 2, 3, 4]},
    "concat": {"x": [real(2, 3), real(2, 3) + 1]},
    "chunk": {"axis": 2},
    "cross": {"x": real(2, 3, 4), "y": real(2, 3, 4)},
    "dot": {"x": real(5), "y": real(5)},
    "cumprod": {"dim": 1},
    "expand": {"shape": [2, 2, 3, 4]},
    "finfo": {"dtype": "float32"},
    "gcd": {"x": WHOLE, "y": WHOLE[::-1].copy()},
    "index_put": {"indices": (np.array([1, 0]),), "value": real(2, 3, 4)},
    "isin": {"x": WHOLE, "test_x": np.array([3, 9])},
    "lcm": {"x": WHOLE, "y": WHOLE[::-1].copy()},
    "matmul": {"y": real(2, 4, 3)},
    "masked_select": {},
    "multinomial": {"x": np.array([0.0, 1.0]), "num_samples": 1},
    "nonzero": {"x": WHOLE},
    "normal": {"mean": 0.0, "std": 1.0},
    "outer": {"x": real(3), "y": real(4)},
    "pow": {"y": 2.0},
    "reshape": {"shape": [4, -1]},
    "searchsorted": {"sorted_sequence": np.array([0.2, 0.5]), "values": real(3)},
    "stack": {"x": [real(2, 3), real(2, 3) + 1]},
    "solve": {"x": real(3, 3) + 2 * np.eye(3), "y": real(3, 2)},
    "take_along_axis": {"indices": np.array([[[1, 0, 1, 0]]])},
    "topk": {"axis": 1},
    "transpose": {"perm": [2, 0, 1]},
    "unfold": {"size": 2, "step": 2},
    "unflatten": {"axis": 2, "shape": [2, 2]},
    "unique_consecutive": {"x": WHOLE},
    "unsqueeze": {"axis": 1},
    "view": {"shape_or_dtype": [4, 6]},
    "where": {"condition": real(2, 3, 4) > 0.5},
    "nn.functional.adaptive_avg_pool2d": {"x": real(1, 2, 4, 4)},
    "nn.functional.adaptive_avg_pool3d": {"x": real(1, 2, 4, 4, 4)},
    "nn.functional.adaptive_max_pool2d": {"x": real(1, 2, 4, 4)},
    "nn.functional.adaptive_max_pool3d": {"x": real(1, 2, 4, 4, 4)},
    "nn.functional.conv1d": {"weight": real(2, 3, 2)},
    "nn.functional.conv2d": {"x": real(1, 2, 4, 4), "weight": real(2, 2, 2, 2)},
    "nn.functional.conv3d": {"x": real(1, 2, 3, 3, 3), "weight": real(2, 2, 2, 2, 2)},
    "nn.functional.cosine_similarity": {"x1": real(2, 3, 4), "x2": real(2, 3, 4)[::-1].copy()},
    "nn.functional.cross_entropy": {"input": real(2, 3), "label": np.array([1, 0])},
    "nn.functional.dropout": {"p": 0.0},
    "nn.functional.embedding": {"x": np.array([1, 0]), "weight": real(3, 2)},
    "nn.functional.fold": {
        "x": real(1, 8, 4), "output_sizes": [3, 3], "kernel_sizes": 2, "strides": 1, "paddings": 0, "dilations": 1,
    },
    "nn.functional.glu": {"axis": 2},
    "nn.functional.grid_sample": {"x": real(1, 2, 3, 3), "grid": real(1, 2, 2, 2)},
    "nn.functional.group_norm": {"num_groups": 1},
    "nn.functional.interpolate": {"size": [7], "mode": "linear"},
    "nn.functional.layer_norm": {"normalized_shape": [4]},
    "nn.functional.lp_pool2d": {"x": real(1, 2, 4, 4)},
    "nn.functional.normalize": {"axis": 2, "epsilon": 1e-12},
    "nn.functional.one_hot": {"x": np.array([1, 0])},
    "nn.functional.pad": {"pad": [1, 1]},
}  # fmt: skip
RANDOM = {"rand", "randn", "normal", "randn_like", "empty", "empty_like", "Tensor.uniform_", "Tensor.exponential_"}


def base(path):
    """The function whose arguments are those of one at ``path``, which may change its first in place."""
    return path.removeprefix("Tensor.").removeprefix("linalg.").removesuffix("_")


def required(path):
    """The arguments of a function that have no default."""
    parameters = inspect.signature(at(pa, path)).parameters.values()
    return [one.name for one in parameters if one.default is one.empty]


def arguments(path):
    """What a function is called with: what it needs, and what has a second name."""
    own = PER_FUNCTION.get(base(path), {})
    values, wanted = VALUES | own, {*required(path), *NAMES[path].values(), *own}
    return {name: values[name] for name in wanted if name in values}


def tensors(library, value, constant=False):
    if isinstance(value, np.ndarray):
        return library.to_tensor(value, stop_gradient=constant or value.dtype.kind != "f")
    if isinstance(value, (tuple, list)):
        return type(value)(tensors(library, part, constant) for part in value)
    return value


def outcome(library, path, given):
    """The values and, of the first, the gradients of all inputs."""
    given = {name: tensors(library, value, path.endswith("_")) for name, value in given.items()}
    result = at(library, path)(**given)
    return [*parts(result, path), *gradients(result, given.values())]


def parts(result, path=""):
    results = result if isinstance(result, (list, tuple)) else [result]
    arrays = [np.asarray(one.numpy() if hasattr(one, "numpy") else getattr(one, "bits", one)) for one in results]
    return [np.zeros_like(array) if path in RANDOM else array for array in arrays]


def gradients(result, inputs):
    first = result[0] if isinstance(result, (list, tuple)) else result
    if getattr(first, "stop_gradient", True) or "float" not in str(first.dtype):
        return []
    (first * first).sum().backward()
    grads = [getattr(one, "grad", None) for one in inputs]
    return [grad.numpy() for grad in grads if grad is not None]


def same(ours, theirs):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert one.shape == other.shape
        scale = max(1.0, float(np.abs(other.astype(np.float64)).max(initial=0.0)))
        np.testing.assert_allclose(one.astype(np.float64), other.astype(np.float64), rtol=0, atol=1e-6 * scale)


def test_every_decorator_is_known():
    aliases = {"ParamAliasDecorator", "SetDefaultParaAliasDecorator"}
    assert {name for name in known() if "decorator" in name.lower()} - aliases <= DECORATORS.keys()
    assert len(FUNCTIONS) > 150


@pytest.mark.parametrize("path", FUNCTIONS)
def test_second_names_of_functions_are_those_of_paddle(path):
    given = arguments(path)
    assert given.keys() >= {*NAMES[path].values()}
    plain = outcome(paddle, path, given)
    for other, first in NAMES[path].items():
        call = {other if name == first else name: value for name, value in given.items()}
        found = outcome(pa, path, call)
        same(found, outcome(paddle, path, call))
        if path != "median":
            same(found, plain)
        with pytest.raises(TypeError, match=r"received both|unexpected keyword"):
            outcome(pa, path, call | {first: given[first]})


def along_one(lib, x):
    return x[:, :2, :1].astype("int64")


# Calls on a tensor of shape [2, 3, 4], a line each.
CALLS = {
    "reshape": lambda lib, x: x.reshape(4, 6),
    "reshape a function": lambda lib, x: lib.reshape(x, 4, -1),
    "reshape one": lambda lib, x: x.reshape(-1),
    "view": lambda lib, x: x.view(4, 6),
    "view one": lambda lib, x: x.view(-1),
    "view with a tensor": lambda lib, x: x.view(lib.to_tensor(4), -1),
    "expand": lambda lib, x: x.expand(5, 2, 3, 4),
    "expand with a tensor": lambda lib, x: x.expand(lib.to_tensor(5), 2, 3, 4),
    "permute": lambda lib, x: x.permute(2, 0, 1),
    "permute a function": lambda lib, x: lib.permute(x, 2, 0, -2),
    "permute by name": lambda lib, x: x.permute(dims=[1, 0, 2]),
    "transpose": lambda lib, x: x.transpose(0, -1),
    "transpose by name": lambda lib, x: x.transpose(dim0=0, dim1=2),
    "transpose by axis": lambda lib, x: lib.transpose(input=x, axis0=0, axis1=2),
    "swapaxes": lambda lib, x: x.swapaxes(axis0=1, axis1=-1),
    "swapdims": lambda lib, x: x.swapdims(dim0=1, dim1=-1),
    "sum keepdim": lambda lib, x: x.sum(1, True),
    "sum keepdim and dtype": lambda lib, x: x.sum(1, True, "float32"),
    "sum dtype and keepdim": lambda lib, x: x.sum(1, "float32", True),
    "sum False": lambda lib, x: x.sum(1, False),
    "sum by name": lambda lib, x: x.sum(dim=[0, 2], keepdim=True),
    "median": lambda lib, x: x.median(dim=1),
    "median keepdim": lambda lib, x: lib.median(input=x, dim=1, keepdim=True),
    "median of all": lambda lib, x: lib.median(input=x),
    "median with a mode": lambda lib, x: x.median(dim=1, mode="avg"),
    "index_select": lambda lib, x: x.index_select(1, lib.to_tensor([2, 0])),
    "index_select by name": lambda lib, x: lib.index_select(x, 1, index=lib.to_tensor([2, 0])),
    "index_add": lambda lib, x: x.index_add(1, lib.to_tensor([2, 0]), x[:, :2]),
    "index_add a function": lambda lib, x: lib.index_add(x, 1, index=lib.to_tensor([2, 0]), source=x[:, :2]),
    "index_add_": lambda lib, x: (x * 1).index_add_(1, lib.to_tensor([2, 0]), x[:, :2]),
    "gather": lambda lib, x: x.gather(1, along_one(lib, x)),
    "gather by name": lambda lib, x: lib.gather(input=x, dim=1, index=along_one(lib, x)),
    "gather half by name": lambda lib, x: lib.gather(x, dim=1, index=along_one(lib, x)),
    "scatter": lambda lib, x: x.scatter(1, along_one(lib, x), x[:, :2, :1] + 1),
    "scatter by name": lambda lib, x: lib.scatter(input=x, dim=1, index=along_one(lib, x), src=x[:, :2, :1] + 1),
    "scatter of a number": lambda lib, x: x.scatter(1, along_one(lib, x), value=2.0),
    "scatter and add": lambda lib, x: x.scatter(1, along_one(lib, x), x[:, :2, :1] + 1, reduce="add"),
    "scatter_": lambda lib, x: (x * 1).scatter_(1, along_one(lib, x), x[:, :2, :1] + 1),
    "scatter_ by name": lambda lib, x: (x * 1).scatter_(
        dim=1, index=along_one(lib, x), src=x[:, :2, :1] + 1, reduce="add"
    ),
    "zeros": lambda lib, x: lib.zeros(2, 3),
    "ones": lambda lib, x: lib.ones(2, 3, dtype="float64"),
    "ones by name": lambda lib, x: lib.ones(size=[2]),
    "empty": lambda lib, x: lib.empty(2, 3) * 0,
    "rand": lambda lib, x: lib.rand(2, 3, dtype="float64") * 0,
    "randn": lambda lib, x: lib.randn(2, 3) * 0,
    "eye": lambda lib, x: lib.eye(2, m=3),
    "argmax": lambda lib, x: lib.argmax(input=x, dim=1, keepdims=True),
    "in place": lambda lib, x: (x * 1).add_(other=x),
    "is_tensor": lambda lib, x: lib.to_tensor(lib.is_tensor(obj=x)),
    "interpolate": lambda lib, x: lib.nn.functional.interpolate(x, None, [1.7], "linear", False, True),
    "interpolate and antialias": lambda lib, x: lib.nn.functional.interpolate(
        x[None], [2, 2], None, "bilinear", False, None, True
    ),
    "group_norm": lambda lib, x: lib.nn.functional.group_norm(x, 3, x[0, :, 0], None, 1e-3),
    "lp_pool1d": lambda lib, x: lib.nn.functional.lp_pool1d(x, 2, 3, 2, True),
    "lp_pool2d": lambda lib, x: lib.nn.functional.lp_pool2d(x[None], 2, 2, 2, True),
    "LPPool1D": lambda lib, x: lib.nn.LPPool1D(2, 3, 2, True)(x),
    "LPPool2D": lambda lib, x: lib.nn.LPPool2D(2, 2, 2, True)(x[None]),
}


@pytest.mark.parametrize("case", CALLS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_calls_give_what_they_give_in_paddle(case, dtype):
    results = []
    for library in (pa, paddle):
        x = library.to_tensor(real(2, 3, 4).astype(dtype), stop_gradient=False)
        result = CALLS[case](library, x)
        results.append([*parts(result), *gradients(result, [x])])
    same(*results)


# Names of PyTorch's that mean something else there: refused in both.
REFUSED = {
    "max": lambda lib, x: lib.max(x, dim=1),
    "max input": lambda lib, x: lib.max(input=x),
    "min": lambda lib, x: x.min(dim=1),
    "sort": lambda lib, x: x.sort(dim=1),
    "split": lambda lib, x: lib.split(x, 2, dim=2),
    "std": lambda lib, x: x.std(dim=1),
    "flip": lambda lib, x: x.flip(dims=[1]),
    "log_softmax": lambda lib, x: lib.nn.functional.log_softmax(x, dim=1),
    "Linear": lambda lib, x: lib.nn.Linear(2, 3, bias=False),
    "Unfold": lambda lib, x: lib.nn.Unfold(kernel_size=2),
    "no name at all": lambda lib, x: x.sum(dims=1),
    "scatter without values": lambda lib, x: x.scatter(1, along_one(lib, x)),
    "scatter with two": lambda lib, x: x.scatter(1, along_one(lib, x), x, value=2.0),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_paddle_refuses(case):
    with pytest.raises(TypeError):
        REFUSED[case](pa, pa.to_tensor(real(2, 3, 4)))
    with pytest.raises((TypeError, ValueError)):
        REFUSED[case](paddle, paddle.to_tensor(real(2, 3, 4)))


IMAGE, LINE, VOLUME = real(1, 2, 4, 4), real(1, 2, 4), real(1, 2, 4, 4, 4)
PLACES = {n: np.arange(2 * 2**n).reshape(1, 2, *[2] * n).astype("int32") % 4 for n in (1, 2, 3)}
# Settings and inputs of layers.
LAYERS = {
    "AdaptiveAvgPool2D": ({"output_size": 2}, {"x": IMAGE}),
    "AdaptiveAvgPool3D": ({"output_size": 2}, {"x": VOLUME}),
    "AdaptiveMaxPool1D": ({"output_size": 2, "return_mask": True}, {"x": LINE}),
    "AdaptiveMaxPool2D": ({"output_size": 2, "return_mask": True}, {"x": IMAGE}),
    "AdaptiveMaxPool3D": ({"output_size": 2, "return_mask": True}, {"x": VOLUME}),
    "Conv1D": ({"in_channels": 2, "out_channels": 3, "kernel_size": 2}, {"x": LINE}),
    "Conv2D": ({"in_channels": 2, "out_channels": 3, "kernel_size": 2}, {"x": IMAGE}),
    "Conv3D": ({"in_channels": 2, "out_channels": 3, "kernel_size": 2}, {"x": VOLUME}),
    "CosineSimilarity": ({"axis": 1}, {"x1": LINE, "x2": real(1, 2, 4)[:, ::-1].copy()}),
    "CrossEntropyLoss": ({}, {"input": real(2, 3), "label": np.array([1, 0])}),
    "Embedding": ({"num_embeddings": 3, "embedding_dim": 2}, {"x": np.array([2, 0])}),
    "Fold": (PER_FUNCTION["nn.functional.fold"], {"input": real(1, 8, 4)}),
    "GLU": ({"axis": 1}, {"x": LINE}),
    "GroupNorm": ({"num_groups": 2, "num_channels": 2, "epsilon": 1e-2}, {"input": IMAGE}),
    "Hardshrink": ({"threshold": 0.3}, {"x": LINE}),
    "LPPool1D": ({"norm_type": 2, "kernel_size": 2}, {"x": LINE}),
    "LPPool2D": ({"norm_type": 2, "kernel_size": 2}, {"x": IMAGE}),
    "LayerNorm": ({"normalized_shape": 4, "epsilon": 1e-3}, {"input": LINE}),
    "MaxUnPool1D": ({"kernel_size": 2}, {"x": real(1, 2, 2), "indices": PLACES[1]}),
    "MaxUnPool2D": ({"kernel_size": 2}, {"x": real(1, 2, 2, 2), "indices": PLACES[2]}),
    "MaxUnPool3D": ({"kernel_size": 2}, {"x": real(1, 2, 2, 2, 2), "indices": PLACES[3]}),
    "PairwiseDistance": ({"epsilon": 1e-2}, {"x": real(2, 4), "y": real(2, 4)[::-1].copy()}),
    "SmoothL1Loss": ({}, {"input": real(2, 4), "label": real(2, 4)[::-1].copy()}),
    "Softshrink": ({"threshold": 0.3}, {"x": LINE}),
    "UpsamplingBilinear2D": ({"size": [3, 3]}, {"x": IMAGE}),
    "UpsamplingNearest2D": ({"size": [3, 3]}, {"x": IMAGE}),
    # Paddle has the name in a class of its own.
    "Pad1D": ({"padding": 1}, {"x": LINE}),
    "Pad2D": ({"padding": 1}, {"x": IMAGE}),
    "Pad3D": ({"padding": 1}, {"x": VOLUME}),
    "ZeroPad2D": ({"padding": 1}, {"x": IMAGE}),
}
BASES = {f"nn.{name}.forward": INPUT for name in ("Pad1D", "Pad2D", "Pad3D", "ZeroPad2D")}
# test_layer_interface.py calls these.
ELSEWHERE = {"Layer", "LayerDict", "LayerList"}


def single(value):
    return value.astype("float32") if isinstance(value, np.ndarray) and value.dtype == np.float64 else value


def run(library, layer, settings, inputs, by_name):
    made = getattr(library.nn, layer)(**settings)
    for parameter in made.parameters():
        parameter.set_value(single(real(*parameter.shape)))
    given = {name: library.to_tensor(value) for name, value in inputs.items()}
    return parts(made(**given) if by_name else made(*given.values()))


@pytest.mark.parametrize("path", [path for path in [*METHODS, *BASES] if path.split(".")[1] not in ELSEWHERE])
def test_second_names_of_layers_are_those_of_paddle(path):
    _, layer, method = path.split(".")
    names = (NAMES | BASES)[path]
    values = [
        {key: single(value) for key, value in one.items() if layer != "Fold" or key != "x"} for one in LAYERS[layer]
    ]
    place = method == "forward"
    for other, first in names.items():
        call = list(values)
        call[place] = {other if name == first else name: value for name, value in values[place].items()}
        assert call != values
        same(run(pa, layer, *call, by_name=place), run(paddle, layer, *call, by_name=place))
        call[place] = call[place] | {first: values[place][first]}
        with pytest.raises(TypeError, match="received both"):
            run(pa, layer, *call, by_name=place)
