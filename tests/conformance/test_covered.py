"""Everything public that both libraries have is compared with the real Paddle by a test here, or has a reason why not.

A name counts as compared where a test says it: as an attribute of something (``lib.nn.functional.relu``, ``x.sum()``), in a
table, or put together of a text and of values in the same file (``f"conv{n}d"``). What a test walks over by looking at the
libraries is named by what it looks at.
"""

import ast
import re
from pathlib import Path

from tests.conformance import surface, test_attributes, test_inplace

HERE = Path(__file__).parent
# What these say is no comparison of values.
UNCOUNTED = {"test_covered.py", "surface.py", "table.py", "test_signatures.py", "examples.py", "test_examples.py"}
# Not compared, by reason.
EXCEPTIONS = {
    "Paddle has no kernel for it on a CPU": "nn.functional.rms_norm",
    "there is one machine and one process here, and Paddle's build has the others": (
        "is_compiled_with_distribute device.is_compiled_with_distribute"
    ),
}
# What tests find by looking at the libraries.
WALKED = {
    *(("nn", name) for name, _ in test_attributes.PAIRS),
    *test_inplace.PLACES,
    *(("device", name) for name in surface.present("device") if name.startswith("get_a")),  # in test_front
}
PATHS = [*surface.MODULES, *surface.CLASSES]


def words(tree):
    """The attributes and the words of texts in a file, but for docstrings."""
    notes = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and isinstance(node.body[0], ast.Expr)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in notes:
            found.update(re.findall(r"\w+", node.value))
    return found


def patterns(tree):
    """What texts with values in them can be, where at least three of their letters are fixed."""
    values = {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value is not None}
    holes = {value for value in values if re.fullmatch(r"\w{0,12}", value)} | {"D", "d", "1", "2", "3"}
    hole = "(?:" + "|".join(map(re.escape, sorted(holes, key=len, reverse=True))) + ")"
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else None for part in node.values]
            if sum(len(part) for part in parts if part) >= 3:
                yield re.compile("".join(hole if part is None else re.escape(part) for part in parts))


def said():
    """All words of the tests here, and the patterns of those that are put together."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(HERE.glob("*.py")) if path.name not in UNCOUNTED]
    return set().union(*map(words, trees)), [pattern for tree in trees for pattern in patterns(tree)]


def test_everything_is_compared():
    known, put_together = said()
    excepted = {name for names in EXCEPTIONS.values() for name in names.split()}
    places = [(path, name) for path in PATHS for name in surface.present(path)]
    missing = set()
    for path, name in places:
        if (path, name) not in WALKED and name not in known and not any(one.fullmatch(name) for one in put_together):
            missing.add(".".join(filter(None, [path, name])))
    assert len(places) > 1000
    assert sorted(missing - excepted) == [], "compare them with Paddle by a line in a table"
    assert sorted(excepted - missing) == [], "no exceptions any more"
