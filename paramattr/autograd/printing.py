"""How the values of tensors are printed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from paramattr.autograd.tape import Array
from paramattr.utils import checks

_options: dict[str, Any] = {"precision": 8, "threshold": 1000, "edgeitems": 3, "max_line_width": 80}
_scientific = False


def set_printoptions(
    precision: int | None = None,
    threshold: int | None = None,
    edgeitems: int | None = None,
    sci_mode: bool | None = None,
    linewidth: int | None = None,
) -> None:
    """Set how tensors are printed; what is None stays.

    Mirrors ``paddle.set_printoptions``.

    Parameters
    ----------
    precision : int, optional
        Digits after the point; 8 at the start.
    threshold : int, optional
        The largest number of elements that are all printed; 1000 at the start.
    edgeitems : int, optional
        How many are printed at the ends of an axis where not all are; 3 at the start.
    sci_mode : bool, optional
        Whether all numbers have exponents, and not only where they are large or small; False at the start.
    linewidth : int, optional
        Characters per line; 80 at the start.

    Raises
    ------
    TypeError, ValueError
        If a setting is of another type or negative; then none has changed.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.set_printoptions(precision=2)
    >>> paramattr.to_tensor([0.12345])
    Tensor(shape=[1], dtype=float32, stop_gradient=True,
           [0.12])
    >>> paramattr.set_printoptions(precision=8)
    """
    global _scientific
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    counts = {name: checks.integer(name, value, low=0) for name, value in given.items() if value is not None}
    _scientific = _scientific if sci_mode is None else checks.boolean("sci_mode", sci_mode)
    if "linewidth" in counts:
        counts["max_line_width"] = counts.pop("linewidth")
    _options.update(counts)


def text(values: Array, prefix: str) -> str:
    """Return ``values`` as text; lines but the first are indented by the width of ``prefix``."""
    formatter: Any = None
    if values.size == 0:
        # Each empty row shows, as in Paddle; NumPy prints one.
        values = np.zeros(values.shape[: values.shape.index(0)])
        formatter = {"float_kind": lambda _: "[]"}
    elif values.dtype.kind == "c":
        formatter = {"complex_kind": _complex(values)}
    elif _scientific and values.dtype.kind == "f":
        formatter = {
            "float_kind": lambda number: np.format_float_scientific(number, _options["precision"], unique=False)
        }
    return np.array2string(values, separator=", ", prefix=prefix, formatter=formatter, **_options)


def _complex(values: Array) -> Callable[[Any], str]:
    """Return how Python writes complex numbers, as wide as the widest of ``values`` that are printed."""
    kind = "e" if _scientific else "g"
    texts: list[str] = []

    def write(number: Any) -> str:
        texts.append(f"({number:.{_options['precision']}{kind}})")
        return texts[-1]

    np.array2string(values, formatter={"complex_kind": write}, **_options)
    width = max(map(len, texts))
    return lambda number: write(number).ljust(width)
