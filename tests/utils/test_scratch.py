import threading

import numpy as np

from paramattr.utils.scratch import Scratch


def test_scratch_is_of_its_owner_its_name_and_its_thread():
    one, other = Scratch(), Scratch()
    kind = np.dtype("float32")
    array = one.take("a", 5, kind)
    assert (array.shape, array.dtype) == ((5,), kind)
    assert np.shares_memory(array, one.take("a", 3, kind))
    assert not np.shares_memory(array, one.take("b", 5, kind))
    assert not np.shares_memory(array, other.take("a", 5, kind))
    found = []
    thread = threading.Thread(target=lambda: found.append(one.take("a", 5, kind)))
    thread.start()
    thread.join()
    assert not np.shares_memory(array, found[0])
