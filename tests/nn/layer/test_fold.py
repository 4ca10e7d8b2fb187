import numpy as np
import pytest

from paramattr import nn

F = nn.functional
X = np.random.default_rng(0).standard_normal((2, 3, 6, 5))


def test_layers_are_their_functions():
    unfold, fold = nn.Unfold([2, 3], 1, [1, 0], [2, 1]), nn.Fold([6, 5], [2, 3], 1, [1, 0], [2, 1])
    columns = unfold(X)
    np.testing.assert_array_equal(columns.numpy(), F.unfold(X, [2, 3], [2, 1], [1, 0], 1).numpy())
    np.testing.assert_array_equal(fold(columns).numpy(), F.fold(columns, [6, 5], [2, 3], [2, 1], [1, 0], 1).numpy())
    text = "kernel_size=[2, 3], dilation=1, padding=[1, 0], stride=[2, 1]"
    assert (repr(unfold), repr(fold)) == (f"Unfold({text})", f"Fold({text})")


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.Unfold(0), ValueError, "kernel_sizes must be >= 1"),
        (lambda: nn.Unfold(2, 0), ValueError, "dilations must be >= 1"),
        (lambda: nn.Unfold(2, 1, [1] * 3), ValueError, "paddings must be an integer or a sequence of 2"),
        (lambda: nn.Fold(2, 2, 1, 0, 0), ValueError, "strides must be >= 1"),
        (lambda: nn.Fold("4", 2), TypeError, "output_sizes must be an integer"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
