import pytest

import paramattr as pa
from paramattr.autograd import place


def test_all_tensors_are_on_the_cpu():
    here = pa.zeros([1]).place
    assert (repr(here), here.is_cpu_place(), here.is_gpu_place()) == ("Place(cpu)", True, False)
    assert here == place.Place()
    assert here != "cpu"
    assert len({here, place.Place()}) == 1
    for known in (None, "cpu", here):
        place.check("device", known)
    with pytest.raises(ValueError, match="device must be 'cpu', a place or None, but received 'gpu'"):
        place.check("device", "gpu")
