"""Linear algebra, sorting, searching and logic beside the real Paddle: values, dtypes and gradients."""

import warnings
from itertools import pairwise

import numpy as np
import paddle
import pytest

import paramattr as pa

CONFIGURATIONS = 30
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}
INF = float("inf")


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


def listed(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def outcome(lib, function, arrays, gradients):
    """The values, and the gradients in the floating inputs of the sum of all values times something."""
    inputs = [lib.to_tensor(array, stop_gradient=not (gradients and array.dtype.kind == "f")) for array in arrays]
    values = listed(function(lib, *inputs))
    found = [np.asarray(value.numpy()) for value in values]
    if gradients:
        total = 0.0
        for place, value in enumerate(values):
            if value.numpy().dtype.kind == "f" and not value.stop_gradient:
                weights = np.random.default_rng(place).standard_normal(value.shape).astype(value.numpy().dtype)
                total = total + (value * lib.to_tensor(weights)).sum()
        total.backward()
        found += [
            t.grad.numpy() if t.grad is not None else np.zeros(a.shape) for t, a in zip(inputs, arrays, strict=True)
        ]
    return found


def compare(function, arrays, tolerance, gradients, what):
    expected = outcome(paddle, function, arrays, gradients)
    found = outcome(pa, function, arrays, gradients)
    assert len(found) == len(expected), what
    for place, (one, other) in enumerate(zip(found, expected, strict=True)):
        assert one.shape == other.shape, (what, place)
        assert one.dtype == other.dtype, (what, place)
        scale = max(float(np.abs(other[np.isfinite(other)]).max(initial=0.0)), 1e-30) if other.dtype.kind == "f" else 0
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance * scale, err_msg=str((what, place)))


def sizes(rng, count, low=1, high=5):
    return rng.integers(low, high, count).tolist()


def normal(rng, *shape):
    return rng.standard_normal(shape)


def batch(rng):
    return sizes(rng, rng.integers(0, 3), 1, 3)


def matrices(rng, rows=None, columns=None):
    n = int(rng.integers(1, 5))
    return normal(rng, *batch(rng), rows or n, columns or rows or n)


def regular(rng, *lead):
    """Square matrices far from singular."""
    n = int(rng.integers(1, 5))
    x = normal(rng, *(lead or batch(rng)), n, n)
    return x + 3.0 * np.eye(n) * rng.choice([-1, 1])


def wide(rng):
    """Matrices of any shape whose singular values lie apart."""
    rows, columns = sizes(rng, 2)
    count = min(rows, columns)
    u, _ = np.linalg.qr(normal(rng, rows, rows))
    v, _ = np.linalg.qr(normal(rng, columns, columns))
    return (u[:, :count] * np.arange(1, count + 1)) @ v[:count]


def same(rng, count=2, axes=3, low=1):
    shape = sizes(rng, rng.integers(1, axes + 1), low)
    return [normal(rng, *shape) for _ in range(count)]


def broadcasting(rng):
    shape = sizes(rng, rng.integers(1, 4))
    other = [size if rng.integers(2) else 1 for size in shape][rng.integers(0, len(shape)) :]
    pair = [normal(rng, *shape), normal(rng, *other)]
    return pair if rng.integers(2) else pair[::-1]


def chain(rng):
    edges = sizes(rng, rng.integers(3, 6))
    factors = [normal(rng, *pair) for pair in pairwise(edges)]
    if rng.integers(2):
        factors[0] = factors[0][0]
    if rng.integers(2):
        factors[-1] = factors[-1][:, 0]
    return factors


def product(rng, axes=(2, 2)):
    m, n, p = sizes(rng, 3)
    lead = sizes(rng, max(axes) - 2)
    return [normal(rng, *lead, m, n), normal(rng, *lead, n, p)] if axes[1] > 1 else [normal(rng, m, n), normal(rng, n)]


def added(rng, lead=0):
    x, y = product(rng, (2 + lead, 2 + lead))
    shape = (*x.shape[:-1], y.shape[-1])
    form = [shape, *([shape[-1:], (shape[0], 1), (1, shape[1])] if not lead else [])]
    return [normal(rng, *form[rng.integers(len(form))]), x, y]


