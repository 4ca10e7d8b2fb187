import pytest

import paramattr as pa


def test_old_paths_lead_to_the_same():
    base = pa.base
    assert (base.set_flags, base.get_flags) == (pa.set_flags, pa.get_flags)
    assert (base.CPUPlace, base.ParamAttr) == (pa.CPUPlace, pa.ParamAttr)
    assert base.dygraph.no_grad is pa.no_grad
    assert base.dygraph.enabled() is base.in_dygraph_mode() is True
    assert base.unique_name is pa.utils.unique_name


def test_a_guard_changes_nothing():
    for place in (None, "cpu", pa.CPUPlace()):
        with pa.base.dygraph.guard(place):
            x = pa.to_tensor([1.0], stop_gradient=False)
            (x * 2.0).backward()
    assert x.grad.tolist() == [2.0]
    with pytest.raises(ValueError, match="place must be"), pa.base.dygraph.guard("gpu"):
        pass
