import json
from dataclasses import dataclass

import pytest

from paramattr.utils.registry import Configurable, Registry, snake_case


class Shape(Configurable):
    pass


@dataclass(frozen=True, repr=False, eq=False)
class WideBox(Shape):
    width: float = 1.0


@dataclass(frozen=True, repr=False, eq=False)
class Disc(Shape):
    radius: float = 2.0


@pytest.fixture
def shapes():
    registry = Registry("shape", Shape)
    for cls in (WideBox, Disc):
        assert registry.register(cls) is cls
    return registry


@pytest.mark.parametrize(
    ("name", "snake"),
    [
        ("KaimingNormal", "kaiming_normal"),
        ("L2Decay", "l2_decay"),
        ("Conv2D", "conv2d"),
        ("Conv2DTranspose", "conv2d_transpose"),
        ("ReLU", "re_lu"),
        ("MSELoss", "mse_loss"),
        ("Linear", "linear"),
    ],
)
def test_snake_case(name, snake):
    assert snake_case(name) == snake
    assert snake_case(snake) == snake


def test_an_entry_comes_by_every_identifier(shapes):
    box = WideBox(3.0)
    assert list(shapes) == [WideBox, Disc]
    assert shapes.get(box) is box
    for identifier in ("WideBox", "wide_box", WideBox, {"name": "WideBox"}, {"name": "wide_box", "width": 1.0}):
        assert shapes.get(identifier) == WideBox()
    assert shapes.get(json.loads(json.dumps(box.get_config()))) == box


@pytest.mark.parametrize(
    ("identifier", "error", "says"),
    [
        ("wide_bx", ValueError, "unknown shape 'wide_bx'; did you mean 'wide_box'?"),
        ("DISK", ValueError, "did you mean '[Dd]isc'"),
        ("qqqqqq", ValueError, r"known are \['Disc', 'WideBox'\]"),
        ({"width": 1.0}, ValueError, "shape config must have a string under 'name'"),
        ({"name": 3}, ValueError, "shape config must have a string under 'name'"),
        ({"name": "Disc", "width": 1.0}, TypeError, "width"),
        (3, TypeError, r"shape must be a name, a config, a Shape class or .* received 3 \(int\)"),
        (dict, TypeError, "shape must be a name"),
        (None, TypeError, "shape must be a name"),
    ],
)
def test_what_leads_to_no_entry(shapes, identifier, error, says):
    with pytest.raises(error, match=says):
        shapes.get(identifier)


def test_only_subclasses_of_the_base(shapes):
    with pytest.raises(TypeError, match="only subclasses of Shape"):
        shapes.register(Configurable)
    assert list(shapes) == [WideBox, Disc]


@pytest.mark.parametrize("name", ["Disc", "disc", "wide_box"])
def test_a_name_and_its_alias_belong_to_one_class(shapes, name):
    other = type(name, (Shape,), {"__qualname__": f"elsewhere.{name}"})
    with pytest.raises(ValueError, match=r"the shape name '.*' is taken by"):
        shapes.register(other)
    assert shapes.get("disc") == Disc()
    assert shapes.get("wide_box") == WideBox()


def test_a_definition_run_again_replaces_itself(shapes):
    again = type("Disc", (Shape,), {"__qualname__": "Disc", "__module__": __name__})
    assert shapes.register(again) is again
    assert shapes.lookup("disc") is again
    assert list(shapes) == [WideBox, again]


def test_a_class_without_settings_to_name_has_no_config():
    with pytest.raises(TypeError, match="Shape must be a dataclass, or define get_config"):
        Shape().get_config()