def apart(rng, low=1):
    """No two values are equal, nor any difference of two."""
    shape = sizes(rng, rng.integers(1, 4), low)
    count = int(np.prod(shape))
    return [rng.permutation(np.arange(count) * 0.37 - count * 0.2 + 0.11).reshape(shape)]


def points(rng):
    lead = batch(rng)
    m = int(rng.integers(1, 4))
    return [normal(rng, *lead, int(rng.integers(1, 5)), m), normal(rng, *lead, int(rng.integers(1, 5)), m)]


def symmetric(lib, x):
    return x + lib.matrix_transpose(x)


def definite(lib, x):
    return x @ lib.matrix_transpose(x) + lib.to_tensor(2 * np.eye(x.shape[-1], dtype=x.numpy().dtype))


EQUATIONS = [
    ("ij,jk->ik", [(2, 3), (3, 4)]), ("bij,bjk->bik", [(2, 3, 4), (2, 4, 2)]), ("ij->ji", [(2, 3)]), ("ii->i", [(3, 3)]),
    ("ii", [(3, 3)]), ("i,j->ij", [(2,), (3,)]), ("ij,ij->", [(2, 3), (2, 3)]), ("...ij,...jk->...ik", [(2, 3, 4), (4, 2)]),
    ("bhqd,bhkd->bhqk", [(2, 2, 3, 4), (2, 2, 5, 4)]), ("ij,kj", [(2, 3), (4, 3)]),
    ("ij,jk,kl->il", [(2, 3), (3, 4), (4, 2)]),
    ("ij,j->i", [(2, 3), (3,)]), ("ijk->j", [(2, 3, 4)]), ("a,b,c->cab", [(2,), (3,), (4,)]),
    ("bn,anm,bm->ba", [(2, 3), (4, 3, 2), (2, 2)]),
    ("ij, jk -> k i", [(2, 3), (3, 4)]), ("...i->...", [(2, 3)]), ("ij,ik->jk", [(5, 2), (5, 3)]),
]  # fmt: skip
# Name: the function, the arrays, and whether gradients are compared.
FLOATING = {
    "mm": (lambda lib, x, y: lib.mm(x, y), product, True),
    "bmm": (lambda lib, x, y: lib.bmm(x, y), lambda rng: product(rng, (3, 3)), True),
    "mv": (lambda lib, x, y: lib.mv(x, y), lambda rng: product(rng, (2, 1)), True),
    "dot": (lambda lib, x, y: lib.dot(x, y), lambda rng: same(rng, axes=2), True),
    "inner": (
        lambda lib, x, y: lib.inner(x, y),
        lambda rng: [normal(rng, *batch(rng), 3), normal(rng, *batch(rng), 3)],
        True,
    ),
    "outer": (lambda lib, x, y: lib.outer(x, y), same, True),
    "ger": (lambda lib, x, y: lib.ger(x, y), same, True),
    "kron": (
        lambda lib, x, y: lib.kron(x, y),
        lambda rng: [normal(rng, *batch(rng), 2), normal(rng, *batch(rng), 3)],
        True,
    ),
    "cross": (lambda lib, x, y: lib.cross(x, y), lambda rng: [normal(rng, 2, 3, 3) for _ in "xy"], True),
    "cross, last axis": (
        lambda lib, x, y: lib.cross(x, y, axis=-1),
        lambda rng: [normal(rng, 3, 2, 3) for _ in "xy"],
        True,
    ),
    "addmm": (lambda lib, i, x, y: lib.addmm(i, x, y, beta=0.5, alpha=-1.5), added, True),
    "addmm_": (
        lambda lib, i, x, y: (i * 1.0).addmm_(x, y, 0.5),
        lambda rng: [normal(rng, 2, 3), normal(rng, 2, 4), normal(rng, 4, 3)],
        True,
    ),
    "baddbmm": (lambda lib, i, x, y: lib.baddbmm(i, x, y, beta=0.5, alpha=-1.5), lambda rng: added(rng, 1), True),
    "tensordot": (
        lambda lib, x, y: lib.tensordot(x, y),
        lambda rng: [normal(rng, 2, 3, 4), normal(rng, 3, 4, 2)],
        True,
    ),
    "tensordot, axes": (
        lambda lib, x, y: lib.tensordot(x, y, [[0, 2], [1, 0]]),
        lambda rng: [normal(rng, 2, 3, 4), normal(rng, 4, 2, 5)],
        True,
    ),
    "tensordot, axes of both": (
        lambda lib, x, y: lib.tensordot(x, y, [[1], [1, 2]]),
        lambda rng: [normal(rng, 2, 3, 4), normal(rng, 5, 3, 4)],
        True,
    ),
    "tensordot, number": (
        lambda lib, x, y: lib.tensordot(x, y, 0),
        lambda rng: [normal(rng, 2, 3), normal(rng, 4)],
        True,
    ),
    "vecdot": (lambda lib, x, y: lib.linalg.vecdot(x, y), lambda rng: same(rng), True),
    "vecdot, axis": (lambda lib, x, y: lib.linalg.vecdot(x, y, axis=0), lambda rng: same(rng), True),
    "trace": (lambda lib, x: lib.trace(x), lambda rng: [normal(rng, *sizes(rng, 2))], True),
    "trace, offset": (lambda lib, x: lib.trace(x, -1, 2, 0), lambda rng: [normal(rng, *sizes(rng, 4, 2, 4))], True),
    "matrix_transpose": (lambda lib, x: lib.matrix_transpose(x), lambda rng: [matrices(rng, 2, 3)], True),
    "multi_dot": (lambda lib, *x: lib.linalg.multi_dot(list(x)), chain, True),
    **{
        f"matrix_power {n}": (lambda lib, x, n=n: lib.linalg.matrix_power(x, n), lambda rng: [regular(rng)], True)
        for n in (0, 1, 3, 6, -2)
    },
    **{f"dist {p}": (lambda lib, x, y, p=p: lib.dist(x, y, p), same, True) for p in (0, 1, 2, 3.5, INF, -INF)},
    **{
        f"cdist {p}": (lambda lib, x, y, p=p: lib.cdist(x, y, p), points, p in (1.0, 2.0))
        for p in (0.0, 1.0, 2.0, 3.5, INF)
    },
    **{
        f"pdist {p}": (lambda lib, x, p=p: lib.pdist(x, p), lambda rng: [normal(rng, *sizes(rng, 2, 2))], True)
        for p in (0.0, 1.0, 2.0, 3.5)
    },
    **{
        f"renorm {p}": (lambda lib, x, p=p: lib.renorm(x, p, 1, 1.25), lambda rng: [normal(rng, *sizes(rng, 3))], True)
        for p in (1.0, 2.0, 3.0)
    },
    **{
        f"norm {p} {axis} {keepdim}": (
            lambda lib, x, p=p, axis=axis, keepdim=keepdim: lib.norm(x, p, axis, keepdim),
            lambda rng: [normal(rng, *sizes(rng, 3))],
            True,
        )
        for p in (None, "fro", 0, 1, 2, 3, 0.5, INF, -INF, -2)
        for axis, keepdim in ((None, False), (1, True), (-1, False))
    },
    **{
        f"matrix_norm {p} {keepdim}": (
            lambda lib, x, p=p, keepdim=keepdim: lib.linalg.matrix_norm(x, p, axis=[2, 0], keepdim=keepdim),
            lambda rng: [normal(rng, *sizes(rng, 3, 2))],
            True,
        )
        for p in ("fro", "nuc", 1, -1, 2, -2, INF, -INF)
        for keepdim in (False, True)
    },
    "norm of two axes": (lambda lib, x: lib.norm(x, axis=[0, 1]), lambda rng: [wide(rng)], True),
    "norm, dtype": (lambda lib, x: lib.norm(x, axis=0, dtype="float64"), lambda rng: [matrices(rng)], True),
    **{
        f"vector_norm {p}": (
            lambda lib, x, p=p: lib.linalg.vector_norm(x, p, axis=[0, 2]),
            lambda rng: [normal(rng, *sizes(rng, 3))],
            True,
        )
        for p in (0, 1, 2.0, 3, INF, -INF)
    },
    **{
        f"cond {p}": (lambda lib, x, p=p: lib.linalg.cond(x, p), lambda rng: [regular(rng, 2)], False)
        for p in (None, "fro", "nuc", 1, -1, 2, -2, INF, -INF)
    },
    "inv": (lambda lib, x: lib.linalg.inv(x), lambda rng: [regular(rng)], True),
    "inverse": (lambda lib, x: x.inverse(), lambda rng: [regular(rng)], True),
    "pinv": (lambda lib, x: lib.linalg.pinv(x), lambda rng: [wide(rng)], True),
    "pinv, hermitian": (
        lambda lib, x: lib.linalg.pinv(symmetric(lib, x), hermitian=True),
        lambda rng: [regular(rng, 1)],
        True,
    ),
    "det": (lambda lib, x: lib.linalg.det(x), lambda rng: [regular(rng)], True),
    "slogdet": (lambda lib, x: lib.linalg.slogdet(x), lambda rng: [regular(rng)], True),
    "cholesky": (lambda lib, x: lib.linalg.cholesky(definite(lib, x)), lambda rng: [regular(rng)], True),
    "cholesky, upper": (
        lambda lib, x: lib.linalg.cholesky(definite(lib, x), upper=True),
        lambda rng: [regular(rng)],
        True,
    ),
    "cholesky, leaf": (lambda lib, x: lib.linalg.cholesky(x), lambda rng: [np.array([[4.0, 1.0], [1.0, 3.0]])], True),
    "cholesky_solve": (
        lambda lib, x, y: lib.linalg.cholesky_solve(x, y),
        lambda rng: [normal(rng, 3, 2), np.tril(normal(rng, 3, 3)) + 3 * np.eye(3)],
        True,
    ),
    "cholesky_solve, upper": (
        lambda lib, x, y: lib.linalg.cholesky_solve(x, y, upper=True),
        lambda rng: [normal(rng, 3, 2), np.triu(normal(rng, 3, 3)) + 3 * np.eye(3)],
        True,
    ),
    "cholesky_inverse": (
        lambda lib, x: lib.linalg.cholesky_inverse(x),
        lambda rng: [np.tril(normal(rng, 3, 3)) + 3 * np.eye(3)],
        False,
    ),
    "cholesky_inverse, upper": (
        lambda lib, x: lib.linalg.cholesky_inverse(x, True),
        lambda rng: [np.triu(normal(rng, 3, 3)) + 3 * np.eye(3)],
        False,
    ),
    "solve": (
        lambda lib, x, y: lib.linalg.solve(x, y),
        lambda rng: [normal(rng, 2, 3, 3) + 3 * np.eye(3), normal(rng, 2, 3, 4)],
        True,
    ),
    "solve, vector": (
        lambda lib, x, y: lib.linalg.solve(x, y),
        lambda rng: [normal(rng, 3, 3) + 3 * np.eye(3), normal(rng, 3)],
        True,
    ),
    "solve, right": (
        lambda lib, x, y: lib.linalg.solve(x, y, left=False),
        lambda rng: [normal(rng, 3, 3) + 3 * np.eye(3), normal(rng, 4, 3)],
        True,
    ),
    **{
        f"triangular_solve {upper} {turned} {unit}": (
            lambda lib, x, y, s=(upper, turned, unit): lib.linalg.triangular_solve(x, y, *s),
            lambda rng: [normal(rng, 2, 3, 3) + 3 * np.eye(3), normal(rng, 2, 3, 4)],
            upper or not unit,  # Paddle gives gradients to what counts as 0 or 1
        )
        for upper in (False, True)
        for turned in (False, True)
        for unit in (False, True)
    },
    **{
        f"lstsq {driver}": (
            lambda lib, x, y, d=driver: lib.linalg.lstsq(x, y, driver=d)[0],
            lambda rng: [normal(rng, 2, 5, 3), normal(rng, 2, 5, 2)],
            False,
        )
        for driver in (None, "gels", "gelsd", "gelss")
    },
    "lstsq, all": (
        lambda lib, x, y: lib.linalg.lstsq(x, y, driver="gelsd"),
        lambda rng: [normal(rng, 5, 3), normal(rng, 5, 2)],
        False,
    ),
    "qr": (
        lambda lib, x: [q * q for q in lib.linalg.qr(x)],
        lambda rng: [normal(rng, *batch(rng), 4, int(rng.integers(1, 5)))],
        True,
    ),
    "qr, wide": (lambda lib, x: [q * q for q in lib.linalg.qr(x)], lambda rng: [normal(rng, 2, 3, 5)], False),
    "qr, complete": (lambda lib, x: lib.linalg.qr(x, "complete")[1] ** 2, lambda rng: [normal(rng, 4, 2)], False),
    "qr, r": (lambda lib, x: lib.linalg.qr(x, "r") ** 2, lambda rng: [normal(rng, 4, 2)], False),
    "svd": (lambda lib, x: [v * v for v in lib.linalg.svd(x)], lambda rng: [wide(rng)], True),
    "svd, product": (
        lambda lib, x: (lambda u, s, v: (u * s.exp()) @ v)(*lib.linalg.svd(x)),
        lambda rng: [wide(rng)],
        True,
    ),
    "svdvals": (lambda lib, x: lib.linalg.svdvals(x), lambda rng: [wide(rng)], True),
    "svd, full": (lambda lib, x: lib.linalg.svd(x, True)[1], lambda rng: [wide(rng)], False),
    "eigh": (lambda lib, x: [v * v for v in lib.linalg.eigh(symmetric(lib, x))], lambda rng: [regular(rng, 1)], True),
    "eigh, upper": (lambda lib, x: lib.linalg.eigh(x, "U")[0], lambda rng: [regular(rng, 1)], True),
    "eigh, lower": (lambda lib, x: lib.linalg.eigh(x)[0], lambda rng: [regular(rng, 1)], True),
    "eigvalsh": (lambda lib, x: lib.linalg.eigvalsh(x), lambda rng: [regular(rng, 1)], True),
    "eigvals": (
        lambda lib, x: lib.to_tensor(np.sort(abs(lib.linalg.eigvals(x).numpy()))),
        lambda rng: [regular(rng, 2)],
        False,
    ),
    "eig": (
        lambda lib, x: lib.to_tensor(np.sort(abs(lib.linalg.eig(x)[0].numpy()))),
        lambda rng: [regular(rng, 2)],
        False,
    ),
    "matrix_rank": (lambda lib, x: lib.linalg.matrix_rank(x), lambda rng: [np.concatenate([wide(rng)] * 2)], False),
    "matrix_rank, tol": (lambda lib, x: lib.linalg.matrix_rank(x, 1.5), lambda rng: [wide(rng)], False),
    "matrix_rank, hermitian": (
        lambda lib, x: lib.linalg.matrix_rank(symmetric(lib, x), hermitian=True),
        lambda rng: [regular(rng)],
        False,
    ),
    "matrix_rank, atol": (lambda lib, x: lib.linalg.matrix_rank(x, atol=1.5, rtol=0.1), lambda rng: [wide(rng)], False),
    "cov": (lambda lib, x: lib.linalg.cov(x), lambda rng: [normal(rng, *sizes(rng, 2, 2))], True),
    "cov, vector": (lambda lib, x: lib.linalg.cov(x), lambda rng: [normal(rng, 4)], True),
    "cov, columns": (
        lambda lib, x: lib.linalg.cov(x, rowvar=False, ddof=False),
        lambda rng: [normal(rng, *sizes(rng, 2, 2))],
        True,
    ),
    "cov, weights": (
        lambda lib, x: lib.linalg.cov(
            x,
            fweights=lib.to_tensor([1, 2, 3, 1]),
            aweights=lib.to_tensor(np.array([0.1, 0.5, 0.2, 0.3]).astype(x.numpy().dtype)),
        ),
        lambda rng: [normal(rng, 3, 4)],
        True,
    ),
    "corrcoef": (lambda lib, x: lib.linalg.corrcoef(x), lambda rng: [normal(rng, 3, 5)], False),
    **{
        f"einsum {equation}": (
            lambda lib, *x, e=equation: lib.einsum(e, *x),
            lambda rng, s=shapes: [normal(rng, *shape) for shape in s],
            True,
        )
        for equation, shapes in EQUATIONS
    },
    "sort": (lambda lib, x: lib.sort(x, 0), apart, True),
    "sort, descending": (lambda lib, x: lib.sort(x, descending=True), apart, True),
    "msort": (lambda lib, x: lib.msort(x), apart, True),
    "argsort": (lambda lib, x: lib.argsort(x, 0), apart, False),
    "argsort, stable": (
        lambda lib, x: lib.argsort(x, descending=True, stable=True),
        lambda rng: [np.round(normal(rng, 3, 9))],
        False,
    ),
    "topk": (lambda lib, x: lib.topk(x, 2), lambda rng: apart(rng, 2), True),
    "topk, smallest": (lambda lib, x: lib.topk(x, 1, axis=0, largest=False), apart, True),
    "kthvalue": (lambda lib, x: lib.kthvalue(x, 2), lambda rng: apart(rng, 2), True),
    "kthvalue, axis": (lambda lib, x: lib.kthvalue(x, 1, 0, True), apart, True),
    "mode": (lambda lib, x: lib.mode(x), lambda rng: [rng.integers(0, 3, sizes(rng, 2)).astype(float)], True),
    "mode, axis": (
        lambda lib, x: lib.mode(x, 0, True),
        lambda rng: [rng.integers(0, 3, sizes(rng, 3)).astype(float)],
        True,
    ),
    "argmax": (lambda lib, x: lib.argmax(x), apart, False),
    "argmax, axis": (lambda lib, x: lib.argmax(x, 0, True, "int32"), apart, False),
    "argmin": (lambda lib, x: lib.argmin(x, -1), apart, False),
    "nonzero": (lambda lib, x: lib.nonzero(x), lambda rng: [rng.integers(0, 2, sizes(rng, 3)).astype(float)], False),
    "nonzero, tuple": (
        lambda lib, x: lib.nonzero(x, as_tuple=True),
        lambda rng: [rng.integers(0, 2, sizes(rng, 3)).astype(float)],
        False,
    ),
    "argwhere": (lambda lib, x: lib.argwhere(x), lambda rng: [rng.integers(0, 2, sizes(rng, 3)).astype(float)], False),
    "where": (lambda lib, x, y: lib.where(x > y, x, y), broadcasting, True),
    "where, alone": (lambda lib, x, y: lib.where(x > y), same, False),
    "where_": (lambda lib, x, y: lib.where_(x > y, x * 1.0, y), same, True),
    **{
        f"searchsorted {right}": (
            lambda lib, x, y, r=right: lib.searchsorted(x, y, right=r, out_int32=r),
            lambda rng: [np.sort(rng.integers(0, 5, (2, 5)) * 1.0), rng.integers(-1, 6, (2, 3)) * 1.0],
            False,
        )
        for right in (False, True)
    },
    "searchsorted, vector": (
        lambda lib, x, y: lib.searchsorted(x, y),
        lambda rng: [np.sort(rng.integers(0, 5, 5) * 1.0), rng.integers(-1, 6, (2, 3)) * 1.0],
        False,
    ),
    "bucketize": (
        lambda lib, x, y: lib.bucketize(y, x),
        lambda rng: [np.sort(rng.integers(0, 5, 5) * 1.0), rng.integers(-1, 6, (2, 3)) * 1.0],
        False,
    ),
    **{
        name: (
            lambda lib, x, y, n=name: getattr(lib, n)(x, y),
            lambda rng: [np.round(a) for a in broadcasting(rng)],
            False,
        )
        for name in (
            "equal",
            "not_equal",
            "greater_than",
            "greater_equal",
            "less_than",
            "less_equal",
            "eq",
            "ne",
            "gt",
            "ge",
            "lt",
            "le",
            "greater",
            "less",
            "logical_and",
            "logical_or",
            "logical_xor",
        )
    },
    **{
        name: (
            lambda lib, x, y, n=name: getattr(x.detach() * 1.0, n)(y),
            lambda rng: [np.round(a) for a in same(rng)],
            False,
        )
        for name in (
            "equal_",
            "not_equal_",
            "greater_than_",
            "greater_equal_",
            "less_than_",
            "less_equal_",
            "less_",
            "logical_and_",
            "logical_or_",
            "logical_xor_",
        )
    },
    "logical_not": (lambda lib, x: lib.logical_not(x), lambda rng: [np.round(normal(rng, 3, 4))], False),
    "equal_all": (
        lambda lib, x, y: lib.equal_all(x, y),
        lambda rng: [rng.integers(0, 2, 2) * 1.0 for _ in "xy"],
        False,
    ),
    "allclose": (lambda lib, x, y: lib.allclose(x, y, 1e-3, 0.9), lambda rng: same(rng), False),
    "isclose": (lambda lib, x, y: lib.isclose(x, y, 0.2, 0.3), lambda rng: same(rng), False),
    "isin": (
        lambda lib, x, y: lib.isin(x, y),
        lambda rng: [rng.integers(0, 9, 6) * 1.0, rng.integers(0, 9, (2, 2)) * 1.0],
        False,
    ),
    "isin, inverted": (
        lambda lib, x, y: lib.isin(x, y, invert=True),
        lambda rng: [rng.integers(0, 9, 6) * 1.0, rng.integers(0, 9, (2, 2)) * 1.0],
        False,
    ),
}

