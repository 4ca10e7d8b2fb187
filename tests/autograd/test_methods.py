import pytest

import paramattr as pa
from paramattr import tensor


@pytest.mark.parametrize("name", [name for name, home in tensor.HOMES.items() if home not in tensor.FUNCTIONS_ONLY])
def test_a_function_of_tensors_is_a_method(name):
    assert getattr(pa.Tensor([1.0]), name).__func__ is getattr(tensor, name)
    assert name in dir(pa.Tensor([1.0]))


def test_methods_are_found_on_the_class():
    assert pa.Tensor.flatten is pa.flatten
    assert pa.Parameter.flatten is pa.flatten
    with pytest.raises(AttributeError, match="type object 'Tensor' has no attribute 'exq'"):
        pa.Tensor.exq  # noqa: B018


def test_a_method_of_a_class_of_ones_own_comes_first():
    class Doubled(pa.Tensor):
        def exp(self):
            return "mine"

    assert Doubled([1.0]).exp() == "mine"
    assert pa.Tensor([0.0]).exp().tolist() == [1.0]


def test_what_is_no_method():
    with pytest.raises(AttributeError, match="'Tensor' has no attribute 'exq'"):
        pa.Tensor([1.0]).exq  # noqa: B018
    assert not hasattr(pa.Tensor([1.0]), "to_tensor")
