"""The examples of Paddle's manual run here as they stand, but for the import, and print what they say."""

import pytest

from paramattr.utils import absent
from tests.conformance import examples

# Examples that need not pass, by reason.
EXCEPTIONS = {
    "an array of another shape is refused, which Paddle puts into a parameter unseen": "nn.initializer.Assign#0",
    "classes are counted with integers, not floats": "nn.AdaptiveLogSoftmaxWithLoss#0",
    "a label beyond the classes, or a probability beyond 0 and 1, is refused": (
        "nn.functional.hsigmoid_loss#0 Tensor.bernoulli_#0"
    ),
    "prints whole or complex numbers that are drawn": (
        "io.BatchSampler#0 io.RandomSampler#0 io.SubsetRandomSampler#0 io.WeightedRandomSampler#0 randint_like#0"
        " linalg.eigvals#0"
    ),
    "prints in an order, or with a sign, that nothing promises": "Tensor.argsort#0 linalg.eig#0",
    "prints the library's name, or an address": "as_tensor#0 asarray#0 to_tensor#0 from_dlpack#0",
    "a gradient that a PyLayer made needs one itself, as every other": "autograd.Function#0",
    "parameters hold floats": "nn.Layer.astype#0",
    "draws complex numbers, or takes powers of them": "randn#0 standard_normal#0 Tensor.vander#0",
    "needs derivatives of derivatives": "grad#0",
}
COLLECTED = examples.collected()


def among(table, name):
    return any(name in names.split() for names in table.values())


@pytest.mark.parametrize("name", COLLECTED)
def test_example(name):
    kind, *rest = examples.outcomes()[name]
    if kind in ("directive", "not Paddle"):
        pytest.skip(rest[0])
    if kind == "missing":
        home, missing, message = rest
        assert not among(EXCEPTIONS, name)
        # An import of a module that is left out is Python's to refuse, who gives no reason.
        assert ": in Paddle it " in message or absent.reason(home, missing), f"stops at {home}.{missing}: {message}"
        pytest.skip(message)
    if among(EXCEPTIONS, name):
        assert kind != "passed", "it runs: take it out of the table"
    else:
        assert kind == "passed", rest[0]


def test_exceptions_are_examples():
    named = [name for names in EXCEPTIONS.values() for name in names.split()]
    assert len(set(named)) == len(named)
    assert set(named) <= COLLECTED.keys()


@pytest.mark.parametrize(
    ("found", "stated", "random", "agree"),
    [
        (
            "Tensor(dtype=float32,\n  [2.])",
            "Tensor(dtype=float32, place=Place(cpu), [2.])",
            False,
            True,
        ),
        ("[0.12345678]", "[0.12345680]", False, True),
        ("[0.1234]", "[0.1334]", False, False),
        ("[(0.6-1j)]", "[(0.60000002-1.00000000j)]", False, True),
        ("[(0.6-1j)]", "[(0.60000002-1.00200000j)]", False, False),
        ("[2, 3]", "[2, 4]", True, False),
        ("[0.1, 0.5]\n", "[[0.7, 0.25]]", True, True),
        ("float32", "paddle.float32", False, True),
        ("a", "b", False, False),
    ],
)
def test_what_agrees(found, stated, random, agree):
    assert examples.agrees(found, stated, random) == agree
