import paramattr as pa


def test_there_is_no_gpu():
    for cuda in (pa.cuda, pa.device.cuda):
        assert cuda.is_available() is cuda.is_initialized() is False
        assert cuda.device_count() == 0
        assert cuda.empty_cache() is None
