import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.optimizer import ASGD


def reference(x, gradients, lr, batches):
    for t in range(len(gradients)):
        newest = gradients[max(0, t + 1 - batches) : t + 1]
        x = x - lr * newest.mean(axis=0)
    return x


@given(
    lr=st.floats(1e-3, 0.5),
    batches=st.integers(1, 12),
    seed=st.integers(0, 99),
)
def test_against_a_float64_reference(lr, batches, seed):
    rng = np.random.default_rng(seed)
    gradients = rng.standard_normal((9, 5))
    p = pa.create_parameter([5], "float64")
    p.set_value(rng.standard_normal(5))
    expected = reference(p.numpy().copy(), gradients, lr, batches)
    optimizer = ASGD(lr, batches, [p])
    for gradient in gradients:
        p.grad = gradient
        optimizer.step()
    np.testing.assert_allclose(p.numpy(), expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"batch_num": 0}, ValueError),
        ({"batch_num": 1.5}, TypeError),
    ],
)
def test_bad_arguments(arguments, error):
    with pytest.raises(error, match=next(iter(arguments))):
        ASGD(parameters=[pa.create_parameter([1])], **arguments)
