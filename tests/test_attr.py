import copy
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr import initializer, regularizer
from paramattr.attr import optional_attr, required_attr, resolve

DEFAULTS = {
    "name": None,
    "initializer": None,
    "learning_rate": 1.0,
    "regularizer": None,
    "trainable": True,
    "do_model_average": True,
    "need_clip": True,
}

BAD_FIELDS = [
    ("name", 3, TypeError),
    ("name", "", ValueError),
    ("initializer", 3, TypeError),
    ("initializer", "no_such_initializer", ValueError),
    ("initializer", {"std": 1.0}, ValueError),
    ("learning_rate", "x", TypeError),
    ("learning_rate", True, TypeError),
    ("learning_rate", -3, ValueError),
    ("learning_rate", float("nan"), ValueError),
    ("learning_rate", float("inf"), ValueError),
    ("regularizer", 0.1, TypeError),
    ("regularizer", "L2Decay", TypeError),
    ("regularizer", {"name": "L3Decay"}, ValueError),
    ("trainable", 1, TypeError),
    ("do_model_average", "yes", TypeError),
    ("need_clip", None, TypeError),
]

initializers = st.sampled_from(
    [
        initializer.Constant(0.25),
        initializer.Normal(1.0, 2.0),
        initializer.Uniform(-2.0, 0.5),
        initializer.TruncatedNormal(0.0, 1.0, 6.0, 8.0),
        initializer.XavierNormal(gain=2.0),
        initializer.KaimingUniform(negative_slope=0.2, nonlinearity="leaky_relu"),
        initializer.Assign([[1.0, 2.0], [3.0, 4.0]]),
        initializer.Bilinear(),
        initializer.Dirac(2),
        initializer.Orthogonal(1.5),
    ]
)
regularizers = st.sampled_from([None, regularizer.L1Decay(0.1), regularizer.L2Decay(1e-4)])
attrs = st.builds(
    pa.ParamAttr,
    name=st.none() | st.text(min_size=1, max_size=8),
    initializer=st.none() | initializers,
    learning_rate=st.floats(0, 10),
    regularizer=regularizers,
    trainable=st.booleans(),
    do_model_average=st.booleans(),
    need_clip=st.booleans(),
)


def test_fields_defaults_and_order_are_paddles():
    assert vars(pa.ParamAttr()) == DEFAULTS
    positional = pa.ParamAttr("n", initializer.Normal(), 0.5, regularizer.L2Decay(0.1), False, False, False)
    assert list(vars(positional)) == list(DEFAULTS)
    assert positional.name == "n"
    assert positional.learning_rate == 0.5
    assert not positional.need_clip


@pytest.mark.parametrize(("field", "value", "error"), BAD_FIELDS)
def test_a_bad_field_is_refused_when_built_and_when_assigned(field, value, error):
    with pytest.raises(error, match=field):
        pa.ParamAttr(**{field: value})
    attr = pa.ParamAttr()
    with pytest.raises(error, match=field):
        setattr(attr, field, value)
    assert vars(attr) == DEFAULTS


def test_the_removed_gradient_clip_says_what_to_use():
    with pytest.raises(TypeError, match=r"need_clip.*") as caught:
        pa.ParamAttr(gradient_clip=1.0)
    assert "grad_clip" in str(caught.value)


def test_unknown_fields_are_refused():
    with pytest.raises(TypeError, match="learning_rates"):
        pa.ParamAttr(learning_rates=1.0)
    with pytest.raises(AttributeError, match="do_average"):
        pa.ParamAttr().do_average = True


@pytest.mark.parametrize(
    "given",
    [
        "KaimingNormal",
        "kaiming_normal",
        {"name": "KaimingNormal"},
        initializer.KaimingNormal,
        initializer.KaimingNormal(),
    ],
    ids=["name", "alias", "config", "class", "instance"],
)
def test_an_initializer_may_come_in_every_form(given):
    assert pa.ParamAttr(initializer=given).initializer == initializer.KaimingNormal()


@given(attrs)
def test_config_round_trip_through_json(attr):
    config = json.loads(json.dumps(attr.get_config()))
    assert pa.ParamAttr.from_config(config) == attr


@given(attrs)
def test_a_copy_is_equal_and_apart(attr):
    for other in (copy.copy(attr), copy.deepcopy(attr)):
        assert other == attr
        other.learning_rate = attr.learning_rate + 1
        assert other != attr


@given(attrs, attrs)
def test_replace_changes_what_it_is_told_and_nothing_else(attr, other):
    changed = attr.replace(learning_rate=other.learning_rate, initializer=other.initializer)
    assert vars(changed) == {**vars(attr), "learning_rate": other.learning_rate, "initializer": other.initializer}
    assert attr.replace() == attr


@pytest.mark.parametrize(("field", "value", "error"), [*BAD_FIELDS, ("lr", 1.0, AttributeError)])
def test_replace_refuses_what_assigning_does(field, value, error):
    with pytest.raises(error, match=field):
        pa.ParamAttr().replace(**{field: value})


def test_shorthands():
    assert resolve("weight_attr", None) == resolve("weight_attr", True) == pa.ParamAttr()
    assert resolve("weight_attr", False) is None
    assert resolve("weight_attr", "w").name == "w"
    assert resolve("weight_attr", initializer.Constant(1.0)).initializer == initializer.Constant(1.0)
    assert resolve("weight_attr", regularizer.L1Decay(0.1)).regularizer == regularizer.L1Decay(0.1)


@pytest.mark.parametrize("value", [3, 0.5, ["w"], {"name": "w"}, object(), initializer.Normal, np.float32(1)])
def test_anything_else_is_a_type_error_that_names_the_argument(value):
    with pytest.raises(TypeError, match="weight_attr"):
        pa.nn.Linear(2, 2, weight_attr=value)
    with pytest.raises(TypeError, match="bias_attr"):
        pa.nn.Linear(2, 2, bias_attr=value)


def test_an_attr_is_copied_when_used():
    attr = pa.ParamAttr(learning_rate=0.5)
    one, two = pa.nn.Linear(2, 2, weight_attr=attr), pa.nn.Linear(2, 2, weight_attr=attr)
    assert one.weight.name != two.weight.name
    assert attr == pa.ParamAttr(learning_rate=0.5)
    attr.learning_rate = 0.1
    one.weight.need_clip = False
    assert one.weight.optimize_attr == two.weight.optimize_attr == {"learning_rate": 0.5}
    assert two.weight.need_clip


def test_what_a_layer_is_told_of_a_parameter():
    for value in (None, True):
        assert optional_attr("bias_attr", value) is required_attr("weight_attr", value, object()) is None
    assert optional_attr("bias_attr", False) is False
    assert optional_attr("bias_attr", "b").name == required_attr("weight_attr", "b", object()).name == "b"
    with pytest.raises(ValueError, match="weight_attr of object can't be False: the layer needs its weight"):
        required_attr("weight_attr", False, object())
