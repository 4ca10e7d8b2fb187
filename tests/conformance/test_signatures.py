"""Names, order and defaults of arguments are Paddle's, in everything that both have."""

import inspect

import paddle
import pytest

import paramattr as pa

# Layer and RNNCellBase have the default dtype where Paddle has float32.
BARE = ["Layer", "RNNCellBase"]
# Of Layer: what serves several machines alone; and what Paddle takes apart by hand.
NOT_HERE = {"full", "sharded_state_dict"}
BY_HAND = {"state_dict"}
# What Paddle does not have.
OURS = {
    "optimizer": ["Group", "Optimizer", "Step", "Terms", "setting"],
    "nn.initializer": [
        *(
            "Initializer",
            "ZeroRow",
            "compute_fans",
            "from_config",
            "get",
            "global_initializer",
            "register",
            "registered",
        ),
    ],
}
# Arguments of ours alone, which come after all that both have.
EXTRA = {"nonfinite", "removed"}

SIGNATURES = [
    *(("nn", name) for name in pa.nn.layer.__all__ if name not in BARE),
    *(("nn", name) for name in ("ClipGradByValue", "ClipGradByNorm", "ClipGradByGlobalNorm")),
    *(("nn.functional", name) for name in pa.nn.functional.__all__ if name != "flatten"),
    *(("nn.utils", name) for name in pa.nn.utils.__all__),
    *(("nn.initializer", name) for name in pa.initializer.__all__ if name not in OURS["nn.initializer"]),
    *(("regularizer", name) for name in ("L1Decay", "L2Decay")),
    *(("optimizer", name) for name in pa.optimizer.__all__ if name not in ("lr", *OURS["optimizer"])),
    *(("optimizer.lr", name) for name in pa.optimizer.lr.__all__),
    *(("incubate", name) for name in ("LookAhead", "ModelAverage")),
    *(("Tensor", name) for name in ("flatten", "argmax", "backward", "reshape", "transpose", "sum", "mean", "max")),
    *(
        (None, name)
        for name in ("to_tensor", "concat", "stack", "matmul", "flatten", "exp", "log", "sqrt", "maximum", "minimum")
    ),
    *((None, name) for name in ("ParamAttr", "LazyGuard", "no_grad", "seed", "set_default_dtype", "get_default_dtype")),
    *(("nn.Layer", name) for name in dir(pa.nn.Layer) if not name.startswith("_") and name not in BY_HAND),
    *(("nn.init", name) for name in pa.nn.init.__all__),
    (None, "summary"),
]


def arguments(lib, path, name):
    home = pa.nn.functional if (path, name, lib) == (None, "flatten", pa) else lib
    for part in [*(path or "").split("."), name]:
        home = getattr(home, part) if part else home
    return {key: value.default for key, value in inspect.signature(home).parameters.items() if key != "self"}


@pytest.mark.parametrize(("path", "name"), SIGNATURES)
def test_signatures_have_the_order_and_the_defaults_of_paddle(path, name):
    ours, theirs = arguments(pa, path, name), arguments(paddle, path, name)
    extra = EXTRA if "out" in theirs else EXTRA | {"out"}  # ours have it wherever a value can be taken over
    shared = {key: value for key, value in ours.items() if key not in extra}
    assert list(ours)[: len(shared)] == list(shared)
    assert shared == {key: value for key, value in theirs.items() if key in shared}
    assert list(shared) == [key for key in theirs if key in shared]


def test_gains_are_those_of_paddle():
    for name in (
        "sigmoid",
        "linear",
        "conv1d",
        "conv2d",
        "conv3d",
        "conv1d_transpose",
        "conv2d_transpose",
        "conv3d_transpose",
        "tanh",
        "relu",
        "selu",
    ):
        assert pa.initializer.calculate_gain(name) == paddle.nn.initializer.calculate_gain(name)
    for slope in (None, 0, 0.2, -1.5):
        ours = pa.initializer.calculate_gain("leaky_relu", slope)
        assert ours == paddle.nn.initializer.calculate_gain("leaky_relu", slope)


def test_a_layer_has_all_that_it_has_in_paddle():
    theirs, ours = ({name for name in dir(lib.nn.Layer) if not name.startswith("_")} for lib in (paddle, pa))
    assert theirs - ours == NOT_HERE
    assert ours <= theirs
    for name in ("LayerDict", "LayerList", "ParameterDict", "ParameterList", "Sequential"):
        assert set(vars(getattr(paddle.nn, name))) - set(dir(getattr(pa.nn, name))) <= {
            *("_get_abs_idx", "_get_abs_string_index", "__annotate__", "__annotations__"),
        }
