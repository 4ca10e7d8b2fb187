"""Tensors made of numbers, tensors of integers, and facts about tensors beside the real Paddle. A line per function."""

import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


def shape(rng, least=1):
    return rng.integers(1, 5, rng.integers(least, 4)).tolist()


def T(lib, array):  # noqa: N802
    return lib.to_tensor(array)


def number(rng):
    return [int(rng.integers(-9, 10)), float(rng.uniform(-9, 10))][rng.integers(2)]


def step(rng):
    return [1, 2, -3, 0.5, 0.75][rng.integers(5)]


def stepped(rng):
    """A step and a dtype in which it is not 0."""
    by, dtype = step(rng), form(rng)
    return by, dtype if int(by) or "int" not in str(dtype) else "float64"


def form(rng):
    return [None, "float32", "float64", "int32", "int64"][rng.integers(5)]


def complexes(lib, rng, *more):
    sizes = [*shape(rng), *more]
    dtype = ["complex64", "complex128"][rng.integers(2)]
    return T(lib, (rng.standard_normal(sizes) + 1j * rng.standard_normal(sizes)).astype(dtype))


def whole(lib, rng, low=1):
    return T(lib, rng.integers(0, 4, shape(rng, low)))


# Each is called with the same random numbers for both.
WITHOUT_GRADIENTS = {
    "arange": lambda lib, rng: lib.arange(number(rng), number(rng), *stepped(rng)),
    "arange of integers": lambda lib, rng: lib.arange(int(rng.integers(9)), int(rng.integers(9)), dtype="int32"),
    "arange to multiples": lambda lib, rng: lib.arange(
        0, rng.integers(40) * (by := 0.1 * rng.integers(1, 9)), by, "float64"
    ),
    "arange to": lambda lib, rng: lib.arange(int(rng.integers(9))),
    "arange of tensors": lambda lib, rng: lib.arange(T(lib, int(rng.integers(9))), 9),
    "range to multiples": lambda lib, rng: lib.range(0, rng.integers(40) * (by := 0.1 * rng.integers(1, 9)), by),
    "range": lambda lib, rng: lib.range(number(rng), 10, abs(step(rng))),
    "linspace": lambda lib, rng: lib.linspace(number(rng), number(rng), int(rng.integers(9)), form(rng)),
    "logspace": lambda lib, rng: lib.logspace(-1, 2, int(rng.integers(1, 9)), 2.5),
    "zeros": lambda lib, rng: lib.zeros(shape(rng), form(rng)),
    "zeros of tensors": lambda lib, rng: lib.zeros([T(lib, n) for n in shape(rng)]),
    "ones": lambda lib, rng: lib.ones(T(lib, shape(rng, 2)), form(rng)),
    "full": lambda lib, rng: lib.full(shape(rng), number(rng), form(rng)),
    "full of bools": lambda lib, rng: lib.full(shape(rng), True),
    "full of text": lambda lib, rng: lib.full(shape(rng), "1.5"),
    "full_like": lambda lib, rng: lib.full_like(whole(lib, rng), number(rng), form(rng)),
    "zeros_like": lambda lib, rng: lib.zeros_like(whole(lib, rng), form(rng)),
    "ones_like": lambda lib, rng: lib.ones_like(whole(lib, rng), form(rng)),
    "eye": lambda lib, rng: lib.eye(int(rng.integers(5)), int(rng.integers(1, 5)), form(rng)),
    # Paddle's matrix without rows has an element.
    "tril_indices": lambda lib, rng: lib.tril_indices(*rng.integers(1, 5, 2).tolist(), int(rng.integers(-3, 4))),
    "triu_indices": lambda lib, rng: lib.triu_indices(*rng.integers(1, 5, 2).tolist(), int(rng.integers(-3, 4))),
    "unique": lambda lib, rng: lib.unique(whole(lib, rng), True, True, True),
    "unique along": lambda lib, rng: lib.unique(whole(lib, rng, 2), True, True, True, 0, "int32"),
    "unique alone": lambda lib, rng: lib.unique(whole(lib, rng)),
    "unique_consecutive": lambda lib, rng: lib.unique_consecutive(whole(lib, rng), True, True),
    "unique_consecutive along": lambda lib, rng: lib.unique_consecutive(whole(lib, rng, 2), True, True, 1, "int32"),
    "shard_index": lambda lib, rng: lib.shard_index(whole(lib, rng).unsqueeze(-1), 7, 2, 1, -3),
    "shape": lambda lib, rng: lib.shape(whole(lib, rng)),
    "rank": lambda lib, rng: lib.rank(whole(lib, rng)),
    "is_empty": lambda lib, rng: lib.is_empty(lib.zeros([2, int(rng.integers(2))])),
    "view as bytes": lambda lib, rng: lib.view(whole(lib, rng), "uint8"),
    "view as wider": lambda lib, rng: lib.view(lib.ones([3, 4]), "float64"),
    "assign a number": lambda lib, rng: lib.assign(number(rng)),
    "assign a list": lambda lib, rng: lib.assign([number(rng), number(rng)]),
    "fill_": lambda lib, rng: whole(lib, rng).fill_(number(rng)),
    "zero_": lambda lib, rng: whole(lib, rng).zero_(),
    "fill_diagonal_": lambda lib, rng: lib.zeros(rng.integers(1, 9, 2).tolist()).fill_diagonal_(
        1.5, int(rng.integers(-2, 3)), bool(rng.integers(2))
    ),
    "fill_diagonal_ of cubes": lambda lib, rng: lib.zeros([int(rng.integers(1, 4))] * 3).fill_diagonal_(2),
    "mean of integers": lambda lib, rng: lib.put_along_axis(
        T(lib, rng.integers(-9, 9, 4)), T(lib, [0, 0, 1]), T(lib, rng.integers(-9, 9, 3)), 0, "mean"
    ),
    "to": lambda lib, rng: whole(lib, rng).to("cpu", form(rng) or "float64"),
    "new_zeros": lambda lib, rng: whole(lib, rng).new_zeros(*shape(rng), dtype=form(rng)),
    "new_ones": lambda lib, rng: lib.ones([1], form(rng)).new_ones(T(lib, shape(rng, 2))),
    "new_empty": lambda lib, rng: whole(lib, rng).new_empty(shape(rng), dtype=form(rng)) * 0,
    "new_full": lambda lib, rng: lib.ones([1], form(rng)).new_full(shape(rng), number(rng)),
    "repeat": lambda lib, rng: whole(lib, rng).repeat(*shape(rng, 3)),
    "repeat as listed": lambda lib, rng: whole(lib, rng).repeat(shape(rng)),
    "split_with_sizes": lambda lib, rng: lib.arange(6).split_with_sizes([int(n := rng.integers(7)), 6 - int(n)], -1),
    "apply": lambda lib, rng: whole(lib, rng).apply(lambda x: x * 3 + 2),
    "apply_": lambda lib, rng: T(lib, rng.standard_normal(shape(rng))).apply_(lambda x: x.sum(0) * 3),
    "real": lambda lib, rng: lib.real(complexes(lib, rng)),
    "imag": lambda lib, rng: complexes(lib, rng).imag(),
    "conj": lambda lib, rng: lib.conj(complexes(lib, rng)),
    "conj of reals": lambda lib, rng: lib.conj(whole(lib, rng)),
    "angle": lambda lib, rng: lib.angle(complexes(lib, rng)),
    "angle of reals": lambda lib, rng: T(lib, rng.standard_normal(shape(rng))).angle(),
    "sgn": lambda lib, rng: lib.sgn(complexes(lib, rng)),
    "as_real": lambda lib, rng: lib.as_real(complexes(lib, rng)),
    "view_as_real": lambda lib, rng: lib.view_as_real(complexes(lib, rng)),
    "as_complex": lambda lib, rng: T(lib, rng.standard_normal([*shape(rng), 2])).as_complex(),
    "view_as_complex": lambda lib, rng: lib.view_as_complex(T(lib, rng.standard_normal([*shape(rng), 2]))),
    "complex": lambda lib, rng: lib.complex(*[T(lib, rng.standard_normal(s).astype("float32")) for s in ([3, 1], [2])]),
    "polar": lambda lib, rng: lib.polar(*[T(lib, rng.standard_normal(s)) for s in ([3, 1], [2])]),
    "complex numbers": lambda lib, rng: [
        lib.to_tensor([[number(rng) + 2j], [1]]),
        whole(lib, rng) * 1j,
        2j + lib.ones([1]),
    ],
    "eigvalsh of complex": lambda lib, rng: lib.linalg.eigvalsh(complexes(lib, rng, 3, 3), ["L", "U"][rng.integers(2)]),
    "in place": lambda lib, rng: T(lib, rng.integers(0, 4, (3, 2))).unsqueeze_(0).flatten_(0, 1).tril_().t_(),
}


