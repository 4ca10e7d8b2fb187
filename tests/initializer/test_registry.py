import math
from dataclasses import dataclass

import pytest

import paramattr as pa
from paramattr import initializer as init
from paramattr.initializer import registry


@init.register
@dataclass(frozen=True)
class ScaledNormal(init.Initializer):
    scale: float = 1.0

    def distribution(self, shape):
        fan_in, _ = init.compute_fans(shape)
        return pa.random.Normal(0.0, self.scale / fan_in)


def test_names_aliases_classes_configs_and_instances():
    expected = init.KaimingNormal(nonlinearity="leaky_relu", negative_slope=0.2)
    config = {"name": "KaimingNormal", "nonlinearity": "leaky_relu", "negative_slope": 0.2}
    assert init.get(config) == expected
    assert init.get({**config, "name": "kaiming_normal"}) == expected
    assert init.get("KaimingNormal") == init.get("kaiming_normal") == init.get(init.KaimingNormal)
    assert init.get(expected) is expected


def test_every_class_is_registered_under_both_names():
    public = [value for value in (getattr(init, name) for name in init.__all__) if isinstance(value, type)]
    own = {cls for cls in public if issubclass(cls, init.Initializer) and cls is not init.Initializer}
    assert len(own) >= 13
    assert own <= set(init.registered())
    assert init.get("truncated_normal") == init.TruncatedNormal()


@pytest.mark.parametrize(
    ("unknown", "nearest"),
    [("KaimingNorml", "KaimingNormal"), ("xavier_unifrom", "xavier_uniform"), ("orthogonal_", "orthogonal")],
)
def test_an_unknown_name_suggests_the_nearest(unknown, nearest):
    with pytest.raises(ValueError, match=f"did you mean '{nearest}'"):
        init.get(unknown)


def test_a_name_near_nothing_lists_what_there_is():
    with pytest.raises(ValueError, match="Bilinear"):
        init.get("qqqqqq")


@pytest.mark.parametrize("identifier", [3, None, [], pa.nn.Linear, pa.regularizer.L2Decay(0.1)])
def test_what_is_no_identifier_is_a_type_error(identifier):
    with pytest.raises(TypeError, match="initializer"):
        init.get(identifier)


def test_a_config_with_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="sd"):
        init.get({"name": "Normal", "sd": 1.0})
    with pytest.raises(ValueError, match="std"):
        init.get({"name": "Normal", "std": -1.0})


def test_a_users_class_works_everywhere_by_name():
    assert init.get("scaled_normal") == ScaledNormal()
    assert init.get({"name": "ScaledNormal", "scale": 2.0}).get_config() == {"name": "ScaledNormal", "scale": 2.0}
    attr = pa.ParamAttr(initializer="scaled_normal")
    assert pa.ParamAttr.from_config(attr.get_config()) == attr
    layer = pa.nn.Linear(100, 100, weight_attr=attr)
    assert 0.009 < layer.weight.numpy().std() < 0.011
    with init.set_global_initializer("ScaledNormal"):
        assert pa.nn.Linear(2, 2).weight.initializer == ScaledNormal()


def test_a_name_belongs_to_one_class():
    with pytest.raises(ValueError, match="Normal"):

        @init.register
        @dataclass(frozen=True)
        class Normal(init.Initializer):
            pass

    with pytest.raises(TypeError, match="Initializer"):
        init.register(dict)
    assert init.get("Normal") == init.Normal()


def test_a_definition_run_again_replaces_itself():
    def define(default):
        @init.register
        @dataclass(frozen=True)
        class Cell(init.Initializer):
            value: float = default

            def distribution(self, shape):
                return pa.random.PointMass(self.value)

        return Cell

    define(1.0)
    second = define(2.0)
    assert init.get("cell") == second(2.0)


# What Paddle's are without arguments.
DEFAULTS = [
    {"name": "Constant", "value": 0.0},
    {"name": "Uniform", "low": -1.0, "high": 1.0},
    {"name": "Normal", "mean": 0.0, "std": 1.0},
    {"name": "TruncatedNormal", "mean": 0.0, "std": 1.0, "a": -2.0, "b": 2.0},
    {"name": "XavierUniform", "fan_in": None, "fan_out": None, "gain": 1.0},
    {"name": "XavierNormal", "fan_in": None, "fan_out": None, "gain": 1.0},
    {"name": "KaimingUniform", "fan_in": None, "negative_slope": 0.0, "nonlinearity": "relu", "mode": "fan_in"},
    {"name": "KaimingNormal", "fan_in": None, "negative_slope": 0.0, "nonlinearity": "relu", "mode": "fan_in"},
    {"name": "Orthogonal", "gain": 1.0},
    {"name": "Dirac", "groups": 1},
    {"name": "Bilinear"},
]


@pytest.mark.parametrize("config", DEFAULTS, ids=lambda config: config["name"])
def test_defaults(config):
    assert getattr(init, config["name"])().get_config() == config


SETTINGS = [(config, name) for config in DEFAULTS for name in config if name not in ("name", "nonlinearity", "mode")]


@pytest.mark.parametrize(("config", "name"), SETTINGS, ids=lambda part: part if isinstance(part, str) else part["name"])
def test_a_setting_of_the_wrong_kind_or_without_a_value_is_refused_by_its_name(config, name):
    for bad in ("1", [1.0], 1j, True):
        with pytest.raises(TypeError, match=rf"^{name} must be"):
            init.get({**config, name: bad})
    if name != "groups":
        with pytest.raises(ValueError, match=rf"^{name} must"):
            init.get({**config, name: math.nan})


def test_an_optional_recipe_is_refused_by_the_name_of_its_argument():
    assert registry.optional("weight_init", None) is None
    assert registry.optional("weight_init", "normal") == init.Normal()
    for bad, error in (("no_such", ValueError), ({"name": "Normal", "std": -1.0}, ValueError), (3, TypeError)):
        with pytest.raises(error, match=r"^weight_init: "):
            registry.optional("weight_init", bad)