# Where rounding is amplified.
LOOSE = dict.fromkeys(["eigh", "matrix_power -2", "pinv", "pinv, hermitian", "qr", "svd", "svd, product"], 30)
# Paddle adds 1e-12 to what the gradients of these are divided by.
PADDED = ("cdist", "dist", "matrix_norm", "norm", "pdist", "renorm", "vector_norm")


def tolerance(name, dtype):
    if name.startswith(PADDED):
        return {"float32": 3e-5, "float64": 1e-6}[dtype]
    return TOLERANCE[dtype] * LOOSE.get(name, 1)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("name", FLOATING)
def test_values_and_gradients(name, dtype):
    function, arrays, gradients = FLOATING[name]
    rng = np.random.default_rng(sum(map(ord, name)))
    for _ in range(CONFIGURATIONS):
        given = [np.asarray(array).astype(dtype) for array in arrays(rng)]
        what = (name, [array.shape for array in given])
        compare(function, given, tolerance(name, dtype), gradients, what)


INTEGERS = {
    **{
        name: (lambda lib, x, y, n=name: getattr(lib, n)(x, y), False)
        for name in (
            "bitwise_and",
            "bitwise_or",
            "bitwise_xor",
            "equal",
            "less_than",
            "logical_and",
            "isin",
            "bitwise_left_shift",
            "bitwise_right_shift",
        )
    },
    **{
        name: (lambda lib, x, y, n=name: getattr(lib.to_tensor(x.numpy()), n)(y), False)
        for name in ("bitwise_and_", "bitwise_or_", "bitwise_xor_", "bitwise_left_shift_", "bitwise_right_shift_")
    },
    "bitwise_not": (lambda lib, x, y: lib.bitwise_not(x), False),
    "bitwise_invert": (lambda lib, x, y: lib.bitwise_invert(x), False),
    "logical left": (lambda lib, x, y: lib.bitwise_left_shift(x, y, False), False),
    "logical right": (lambda lib, x, y: lib.bitwise_right_shift(x, y, False), False),
}


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "int32", "int64"])
@pytest.mark.parametrize("name", INTEGERS)
def test_integers(name, dtype):
    rng = np.random.default_rng(3)
    for _ in range(CONFIGURATIONS):
        info = np.iinfo(dtype)
        x = rng.integers(info.min, info.max, 5, dtype, endpoint=True)
        y = x[::-1].copy() if rng.integers(2) else rng.integers(0, 70, 5).astype(dtype)
        try:
            expected = INTEGERS[name][0](paddle, paddle.to_tensor(x), paddle.to_tensor(y)).numpy()
        except RuntimeError:
            pytest.skip("Paddle has no kernel")
        found = INTEGERS[name][0](pa, pa.to_tensor(x), pa.to_tensor(y)).numpy()
        assert found.dtype == expected.dtype
        np.testing.assert_array_equal(found, expected, err_msg=str((name, x, y)))
