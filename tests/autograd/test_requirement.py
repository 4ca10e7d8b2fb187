import pytest

import paramattr as pa


@pytest.mark.parametrize("make", [lambda: pa.to_tensor([1.0]), lambda: pa.nn.Parameter(pa.to_tensor([1.0]))])
def test_both_names_say_the_opposite(make):
    x = make()
    for wanted in (True, False):
        x.requires_grad = wanted
        assert (x.requires_grad, x.stop_gradient) == (wanted, not wanted)
        x.stop_gradient = wanted
        assert (x.requires_grad, x.stop_gradient) == (not wanted, wanted)
    assert x.requires_grad_() is x
    assert x.requires_grad
    assert x.requires_grad_(False).stop_gradient
    for name in ("requires_grad", "stop_gradient"):
        with pytest.raises(TypeError, match=f"{name} must be a bool, but received 1"):
            setattr(x, name, 1)
