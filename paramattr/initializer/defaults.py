"""Who decides a parameter's first values, where its attribute does not."""

from __future__ import annotations

from paramattr.initializer.base import Initializer
from paramattr.initializer.constant import Constant
from paramattr.initializer.registry import optional
from paramattr.initializer.variance_scaling import XavierUniform

_WEIGHT, _BIAS = XavierUniform(), Constant(0.0)

_globals: tuple[Initializer | None, Initializer | None] = (None, None)


class set_global_initializer:  # noqa: N801  (Paddle's name)
    """Set the initializer of every weight, and every bias, whose attribute names none.

    It takes effect at the call. In a ``with`` statement it ends with the block: what was set before comes back.

    Parameters
    ----------
    weight_init : Initializer or None
        For weights; None goes back to the layers' own defaults. A name or config works too.
    bias_init : Initializer or None, default None
        For biases, likewise.

    Raises
    ------
    TypeError, ValueError
        If an argument is not an initializer.

    References
    ----------
    Mirrors ``paddle.nn.initializer.set_global_initializer``: it also replaces defaults such as the ones of a
    normalization layer, and never what a ``ParamAttr`` names.

    Examples
    --------
    >>> import paramattr
    >>> with paramattr.initializer.set_global_initializer(paramattr.initializer.Constant(0.5)):
    ...     layer = paramattr.nn.Linear(2, 2)
    >>> layer.weight.numpy()
    array([[0.5, 0.5],
           [0.5, 0.5]], dtype=float32)
    """

    def __init__(self, weight_init: object, bias_init: object = None) -> None:
        global _globals
        new = (optional("weight_init", weight_init), optional("bias_init", bias_init))
        self._before, _globals = _globals, new

    def __enter__(self) -> None:
        return None

    def __exit__(self, *exc_info: object) -> None:
        global _globals
        _globals = self._before


def global_initializer(*, is_bias: bool) -> Initializer | None:
    """Return the global initializer for weights or for biases, None where none is set."""
    return _globals[1 if is_bias else 0]


def choose(given: Initializer | None, *, is_bias: bool, default: Initializer | None = None) -> Initializer:
    """Return the first there is of: ``given``, the global initializer, ``default``, Xavier's law or 0 for a bias."""
    return given or global_initializer(is_bias=is_bias) or default or (_BIAS if is_bias else _WEIGHT)
