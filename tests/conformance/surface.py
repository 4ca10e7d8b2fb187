"""What is public in the installed Paddle, and how far it is here: names, and the signatures of what both have."""

import importlib
import inspect
import types
import warnings

import paddle

import paramattr
from paramattr.utils import absent

# Modules and classes of the same path in both.
MODULES = [
    "", "nn", "nn.functional", "nn.initializer", "nn.init", "nn.utils", "optimizer", "optimizer.lr", "regularizer",
    "incubate", "io", "metric", "linalg", "autograd", "device",
]  # fmt: skip
CLASSES = ["Tensor", "nn.Layer", "optimizer.Optimizer"]
# Public in Paddle's manual, but not in the list of its module.
UNLISTED = {
    "": (
        "amp audio autograd callbacks compat cuda device distributed distribution fft framework geometric get_cudnn_version"
        " get_device hub incubate inference io is_compiled_with_cinn is_compiled_with_cuda is_compiled_with_custom_device"
        " is_compiled_with_distribute is_compiled_with_ipu is_compiled_with_rocm is_compiled_with_xpu jit linalg metric nn"
        " onnx optimizer profiler quantization random regularizer set_device signal sparse static sysconfig text utils"
        " version vision"
    ),
    "nn": "functional initializer init utils ClipGradBase",
    "optimizer": "lr",
    "nn.initializer": "Initializer",
    "regularizer": "WeightDecayRegularizer",
}


def at(library, path):
    """What is at a dotted path of a library."""
    thing = library
    for part in filter(None, path.split(".")):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            thing = getattr(thing, part)
    return thing


def names(path):
    """The public names of Paddle's at ``path``, sorted."""
    home = at(paddle, path)
    if path in CLASSES:
        return sorted(name for name in dir(home) if not name.startswith("_"))
    listed = getattr(home, "__all__", None)
    if listed is None:
        listed = [name for name, value in vars(home).items() if getattr(value, "__module__", "") == home.__name__]
    found = {name for name in listed if not name.startswith("_") and there(home, name)}
    return sorted(found | {name for name in UNLISTED.get(path, "").split() if there(home, name)})


def there(home, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return hasattr(home, name)


def ours(path):
    """Our module or class at ``path``, None while there is none."""
    try:
        return at(paramattr, path)
    except AttributeError:
        try:
            return importlib.import_module(f"paramattr.{path}")
        except ImportError:
            return None


def present(path):
    """The names at ``path`` that are here too."""
    home = ours(path)
    if home is None:
        return []
    if path == "Tensor":
        known = {*dir(paramattr.to_tensor(1.0))}
        return [name for name in names(path) if name in known]
    return [name for name in names(path) if there(home, name)]


def reason(path, name):
    """Why a name is not here, as the error for it says; None where it has none."""
    return absent.reason(".".join(filter(None, ["paramattr", path])), name)


def signature(library, path, name):
    """The parameters as (name, default) without ``self``; None where Python can't tell."""
    home = at(library, path)
    if path == "Tensor" and library is paramattr:
        there(paramattr.to_tensor([[1.0]]), name)  # where a method comes from a module, the first tensor asked loads it
    thing = getattr(home, name)
    if not callable(thing):
        return None
    try:
        parameters = list(inspect.signature(thing).parameters.values())
    except (TypeError, ValueError):
        return None
    if path in CLASSES and parameters and isinstance(inspect.getattr_static(home, name), types.FunctionType):
        parameters = parameters[parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL :]
    if [one.kind for one in parameters] == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
        return None  # a wrapper, which takes anything
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    return [(marks.get(one.kind, "") + one.name, one.default) for one in parameters if one.name != "self"]


def text(parameters):
    """A signature as one line."""
    return ", ".join(
        name if default is inspect.Parameter.empty else f"{name}={default!r}" for name, default in parameters
    )
