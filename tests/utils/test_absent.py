import pickle
import subprocess
import sys

import numpy as np
import pytest

import paramattr as pa
from paramattr.utils import absent

ENTRIES = sorted(absent._reasons())


def home(path):
    if path == "paramattr.Tensor":
        return pa.to_tensor(1.0)
    thing = pa
    for part in path.split(".")[1:]:
        thing = getattr(thing, part)
    return thing


@pytest.mark.parametrize(("module", "name"), ENTRIES)
def test_what_is_left_out_says_why(module, name):
    try:
        where = home(module)
    except AttributeError:
        pytest.skip(f"there is no {module} yet")
    if isinstance(where, type):
        assert not hasattr(where, name)
        return
    with pytest.raises(AttributeError) as caught:
        getattr(where, name)
    message = str(caught.value)
    assert repr(name) in message
    assert f": in Paddle it {absent.reason(module, name)}" in message


def test_each_name_is_left_out_for_one_reason():
    entries = [
        (module, name)
        for modules in absent._TABLE.values()
        for module, names in modules.items()
        for name in names.split()
    ]
    assert len(set(entries)) == len(entries)


@pytest.mark.parametrize(
    ("where", "name", "meant"),
    [
        (pa, "concatt", "concat"),
        (pa.nn, "Lineer", "Linear"),
        (pa.nn.functional, "reluu", "relu"),
        (pa.optimizer, "Adamm", "Adam"),
        (pa.optimizer.lr, "StepDecai", "StepDecay"),
        (pa.nn.initializer, "XavierUnifrom", "XavierUniform"),
        (pa.to_tensor(1.0), "reshap", "reshape"),
    ],
)
def test_a_typing_mistake_is_answered_with_the_nearest_name(where, name, meant):
    with pytest.raises(AttributeError, match=f"did you mean '{meant}'"):
        getattr(where, name)


def test_functions_that_numpy_has_are_named():
    message = str(absent.AbsentError("paramattr", "trim_zeros", list))
    assert "numpy.trim_zeros works on the arrays of tensors" in message
    assert "numpy" not in str(absent.AbsentError("paramattr.nn", "trim_zeros", list))


def test_special_names_are_nothing_to_explain():
    with pytest.raises(AttributeError, match=r"^'paramattr.nn' has no attribute '__wrapped__'$"):
        _ = pa.nn.__wrapped__
    assert pickle.loads(pickle.dumps(pa.to_tensor([1.0]))).item() == 1.0
    assert not hasattr(np.asarray(pa.to_tensor([1.0])), "cuda")


def test_the_error_is_itself_after_pickling():
    mistake = absent.AbsentError("paramattr", "concatt", lambda: ["concat"])
    again = pickle.loads(pickle.dumps(mistake))
    assert type(again) is AttributeError
    assert str(again) == str(mistake)
    assert mistake.name == "concatt"


def test_nothing_is_worded_before_it_is_read():
    def unread():
        raise AssertionError("names were asked for")

    absent.AbsentError("paramattr", "concatt", unread)
    program = "import sys, paramattr; hasattr(paramattr, 'concatt'); sys.exit('difflib' in sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True)
