"""Every constructor of ``paddle.nn`` that takes attributes of parameters, with each setting, beside the real Paddle."""

import itertools

import numpy as np
import paddle
import pytest
from scipy import stats

import paramattr as pa
from tests.nn.layer import constructors

PAIRS = constructors.with_attributes(paddle.nn)
VALUE = 0.375
# What an argument is given, as a function of a library and of a name that is free.
GIVEN = {
    "name": lambda lib, name: lib.ParamAttr(name=name),
    "initializer": lambda lib, name: lib.ParamAttr(initializer=lib.nn.initializer.Constant(VALUE)),
    "learning_rate": lambda lib, name: lib.ParamAttr(learning_rate=0.5),
    "regularizer": lambda lib, name: lib.ParamAttr(regularizer=lib.regularizer.L1Decay(0.25)),
    "trainable": lambda lib, name: lib.ParamAttr(trainable=False),
    "do_model_average": lambda lib, name: lib.ParamAttr(do_model_average=False),
    "need_clip": lambda lib, name: lib.ParamAttr(need_clip=False),
    "all": lambda lib, name: lib.ParamAttr(
        name, lib.nn.initializer.Constant(VALUE), 0.5, lib.regularizer.L2Decay(0.125), False, False, False
    ),
    "False": lambda lib, name: False,
    "True": lambda lib, name: True,
    "None": lambda lib, name: None,
    "a string": lambda lib, name: name,
    "an initializer": lambda lib, name: lib.nn.initializer.Constant(VALUE),
    "a regularizer": lambda lib, name: lib.regularizer.L2Decay(0.125),
    "a number": lambda lib, name: 3,
}
# Where they differ, by what the page on differences says of it.
CLUSTERS = "AdaptiveLogSoftmaxWithLoss"  # trains its clusters
TRAINS = "GroupNorm"  # does not honour trainable in Paddle
NEEDS_A_WEIGHT = {
    "AdaptiveLogSoftmaxWithLoss", "Bilinear", "Embedding", "HSigmoidLoss", "Linear", "MultiHeadAttention", "PReLU",
    "Transformer", "TransformerDecoderLayer", "TransformerEncoderLayer",
}  # fmt: skip
counter = itertools.count()


def parameters(net):
    """The parameters by name, with those that Paddle's layer holds apart."""
    found = dict(net.named_parameters())
    if type(net).__name__ == CLUSTERS:
        pairs = itertools.chain.from_iterable(net.tail_weights)
        found = {**{key: p for key, p in found.items() if key.startswith("head")}, **dict(enumerate(pairs))}
    return {key: p for key, p in found.items() if p is not None}


def penalty(regularizer):
    return (type(regularizer).__name__, getattr(regularizer, "_coeff", getattr(regularizer, "coeff", None)))


def described(parameter):
    """All that can be read of a parameter: its attributes, its shape, and its value if that is a constant."""
    values = parameter.numpy()
    return {
        "shape": list(parameter.shape),
        "name": parameter.name,
        "learning_rate": parameter.optimize_attr["learning_rate"],
        "regularizer": parameter.regularizer and penalty(parameter.regularizer),
        "trainable": (parameter.trainable, parameter.stop_gradient),
        "do_model_average": parameter.do_model_average,
        "need_clip": parameter.need_clip,
        "value": float(values.flat[0]) if (values == values.flat[0]).all() else "drawn",
    }


def made(lib, name, argument, given, free):
    """What a constructor makes: its parameters and the state's keys and shapes; the error that it raises instead."""
    cls = getattr(lib.nn, name)
    with lib.utils.unique_name.guard():
        try:
            net = cls(**{**constructors.settings(getattr(paddle.nn, name)), argument: GIVEN[given](lib, free)})
        except (AssertionError, TypeError, ValueError) as error:
            return error
    state = [] if name == CLUSTERS else [(key, list(value.shape)) for key, value in net.state_dict().items()]
    return {key: described(p) for key, p in parameters(net).items()}, state


