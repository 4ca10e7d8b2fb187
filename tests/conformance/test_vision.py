"""Pooling to a size, unpooling, padding, resampling and the moves of pixels beside the real Paddle."""

import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

DTYPES = ["float32", "float64"]
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
FORMATS = {1: ("NCL", "NLC"), 2: ("NCHW", "NHWC"), 3: ("NCDHW", "NDHWC")}
CONFIGURATIONS = 40
IMAGES = {1: ("NCW", "NWC"), 2: FORMATS[2], 3: FORMATS[3]}


@pytest.fixture(autouse=True)
def quiet():
    # Paddle warns about itself, and the suite turns warnings into errors.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        warnings.filterwarnings("ignore", message="(?s).*deprecated")
        yield


def generator(*key):
    return np.random.default_rng([sum(map(ord, part)) if isinstance(part, str) else part for part in key])


def outcome(lib, function, arrays, cotangent):
    """The value and the gradients in ``arrays``, all as arrays."""
    inputs = [lib.to_tensor(array, stop_gradient=False) for array in arrays]
    value = function(lib, *inputs)
    if cotangent is None:
        cotangent = np.random.default_rng(1).standard_normal(value.shape).astype(arrays[0].dtype)
    value.backward(lib.to_tensor(cotangent))
    return [value.numpy(), *(tensor.grad.numpy() for tensor in inputs)], cotangent


def compare(function, arrays, what, tolerance=None):
    """``function(lib, *tensors)`` has the same value and gradients in both libraries."""
    expected, cotangent = outcome(paddle, function, arrays, None)
    found, _ = outcome(pa, function, arrays, cotangent)
    for place, (one, other) in enumerate(zip(found, expected, strict=True)):
        assert one.shape == other.shape, what
        scale = max(float(np.abs(other).max(initial=0.0)), 1e-30)
        atol = scale * (tolerance or TOLERANCE[arrays[0].dtype.name])
        np.testing.assert_allclose(one, other, rtol=0, atol=atol, err_msg=str((place, what)))


def shaped(rng, space, last=False, channels=None):
    """The shape of an input."""
    count = int(rng.integers(1, 3))
    channels = channels or int(rng.integers(1, 4))
    return (count, *space, channels) if last else (count, channels, *space)


def lists(rng, low, high, n):
    return rng.integers(low, high, n).tolist()


def adaptive(rng, n, kind):
    space = lists(rng, 2, 9, n)
    out = [None if n > 1 and rng.integers(5) == 0 else int(rng.integers(1, 8)) for _ in space]
    settings = {"output_size": out if n > 1 else out[0]}
    last = kind == "avg" and n > 1 and bool(rng.integers(2))
    if last:
        settings["data_format"] = FORMATS[n][1]
    return f"adaptive_{kind}_pool{n}d", settings, shaped(rng, space, last)


