"""Attention and the Transformer beside the real Paddle, over random settings: values, gradients, names and first weights."""

import contextlib
import inspect
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


@pytest.fixture(autouse=True)
def quiet():
    # Paddle warns about itself, and the suite turns warnings into errors.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


@contextlib.contextmanager
def default_dtype(dtype):
    for lib in (paddle, pa):
        lib.set_default_dtype(dtype)
    try:
        yield
    finally:
        for lib in (paddle, pa):
            lib.set_default_dtype("float32")


def flat(structure):
    if isinstance(structure, (list, tuple)):
        return [value for part in structure for value in flat(part)]
    return [structure]


def agree(ours, theirs, what, tolerance):
    """Arrays are equal in pairs, but for ``tolerance`` times the largest value of all; None equals None."""
    assert [None if a is None else a.shape for a in ours] == [None if a is None else a.shape for a in theirs], what
    scale = max((float(np.abs(a).max(initial=0.0)) for a in theirs if a is not None), default=0.0)
    for place, (one, other) in enumerate(zip(ours, theirs, strict=True)):
        if one is not None:
            np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale, err_msg=f"{place} {what}")


def outcome(lib, function, arrays, parameters=()):
    """Everything that ``function(lib, *inputs)`` returns, and all gradients of a random sum of it."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    values = flat(function(lib, *inputs))
    rng = np.random.default_rng(1)
    total = sum((v * lib.to_tensor(rng.standard_normal(v.shape).astype(arrays[0].dtype))).sum() for v in values)
    total.backward()
    wanted = [*inputs, *parameters]
    return [v.numpy() for v in values], [None if t.grad is None else t.grad.numpy() for t in wanted]


def compare(function, arrays, what, ours=(), theirs=()):
    tolerance = TOLERANCE[arrays[0].dtype.name]
    expected, gradients = outcome(paddle, function, arrays, theirs)
    found, ours_gradients = outcome(pa, function, arrays, ours)
    agree(found, expected, ("value", what), tolerance)
    agree(ours_gradients, gradients, ("gradient", what), tolerance)


def compare_layers(make, arrays, what, call):
    """``make(lib)`` with the same parameters gives the same values and gradients in ``call(lib, layer, *inputs)``."""
    with default_dtype(arrays[0].dtype.name):
        layers = {paddle: make(paddle), pa: make(pa)}
        for part in [part for layer in layers.values() for part in layer.sublayers() if hasattr(part, "_epsilon")]:
            part._epsilon = 2.0**-10  # Paddle takes it in single precision, whatever the dtype: this is exact in it
        state = {key: value.numpy() for key, value in layers[paddle].state_dict().items()}
        assert list(layers[pa].state_dict()) == list(state)
        assert layers[pa].set_state_dict(state) == ([], [])
        parameters = [layers[lib].parameters() for lib in (pa, paddle)]
        compare(lambda lib, *inputs: call(lib, layers[lib], *inputs), arrays, what, *parameters)


def generator(*key):
    return np.random.default_rng([sum(map(ord, part)) for part in key])


def mask_of(rng, kind, shape, dtype):
    """A mask of which the first key is always seen; numbers of the given kind."""
    seen = rng.random(shape) > 0.4
    seen[..., 0] = True
    if kind == "float":
        return rng.standard_normal(shape).astype(dtype)
    return seen if kind == "bool" else seen.astype("int64")


@pytest.mark.parametrize("dtype", DTYPES)
def test_scaled_dot_product_attention(dtype):
    rng = generator("attention")
    for _ in range(80):
        batch, queries, keys, heads, size = (int(n) for n in rng.integers(1, 5, 5))
        groups = int(rng.integers(1, 3))
        shapes = [(batch, queries, heads * groups, size), (batch, keys, heads, size), (batch, keys, heads, size)]
        arrays = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
        settings = {"enable_gqa": bool(groups > 1 or rng.integers(2))}
        if rng.integers(2):
            settings["scale"] = float(rng.uniform(0.1, 2))
        mask, kind = None, str(rng.choice(["none", "causal", "bool", "float", "trained"]))
        shape = (int(rng.choice([1, batch])), int(rng.choice([1, heads * groups])), queries, keys)
        if kind == "causal":
            settings["is_causal"] = True
        elif kind == "trained":
            arrays.append(rng.standard_normal(shape).astype(dtype))
        elif kind != "none":
            mask = mask_of(rng, kind, shape[int(rng.integers(3)) if shape[1] == 1 else 0 :], dtype)

        def call(lib, q, k, v, *trained):
            given = trained[0] if trained else None if mask is None else lib.to_tensor(mask)  # noqa: B023
            return lib.nn.functional.scaled_dot_product_attention(q, k, v, given, **settings)  # noqa: B023

        compare(call, arrays, (shapes, settings, kind))
        if batch == 1 and kind in ("none", "causal"):
            compare(call, [array[0] for array in arrays], (shapes, settings, kind))


def test_sequence_mask():
    rng = generator("mask")
    for dtype in ("int64", "int32", "bool", "float32", "float64", "int8"):
        for _ in range(5):
            lengths = rng.integers(0, 5, rng.integers(1, 4, rng.integers(1, 4)))
            for maxlen in (None, 3, 7):
                found, wanted = (
                    lib.nn.functional.sequence_mask(lib.to_tensor(lengths), maxlen, dtype).numpy()
                    for lib in (pa, paddle)
                )
                assert found.dtype == wanted.dtype
                np.testing.assert_array_equal(found, wanted)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("cached", [None, "Cache", "StaticCache"])
def test_multi_head_attention(cached, dtype):
    rng = generator("heads", str(cached))
    for _ in range(25):
        batch, queries, keys, heads, size, kdim, vdim = (int(n) for n in rng.integers(1, 5, 7))
        embed = heads * size
        settings = {"kdim": kdim, "vdim": vdim, "need_weights": bool(rng.integers(2))}
        settings["bias_attr"] = False if not rng.integers(3) else None
        shapes = [(batch, queries, embed), (batch, keys, kdim), (batch, keys, vdim)]
        own = bool(rng.integers(2))
        if own:
            settings["kdim"], settings["vdim"], shapes = None, None, shapes[:1]
        arrays = [rng.standard_normal(shape).astype(dtype) for shape in shapes]
        past = int(rng.integers(0, 3)) if cached == "Cache" else 0
        if past:
            arrays += [rng.standard_normal((batch, heads, past, size)).astype(dtype) for _ in range(2)]
        kind = str(rng.choice(["none", "bool", "int", "float"]))
        width = (queries if own else keys) + past
        shape = (int(rng.choice([1, batch])), int(rng.choice([1, heads])), queries, width)
        mask = None if kind == "none" else mask_of(rng, kind, shape, dtype)

        def call(lib, layer, *inputs):
            inputs, before = (inputs[:-2], inputs[-2:]) if past else (inputs, ())  # noqa: B023
            cache = None
            if cached == "Cache":
                cache = layer.gen_cache(*(before or inputs[:1]))
            elif cached:
                cache = layer.gen_cache(*(inputs * 3)[-2:], type=layer.StaticCache)
            given = None if mask is None else lib.to_tensor(mask)  # noqa: B023
            return layer(*inputs, attn_mask=given, cache=cache)

        compare_layers(
            lambda lib: lib.nn.MultiHeadAttention(embed, heads, **settings),  # noqa: B023
            arrays,
            (embed, heads, settings, shapes, kind, past),
            call,
        )


def random_block(rng):
    # Two values, normalized, are 1 and -1, and gradients lose all digits.
    heads, size = int(rng.integers(1, 4)), int(rng.integers(3, 6))
    settings = {
        "dropout": 0.0,
        "normalize_before": bool(rng.integers(2)),
        "activation": str(rng.choice(["relu", "gelu"])),
        "bias_attr": False if not rng.integers(4) else None,
    }
    return (heads * size, heads, int(rng.integers(1, 6))), settings


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("cached", [False, True])
def test_encoders(stacked, cached, dtype):
    rng = generator("encoder")
    for _ in range(15):
        args, settings = random_block(rng)
        batch, length, count = (int(n) for n in rng.integers(1, 4, 3))
        x = rng.standard_normal((batch, length + 1, args[0])).astype(dtype)
        mask = mask_of(rng, str(rng.choice(["bool", "float"])), (batch, 1, length, length), dtype)
        normed = bool(rng.integers(2))

        def make(lib):
            layer = lib.nn.TransformerEncoderLayer(*args, **settings)  # noqa: B023
            norm = lib.nn.LayerNorm(args[0]) if normed else None  # noqa: B023
            return lib.nn.TransformerEncoder(layer, count, norm) if stacked else layer  # noqa: B023

        def call(lib, layer, x):
            given = lib.to_tensor(mask)  # noqa: B023
            if not cached:
                return layer(x[:, 1:], given)
            first, cache = layer(x[:, :1], cache=layer.gen_cache(x))
            return first, layer(x[:, 1:2], cache=cache)

        compare_layers(make, [x], (args, settings, x.shape, count, normed), call)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("stacked", [False, True])
@pytest.mark.parametrize("cached", [False, True])
def test_decoders(stacked, cached, dtype):
    rng = generator("decoder")
    for _ in range(15):
        args, settings = random_block(rng)
        batch, length, other, count = (int(n) for n in rng.integers(1, 4, 4))
        arrays = [rng.standard_normal((batch, n, args[0])).astype(dtype) for n in (length + 1, other)]
        masks = [mask_of(rng, "bool", (length, n), dtype) for n in (length, other)]

        def make(lib):
            layer = lib.nn.TransformerDecoderLayer(*args, **settings)  # noqa: B023
            return lib.nn.TransformerDecoder(layer, count, lib.nn.LayerNorm(args[0])) if stacked else layer  # noqa: B023

        def call(lib, layer, x, memory):
            if not cached:
                return layer(x[:, 1:], memory, *(lib.to_tensor(mask) for mask in masks))  # noqa: B023
            first, cache = layer(x[:, :1], memory, cache=layer.gen_cache(memory))
            zipped = [list(part) for part in layer.gen_cache(memory, do_zip=True)] if stacked else []
            return first, layer(x[:, 1:2], memory, cache=cache), zipped[1:]

        compare_layers(make, arrays, (args, settings, length, other, count), call)


@pytest.mark.parametrize("dtype", DTYPES)
def test_transformers(dtype):
    rng = generator("transformer")
    for _ in range(10):
        (size, heads, hidden), settings = random_block(rng)
        counts = [int(n) for n in rng.integers(1, 3, 2)]
        batch, source, target = (int(n) for n in rng.integers(1, 4, 3))
        arrays = [rng.standard_normal((batch, n, size)).astype(dtype) for n in (source, target)]

        def call(lib, net, src, tgt):
            return net(src, tgt, tgt_mask=net.generate_square_subsequent_mask(tgt.shape[1]))

        compare_layers(
            lambda lib: lib.nn.Transformer(size, heads, *counts, hidden, **settings),  # noqa: B023
            arrays,
            (size, heads, hidden, counts, settings),
            call,
        )


def test_names_reprs_and_attributes_for_parts():
    def known(lib):
        with lib.utils.unique_name.guard():
            attrs = [lib.ParamAttr(learning_rate=rate) for rate in (0.1, 0.2, 0.3)]
            net = lib.nn.Transformer(4, 2, 2, 2, 8, weight_attr=attrs, bias_attr=[None, False])
            one = lib.nn.TransformerDecoderLayer(4, 2, 8, weight_attr=attrs)
            parameters = [*net.named_parameters(), *one.named_parameters()]
            return [(path, p.name, list(p.shape), p.optimize_attr["learning_rate"]) for path, p in parameters]

    assert known(pa) == known(paddle)


NAMES = [
    *(("nn", name) for name in pa.nn.layer.__all__ if "Transformer" in name or "RNN" in name or "LSTM" in name),
    *(("nn", name) for name in ("GRU", "GRUCell", "MultiHeadAttention")),
    *(("nn.functional", name) for name in ("scaled_dot_product_attention", "sequence_mask")),
]


@pytest.mark.parametrize(("path", "name"), NAMES)
def test_signatures(path, name):
    def arguments(lib):
        home = lib.nn if path == "nn" else lib.nn.functional
        return [(key, value.default) for key, value in inspect.signature(getattr(home, name)).parameters.items()]

    ours, theirs = arguments(pa), arguments(paddle)
    # As in Layer, a dtype of None is the default one here.
    assert [("dtype", "float32") if one == ("dtype", None) and name == "RNNCellBase" else one for one in ours] == theirs
