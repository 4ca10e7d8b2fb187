"""Gradients as a list, steps of a user's own and modes of recording beside the real Paddle."""

import numpy as np
import paddle
import pytest

import paramattr as pa

BOTH = pytest.mark.parametrize("dtype", ["float32", "float64"])
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}


def leaves(lib, dtype, seed):
    rng = np.random.default_rng(seed)
    return [lib.to_tensor(rng.standard_normal((2, 3)).astype(dtype), stop_gradient=False) for _ in range(3)]


def same(ours, theirs, dtype):
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            assert one.stop_gradient == other.stop_gradient
            a, b = one.numpy(), other.numpy()
            assert a.dtype == b.dtype and a.shape == b.shape
            np.testing.assert_allclose(a, b, rtol=0, atol=TOLERANCE[dtype] * max(np.abs(b).max(), 1e-30))


def outcome(call):
    """What a call returns, or that it was refused."""
    try:
        return call()
    except (ValueError, RuntimeError, TypeError, AssertionError, OSError):  # of hooks, Paddle raises the last
        return "refused"


@BOTH
@pytest.mark.parametrize("seed", range(40))
def test_grad(dtype, seed):
    rng = np.random.default_rng(seed)
    chosen = rng.choice(["product", "total", "square", "fixed"], rng.integers(1, 4), replace=False)
    # An input that is an output too, or is computed and needs no gradient, and a barred output are beyond Paddle.
    free = [name for name in ("x", "y", "z", "product") if name not in chosen]
    inputs = rng.choice(free, rng.integers(1, len(free) + 1), replace=False)
    barred = "total" if "total" not in chosen and rng.integers(2) else None
    starts, unused = rng.integers(3), bool(rng.integers(4))

    def call(lib):
        x, y, z = leaves(lib, dtype, seed)
        made = {"x": x, "y": y, "z": z, "product": x * y, "total": x + 2.0 * y, "fixed": x.detach() * 2.0}
        made["square"] = (made["product"] * made["total"]).sum()
        outputs = [made[name] for name in chosen]
        given = None
        if starts:
            arrays = [np.random.default_rng(1).standard_normal(t.shape).astype(dtype) for t in outputs]
            given = [lib.to_tensor(a) if starts == 1 or i else None for i, a in enumerate(arrays)]
        hooked = made["product"].register_hook(lambda g: g * 3.0)
        found = lib.grad(
            outputs,
            [made[name] for name in inputs],
            given,
            allow_unused=unused,
            no_grad_vars=None if barred is None else [made[barred]],
        )
        hooked.remove()
        assert x.grad is None
        return found

    ours, theirs = outcome(lambda: call(pa)), outcome(lambda: call(paddle))
    if isinstance(theirs, str) or isinstance(ours, str):
        assert ours == theirs
    else:
        same(ours, theirs, dtype)


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        lambda lib, x, y: x.data.scale_(2.0),
        lambda lib, x, y: x.data.copy_(y, True),
        lambda lib, x, y: x.data.__setitem__(0, 5.0),
        lambda lib, x, y: setattr(x, "data", x.data - 0.5 * x.grad),
        lambda lib, x, y: setattr(x, "data", y),
        lambda lib, x, y: x.grad.__setitem__(
            0, 5.0
        ),  # Paddle refuses x.grad.scale_(2.0) too, but has changed it by then
        lambda lib, x, y: setattr(x, "grad", x.grad * 2.0),
        lambda lib, x, y: x.grad.set_value(y.numpy()),
        lambda lib, x, y: x.grad.data.fill_(5.0),
        lambda lib, x, y: (x.grad * x.grad).sum().backward(),
        lambda lib, x, y: x.register_hook(lambda g: g.__setitem__(0, 5.0)) and (x * y).sum().backward(),
        lambda lib, x, y: x.register_hook(lambda g: g * y) and (x * y).sum().backward(),
        lambda lib, x, y: x.clear_gradient(),
        lambda lib, x, y: x.clear_gradient(False),
    ],
)
def test_values_and_gradients_are_changed(dtype, change):
    def call(lib):
        x, y, _ = leaves(lib, dtype, 4)
        (x * y).sum().backward()
        found = outcome(lambda: change(lib, x, y) and None)
        return found, [x, x.data, x.data.data, x.grad, None if x.grad is None else x.grad.grad]

    (found, ours), (wanted, theirs) = call(pa), call(paddle)
    assert found == wanted
    same(ours, theirs, dtype)


@BOTH
def test_backward(dtype):
    gradients = []
    for lib in (pa, paddle):
        x, y, _ = leaves(lib, dtype, 3)
        made = [x * y, (x * x).sum(), y + 1.0]
        lib.autograd.backward(made, [lib.to_tensor(np.full((2, 3), 2.0, dtype)), None, None], retain_graph=True)
        lib.autograd.backward(made[0])
        gradients.append([x.grad, y.grad])
    for one, other in zip(*gradients, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=TOLERANCE[dtype])


