"""What an attribute of a parameter says is done, in every layer that takes one: a table over all constructors."""

import runpy
from pathlib import Path

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn
from paramattr.regularizer import L1Decay, L2Decay

constructors = runpy.run_path(str(Path(__file__).with_name("constructors.py")))
PAIRS = constructors["with_attributes"](nn)
MARK = 0.375


def named(layer):
    """The parameters and their names, without running statistics, which are parameters too, as in Paddle."""
    return [(key, p) for key, p in layer.named_parameters() if key not in ("_mean", "_variance")]


def learned(layer):
    return [p for _, p in named(layer)]


def marked(constructor, /, *arguments, **setting):
    """A layer, and for each parameter whether one of ``arguments`` made it, which its values tell."""
    cls = getattr(nn, constructor)
    attr = pa.ParamAttr(initializer=nn.initializer.Constant(MARK), **setting)
    layer = cls(**constructors["settings"](cls), **dict.fromkeys(arguments, attr))
    return layer, [bool((p.numpy() == MARK).all()) for p in learned(layer)]


def moved(layer, **settings):
    """Each parameter, and how far it moves in a step of rate 1 where each gradient is 1."""
    still = pa.create_parameter([1])  # so that there is a gradient where all others are frozen
    optimizer = pa.optimizer.SGD(1.0, parameters=[*learned(layer), still], **settings)
    sum((p.sum() for p in learned(layer)), (still * 0.0).sum()).backward()
    before = [p.numpy().copy() for p in learned(layer)]
    optimizer.step()
    return [(was, p.numpy() - was) for was, p in zip(before, learned(layer), strict=True)]


def all_close(found, expected):
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


def test_every_parameter_is_made_by_one_argument():
    """But for the normalizations within a Transformer, which have no argument."""
    for name in {name for name, _ in PAIRS}:
        arguments = [argument for other, argument in PAIRS if other == name]
        marks = [marked(name, argument)[1] for argument in arguments]
        assert all(any(mark) for mark in marks), name
        layer, everything = marked(name, *arguments)
        assert [sum(one) for one in zip(*marks, strict=True)] == everything, name
        left = [key for (key, _), mark in zip(named(layer), everything, strict=True) if not mark]
        assert all("Transformer" in name and "norm" in key for key in left), (name, left)


@pytest.mark.parametrize(("name", "argument"), PAIRS)
def test_a_step_honours_the_attribute(name, argument):
    layer, marks = marked(name, argument, learning_rate=0.5)
    all_close((step for _, step in moved(layer)), [-0.5 if mark else -1.0 for mark in marks])

    layer, marks = marked(name, argument, regularizer=L2Decay(0.25))
    steps = moved(layer, weight_decay=L1Decay(0.125))
    penalties = [0.25 * p if mark else 0.125 * np.sign(p) for (p, _), mark in zip(steps, marks, strict=True)]
    all_close((step for _, step in steps), [-1.0 - penalty for penalty in penalties])

    layer, marks = marked(name, argument, need_clip=False)
    count = sum(p.size for p, mark in zip(learned(layer), marks, strict=True) if not mark)
    clipped = -0.5 / max(np.sqrt(count), 0.5)
    steps = moved(layer, grad_clip=nn.ClipGradByGlobalNorm(0.5))
    all_close((step for _, step in steps), [-1.0 if mark else clipped for mark in marks])


@pytest.mark.parametrize(("name", "argument"), PAIRS)
def test_what_is_not_trainable_stays(name, argument):
    layer, marks = marked(name, argument, trainable=False)
    steps = moved(layer, weight_decay=0.5)
    all_close(
        (step for _, step in steps), [0.0 if m else -1.0 - 0.5 * p for (p, _), m in zip(steps, marks, strict=True)]
    )
    assert [(p.stop_gradient, p.grad is None) for p in learned(layer)] == [(mark, mark) for mark in marks]


@pytest.mark.parametrize(("name", "argument"), PAIRS)
def test_averages_honour_the_attribute(name, argument):
    layer, marks = marked(name, argument, do_model_average=False)
    average = pa.incubate.ModelAverage(1.0, learned(layer), min_average_window=10, max_average_window=10)
    moved(layer)
    last = []
    for _ in range(2):
        last = [p.numpy().copy() for p in learned(layer)]
        average.step()
        for p in learned(layer):
            p.set_value(p + 1.0)
    with average.apply():
        shown = [p.numpy().copy() for p in learned(layer)]
    all_close(shown, [p + 1.0 if mark else p - 0.5 for p, mark in zip(last, marks, strict=True)])


@pytest.mark.parametrize(("name", "argument"), PAIRS)
def test_a_name_is_that_of_one_parameter(name, argument):
    _, marks = marked(name, argument)
    if sum(marks) == 1:
        layer, marks = marked(name, argument, name="given")
        assert [p.name == "given" for p in learned(layer)] == marks
    else:
        with pytest.raises(ValueError, match=r"name 'given(_0)?' is in use"):
            marked(name, argument, name="given")
