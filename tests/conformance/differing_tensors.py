"""Differences of programs, dtypes, special values and gradients: entry of the page, calls, Paddle's outcome and ours."""

import os
import pickle
import tempfile

import numpy as np

from tests.conformance.differing import constant as c
from tests.conformance.differing import dtype_of, gradients

NAN, INF = float("nan"), float("inf")


class Evil:
    def __reduce__(self):
        return eval, ("'gotcha'",)


def path(name):
    return os.path.join(tempfile.mkdtemp(), name)


def loaded(lib):
    where = path("evil.pdparams")
    with open(where, "wb") as file:
        pickle.dump({"weight": Evil()}, file)
    return lib.load(where)["weight"]


def saved(lib, name, value):
    lib.save(value, path(name))
    return "saved"


def named(lib):
    """Which of two names the first tensor has, and the second, of which one asks first."""
    with lib.utils.unique_name.guard():
        tensors = [lib.to_tensor(1.0), lib.to_tensor(2.0)]
        numbers = [int(one.name.split("_")[-1]) for one in reversed(tensors)][::-1]
        return [str(number - min(numbers)) for number in numbers]


def shared(lib):
    x = lib.to_tensor([1.0, 2.0])
    x.numpy()[0] = 5.0
    return x.tolist()


def taken(lib):
    array = np.ones(2, "float32")
    x = lib.from_numpy(array)
    array[0] = 5.0
    return x.tolist()


def worker(lib):
    class Numbers(lib.io.Dataset):
        def __len__(self):
            return 2

        def __getitem__(self, index):
            info = lib.io.get_worker_info()
            return np.array([-1 if info is None else info.id])

    return [np.asarray(batch[0]).ravel()[0] for batch in lib.io.DataLoader(Numbers(), num_workers=1)]


def seeded(lib):
    lib.seed(1)
    return lib.rand([1]), type(lib.get_rng_state()).__name__


