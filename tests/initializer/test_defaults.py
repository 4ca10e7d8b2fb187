import contextlib

import pytest

import paramattr as pa
from paramattr import initializer as init


@pytest.mark.parametrize(
    ("make", "error", "named"),
    [
        (lambda: init.set_global_initializer(3), TypeError, "weight_init"),
        (lambda: init.set_global_initializer(None, "nope"), ValueError, "bias_init"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, named):
    with pytest.raises(error, match=named):
        make()


def test_global_initializer_as_a_call_and_as_a_block():
    assert init.global_initializer(is_bias=False) is None
    with init.set_global_initializer("xavier_normal"):
        assert init.global_initializer(is_bias=False) == init.XavierNormal()
        with contextlib.suppress(KeyError), init.set_global_initializer(init.Constant(1.0), init.Constant(2.0)):
            assert init.global_initializer(is_bias=True) == init.Constant(2.0)
            raise KeyError
        assert init.global_initializer(is_bias=False) == init.XavierNormal()
        assert init.global_initializer(is_bias=True) is None
        with pytest.raises(TypeError):
            init.set_global_initializer(init.Constant(1.0), 3)
        assert init.global_initializer(is_bias=False) == init.XavierNormal()
    assert init.global_initializer(is_bias=False) is None
    init.set_global_initializer(init.Constant(4.0))
    try:
        assert pa.nn.Linear(1, 1).weight.item() == 4.0
        assert pa.nn.Linear(1, 1, weight_attr=init.Constant(5.0)).weight.item() == 5.0
    finally:
        init.set_global_initializer(None)
    assert init.global_initializer(is_bias=False) is None
