import copy
import inspect
import pickle

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn
from paramattr.nn.layer.function import FunctionLayer, described

LAYERS = [name for name in nn.layer.__all__ if issubclass(getattr(nn, name), FunctionLayer)]


def test_there_are_many():
    assert len(LAYERS) > 30


@pytest.mark.parametrize("name", LAYERS)
def test_the_settings_are_arguments_of_the_constructor_and_of_the_function(name):
    layer = getattr(nn, name)
    arguments = inspect.signature(layer.function).parameters
    assert set(layer._settings) == set(inspect.signature(layer).parameters) - {"name"}
    assert set(layer._settings) <= set(arguments)
    made = layer(*[2 for p in inspect.signature(layer).parameters.values() if p.default is p.empty])
    assert list(made.settings()) == list(layer._settings)
    assert made.full_name().startswith(type(made).__name__[0].lower())


def test_a_setting_can_be_changed():
    layer = nn.LeakyReLU(0.5)
    layer.negative_slope = 0.25
    assert layer(pa.to_tensor([-1.0])).item() == -0.25
    assert repr(layer) == "LeakyReLU(negative_slope=0.25)"


def test_copies_and_pickles_have_the_settings():
    layer = nn.Hardtanh(-0.5, 2.0, name="bounded")
    for other in (copy.deepcopy(layer), pickle.loads(pickle.dumps(layer))):
        assert repr(other) == repr(layer) == "Hardtanh(min=-0.5, max=2.0, name=bounded)"
        np.testing.assert_array_equal(other(pa.to_tensor([-1.0, 1.0, 3.0])).numpy(), [-0.5, 1.0, 2.0])


def test_a_subclass_has_a_constructor_of_its_own():
    class Double(nn.LeakyReLU):
        def __init__(self, half):
            super().__init__(2 * half)

    assert Double(0.25)(pa.to_tensor([-1.0])).item() == -0.5
    assert repr(Double(0.25)) == "Double(negative_slope=0.5)"


def test_names_are_strings_and_stand_last():
    with pytest.raises(TypeError, match="name must be a string or None"):
        nn.ReLU(3)
    assert described(None) == described("") == ""
    assert described("n", "4", p=1.0) == "4, p=1.0, name=n"
