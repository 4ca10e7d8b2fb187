import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

F = nn.functional
LOGITS = pa.to_tensor(np.random.default_rng(0).standard_normal((4, 2, 3)))
LOGS = F.log_softmax(pa.to_tensor(np.random.default_rng(0).standard_normal((2, 3, 3, 4))))
LABEL, STEPS, COUNTS = (pa.to_tensor(a) for a in ([[1, 0], [0, 0]], [3, 3], [2, 1]))


def test_a_layer_is_its_function():
    found = nn.CTCLoss(2, "none", True)(LOGITS, LABEL, STEPS, COUNTS, norm_by_times=True)
    expected = F.ctc_loss(LOGITS, LABEL, STEPS, COUNTS, 2, "none", True, True)
    np.testing.assert_array_equal(found.numpy(), expected.numpy())
    found = nn.RNNTLoss(2, 0.5, "none")(LOGS, LABEL, STEPS, COUNTS)
    np.testing.assert_array_equal(found.numpy(), F.rnnt_loss(LOGS, LABEL, STEPS, COUNTS, 2, 0.5, "none").numpy())


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.CTCLoss(-1), ValueError, "blank"),
        (lambda: nn.CTCLoss(reduction="max"), ValueError, "reduction"),
        (lambda: nn.CTCLoss(zero_infinity=1), TypeError, "zero_infinity"),
        (lambda: nn.RNNTLoss(0.5), TypeError, "blank"),
        (lambda: nn.RNNTLoss(fastemit_lambda=None), TypeError, "fastemit_lambda"),
        (lambda: nn.RNNTLoss(reduction="max"), ValueError, "reduction"),
    ],
)
def test_bad_settings_are_refused_by_the_constructor(make, error, message):
    with pytest.raises(error, match=message):
        make()
