"""The arguments and defaults of all that is public stand in signatures.txt, and change only on purpose.

tests/conformance/test_signatures.py compares them with Paddle's. To write a new list: python -m tests.test_signatures
"""

import importlib
import inspect
import re
from pathlib import Path

import paramattr
from paramattr.utils import alias

PINNED = Path(__file__).with_name("signatures.txt")
MODULES = [
    *("", "nn", "nn.functional", "nn.init", "nn.utils", "optimizer", "optimizer.lr", "initializer", "regularizer"),
    *("incubate", "io", "metric", "linalg", "autograd", "device", "random", "testing", "utils", "utils.unique_name"),
]


def line(path, thing):
    """The path of a function or class, and its arguments with their defaults."""
    signature = inspect.signature(thing)
    bare = [one.replace(annotation=inspect.Parameter.empty) for one in signature.parameters.values()]
    signature = signature.replace(parameters=bare, return_annotation=inspect.Signature.empty)
    return path + re.sub(r"<([\w.]+) object at \w+>", r"<\1>", str(signature)) + second_names(thing)


def second_names(thing):
    """What utils/alias.py lets arguments be called, and which of them may be spread."""
    while getattr(thing, "__globals__", None) is not vars(alias):
        if not hasattr(thing, "__wrapped__"):
            return ""
        thing = thing.__wrapped__
    held = inspect.getclosurevars(thing).nonlocals
    names = [f"{other} for {name}" for other, name in sorted(held.get("names", {}).items())]
    names += [f"{name}={value!r}" for name, value in (held.get("defaults") or {}).items()]
    if held.get("last"):
        names.append(f"{list(inspect.signature(thing).parameters)[held['place']]} spread")
    return f" also {', '.join(names) or 'dim before index'}"


def signatures():
    """A line for each function, under the first of its paths, and for each method of a class."""
    seen, classes, found = set(), {}, []

    def add(path, thing):
        ours = str(getattr(thing, "__module__", "")).startswith("paramattr")
        if ours and inspect.isroutine(thing) and thing not in seen:
            seen.add(thing)
            found.append(line(path, thing))

    for module in MODULES:
        home = importlib.import_module(f"paramattr.{module}".rstrip("."))
        for name in home.__all__:
            path, thing = ".".join(filter(None, [module, name])), getattr(home, name)
            add(path, thing)
            if inspect.isclass(thing):
                classes.setdefault(thing, path)
    for name in (name for name in dir(paramattr.ones([1])) if name[0] != "_"):
        getattr(paramattr.Tensor, name)  # many are looked up when they are first used
    # Methods are told where they are defined, and those of a class that is not public where they are inherited first.
    inherited = [(base, path) for cls, path in classes.items() for base in cls.__mro__]
    for cls, path in [*classes.items(), *inherited]:
        for key, value in vars(cls).items():
            if key == "__init__" or not key.startswith("_"):
                add(f"{path}.{key}", getattr(value, "__func__", value))
    return sorted(found)


def test_arguments_and_defaults_are_those_of_the_list():
    assert signatures() == PINNED.read_text("utf-8").splitlines()


if __name__ == "__main__":
    PINNED.write_text("".join(f"{one}\n" for one in signatures()), "utf-8")