def power(rng, n):
    last = bool(rng.integers(2))
    kernel = lists(rng, 1, 4, n)
    settings = {
        "norm_type": float(rng.choice([1.0, 2.0, 4.0, 2.5, 0.7, -1.0, np.inf])),
        "kernel_size": kernel,
        "stride": lists(rng, 1, 4, n) if rng.integers(2) else None,
        "padding": [size // 2 if rng.integers(2) else 0 for size in kernel],
        "data_format": FORMATS[n][last],
    }
    return f"lp_pool{n}d", settings, shaped(rng, lists(rng, 4, 8, n), last)


def fractional(rng, n):
    space, out = lists(rng, 7, 12, n), lists(rng, 2, 6, n)
    settings = {"output_size": out, "random_u": float(rng.uniform(0.05, 0.95))}
    if rng.integers(2):
        settings["kernel_size"] = lists(rng, 1, 3, n)
    return f"fractional_max_pool{n}d", settings, shaped(rng, space)


def resampled(rng, mode, n):
    last = bool(rng.integers(2)) and mode != "area"
    space = lists(rng, 2, 9, n)
    settings = {"mode": mode, "data_format": IMAGES[n][last]}
    if mode == "area" or rng.integers(2):
        settings["size"] = lists(rng, 1, 12, n)
    else:
        settings["scale_factor"] = rng.choice([0.5, 0.7, 1.3, 2.0, 2.6], n).tolist()
        settings["recompute_scale_factor"] = not last and bool(rng.integers(2))
    if mode == "area":
        settings.pop("data_format")
    elif mode != "nearest":
        settings["align_corners"] = bool(rng.integers(2))
        settings["align_mode"] = int(rng.integers(2))
    if mode in ("bilinear", "bicubic") and not last:
        settings["antialias"] = not rng.integers(3)
    return "interpolate", settings, shaped(rng, space, last)


def shuffled(rng, name):
    factor, last = int(rng.integers(1, 4)), bool(rng.integers(2))
    argument = {"pixel_shuffle": "upscale_factor", "pixel_unshuffle": "downscale_factor", "channel_shuffle": "groups"}
    settings = {argument[name]: factor, "data_format": FORMATS[2][last]}
    channels = {"pixel_shuffle": factor**2, "channel_shuffle": factor}.get(name, 1) * int(rng.integers(1, 4))
    space = (rng.integers(1, 4, 2) * (factor if name == "pixel_unshuffle" else 1)).tolist()
    return name, settings, shaped(rng, space, last, channels)


def shifted(rng):
    frames, last = int(rng.integers(1, 5)), bool(rng.integers(2))
    shape = shaped(rng, lists(rng, 1, 4, 2), last, int(rng.integers(1, 12)))
    settings = {"seg_num": frames, "shift_ratio": float(rng.uniform(0.05, 0.49)), "data_format": FORMATS[2][last]}
    return "temporal_shift", settings, (shape[0] * frames, *shape[1:])


def windows(rng):
    pads = [int(rng.integers(3)), lists(rng, 0, 3, 2), lists(rng, 0, 3, 4)][rng.integers(3)]
    return {
        "kernel_sizes": lists(rng, 1, 4, 2),
        "strides": lists(rng, 1, 4, 2),
        "paddings": pads,
        "dilations": lists(rng, 1, 3, 2),
    }


def unfolded(rng):
    return "unfold", windows(rng), shaped(rng, lists(rng, 5, 9, 2))


def folded(rng):
    settings, space = windows(rng), lists(rng, 5, 9, 2)
    # Of four paddings, Paddle takes the first two for both sides when it counts the windows.
    settings["paddings"] = settings["paddings"][:2] if isinstance(settings["paddings"], list) else settings["paddings"]
    columns = pa.nn.functional.unfold(np.zeros((2, 3, *space)), **settings)
    return "fold", {"output_sizes": space, **settings}, tuple(columns.shape)


def zero_padded(rng):
    last = bool(rng.integers(2))
    return "zeropad2d", {"padding": lists(rng, 0, 4, 4), "data_format": FORMATS[2][last]}, shaped(rng, [3, 4], last)


def cut(rng):
    n = int(rng.integers(1, 4))
    mode = str(rng.choice(["constant", "reflect", "replicate", "circular"]))
    return "pad", {"pad": lists(rng, -1, 3, 2 * n), "mode": mode}, shaped(rng, [4] * n)


# One line per name: what draws settings and the shape of an input.
FUNCTIONS = {
    **{f"adaptive_{kind}_pool{n}d": (adaptive, n, kind) for kind in ("avg", "max") for n in (1, 2, 3)},
    **{f"lp_pool{n}d": (power, n) for n in (1, 2)},
    **{f"fractional_max_pool{n}d": (fractional, n) for n in (2, 3)},
    **{f"interpolate {mode} {n}": (resampled, mode, n) for mode, n in (
        ("nearest", 2), ("nearest", 3), ("linear", 1), ("bilinear", 2), ("trilinear", 3), ("bicubic", 2), ("area", 1),
        ("area", 2), ("area", 3),
    )},
    **{name: (shuffled, name) for name in ("pixel_shuffle", "pixel_unshuffle", "channel_shuffle")},
    "temporal_shift": (shifted,), "unfold": (unfolded,), "fold": (folded,), "zeropad2d": (zero_padded,), "pad": (cut,),
}  # fmt: skip
# Where Paddle computes positions, weights or powers in single precision, whatever the dtype.
SINGLE = ("lp_pool", "interpolate", "adaptive_avg", "affine_grid")


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions(name, dtype):
    rng = generator(name)
    make, *args = FUNCTIONS[name]
    for _ in range(CONFIGURATIONS):
        function, settings, shape = make(rng, *args)
        x = rng.standard_normal(shape).astype(dtype)
        if function.startswith("lp_pool") and settings["norm_type"] not in (1.0, 2.0, 4.0, np.inf):
            x = np.abs(x) + 0.1
        compare(
            lambda lib, t: getattr(lib.nn.functional, function)(t, **settings),  # noqa: B023
            [x],
            (function, settings, shape),
            1e-5
            if function.startswith("lp_pool")
            else 3e-6
            if name.startswith(SINGLE) and dtype == "float64"
            else None,
        )


@pytest.mark.parametrize("kind", ["adaptive", "fractional"])
@pytest.mark.parametrize("n", [2, 3])
def test_masks(kind, n):
    rng = generator(kind, n)
    for _ in range(CONFIGURATIONS):
        name, settings, shape = adaptive(rng, n, "max") if kind == "adaptive" else fractional(rng, n)
        x = np.round(rng.standard_normal(shape) * 2).astype("float32")  # ties
        theirs, ours = (
            getattr(lib.nn.functional, name)(lib.to_tensor(x), **settings, return_mask=True)[1] for lib in (paddle, pa)
        )
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy(), err_msg=str((settings, shape)))
        assert ours.dtype.name == str(theirs.dtype).split(".")[1]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_unpooling(n, dtype):
    rng = generator("unpool", n)
    for _ in range(CONFIGURATIONS):
        kernel, stride = lists(rng, 2, 4, n), lists(rng, 1, 4, n)
        padding = [int(rng.integers(0, size // 2 + 1)) for size in kernel]
        x = rng.standard_normal(shaped(rng, lists(rng, 5, 9, n))).astype(dtype)
        settings = {"kernel_size": kernel, "stride": stride, "padding": padding}
        value, mask = getattr(pa.nn.functional, f"max_pool{n}d")(x, **settings, return_mask=True)
        sizes = list(x.shape) if n == 1 else list(x.shape[2:])  # Paddle takes no other form with one axis
        settings |= {"output_size": sizes, "indices": mask.numpy()}

        def unpool(lib, x, settings=settings):
            return getattr(lib.nn.functional, f"max_unpool{n}d")(
                x, **{**settings, "indices": lib.to_tensor(settings["indices"])}
            )

        compare(unpool, [value.numpy()], (settings, x.shape))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3])
@pytest.mark.parametrize("mode", ["bilinear", "nearest"])
def test_grid_sample(mode, n, dtype):
    rng = generator(mode, n)
    for _ in range(CONFIGURATIONS):
        settings = {
            "mode": mode,
            "padding_mode": str(rng.choice(["zeros", "border", "reflection"])),
            "align_corners": bool(rng.integers(2)),
        }
        x = rng.standard_normal(shaped(rng, lists(rng, 2, 6, n))).astype(dtype)
        grid = rng.uniform(-2.5, 2.5, (x.shape[0], *lists(rng, 1, 5, n), n)).astype(dtype)
        compare(
            lambda lib, x, grid: lib.nn.functional.grid_sample(x, grid, **settings),  # noqa: B023
            [x, grid],
            (settings, x.shape, grid.shape),
            2e-5 if dtype == "float32" else None,  # positions have few bits where the grid is far out
        )


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("n", [2, 3])
def test_affine_grid(n, dtype):
    rng = generator("affine", n)
    for _ in range(CONFIGURATIONS):
        theta = rng.standard_normal((2, n, n + 1)).astype(dtype)
        shape, align = [2, 3, *lists(rng, 2, 6, n)], bool(rng.integers(2))
        compare(lambda lib, t: lib.nn.functional.affine_grid(t, shape, align), [theta], (shape, align))  # noqa: B023


SMALL = {1: [4], 2: [4, 6], 3: [4, 4, 6]}
# One line per layer: its arguments, and the shape of an input.
LAYERS = {
    **{f"Adaptive{kind}Pool{n}{d}": ((3,), {}, (2, 2, *SMALL[n]))
       for kind in ("Avg", "Max") for n in (1, 2, 3) for d in "Dd"},
    **{f"LPPool{n}{d}": ((2.0, 2), {}, (2, 2, *SMALL[n])) for n in (1, 2) for d in "Dd"},
    **{f"FractionalMaxPool{n}D": ((2, None, 0.4), {}, (2, 2, *SMALL[n])) for n in (2, 3)},
    **{f"Pad{n}D": ((1, "reflect"), {}, (2, 2, *SMALL[n])) for n in (1, 2, 3)},
    **{f"{kind}Pad{n}{d}": (([1, 2] * n,), {}, (2, 2, *SMALL[n]))
       for kind in ("Zero", "Reflection", "Replication", "Circular") for n in (1, 2, 3) for d in "Dd"},
    **{f"ConstantPad{n}{d}": ((1, 2.5), {}, (2, 2, *SMALL[n])) for n in (1, 2, 3) for d in "Dd"},
    "Upsample": ((), {"size": [3, 5], "mode": "bicubic"}, (2, 2, *SMALL[2])),
    **{f"Upsampling{kind}2{d}": ((None, 2), {}, (2, 2, *SMALL[2])) for kind in ("Nearest", "Bilinear") for d in "Dd"},
    "PixelShuffle": ((2,), {"data_format": "NHWC"}, (2, 2, 3, 4)),
    "PixelUnshuffle": ((2,), {}, (2, 2, *SMALL[2])),
    "ChannelShuffle": ((2,), {}, (2, 4, 3, 3)),
    "Unfold": (([2, 1], 2, 1, [1, 2]), {}, (2, 2, *SMALL[2])),
    "Fold": (([4, 6], 2, 1, 0, 2), {}, (2, 8, 6)),
}  # fmt: skip


@pytest.mark.parametrize("name", LAYERS)
def test_layers(name):
    args, settings, shape = LAYERS[name]
    x = generator(name).standard_normal(shape).astype("float32")
    compare(lambda lib, t: getattr(lib.nn, name)(*args, **settings)(t), [x], (name, args, settings))
    theirs, ours = (getattr(lib.nn, name)(*args, **settings) for lib in (paddle, pa))
    if not name.startswith("LPPool2"):  # whose stride of None Paddle shows as a number
        assert repr(ours) == repr(theirs)
    assert type(ours).__name__ == type(theirs).__name__


@pytest.mark.parametrize(
    "name", ["MaxUnPool1D", "MaxUnPool2D", "MaxUnPool3D", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"]
)
def test_unpooling_layers(name):
    n = int(name[-2])
    x = generator(name).standard_normal((2, 2, *SMALL[n])).astype("float32")
    value, mask = getattr(pa.nn, f"MaxPool{n}D")(2, return_mask=True)(x)
    compare(lambda lib, t: getattr(lib.nn, name)(2)(t, lib.to_tensor(mask.numpy())), [value.numpy()], name)


def test_a_bias_for_all_channels():
    rng = generator("bias")
    for n in (1, 2, 3):
        for suffix in ("", "_transpose"):
            arrays = [rng.standard_normal(s).astype("float32") for s in ((2, 2, *[4] * n), (2, 2, *[2] * n), (1,))]
            compare(lambda lib, *t: getattr(lib.nn.functional, f"conv{n}d{suffix}")(*t), arrays, (n, suffix))  # noqa: B023


def test_upsample_is_interpolate():
    x = generator("upsample").standard_normal((1, 2, 3, 4)).astype("float32")
    compare(lambda lib, t: lib.nn.functional.upsample(t, [5, 3], None, "bilinear", True), [x], "upsample")