def test_there_are_as_many_as_paddle_has():
    assert len({name for name, _ in PAIRS}) == 35
    assert set(PAIRS) == set(constructors.with_attributes(pa.nn))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("name", "argument"), PAIRS)
def test_parameters_have_what_the_attribute_says(name, argument):
    for given in GIVEN:
        free = f"given_{next(counter)}"
        ours, theirs = (made(lib, name, argument, given, free) for lib in (pa, paddle))
        if isinstance(theirs, Exception):
            assert isinstance(ours, (TypeError, ValueError)), given
            continue
        if given == "False" and argument == "weight_attr" and name in NEEDS_A_WEIGHT:
            assert isinstance(ours, ValueError), given
            continue
        if name == TRAINS and given in ("trainable", "all"):
            target = theirs[0][argument.removesuffix("_attr")]
            assert target.pop("trainable") == (True, False), "no difference any more"
            assert ours[0][argument.removesuffix("_attr")].pop("trainable") == (False, True)
        assert ours == theirs, given


def test_a_list_holds_an_attribute_for_each_part():
    def shown(lib, name, count):
        attrs = [lib.ParamAttr(learning_rate=1.0 + place) for place in range(count)]
        sizes = constructors.settings(getattr(paddle.nn, name))
        with lib.utils.unique_name.guard():
            net = getattr(lib.nn, name)(**sizes, weight_attr=attrs, bias_attr=(False, *attrs[1:]))
        return {key: described(p) for key, p in net.named_parameters()}

    for name, count in (("TransformerEncoderLayer", 2), ("TransformerDecoderLayer", 3), ("Transformer", 3)):
        assert shown(pa, name, count) == shown(paddle, name, count)


@pytest.mark.parametrize("name", sorted({name for name, _ in PAIRS}))
def test_a_global_initializer_reaches_the_same_parameters(name):
    def values(lib):
        constant = lib.nn.initializer.Constant
        lib.nn.initializer.set_global_initializer(constant(0.25), constant(0.5))
        try:
            net = getattr(lib.nn, name)(**constructors.settings(getattr(paddle.nn, name)))
        finally:
            lib.nn.initializer.set_global_initializer(None)
        return {key: described(p)["value"] for key, p in parameters(net).items()}

    assert values(pa) == values(paddle)


def samples(lib, name):
    """The first values of each parameter in so many layers that they are 2000 at least."""
    sizes = constructors.settings(getattr(paddle.nn, name))
    nets = [parameters(getattr(lib.nn, name)(**sizes))]
    drawn = [p.size for p in nets[0].values() if described(p)["value"] == "drawn"]
    nets += [parameters(getattr(lib.nn, name)(**sizes)) for _ in range(2000 // min(drawn, default=2000))]
    return {key: np.concatenate([net[key].numpy().ravel() for net in nets]) for key in nets[0]}


@pytest.mark.parametrize("name", sorted({name for name, _ in PAIRS}))
def test_first_values_have_the_law_of_paddle(name):
    """Samples differ by chance: once in a million, for each parameter, where the laws are the same."""
    for lib in (pa, paddle):
        lib.seed(4)
    ours, theirs = (samples(lib, name) for lib in (pa, paddle))
    for key, other in theirs.items():
        one = ours[key]
        if len(set(other)) == 1:
            assert set(one) == set(other), key
            continue
        assert stats.ks_2samp(one, other).pvalue > 1e-6, key
        # Five standard errors of the difference.
        assert abs(one.std() - other.std()) < 5 * other.std() * np.sqrt(2 / one.size), key
        # A uniform law ends at its bound, a normal one does not.
        ends = [np.abs(sample).max() for sample in (one, other)]
        bounded = [end < 1.9 * sample.std() for end, sample in zip(ends, (one, other), strict=True)]
        assert bounded[0] == bounded[1], key
        if all(bounded):
            assert abs(ends[0] / ends[1] - 1) < 14 / one.size, key
