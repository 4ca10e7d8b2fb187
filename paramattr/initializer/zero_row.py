"""ZeroRow: what an embedding does to the vector of its padding symbol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from paramattr.initializer.base import Array, Initializer
from paramattr.initializer.registry import optional
from paramattr.random import Distribution, Key
from paramattr.random.index import Index, positions
from paramattr.utils import checks


@dataclass(frozen=True, repr=False, eq=False)
class ZeroRow(Initializer):
    """The values of another initializer, with zeros in one row of the first axis.

    Parameters
    ----------
    initializer : Initializer, str or dict
        Of the other rows: an initializer, its name or its config.
    row : int
        The row of zeros, >= 0.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range. When used: if the parameter has no such row, or the other
        initializer does not fit it.

    References
    ----------
    What ``paddle.nn.Embedding`` does at its ``padding_idx`` to the values of a ``paddle.nn.initializer``.

    Examples
    --------
    >>> import paramattr
    >>> recipe = paramattr.initializer.ZeroRow(paramattr.initializer.Constant(3.0), 1)
    >>> paramattr.create_parameter([2, 2], attr=recipe).numpy()
    array([[3., 3.],
           [0., 0.]], dtype=float32)
    """

    initializer: Initializer
    row: int

    def __post_init__(self) -> None:
        self._check(optional, "initializer")
        checks.instance("initializer", self.initializer, Initializer, "an initializer, its name or its config")
        self._check(checks.integer, "row", low=0)

    def get_config(self) -> dict[str, Any]:
        """Return the config, with that of the other initializer inside."""
        return {"name": "ZeroRow", "initializer": self.initializer.get_config(), "row": self.row}

    def check_shape(self, shape: tuple[int, ...]) -> None:
        if not shape or self.row >= shape[0]:
            raise ValueError(f"ZeroRow needs a row {self.row}, but the parameter has shape {list(shape)}")
        self.initializer.check_shape(shape)

    def distribution(self, shape: tuple[int, ...]) -> Distribution:
        return self.initializer.distribution(shape)

    @property
    def made_by(self) -> str:
        return self.initializer.made_by

    @property
    def zero_row(self) -> int:
        return self.row

    def draw(self, key: Key, shape: tuple[int, ...], dtype: np.dtype[Any], index: Index = ...) -> Array:
        """Return the other initializer's values, with the row of zeros where the index has it."""
        values = self.initializer.draw(key, shape, dtype, index)
        rows, kept = positions(shape, index)[0]
        if self.row in rows:
            values[rows.index(self.row) if kept else ...] = 0
        return values