def steps(lib):
    """Steps of a user's own, by name."""

    class Tanh(lib.autograd.PyLayer):
        @staticmethod
        def forward(ctx, x):
            y = lib.tanh(x)
            ctx.save_for_backward(y)
            return y

        @staticmethod
        def backward(ctx, g):
            (y,) = ctx.saved_tensor()
            return g * (1 - lib.square(y))

    class Two(lib.autograd.PyLayer):
        @staticmethod
        def forward(ctx, x, y, power=2.0):
            ctx.save_for_backward(x, y)
            ctx.power = power
            return x * y, x * power, "no tensor"

        @staticmethod
        def backward(ctx, g, h):
            x, y = ctx.saved_tensor()
            return g * y + h * ctx.power, g * x

    class Fixed(lib.autograd.PyLayer):
        @staticmethod
        def forward(ctx, x, parts):
            a, b = x * 2.0, x * 3.0
            ctx.mark_non_differentiable(a)
            return a + 0.0 * parts[0].sum(), b * parts[1]

        @staticmethod
        def backward(ctx, g, h):
            return g * 2.0 + h, [h * 0.5, h * 0.25]

    class Bare(lib.autograd.PyLayer):
        @staticmethod
        def forward(ctx, x):
            ctx.set_materialize_grads(False)
            return x * 1.0, x * 2.0

        @staticmethod
        def backward(ctx, g, h):
            return g * 5.0 if h is None else h * 7.0

    return {
        "tanh": lambda x, y, z: Tanh.apply(x) * y,
        "tanh twice": lambda x, y, z: Tanh.apply(Tanh.apply(x * y)),
        "two": lambda x, y, z: Two.apply(x, y, power=3.0)[0] + z,
        "the second": lambda x, y, z: Two.apply(x, y)[1] * z,
        "both": lambda x, y, z: sum(Two.apply(x * z, y, 4.0)[:2]),
        "list": lambda x, y, z: sum(Fixed.apply(x, [y, z])),
        "none": lambda x, y, z: Bare.apply(x)[0] * y,
    }


@BOTH
@pytest.mark.parametrize("name", steps(pa))
def test_steps_of_a_users_own(name, dtype):
    found = []
    for lib in (pa, paddle):
        x, y, z = leaves(lib, dtype, 5)
        value = steps(lib)[name](x, y, z)
        value.backward()
        found.append([value, *(t.grad for t in (x, y, z))])
    for one, other in zip(*found, strict=True):
        assert (one is None) == (other is None)
        if one is not None:
            np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=TOLERANCE[dtype], atol=1e-7)


def test_modes():
    said = []
    for lib in (pa, paddle):
        notes = [lib.is_grad_enabled()]
        with lib.no_grad():
            notes.append(lib.is_grad_enabled())
            with lib.enable_grad():
                notes.append(lib.is_grad_enabled())
            lib.set_grad_enabled(True)
            notes.append(lib.is_grad_enabled())
        notes.append(lib.is_grad_enabled())
        with lib.set_grad_enabled(False):
            notes.append(lib.is_grad_enabled())

        @lib.enable_grad()
        def inside(lib=lib):
            return lib.is_grad_enabled()

        with lib.no_grad():
            notes.append(inside())
        said.append(notes)
    assert said[0] == said[1]


def test_constants_and_dtypes():
    for name in ("pi", "e", "inf", "newaxis"):
        assert getattr(pa, name) == getattr(paddle, name)
    for name in pa.framework.DTYPES:
        theirs = getattr(paddle, name)
        assert paddle.to_tensor([1]).astype(theirs).dtype == theirs
        assert str(theirs).rpartition(".")[2] == getattr(pa, name).name
    assert pa.get_device() == paddle.get_device()
    assert pa.get_device(pa.to_tensor(1.0)) == paddle.get_device(paddle.to_tensor(1.0))
    for name in pa.device.__all__:
        if name.startswith("get_a") or name in ("device_count", "is_available", "get_cudnn_version"):
            assert getattr(pa.device, name)() == getattr(paddle.device, name)()
    assert list(pa.batch(lambda: iter(range(5)), 2)()) == list(paddle.batch(lambda: iter(range(5)), 2)())


def test_printed_values():
    values = np.array([[0.5, -1.25, 3.0], [0.125, 2.0, -4.5]], "float32")
    for settings in ({}, {"precision": 2}, {"sci_mode": True, "precision": 3}):
        texts = []
        for lib in (pa, paddle):
            lib.set_printoptions(**settings)
            shown = repr(lib.to_tensor(values)).partition("\n")[2]
            texts.append([float(part.strip(" [])\n")) for part in shown.replace("\n", " ").split(",")])
            lib.set_printoptions(precision=8, sci_mode=False)
        assert texts[0] == texts[1]
