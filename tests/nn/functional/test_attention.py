import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812


def normal(*shape, seed=0):
    return np.random.default_rng([seed, *shape]).standard_normal(shape)


def attention(q, k, v, mask=0.0, scale=None):
    """By head, of arrays of shape ``[batch, length, heads, size]``."""
    groups = q.shape[2] // k.shape[2]
    mask = np.broadcast_to(mask, (q.shape[0], q.shape[2], q.shape[1], k.shape[1]))
    out = np.empty((*q.shape[:3], v.shape[3]))
    for b in range(q.shape[0]):
        for h in range(q.shape[2]):
            scores = q[b, :, h] @ k[b, :, h // groups].T * (q.shape[3] ** -0.5 if scale is None else scale) + mask[b, h]
            weights = np.exp(scores - scores.max(axis=1, keepdims=True))
            out[b, :, h] = weights / weights.sum(axis=1, keepdims=True) @ v[b, :, h // groups]
    return out


@given(st.data())
def test_attention_is_a_mean_of_the_values_for_each_head(data):
    batch, queries, keys, heads, groups, size, width = (data.draw(st.integers(1, 3)) for _ in range(7))
    q, k = normal(batch, queries, heads * groups, size), normal(batch, keys, heads, size)
    v = normal(batch, keys, heads, width, seed=1)
    ends = [(), (batch, heads * groups), (1, heads * groups), (batch, 1), (heads * groups,)]
    shape = (*data.draw(st.sampled_from(ends)), data.draw(st.sampled_from([1, queries])), keys)
    mask = data.draw(st.sampled_from([None, normal(*shape, seed=2), normal(*shape, seed=2) > 0]))
    causal, scale = data.draw(st.booleans()), data.draw(st.sampled_from([None, 0.0, 2.0]))
    if mask is not None and mask.dtype == bool:
        mask[..., 0] = True  # each query sees a key
    found = F.scaled_dot_product_attention(q, k, v, mask, is_causal=causal, scale=scale).numpy()
    added = 0.0 if mask is None else np.where(mask, 0.0, -np.inf) if mask.dtype == bool else mask
    if causal:
        added = added + np.where(np.arange(keys) <= np.arange(queries)[:, None], 0.0, -np.inf)
    np.testing.assert_allclose(found, attention(q, k, v, added, scale), rtol=1e-10, atol=1e-12)
    if batch == 1 and (mask is None or mask.ndim < 4):
        single = F.scaled_dot_product_attention(q[0], k[0], v[0], mask, is_causal=causal, scale=scale).numpy()
        np.testing.assert_array_equal(single, found[0])


def test_a_query_that_sees_no_key_is_nan():
    x = pa.to_tensor(normal(1, 2, 1, 3), stop_gradient=False)
    out = F.scaled_dot_product_attention(x, x, x, np.array([[True, False], [False, False]])).numpy()
    assert np.isfinite(out[0, 0]).all()
    assert np.isnan(out[0, 1]).all()


@pytest.mark.parametrize("axis", range(4))
def test_nothing_along_an_axis(axis):
    shape = [2, 3, 2, 5]
    shape[axis] = 0
    x = np.ones(shape)
    np.testing.assert_array_equal(F.scaled_dot_product_attention(x, x, x).numpy(), x)
    # Without elements, all scores are 0.
    values = normal(2, 3, 2, 5)
    found = F.scaled_dot_product_attention(values[..., :0], values[..., :0], values).numpy()
    np.testing.assert_allclose(found, np.broadcast_to(values.mean(axis=1, keepdims=True), values.shape), rtol=1e-12)


def test_large_scores_do_not_overflow():
    x = np.full((1, 2, 1, 4), 1e18, np.float32)
    np.testing.assert_array_equal(F.scaled_dot_product_attention(x, x, x).numpy(), x)


def test_dropout_keeps_the_mean_and_is_for_training():
    q, v = np.zeros((1, 1, 1, 1)), np.ones((1, 4000, 1, 1))
    k = np.zeros_like(v)
    drawn = [F.scaled_dot_product_attention(q, k, v, dropout_p=0.5).item() for _ in range(5)]
    assert len(set(drawn)) > 1
    assert all(abs(value - 1) < 0.1 for value in drawn)  # six standard deviations
    assert F.scaled_dot_product_attention(q, k, v, dropout_p=0.5, training=False).item() == pytest.approx(1.0)
    assert F.scaled_dot_product_attention(q, k, v, dropout_p=1.0).item() == 0.0


def test_dropped_weights_give_no_gradient_to_their_values():
    v = pa.to_tensor(np.ones((1, 50, 1, 1)), stop_gradient=False)
    zeros = np.zeros((1, 50, 1, 1))
    F.scaled_dot_product_attention(zeros[:, :1], zeros, v, dropout_p=0.5).sum().backward()
    found = v.grad.numpy().ravel()
    assert set(found.round(6)) == {0.0, 0.04}


X4 = np.zeros((2, 3, 4, 5))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda f: f(X4[0, 0], X4[0, 0], X4[0, 0]), ValueError, "3 or all 4 axes"),
        (lambda f: f(X4, X4[0], X4), ValueError, "3 or all 4 axes"),
        (lambda f: f(X4[:, :, :0], X4, X4), ValueError, "a divisor of those of query, but there are 0, 4, 4"),
        (lambda f: f(X4, X4[:1], X4), ValueError, r"of the same batch, but have \[2, 1, 2\]"),
        (lambda f: f(X4, X4, X4[:1]), ValueError, r"of the same batch, but have \[2, 2, 1\]"),
        (lambda f: f(X4, X4[:, :, :3], X4[:, :, :3]), ValueError, "a divisor of those of query, but there are 4, 3, 3"),
        (lambda f: f(X4, X4[:, :, :2], X4[:, :, :1]), ValueError, "must be as many"),
        (lambda f: f(X4, X4[:, :, :2], X4[:, :, :2], enable_gqa=False), ValueError, "and those of query"),
        (lambda f: f(X4, X4[..., :2], X4), ValueError, "attention needs inputs whose shapes"),
        (lambda f: f(X4, X4, X4, np.ones((3, 3), int)), TypeError, "attn_mask must hold bools or real numbers"),
        (lambda f: f(X4, X4, X4, np.ones((2, 3))), ValueError, r"attn_mask must broadcast to \[2, 4, 3, 3\]"),
        (lambda f: f(X4, X4, X4, np.ones(3)), ValueError, "attn_mask must broadcast"),
        (lambda f: f(X4, X4, X4, dropout_p=1.5), ValueError, "dropout_p must be"),
        (lambda f: f(X4, X4, X4, is_causal=1), TypeError, "is_causal must be a bool"),
        (lambda f: f(X4, X4, X4, dropout_p=0.5, training=1), TypeError, "training must be a bool"),
        (lambda f: f(X4, X4, X4, scale="1"), TypeError, "scale must be a real number"),
        (lambda f: f(X4, X4, X4, enable_gqa=1), TypeError, "enable_gqa must be a bool"),
        (lambda f: f(X4, X4, X4, backend=1), TypeError, "backend must be"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call(F.scaled_dot_product_attention)


@given(st.lists(st.integers(-1, 4), min_size=1, max_size=4), st.none() | st.integers(0, 5))
def test_a_mask_has_as_many_ones_as_the_length(lengths, maxlen):
    mask = F.sequence_mask(pa.to_tensor(lengths), maxlen).numpy()
    size = max(*lengths, 0) if maxlen is None else maxlen
    assert mask.dtype == np.int64
    for row, length in zip(mask, lengths, strict=True):
        assert row.tolist() == [1] * min(max(length, 0), size) + [0] * (size - max(length, 0))


def test_forms_of_a_mask():
    mask = F.sequence_mask(pa.to_tensor([[1], [2]]), pa.to_tensor(3), "bool")
    assert mask.tolist() == [[[True, False, False]], [[True, True, False]]]
    assert F.sequence_mask(pa.to_tensor(2), dtype="float32").numpy().dtype == np.float32


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.sequence_mask(pa.to_tensor([1]), -1), ValueError, "maxlen must be >= 0"),
        (lambda: F.sequence_mask(pa.to_tensor([1]), 1.5), TypeError, "maxlen must be an integer"),
        (lambda: F.sequence_mask(np.zeros(0, int)), ValueError, "maxlen can't be None"),
        (lambda: F.sequence_mask(pa.to_tensor([1]), dtype="text"), TypeError, "dtype must be a dtype"),
    ],
)
def test_masks_that_make_no_sense_are_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
