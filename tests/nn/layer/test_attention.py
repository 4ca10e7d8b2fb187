import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

X = np.random.default_rng(0).standard_normal((2, 5, 6)).astype(np.float32)


def same(one, other):
    np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)


def test_weights_are_a_distribution_and_do_not_change_the_output():
    layer = nn.MultiHeadAttention(6, 2)
    mask = np.tril(np.ones((5, 5), bool))
    plain = layer(pa.to_tensor(X), attn_mask=mask)
    layer.need_weights = True
    out, weights = layer(pa.to_tensor(X), attn_mask=mask)
    same(out, plain)
    assert weights.shape == [2, 2, 5, 5]
    np.testing.assert_allclose(weights.numpy().sum(axis=-1), 1.0, rtol=1e-5)
    assert not weights.numpy()[..., ~mask].any()


@pytest.mark.parametrize("form", [lambda m: m, lambda m: m.astype(int), lambda m: np.where(m, 0.0, -np.inf)])
def test_masks_of_bools_integers_and_numbers_are_alike(form):
    layer = nn.MultiHeadAttention(6, 3)
    mask = np.tril(np.ones((5, 5), bool))
    same(layer(pa.to_tensor(X), attn_mask=form(mask)), layer(pa.to_tensor(X), attn_mask=mask))


def test_a_mask_of_float16_stays_finite():
    layer = nn.MultiHeadAttention(6, 3)
    layer.q_proj.weight.set_value(np.zeros((6, 6)))
    with_float16 = [p.numpy().astype(np.float16) for p in layer.parameters()]
    pa.set_default_dtype("float16")
    try:
        narrow = nn.MultiHeadAttention(6, 3)
    finally:
        pa.set_default_dtype("float32")
    for parameter, values in zip(narrow.parameters(), with_float16, strict=True):
        parameter.set_value(values)
    out = narrow(pa.to_tensor(X.astype(np.float16)), attn_mask=np.zeros((5, 5), bool))
    assert out.dtype == np.float16
    assert np.isfinite(out.numpy()).all()


def test_key_and_value_are_the_query_unless_given():
    layer = nn.MultiHeadAttention(6, 2)
    x = pa.to_tensor(X)
    same(layer(x), layer(x, x, x))


def test_a_cache_gives_step_by_step_what_a_mask_gives_at_once():
    layer = nn.MultiHeadAttention(6, 2)
    whole = layer(pa.to_tensor(X), attn_mask=np.tril(np.ones((5, 5), bool)))
    cache = layer.gen_cache(pa.to_tensor(X))
    for step in range(5):
        out, cache = layer(pa.to_tensor(X[:, step : step + 1]), cache=cache)
        same(out, whole[:, step : step + 1])
    assert cache.k.shape == cache.v.shape == [2, 2, 5, 3]


def test_a_static_cache_stands_for_key_and_value():
    layer = nn.MultiHeadAttention(6, 2, kdim=4, vdim=3)
    query, key, value = (pa.to_tensor(X[..., :size]) for size in (6, 4, 3))
    static = layer.gen_cache(key, value, layer.StaticCache)
    out, after = layer(query, cache=static)
    same(out, layer(query, key, value))
    assert after is static


def test_dropout_is_for_training():
    for need_weights in (False, True):
        layer = nn.MultiHeadAttention(6, 2, dropout=0.5, need_weights=need_weights)
        one, other = ((out[0] if need_weights else out) for out in (layer(pa.to_tensor(X)), layer(pa.to_tensor(X))))
        assert (one.numpy() != other.numpy()).any()
        layer.eval()
        one, other = ((out[0] if need_weights else out) for out in (layer(pa.to_tensor(X)), layer(pa.to_tensor(X))))
        same(one, other)


LAYER = nn.MultiHeadAttention(6, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: nn.MultiHeadAttention(0, 1), ValueError, "embed_dim must be >= 1"),
        (lambda: nn.MultiHeadAttention(6, 4), ValueError, "num_heads must divide embed_dim=6, but received 4"),
        (lambda: nn.MultiHeadAttention(6, 2.0), TypeError, "num_heads must be an integer"),
        (lambda: nn.MultiHeadAttention(6, 2, 2.0), ValueError, "dropout must be"),
        (lambda: nn.MultiHeadAttention(6, 2, kdim=0), ValueError, "kdim must be"),
        (lambda: nn.MultiHeadAttention(6, 2, vdim="6"), TypeError, "vdim must be"),
        (lambda: nn.MultiHeadAttention(6, 2, need_weights=1), TypeError, "need_weights must be a bool"),
        (lambda: nn.MultiHeadAttention(6, 2, weight_attr=False), ValueError, "weight_attr of Linear can't be False"),
        (lambda: LAYER(X[0]), ValueError, r"query must have shape \[batch, length, size\]"),
        (lambda: LAYER(X, X[0]), ValueError, "key must have shape"),
        (lambda: LAYER(X, X, X[..., :3]), ValueError, "expected an input of shape"),
        (lambda: LAYER(X, cache=(X, X)), TypeError, "cache must be a Cache, a StaticCache or None"),
        (lambda: LAYER(X, attn_mask="x"), TypeError, "attn_mask must be numeric"),
        (lambda: LAYER.gen_cache(X, type=tuple), TypeError, "type must be"),
    ],
)
def test_what_does_not_fit_is_refused(call, error, message):
    with pytest.raises(error, match=message):
        call()
