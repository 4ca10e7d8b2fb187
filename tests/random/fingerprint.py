"""Print a hash of the bits of every kind of draw (without SciPy, so that it runs in the smallest environment)."""

import hashlib
import sys

import numpy as np

from paramattr.random import exact, integers, rejection, strips
from paramattr.random.keys import Key
from paramattr.random.laws import Normal, TruncatedNormal, Uniform

core = sys.modules.get("numpy._core._multiarray_umath") or sys.modules["numpy.core._multiarray_umath"]
print(sorted(name for name, on in core.__cpu_features__.items() if on))
print(np.__version__)


def show(name, *arrays):
    h = hashlib.sha256()
    for a in arrays:
        h.update(np.ascontiguousarray(a).tobytes())
    print(name, h.hexdigest()[:16])


x = np.linspace(-40, 40, 100001)
show(
    "exact",
    exact.exp(x),
    exact.log(np.abs(x)),
    exact.normal_cdf(x),
    exact.normal_quantile(exact.normal_cdf(x)),
    exact.normal_pdf(x),
)
INF = np.inf
for window in (
    (0.0, -INF, INF),
    (0.0, -2.0, 2.0),
    (3.0, 0.0, 1.0),
    (30.0, 0.0, INF),
    (0.5, 0.0, 1e-13),
    (0.0, -8.0, 0.3),
):
    s = strips.strips(*window)
    show(
        f"strips{window}",
        s.centre,
        s.half,
        s.edges,
        s.heights,
        s.pieces,
        s.bounds,
        s.shares,
        [s.mean, s.std, s.moment(3), s.moment(4)],
    )
for law in (
    Uniform(-0.1, 0.1),
    Uniform(0, 1),
    Uniform(1000, 1000.001),
    Normal(0, 1),
    Normal(3, 0.02),
    TruncatedNormal(),
    TruncatedNormal(0, 1, 3, 4),
    TruncatedNormal(0, 1, 30, INF),
    TruncatedNormal(0.1, 1e-3, -5, 5),
):
    for dtype in ("f2", "f4", "f8"):
        for n in (640, 2_000_003):
            show(f"{law} {dtype} {n}", law.values(Key(12345, 6), n, dtype))
    show(f"{law} column", law.values(Key(12345, 6), (1 << 20, 1 << 20), index=(slice(None, None, 64), 3)))
KEY = Key(12345, 7)
show("integers", integers.integers(KEY, -3, 10**18, (300_000,)), integers.permutation(KEY, 100_000))
parameters = np.linspace(0.0, 300.0, 50_001)
show("poisson", rejection.poisson(KEY, parameters))
show("binomial", rejection.binomial(KEY, np.floor(parameters * 10), parameters / 300))
show("gamma", rejection.gamma(KEY, parameters))
