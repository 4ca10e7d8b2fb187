import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

POOL = {n: getattr(F, f"max_pool{n}d") for n in (1, 2, 3)}
UNPOOL = {n: getattr(F, f"max_unpool{n}d") for n in (1, 2, 3)}


@pytest.mark.parametrize("n", [1, 2, 3])
@pytest.mark.parametrize(("kernel", "stride", "padding"), [(2, None, 0), (3, 2, 1), (2, 3, [1] * 6), (3, 1, 0)])
def test_the_largest_values_return_to_their_places(n, kernel, stride, padding):
    padding = padding[: 2 * n] if isinstance(padding, list) else padding
    x = np.random.default_rng(n).permutation(2 * 3 * 6**n).reshape(2, 3, *[6] * n) + 1.0
    value, mask = POOL[n](x, kernel, stride, padding, return_mask=True)
    found = UNPOOL[n](value, mask, kernel, stride, padding, output_size=x.shape).numpy()
    assert found.shape == x.shape
    assert set(found[found != 0]) == set(value.numpy().ravel())
    assert (found == np.where(found != 0, x, 0)).all()


def test_the_size_of_the_output():
    x, indices = np.ones((1, 1, 2, 3)), np.arange(6).reshape(1, 1, 2, 3)
    assert F.max_unpool2d(x, indices, 2).shape == [1, 1, 4, 6]
    assert F.max_unpool2d(x, indices, 3, 2, [1, 0]).shape == [1, 1, 3, 7]
    for size in ([5, 5], (5, 5), [1, 1, 5, 5], [pa.to_tensor(5), 5]):
        assert F.max_unpool2d(x, indices, 2, output_size=size).shape == [1, 1, 5, 5]
    with pytest.raises(ValueError, match=r"output_size must be less than a stride from \[4, 6\]"):
        F.max_unpool2d(x, indices, 2, output_size=[6, 6])


@pytest.mark.parametrize(
    ("args", "settings", "error", "message"),
    [
        ((2,), {"indices": [[[0, 4]]]}, ValueError, r"indices must be places in planes of \[4\]"),
        ((2,), {"indices": [[[-1, 0]]]}, ValueError, r"indices must be places in planes of \[4\]"),
        ((2,), {"indices": [[[0.0, 1.0]]]}, TypeError, "indices must hold integers"),
        ((2,), {"indices": [[[0]]]}, ValueError, "indices of its shape"),
        ((0,), {}, ValueError, "kernel_size must be >= 1"),
        ((2,), {"padding": "SAME"}, ValueError, "padding must be numbers"),
        ((2, 1, 2), {}, ValueError, "padding is too large"),
        ((2,), {"data_format": "NLC"}, ValueError, "data_format must be one of"),
        ((2,), {"output_size": 4}, TypeError, "output_size must be a list or tuple"),
        ((2,), {"output_size": [4, 4]}, ValueError, "output_size must be an integer or a sequence of 1"),
    ],
)
def test_bad_settings(args, settings, error, message):
    with pytest.raises(error, match=message):
        F.max_unpool1d(np.ones((1, 1, 2)), settings.pop("indices", [[[0, 1]]]), *args, **settings)