PROGRAMS = {
    "Dtypes are NumPy's.": [
        (lambda lib: [str(lib.float32), lib.float32 == "float32"], ["paddle.float32", "False"], ["float32", "True"]),
        (lambda lib: lib.ones([1]).dtype == np.float32, "False", "True"),
    ],
    "Texts of tensors are shorter.": [
        (lambda lib: "place" in repr(lib.ones([1])), "True", "False"),
        (lambda lib: repr(lib.to_tensor(1.5)).split()[-1], "1.50000000)", "1.5)"),
    ],
    "Tensors get their names late.": [(named, ["0", "1"], ["1", "0"])],
    "`numpy()` and `from_numpy` share memory.": [(shared, [1.0, 2.0], [5.0, 2.0]), (taken, [1.0, 1.0], [5.0, 1.0])],
    "Random numbers are others.": [(seeded, [[0.0178763], "list"], [[0.122226], "Key"])],
    "`DataLoader` works in one process.": [(worker, ["0", "0"], ["-1", "-1"])],
    "Flags are remembered, and do nothing.": [
        (lambda lib: type(lib.get_flags("FLAGS_alloc_fill_value")).__name__, "dict", "ValueError"),
        (lambda lib: lib.set_flags({"FLAGS_of_mine": 1}), "ValueError", "None"),
    ],
    "`load` runs nothing that a file asks for.": [(loaded, "gotcha", "ValueError")],
    "`save` takes data alone.": [
        (lambda lib: saved(lib, "state.pdparams", {"a": object}), "saved", "TypeError"),
        (lambda lib: lib.load("/nowhere.pdparams"), "ValueError", "FileNotFoundError"),
    ],
    "PyTorch's calls are whole.": [
        (lambda lib: lib.asinh(input=c(lib, [0.0])), "TypeError", [0.0]),
        (lambda lib: lib.tile(c(lib, [1.0]), 2, 3), [1.0, 1.0], [[1.0] * 3] * 2),
        (lambda lib: lib.nn.functional.softmax(c(lib, [[1.0]]), axis=0, dim=1), [[1.0]], "TypeError"),
    ],
    "Errors have Python's plain kinds.": [
        (lambda lib: bool(lib.ones([2])), "AssertionError", "ValueError"),
        (lambda lib: len(lib.to_tensor(1.0)), "AssertionError", "TypeError"),
        (lambda lib: lib.nn.Linear(1, 1).weight.set_value(np.ones([2, 1], "float32")), "AssertionError", "ValueError"),
        (lambda lib: c(lib, [7], "int32") // 0, "EnforceNotMet", "ValueError"),
        (lambda lib: lib.nn.Embedding(3, 2)(c(lib, [7], "int64")), "ValueError", "IndexError"),
        (
            lambda lib: lib.nn.Layer().add_parameter("a.b", lib.create_parameter([1], "float32")),
            "KeyError",
            "ValueError",
        ),
    ],
}

DTYPES = {
    "Mixed dtypes have a common one.": [
        (lambda lib: dtype_of(c(lib, [1], "int64") + c(lib, [1.5])), "TypeError", "float32"),
        (lambda lib: dtype_of(c(lib, [1], "int32") + c(lib, [1], "int64")), "TypeError", "int64"),
        (lambda lib: dtype_of(c(lib, [True], "bool") + c(lib, [1], "int64")), "TypeError", "int64"),
        (lambda lib: dtype_of(lib.matmul(c(lib, [[1]]), c(lib, [[1]], "float64"))), "ValueError", "float64"),
        (lambda lib: dtype_of(lib.concat([c(lib, [1]), c(lib, [1], "float64")])), "ValueError", "float64"),
    ],
    "Arrays and lists are taken for tensors.": [
        (lambda lib: lib.nn.functional.relu(np.array([-1.0, 1.0])), "ValueError", [0.0, 1.0]),
        (lambda lib: c(lib, [1.0]) * [2.0], "TypeError", [2.0]),
        (lambda lib: np.sin(lib.zeros([1])), "TypeError", [0.0]),
    ],
    "An array without axes has its dtype.": [(lambda lib: dtype_of(c(lib, [1]) * np.array(2.0)), "float32", "float64")],
    "Means of integers are no integers.": [
        (lambda lib: [lib.mean(c(lib, [1, 2], "int64")), lib.var(c(lib, [1, 2], "int64"))], ["1", "1"], [1.5, 0.5]),
    ],
    "Products of int32 are int64.": [(lambda lib: dtype_of(lib.prod(c(lib, [2], "int32"))), "int32", "int64")],
    "Every function takes float16 and bfloat16.": [
        (lambda lib: lib.ones([1], "float16") + lib.ones([1], "float16"), "RuntimeError", [2.0]),
        (lambda lib: lib.matmul(lib.ones([1, 2], "float16"), lib.ones([2], "float16")), "RuntimeError", [2.0]),
        (lambda lib: lib.ones([1], "bfloat16").numpy().dtype, "uint16", "bfloat16"),
        (lambda lib: dtype_of(lib.to_tensor(np.array([1], "uint16"))), "bfloat16", "uint16"),
    ],
    "Settings have the precision of the tensor.": [
        (
            lambda lib: abs(lib.nn.functional.elu(c(lib, [-1], "float64"), 0.1).item() + 0.1 - 0.1 / np.e) < 1e-12,
            "False", "True",
        ),
        (
            lambda lib: lib.nn.functional.interpolate(
                c(lib, [[[0, 1]]], "float64"), size=[5], mode="linear", data_format="NCW"
            ).numpy()[0, 0, 2]
            == 0.5,
            "False", "True",
        ),
    ],
    "Only floating tensors have gradients.": [
        (lambda lib: (lib.to_tensor([1], stop_gradient=False) * 2.0).stop_gradient, "False", "TypeError"),
        (lambda lib: (lib.to_tensor([1 + 2j], stop_gradient=False) * 2.0).stop_gradient, "False", "TypeError"),
    ],
    "Random laws check their settings.": [
        (lambda lib: lib.normal(0.0, -1.0, [2]).shape == [2], "True", "ValueError"),
        (lambda lib: lib.uniform([2], min=1.0, max=0.0).shape == [2], "True", "ValueError"),
        (lambda lib: lib.ones([2]).exponential_(-1.0).shape == [2], "True", "ValueError"),
        (lambda lib: lib.poisson(c(lib, [-1.0])), [0.0], "ValueError"),
    ],
}  # fmt: skip

VALUES = {
    "Equal values keep their order.": [
        (lambda lib: lib.argsort(lib.zeros([40])).tolist() == list(range(40)), "False", "True"),
        (lambda lib: lib.kthvalue(c(lib, [1, 1, 2, 2]), 1)[1], "1", "0"),
        (lambda lib: lib.median(c(lib, [[1, 1, 3, 4]]), axis=1, mode="min")[1], ["0"], ["1"]),
    ],
    "nan is not passed over.": [
        (lambda lib: [lib.argmax(c(lib, [1, NAN, 2])), lib.argmin(c(lib, [1, NAN, 2]))], ["2", "0"], ["1", "1"]),
        (lambda lib: lib.heaviside(c(lib, [NAN]), c(lib, [2])), [0.0], ["nan"]),
    ],
    "Outside of a domain is nan.": [
        (lambda lib: lib.erfinv(c(lib, [-1, 1, 2])), ["-inf", "inf", "inf"], ["-inf", "inf", "nan"]),
        (lambda lib: lib.gammaincc(c(lib, [0]), c(lib, [0])), [1.0], ["nan"]),
    ],
    "-inf is the logarithm of 0.": [
        (lambda lib: lib.logsumexp(c(lib, [-INF, -INF])), "nan", "-inf"),
        (lambda lib: lib.logaddexp(c(lib, [-INF]), c(lib, [-INF])), ["nan"], ["-inf"]),
        (lambda lib: lib.logcumsumexp(c(lib, [-INF, 1])), [-3.40282e38, 1.0], ["-inf", 1.0]),
    ],
    "Small values keep their digits.": [
        (lambda lib: lib.nn.functional.elu(c(lib, [-1e-8])), [0.0], [-1e-8]),
        (lambda lib: lib.nn.functional.tanhshrink(c(lib, [1e-4])), [0.0], [3.33333e-13]),
        (lambda lib: lib.nn.functional.silu(c(lib, [-89.0])), [-0.0], [-1.98235e-37]),
        (lambda lib: lib.nn.functional.mish(c(lib, [-80.0])), [-0.0], [-1.44388e-33]),
        (lambda lib: lib.nn.functional.softplus(c(lib, [-30.0])), [0.0], [9.35762e-14]),
        (lambda lib: lib.nn.functional.gelu(c(lib, [-6.0])), [-0.0], [-5.91954e-09]),
    ],
    "Large values do not overflow on the way.": [
        (lambda lib: lib.hypot(c(lib, [1e30]), c(lib, [1e30])), ["inf"], [1.41421e30]),
        (lambda lib: lib.linalg.norm(c(lib, [1e30, 1e30])), "inf", 1.41421e30),
        (lambda lib: lib.nn.functional.layer_norm(c(lib, [[1e25, 2e25]]), [2]), [[-0.0, 0.0]], [[-1.0, 1.0]]),
        (
            lambda lib: lib.nn.functional.group_norm(c(lib, [[[1e4], [1e4 + 1], [1e4 + 2], [1e4 + 3]]]), 1)[0, :, 0],
            [-474.342, -158.114, 158.114, 474.342], [-1.34164, -0.447212, 0.447212, 1.34164],
        ),
    ],
    "`log_softmax` has no floor.": [
        (lambda lib: lib.nn.functional.log_softmax(c(lib, [0, -100])), [0.0, -64.0], [0.0, -100.0]),
    ],
    "`hsigmoid_loss` has no bounds.": [
        (
            lambda lib: lib.nn.functional.hsigmoid_loss(c(lib, [[100]]), c(lib, [[0]], "int64"), 2, c(lib, [[1]])),
            [[40.0]], [[100.0]],
        ),
    ],
}  # fmt: skip


def twice(lib):
    x = lib.to_tensor([2.0], stop_gradient=False)
    return lib.grad(lib.grad((x**3).sum(), x, create_graph=True)[0], x)


def changed(lib):
    p = lib.create_parameter([1], "float32", default_initializer=lib.nn.initializer.Constant(2.0))
    x = lib.to_tensor([1.0], stop_gradient=False)
    y = (p * x).sum()
    p.set_value(np.array([5.0], "float32"))
    y.backward()
    return x.grad


def eigenvectors(lib):
    factors = c(lib, [[1, 2], [3, 4]], "float64")
    stack = [[[2, 1], [1, 3]], [[1, 0.5], [0.5, 4]]]
    return np.round(gradients(lib, lambda x: lib.linalg.eigh(x)[1] ** 2 * factors, stack)[0][:, 0, 1], 6)


def filled(lib):
    mask = c(lib, [True, False], "bool")
    return gradients(lib, lambda x, y: lib.masked_fill(x, mask, y), [1, 2], [3])[1]


def log_likelihood(lib):
    return gradients(lib, lambda x, v: lib.nn.functional.gaussian_nll_loss(x, c(lib, [0], "float64"), v), [1], [2])[1]


def scale_alone(lib):
    def normalized(x, weight):
        return lib.nn.functional.batch_norm(x, *(c(lib, [n], "float64") for n in (0, 1)), weight, training=True)

    return gradients(lib, lambda x, w: normalized(x, w) * c(lib, [[0], [1]], "float64"), [[1], [3]], [2])[1]


def relaxed(lib, hard):
    """Whether the gradient is 0, and whether it is that of the softmax that the values are without ``hard``."""
    x, factor = np.random.default_rng(1).standard_normal((2, 3, 4))
    x = lib.to_tensor(x, stop_gradient=False)
    value = lib.nn.functional.gumbel_softmax(x, temperature=2.0, hard=hard)
    (value * lib.to_tensor(factor)).sum().backward()
    softmax = value.numpy() * (factor - (factor * value.numpy()).sum(-1, keepdims=True)) / 2.0
    return abs(x.grad.numpy()).max() < 1e-9, np.allclose(x.grad.numpy(), softmax)


GRADIENTS = {
    "Of a product with zeros.": [(lambda lib: gradients(lib, lib.prod, [0, 2, 3])[0], ["nan", 0.0, 0.0], [6.0, 0.0, 0.0])],
    "Where Paddle's are nan.": [
        (lambda lib: gradients(lib, lib.nn.functional.silu, [-200, -300], dtype="float32")[0], ["nan", "nan"], [-0.0, -0.0]),
        (lambda lib: gradients(lib, lib.std, [1, 1])[0], ["nan", "nan"], [0.0, 0.0]),
        (lambda lib: gradients(lib, lib.hypot, [0], [0]), [["nan"], ["nan"]], [[0.0], [0.0]]),
    ],
    "Of matrices.": [
        (lambda lib: gradients(lib, lib.linalg.det, [[1, 2], [2, 4]])[0], [[0.0, 0.0]] * 2, [[4.0, -2.0], [-2.0, 1.0]]),
        (eigenvectors, [0.0, 0.0], [-0.8, -0.2]),
    ],
    "Of windows that overlap.": [
        (lambda lib: gradients(lib, lambda x: x.unfold(0, 2, 1), [1, 2, 3, 4])[0], [1.0] * 4, [1.0, 2.0, 2.0, 1.0]),
    ],
    "That Paddle does not have.": [
        (lambda lib: gradients(lib, lib.diag_embed, [1, 2]), ["None"], [[1.0, 1.0]]),
        (lambda lib: gradients(lib, lib.diagonal_scatter, [[1, 2], [3, 4]], [5, 6])[1], "None", [1.0, 1.0]),
        (
            lambda lib: gradients(lib, lambda x, y: x.fill_diagonal_tensor(y), [[1, 2], [3, 4]], [5, 6])[1],
            "None", [1.0, 1.0],
        ),
        (lambda lib: gradients(lib, lambda x, y: (x * 1.0).copy_(y), [1, 2], [3, 4])[1], "None", [1.0, 1.0]),
        (lambda lib: gradients(lib, lib.lerp, [1], [2], [0.5])[2], "None", [1.0]),
        (lambda lib: gradients(lib, lambda x: lib.meshgrid(x)[0], [1, 2])[0], "ValueError", [1.0, 1.0]),
        (filled, [0.0], [1.0]),
        (log_likelihood, "None", [0.125]),
        (scale_alone, "None", [0.999995]),
    ],
    "Of `gumbel_softmax`.": [
        (lambda lib: relaxed(lib, hard=True)[0], "True", "False"),
        (lambda lib: relaxed(lib, hard=False)[1], "False", "True"),
    ],
    "Derivatives of derivatives are refused.": [(twice, [[12.0]], "ValueError")],
    "`backward` of a constant is an error.": [(lambda lib: lib.ones([1]).backward(), "None", "RuntimeError")],
    "`backward` after a change of values is an error.": [(changed, [5.0], "RuntimeError")],
}  # fmt: skip