@pytest.mark.parametrize("name", WITHOUT_GRADIENTS)
@pytest.mark.filterwarnings("ignore:[\\s\\S]*deprecated")
def test_values_and_dtypes_are_those_of_paddle(name):
    for seed in range(24):
        values = [WITHOUT_GRADIENTS[name](lib, np.random.default_rng(seed)) for lib in (pa, paddle)]
        ours, theirs = (value if isinstance(value, (list, tuple)) else (value,) for value in values)
        for one, other in zip(ours, theirs, strict=True):
            found, expected = one.numpy(), other.numpy()
            assert (found.shape, found.dtype) == (expected.shape, expected.dtype), (name, seed)
            np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-6, err_msg=f"{name}, seed {seed}")


def lazily(lib):
    """A layer whose values come later."""
    with lib.LazyGuard():
        layer = lib.nn.Linear(2, 2, weight_attr=lib.nn.initializer.Constant(2.0))
    for parameter in layer.parameters():
        parameter.initialize()
    return layer.weight.tolist(), layer.bias.tolist()


def followed(lib):
    optimizer = lib.optimizer.SGD(0.5, parameters=lib.nn.Linear(1, 1).parameters())
    schedule = lib.optimizer.lr.StepDecay(0.25, 1, 0.5)
    optimizer.set_lr_scheduler(schedule)
    schedule.step()
    return optimizer.get_lr()


