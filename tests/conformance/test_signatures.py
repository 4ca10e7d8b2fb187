"""Names, order and defaults of arguments are Paddle's, in everything public that both have."""

import paddle
import pytest

import paramattr as pa
from tests.conformance import surface

# Arguments of ours alone, which come after all of Paddle's or are given by keyword.
EXTRA = {
    "out": "every function of tensors can write into one, and not some",
    "nonfinite": "what a step does with gradients that are no numbers",
    "**removed": "names of arguments that Paddle had once, which are refused with an explanation",
}
# What differs in more than that, by reason.
DIFFERENT = {
    "the default dtype where Paddle has float32, or none": "create_parameter nn.Layer nn.Module nn.RNNCellBase",
    "an unknown setting is refused, not swallowed": "load save",
    "the function is that of the root, where Paddle calls the argument state_list": "device.set_rng_state",
    "no file of the graph is written": "Tensor.backward",
    "clear_gradient, which Paddle has for the same, takes the argument": "Tensor.clear_grad",
    "the base class holds what its subclasses share": "optimizer.Optimizer regularizer.WeightDecayRegularizer",
    "what changes its first argument writes nowhere else": (
        "bitwise_left_shift_ bitwise_right_shift_ Tensor.bitwise_left_shift_ Tensor.bitwise_right_shift_"
    ),
    "the name of an initializer changes nothing in Paddle; initializers are values here": (
        "nn.initializer.Assign nn.initializer.Dirac nn.initializer.Normal nn.initializer.Orthogonal"
        " nn.initializer.TruncatedNormal nn.initializer.Uniform nn.initializer.XavierNormal"
        " nn.initializer.XavierUniform"
    ),
}
PLACES = [(path, name) for path in [*surface.MODULES, *surface.CLASSES] for name in surface.present(path)]


def both(path, name):
    """Our parameters, without those of ours alone, and Paddle's; None where Python can't tell."""
    ours, theirs = (surface.signature(library, path, name) for library in (pa, paddle))
    if ours is None or theirs is None:
        return None
    known = {argument for argument, _ in theirs}
    return [one for one in ours if one[0] not in EXTRA or one[0] in known], theirs


def excepted(path, name):
    return any(".".join(filter(None, [path, name])) in names.split() for names in DIFFERENT.values())


@pytest.mark.parametrize(("path", "name"), PLACES)
def test_signatures_are_those_of_paddle(path, name):
    pair = both(path, name)
    if pair is None:
        assert not excepted(path, name)
        pytest.skip("one has a signature that Python can't tell")
    ours, theirs = map(surface.text, pair)
    if excepted(path, name):
        assert ours != theirs, "no difference any more: take it out of the table"
    else:
        assert ours == theirs


def test_exceptions_are_there():
    places = {".".join(filter(None, place)) for place in PLACES}
    assert {name for names in DIFFERENT.values() for name in names.split()} <= places


@pytest.mark.parametrize("argument", EXTRA)
def test_arguments_of_ours_are_used(argument):
    pairs = ((surface.signature(pa, *place), surface.signature(paddle, *place)) for place in PLACES)
    given = [({a for a, _ in ours or []}, {a for a, _ in theirs or []}) for ours, theirs in pairs if theirs is not None]
    assert any(argument in ours - theirs for ours, theirs in given)
