import pytest

import paramattr as pa
from paramattr import device


def test_the_cpu_is_the_device():
    assert pa.set_device("cpu") == pa.set_device(pa.CPUPlace()) == pa.CPUPlace()
    assert pa.get_device() == "cpu"
    assert pa.get_device(pa.to_tensor([1.0])) == -1


@pytest.mark.parametrize("other", ["gpu", "gpu:0", "cuda", "xpu", "cpu:0", "", None, 0])
def test_other_devices_are_refused(other):
    with pytest.raises(ValueError, match="device must be"):
        pa.set_device(other)


def test_there_is_nothing_else():
    for name in device.__all__:
        if name.startswith("is_compiled_with_") and name != "is_compiled_with_custom_device":
            assert getattr(device, name)() is False
            assert getattr(pa, name) is getattr(device, name)
    assert device.is_compiled_with_custom_device("npu") is False
    assert device.is_available() is False
    assert device.device_count() == 0
    assert device.get_cudnn_version() is None
    lists = ("all_device_type", "all_custom_device_type", "available_device", "available_custom_device")
    assert [getattr(device, f"get_{name}")() for name in lists] == [[]] * 4


def test_what_is_asked_of_no_tensor_is_refused():
    with pytest.raises(TypeError, match="input must be a Tensor"):
        pa.get_device(3)
    with pytest.raises(TypeError, match="device_type must be a string"):
        pa.is_compiled_with_custom_device(3)