FACTS = {
    "shape + list": lambda lib, x: list(x.shape + [1]) + list([2] + x.shape),  # noqa: RUF005
    "shape * 2": lambda lib, x: list(x.shape * 2), "numel": lambda lib, x: x.shape.numel(), "dim": lambda lib, x: x.dim(),
    "ndimension": lambda lib, x: x.ndimension(), "element_size": lambda lib, x: x.element_size(),
    "itemsize": lambda lib, x: x.itemsize, "contiguous": lambda lib, x: (x.is_contiguous(), x.T.is_contiguous()),
    "copied": lambda lib, x: x.T.contiguous().is_contiguous(), "place": lambda lib, x: (str(x.place), str(x.cpu().place)),
    "strides": lambda lib, x: [list(x.strides), x.stride(), x.T.contiguous().stride(-1), x.get_strides()],
    "dense": lambda lib, x: (x.is_dense(), x.is_sparse(), x.is_sparse_coo(), x.is_sparse_csr(), x.is_dist()),
    "device": lambda lib, x: (str(x.device), x.device == "cpu", x.device.type, x.device.index),
    "is_same_shape": lambda lib, x: (x.is_same_shape(x * 2), x.is_same_shape(x.T)), "ints": lambda lib, x: [
        str(lib.iinfo(d)).removeprefix("paddle.") for d in ("int8", "uint8", "int16", "int32", "int64")
    ],
    "angle": lambda lib, x: [
        (y := made(x.requires_grad_())).stop_gradient or (y.sum().backward(), x.grad.tolist())
        for made in (lib.angle, lib.conj)
    ],
    "flags": lambda lib, x: lib.get_flags(list(pa.framework._DEFAULTS)),
    "tensor": lambda lib, x: [lib.tensor(1.5).tolist(), lib.tensor([[1, 2]], "float64", requires_grad=True).stop_gradient],
    "loss": lambda lib, x: lib.nn.loss.MSELoss()(x, x * 2).item(),
    "modules": lambda lib, x: [t.tolist() for t in (lib.tensor.math.frexp(x)[0], lib.tensor.linalg.t(x))],
    "type": lambda lib, x: str(x.type), "cuda": lambda lib, x: x.is_cuda,
    "persistable": lambda lib, x: x.persistable, "is_tensor": lambda lib, x: x.is_tensor(),
    "mT": lambda lib, x: x.mT.tolist(),
    "requires_grad": lambda lib, x: x.requires_grad, "set": lambda lib, x: x.requires_grad_().stop_gradient,
    "detach_": lambda lib, x: (x.requires_grad_() * 2.0).detach_().stop_gradient, "T": lambda lib, x: x.T.tolist(),
    "format": lambda lib, x: f"{x[0, 0]:.3f}", "index": lambda lib, x: [5, 6, 7][lib.to_tensor(1)],
    "contains": lambda lib, x: (1.5 in x[0], 9.0 in x[0]), "complex": lambda lib, x: complex(x[0, 1]),
    "class": lambda lib, x: [x.astype(kind).tolist() for kind in (int, float, bool)],
    "kinds": lambda lib, x: (lib.is_floating_point(x), lib.is_integer(x), lib.is_complex(x)),
    "finfo": lambda lib, x: [
        getattr(lib.finfo(dtype), name)
        for name in ("min", "max", "eps", "tiny", "smallest_normal", "resolution", "bits", "dtype")
        for dtype in ("float16", "bfloat16", "float32", "float64", "complex64", "complex128")
    ],
    "iinfo": lambda lib, x: [
        (lib.iinfo(d).min, lib.iinfo(d).max, lib.iinfo(d).bits, lib.iinfo(d).dtype) for d in ("int8", "uint8", "int64")
    ],
    "as_tensor": lambda lib, x: (lib.as_tensor([1.5]).tolist(), lib.as_tensor([1], "float64").item()),
    "casts": lambda lib, x: [
        (getattr(x, name)().tolist(), str(getattr(x, name)().dtype).removeprefix("paddle."))
        for name in ("byte", "char", "cdouble", "cfloat")
    ],
    "type_as": lambda lib, x: str(x.type_as(lib.ones([1], "int32")).dtype).removeprefix("paddle."),
    "view_as": lambda lib, x: lib.view_as(x, lib.ones([3, 2])).tolist(),
    "cat": lambda lib, x: lib.cat([x, x * 2], 1).tolist(),
    "take_along_dim": lambda lib, x: lib.take_along_dim(x, lib.to_tensor([[1, 0, 2]]), 1).tolist(),
    "swapdims": lambda lib, x: lib.swapdims(x, 0, 1).tolist(),
    "retain_grads": lambda lib, x: [
        y := x.requires_grad_() * 2.0, y.retain_grads(), (y * y).sum().backward(), y.grad.tolist(),
    ][2:],
    "data_ptr": lambda lib, x: (x.data_ptr() == x.detach().data_ptr(), x.data_ptr() == x.clone().data_ptr()),
    "Size": lambda lib, x: (lib.Size([2, 3]).numel(), list(lib.Size([2, 3])), isinstance(x.shape, (list, lib.Size))),
    "avg_pool2d": lambda lib, x: lib.nn.functional.avg_pool2d(x.reshape([1, 1, 2, 3]), [1, 2], 1).tolist(),
    "avg_pool3d": lambda lib, x: lib.nn.functional.avg_pool3d(x.reshape([1, 1, 1, 2, 3]), 1).tolist(),
    "modes": lambda lib, x: (lib.in_dynamic_mode(), lib.disable_static(), lib.disable_signal_handler()),
    "set_device": lambda lib, x: (str(lib.set_device("cpu")), str(lib.device.set_device("cpu")), lib.get_device()),
    "compiled": lambda lib, x: [
        getattr(home, f"is_compiled_with_{what}")()
        for what in ("cinn", "cuda", "ipu", "rocm", "xpu") for home in (lib, lib.device)
    ],
    "custom": lambda lib, x: [home.is_compiled_with_custom_device("npu") for home in (lib, lib.device)],
    "get_default_dtype": lambda lib, x: [
        (lib.set_default_dtype(dtype), lib.get_default_dtype()) for dtype in ("float64", "float32")
    ],
    "uint32, uint64": lambda lib, x: [str(dtype).removeprefix("paddle.") for dtype in (lib.uint32, lib.uint64)],
    "autograd": lambda lib, x: (lib.autograd.Function is lib.autograd.PyLayer, lib.autograd.PyLayerContext.__name__),
    "LazyGuard": lambda lib, x: lazily(lib),
    "samplers": lambda lib, x: [
        list(lib.io.SequenceSampler([5, 6, 7])), sorted(lib.io.SubsetRandomSampler([4, 2, 9])),
        list(lib.io.WeightedRandomSampler(np.array([0.0, 1.0, 0.0]), 4)), issubclass(lib.io.SequenceSampler, lib.io.Sampler),
    ],
    "bases": lambda lib, x: [
        issubclass(lib.metric.Accuracy, lib.metric.Metric),
        issubclass(lib.nn.initializer.Normal, lib.nn.initializer.Initializer),
        issubclass(lib.regularizer.L2Decay, lib.regularizer.WeightDecayRegularizer),
    ],
    "set_lr_scheduler": lambda lib, x: followed(lib),
    "from_dlpack": lambda lib, x: lib.from_dlpack(lib.to_dlpack(x)).tolist(), "tolist": lambda lib, x: lib.tolist(x),
    "from_numpy": lambda lib, x: lib.from_numpy(np.arange(3)).tolist(),
}  # fmt: skip


@pytest.mark.parametrize("name", FACTS)
def test_facts_are_those_of_paddle(name):
    ours, theirs = (FACTS[name](lib, lib.to_tensor([[1.5, -2.0, 0.0], [3.0, 4.25, 5.0]])) for lib in (pa, paddle))
    assert ours == theirs
