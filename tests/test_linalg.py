"""The namespace of linear algebra: what it gathers."""

import paramattr as pa
from paramattr import tensor


def test_the_names_are_the_functions_of_tensors():
    for name in pa.linalg.__all__:
        assert getattr(pa.linalg, name) is getattr(tensor, {"inv": "inverse"}.get(name, name))


def test_what_paddle_has_here_alone_is_not_in_the_package():
    assert not {name for name in ("det", "svd", "qr", "solve", "pinv", "inv") if hasattr(pa, name)}
    assert pa.linalg.norm is pa.norm
