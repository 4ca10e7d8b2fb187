import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

rng = np.random.default_rng(0)
SRC, TGT = (rng.standard_normal((2, n, 6)).astype(np.float32) for n in (4, 5))
CAUSAL = np.tril(np.ones((5, 5), bool))


def same(one, other):
    np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("before", [False, True])
def test_a_cache_gives_step_by_step_what_a_mask_gives_at_once(before):
    encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(6, 2, 7, 0.0, normalize_before=before), 2)
    decoder = nn.TransformerDecoder(
        nn.TransformerDecoderLayer(6, 2, 7, 0.0, normalize_before=before), 2, nn.LayerNorm(6)
    )
    encoded, decoded = encoder(TGT, CAUSAL), decoder(TGT, SRC, CAUSAL)
    caches = [encoder.gen_cache(TGT), decoder.gen_cache(SRC)]
    for step in range(5):
        x = TGT[:, step : step + 1]
        out, caches[0] = encoder(x, cache=caches[0])
        same(out, encoded[:, step : step + 1])
        out, caches[1] = decoder(x, SRC, cache=caches[1])
        same(out, decoded[:, step : step + 1])


def test_a_stack_has_layers_of_the_same_settings_and_other_parameters():
    first = nn.TransformerEncoderLayer(6, 3, 7, 0.25, "gelu", 0.5, 0.75, True, bias_attr=False, layer_norm_eps=0.1)
    stack = nn.TransformerEncoder(first, 3)
    assert stack.layers[0] is first
    assert [repr(layer) for layer in stack.layers] == [repr(first)] * 3
    for layer in stack.layers:
        assert (layer.dropout.p, layer.dropout1.p, layer.self_attn.dropout) == (0.75, 0.25, 0.5)
        assert layer.linear1.bias is None
    assert len({id(p) for p in stack.parameters()}) == 3 * len(first.parameters())
    assert len(nn.TransformerEncoder(first, 0).parameters()) == 0


def test_zipped_caches_hold_those_of_one_kind_together():
    decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(6, 2, 7), 3)
    own, static = decoder.gen_cache(SRC, do_zip=True)
    assert all(isinstance(cache, nn.MultiHeadAttention.Cache) for cache in own)
    assert all(isinstance(cache, nn.MultiHeadAttention.StaticCache) for cache in static)
    assert len(own) == len(static) == 3


def test_dropout_is_for_training():
    net = nn.Transformer(6, 2, 1, 1, 7, dropout=0.5)
    assert (net(SRC, TGT).numpy() != net(SRC, TGT).numpy()).any()
    net.eval()
    same(net(SRC, TGT), net(SRC, TGT))


def test_a_mask_hides_what_comes_later():
    net = nn.Transformer(6, 2, 1, 1, 7, dropout=0.0)
    mask = net.generate_square_subsequent_mask(5)
    assert mask.numpy()[1].tolist() == [0.0, 0.0, -np.inf, -np.inf, -np.inf]
    changed = TGT.copy()
    changed[:, 3:] += 1
    same(net(SRC, TGT, tgt_mask=mask)[:, :3], net(SRC, changed, tgt_mask=mask)[:, :3])
    assert net.generate_square_subsequent_mask(pa.to_tensor(2)).shape == [2, 2]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_attributes_for_parts(count):
    rates = [0.1, 0.2, 0.3][:count]
    net = nn.Transformer(6, 2, 1, 1, 7, weight_attr=[pa.ParamAttr(learning_rate=rate) for rate in rates])
    encoder, decoder = net.encoder.layers[0], net.decoder.layers[0]
    parts = [
        encoder.self_attn.q_proj,
        encoder.linear1,
        decoder.self_attn.k_proj,
        decoder.cross_attn.v_proj,
        decoder.linear2,
    ]
    found = [part.weight.optimize_attr["learning_rate"] for part in parts]
    assert found == [rates[0], rates[-1], rates[0], rates[1] if count == 3 else rates[0], rates[-1]]


def test_custom_encoders_and_decoders_take_their_place():
    class Same(nn.Layer):
        def forward(self, x, *memory, **masks):
            return x

    net = nn.Transformer(6, 2, custom_encoder=Same(), custom_decoder=Same())
    np.testing.assert_array_equal(net(pa.to_tensor(SRC), pa.to_tensor(TGT)).numpy(), TGT)
    assert net.parameters() == []


def test_sizes_may_be_integers_of_numpy():
    layer = nn.TransformerEncoderLayer(512, np.int8(2), 4)
    assert layer(np.zeros((1, 2, 512), np.float32)).shape == [1, 2, 512]


def test_training_copies_a_sequence():
    pa.seed(1)
    net, table, head = nn.Transformer(12, 2, 1, 1, 24, dropout=0.0), nn.Embedding(5, 12), nn.Linear(12, 5)
    numbers = np.random.default_rng(1).integers(0, 5, (16, 4))
    parameters = [p for layer in (net, table, head) for p in layer.parameters()]
    rule = pa.optimizer.Adam(0.01, parameters=parameters)
    losses = []
    for _ in range(30):
        out = head(net(table(numbers), table(numbers)))
        loss = nn.functional.cross_entropy(out.reshape([-1, 5]), numbers.reshape(-1))
        loss.backward()
        rule.step()
        rule.clear_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.2 * losses[0]


ENCODER, DECODER = nn.TransformerEncoderLayer(6, 2, 7), nn.TransformerDecoderLayer(6, 2, 7)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.TransformerEncoderLayer(6, 4, 7), ValueError, "nhead must divide d_model=6"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 0), ValueError, "dim_feedforward must be >= 1"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 7, 1.5), ValueError, "dropout must be"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 7, activation="bend"), ValueError, "activation must be one of"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 7, normalize_before=1), TypeError, "normalize_before must be a bool"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 7, weight_attr=[None]), ValueError, "weight_attr must hold 2 if"),
        (lambda: nn.TransformerDecoderLayer(6, 2, 7, bias_attr=[None] * 2), ValueError, "bias_attr must hold 3 if"),
        (lambda: nn.TransformerEncoderLayer(6, 2, 7, bias_attr=1), TypeError, "bias_attr must be"),
        (lambda: nn.TransformerEncoder(DECODER, 2), TypeError, "encoder_layer must be a TransformerEncoderLayer"),
        (lambda: nn.TransformerDecoder(ENCODER, 2), TypeError, "decoder_layer must be a TransformerDecoderLayer"),
        (lambda: nn.TransformerEncoder(ENCODER, -1), ValueError, "num_layers must be >= 0"),
        (lambda: nn.TransformerEncoder(ENCODER, 2**50), ValueError, "num_layers: layers and bytes of each .* GiB"),
        (lambda: nn.Transformer(12, 2, 1, 10**40), ValueError, "num_layers: layers and bytes of each .* GiB"),
        (lambda: nn.TransformerEncoder(ENCODER, 1, norm=1), TypeError, "norm must be a layer or None"),
        (lambda: nn.TransformerEncoder(ENCODER, 2)(SRC, cache=[None]), ValueError, "cache must hold one for each of 2"),
        (lambda: nn.Transformer(6, 2, weight_attr=[None] * 4), ValueError, "weight_attr must hold 1 to 3 if"),
        (lambda: nn.Transformer(0), ValueError, "d_model must be >= 1"),
        (lambda: nn.Transformer(6, 2, custom_encoder=1, custom_decoder=ENCODER), TypeError, "custom_encoder must be"),
        (lambda: nn.Transformer(6, 2, 1, 1, 7).generate_square_subsequent_mask(-1), ValueError, "length must be >= 0"),
    ],
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
