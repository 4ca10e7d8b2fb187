"""The tests mirror the package: ``paramattr/<folder>/<x>.py`` is tested in ``tests/<folder>/test_<x>.py``."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[1]

#: Modules without a test file of their name.
UNTESTED = {
    "autograd/evaluation": "how tensors run rules and compare: test_tensor and test_rules",
    "tensor/combining": "the rules behind scattering: tensor/test_scattering and tensor/test_rules",
    "__main__": "one call of cli.main, which test_cli makes as a process",
    "nn/initializer": "Paddle's name for paramattr.initializer, and nothing else",
}
#: Test files without a module of their name.
CROSSING = {
    "attack/test_calls": "odd calls of everything public in autograd and nn",
    "attack/test_files": "mutated files of every format",
    "attack/test_processes": "threads, forks, kills, signals and full disks",
    "test_docs": "the pages of the documentation",
    "test_layout": "this file",
    "test_signatures": "arguments and defaults of all that is public",
    "nn/functional/test_arguments": "what every function does with its arguments",
    "tensor/test_rules": "the derivatives of all functions of tensors",
    "nn/functional/test_rules": "the derivatives of all functions",
    "nn/layer/test_defaults": "defaults, the same in function, layer and over the numbers of axes",
    "nn/layer/test_attributes": "attributes of parameters, in every layer that takes them",
    "checkpoint/test_resume": "stopped and resumed training, which needs all of the package",
    "checkpoint/test_round_trip": "the same properties for every format",
    "random/test_golden": "pinned values, which watch over all that makes them",
}


def names(root, pattern):
    """The files below a folder, without their suffix."""
    return {path.relative_to(ROOT / root).with_suffix("").as_posix() for path in (ROOT / root).rglob(pattern)}


def mirror(module):
    above, slash, last = module.rpartition("/")
    return f"{above}{slash}test_{last}"


# What an __init__ gathers is tested with the modules it comes from. The conformance tests compare with the real Paddle, by
# topic and in an environment of their own.
MODULES = {name for name in names("paramattr", "*.py") if not name.endswith("__init__")} | {"pytest_paramattr"}
TESTS = {name for name in names("tests", "test_*.py") if not name.startswith("conformance/")}
EXPECTED = {mirror(module): module for module in MODULES}


def test_each_module_has_a_test_file():
    missing = {module for test, module in EXPECTED.items() if test not in TESTS}
    assert missing - UNTESTED.keys() == set()


def test_each_test_file_has_a_module():
    assert TESTS - EXPECTED.keys() - CROSSING.keys() == set()


def test_the_exceptions_are_exceptions():
    assert UNTESTED.keys() <= MODULES
    assert {mirror(module) for module in UNTESTED}.isdisjoint(TESTS)
    assert CROSSING.keys() <= TESTS - EXPECTED.keys()


def test_a_method_of_nothing_but_words_is_abstract():
    """No object can be made of a base class whose methods only say what they do."""
    found = []
    for path in (ROOT / "paramattr").rglob("*.py"):
        for cls in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(cls, ast.ClassDef) and any("ABC" in ast.unparse(base) for base in cls.bases):
                for node in cls.body:
                    if (
                        isinstance(node, ast.FunctionDef)
                        and [*map(type, node.body)] == [ast.Expr]
                        and not node.name.startswith("__")
                    ):
                        found.append((cls.name, node.name, [ast.unparse(d) for d in node.decorator_list]))
    assert len(found) > 10
    assert [name for name in found if "abstractmethod" not in name[2]] == []
