import inspect

import numpy as np
import pytest

import paramattr as pa
from paramattr import tensor
from paramattr.tensor import arguments


def test_tensors_stand_for_integers():
    two = pa.to_tensor(2)
    assert arguments.integer("n", two) == arguments.integer("n", pa.to_tensor([2])) == arguments.axis("n", two, 3) == 2
    for given in (pa.to_tensor([2, 3]), [two, 3], (2, pa.to_tensor([3])), np.array([2, 3]), range(2, 4)):
        assert arguments.integers("n", given) == (2, 3)
    assert arguments.real("n", pa.to_tensor([0.5]), low=0.0) == arguments.real("n", 0.5) == 0.5
    assert arguments.integers("n", two) == arguments.shape("n", two) == (2,)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: arguments.integer("n", pa.to_tensor(2.0)), TypeError, "n must be an integer"),
        (lambda: arguments.integer("n", pa.to_tensor([1, 2])), TypeError, "n must be an integer"),
        (lambda: arguments.real("n", pa.to_tensor([1.0, 2.0])), TypeError, "n must be a real number"),
        (lambda: arguments.real("n", pa.to_tensor(-1.0), low=0.0), ValueError, "n must be finite and >= 0"),
        (lambda: arguments.integers("n", [pa.to_tensor(2.0)]), TypeError, r"n\[0\] must be an integer"),
        (lambda: arguments.integers("n", None), TypeError, "n must be a sequence of integers"),
        (lambda: arguments.integers("n", [-1], low=0), ValueError, r"n\[0\] must be >= 0"),
        (lambda: arguments.axis("n", pa.to_tensor(3), 3), ValueError, "n must be in"),
        (lambda: arguments.several("n", pa.zeros([2])), TypeError, "n must be a list of at least one tensor"),
        (lambda: arguments.index_of("n", [-1], 3, low=0), IndexError, r"n must hold integers in \[0, 3\)"),
        (lambda: arguments.integer_array("n", [True]), TypeError, "n must hold integers, but received dtype bool"),
        (lambda: arguments.mask_of("n", [1]), TypeError, "n must hold bools"),
        (lambda: arguments.same_dtype("n", pa.zeros([1]), pa.arange(2)), TypeError, "n must have the dtype int64"),
    ],
)
def test_what_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()


def matrix(dtype="float32"):
    return pa.to_tensor([[2, 1], [1, 2]], dtype)


# What each function is called with, unless it is matrices by the names below.
WHOLE = ("bitwise_left_shift", "bitwise_left_shift_", "bitwise_right_shift", "bitwise_right_shift_")
CALLS = {
    **dict.fromkeys(WHOLE, lambda: {"x": matrix("int64"), "y": matrix("int64")}),
    **dict.fromkeys(("combinations", "vander"), lambda: {"x": matrix()[0]}),
    **dict.fromkeys(("index_put", "index_put_"), lambda: {"x": matrix(), "indices": ([0, 1],), "value": 1.0}),
    **dict.fromkeys(("scatter", "scatter_"), lambda: {"x": matrix(), "index": [0, 1], "updates": matrix()}),
    **dict.fromkeys(("arange", "range"), lambda: {"start": 0, "end": 3}),
    "bucketize": lambda: {"x": matrix(), "sorted_sequence": [1.0, 2.0]},
    "fill_diagonal_": lambda: {"x": matrix(), "value": 1.0},
    "multinomial": lambda: {"x": matrix()},
    "searchsorted": lambda: {"sorted_sequence": [1.0, 2.0], "values": [1.0]},
    "index_select": lambda: {"x": matrix(), "index": [0]},
    "repeat_interleave": lambda: {"x": matrix(), "repeats": 2},
    "slice_scatter": lambda: {"x": matrix(), "value": 1.0, "axes": [0], "starts": [0], "ends": [1], "strides": [1]},
    "unfold": lambda: {"x": matrix(), "axis": 0, "size": 2, "step": 1},
    "unflatten": lambda: {"x": matrix(), "axis": 0, "shape": [2, 1]},
    "to_tensor": lambda: {"data": [1.0]},
    "linspace": lambda: {"start": 0, "stop": 1, "num": 3},
    "renorm": lambda: {"x": matrix(), "p": 2.0, "axis": 0, "max_norm": 1.0},
    "renorm_": lambda: {"x": matrix(), "p": 2.0, "axis": 0, "max_norm": 1.0},
    "narrow": lambda: {"input": matrix(), "dim": 0, "start": 0, "length": 1},
    "select_scatter": lambda: {"x": matrix(), "values": [1.0, 2.0], "axis": 0, "index": 0},
    "cross": lambda: {"x": [[1.0, 2.0, 3.0]], "y": [[0.0, 1.0, 0.0]]},
}  # fmt: skip
NAMED = {
    "shape": lambda: [2], "num_rows": lambda: 2, "n": lambda: 3, "fill_value": lambda: 1.0, "q": lambda: 0.5,
    "k": lambda: 1, "axis": lambda: 0, "dim": lambda: 0, "index": lambda: matrix("int64") - 1, "value": matrix,
    "indices": lambda: matrix("int64") - 1, "shifts": lambda: 1, "chunks": lambda: 2, "num_or_sections": lambda: 2,
    "num_or_indices": lambda: 2, "reduce": lambda: "sum", "values": matrix, "obj": matrix, "data": matrix,
}  # fmt: skip
OF_SEVERAL = ("cat", "concat", "concatenate", "stack")
FUNCTIONS = {name: getattr(pa, name, None) or getattr(pa.linalg, name, None) for name in tensor.HOMES}
FUNCTIONS = {name: function for name, function in FUNCTIONS.items() if inspect.isfunction(function)}


def arguments_of(name):
    """Arguments that the function of this name takes."""
    if name in CALLS:
        return CALLS[name]()
    needed = [key for key, p in inspect.signature(FUNCTIONS[name]).parameters.items() if p.default is p.empty]
    if name in OF_SEVERAL:
        return {"x": [matrix(), matrix()]}
    if name.startswith(("index_add", "index_fill")):
        value = 1.0 if "fill" in name else matrix()
        return {"x": matrix(), "index": [0, 1], "axis": 0, "value": value}
    return {key: NAMED.get(key, matrix)() for key in needed}


FLAGS = [
    (name, key)
    for name, function in FUNCTIONS.items()
    for key, p in inspect.signature(function).parameters.items()
    if isinstance(p.default, bool)
]
AXES = [
    (name, key)
    for name, function in FUNCTIONS.items()
    for key, p in inspect.signature(function).parameters.items()
    if key in ("axis", "dim") and p.kind is not p.VAR_POSITIONAL
]


@pytest.mark.parametrize(("name", "flag"), FLAGS)
def test_every_flag_is_a_bool(name, flag):
    FUNCTIONS[name](**arguments_of(name))
    for bad in (1, "True"):
        with pytest.raises(TypeError, match=f"{flag} must be a bool"):
            FUNCTIONS[name](**arguments_of(name), **{flag: bad})


@pytest.mark.parametrize(("name", "key"), AXES)
def test_every_axis_is_one_that_there_is(name, key):
    for bad, error in [(7, ValueError), (-7, ValueError), (0.5, TypeError), ("0", TypeError)]:
        with pytest.raises(error, match=key):
            FUNCTIONS[name](**{**arguments_of(name), key: bad})
