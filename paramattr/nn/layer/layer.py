"""Layer: what holds parameters and other layers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from paramattr import parameter
from paramattr.attr import ParamAttr, ParamAttrLike
from paramattr.autograd import Tensor, place
from paramattr.initializer import Initializer, get
from paramattr.nn.layer.casting import Castable
from paramattr.nn.layer.hooks import Called
from paramattr.nn.layer.state import Loadable
from paramattr.parameter import Parameter
from paramattr.regularizer import WeightDecayRegularizer
from paramattr.utils import checks, dtypes, unique_name
from paramattr.utils.registry import snake_case

if TYPE_CHECKING:
    from typing_extensions import Self

# Of a layer's Python objects, beside its values.
_LEAST_BYTES = 4096


class Layer(Called, Loadable, Castable):
    """Base class of layers: a named tree of parameters, buffers and sublayers.

    A subclass assigns its parts in ``__init__``, after ``super().__init__()``, and defines ``forward``. Mirrors
    ``paddle.nn.Layer``.

    Parameters
    ----------
    name_scope : str, optional
        First part of the layer's name; the class name in snake_case if None.
    dtype : dtype, optional
        Of the parameters it makes; the default dtype if None.

    Examples
    --------
    >>> import paramattr
    >>> class Shift(paramattr.nn.Layer):
    ...     def __init__(self, size):
    ...         super().__init__()
    ...         self.by = self.create_parameter([size], is_bias=True)
    ...
    ...     def forward(self, x):
    ...         return x + self.by
    >>> [name for name, _ in Shift(3).named_parameters()]
    ['by']
    """

    def __init__(self, name_scope: str | None = None, dtype: DTypeLike | None = None) -> None:
        if name_scope is not None:
            checks.instance("name_scope", name_scope, str, "a string or None")
        dtype = dtypes.floating("dtype", dtype)
        full_name = unique_name.generate(name_scope or snake_case(type(self).__name__))
        super().__init__(training=True, _dtype=dtype, _full_name=full_name)

    def full_name(self) -> str:
        """Return the layer's own name, such as ``"linear_0"``."""
        return self._full_name

    @overload
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: Literal[False],
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
        device: object = None,
    ) -> None: ...
    @overload
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: ParamAttr | str | Initializer | WeightDecayRegularizer | Literal[True] | None = None,
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
        device: object = None,
    ) -> Parameter: ...
    @overload
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: ParamAttrLike = None,
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
        device: object = None,
    ) -> Parameter | None: ...
    def create_parameter(
        self,
        shape: ArrayLike,
        attr: ParamAttrLike = None,
        dtype: DTypeLike | None = None,
        is_bias: bool = False,
        default_initializer: Initializer | str | dict[str, Any] | None = None,
        device: object = None,
    ) -> Parameter | None:
        """Make a parameter named after this layer; assign it to an attribute to make it the layer's.

        The layers here make all their parameters by this method, so that overriding it reaches them. The arguments are those
        of `paramattr.create_parameter`, and:

        Parameters
        ----------
        attr : ParamAttr, str, Initializer, regularizer, bool or None
            The settings; with False there is no parameter and None is returned.
        dtype : dtype, optional
            The layer's dtype if None.
        device : "cpu" or a place, optional
            There is only the CPU.

        Raises
        ------
        TypeError, ValueError
            As `paramattr.create_parameter`.
        """
        place.check("device", device)
        return parameter.make(
            shape,
            self._dtype if dtype is None else dtype,
            attr,
            is_bias=checks.boolean("is_bias", is_bias),
            default_initializer=None if default_initializer is None else get(default_initializer),
            prefix=self._full_name,
        )

    def create_tensor(
        self, name: str | None = None, persistable: bool | None = None, dtype: DTypeLike | None = None
    ) -> Tensor:
        """Return a tensor without elements that is named after this layer.

        Parameters
        ----------
        name : str, optional
            Last part of its name; automatic if None.
        persistable : bool, optional
            Has no effect: `register_buffer` makes a tensor part of the state.
        dtype : dtype, default "float32"
            Its dtype.

        Raises
        ------
        TypeError
            If an argument is of the wrong type.
        """
        if persistable is not None:
            checks.boolean("persistable", persistable)
        if name is None:
            label = unique_name.generate(f"{self._full_name}._generated_var")
        else:
            checks.instance("name", name, str, "a string or None")
            label = f"{self._full_name}.{name}"
        wanted = dtypes.numeric("dtype", "float32" if dtype is None else dtype, np.dtype("float32"))
        return Tensor(np.empty(0, wanted), name=label)

    create_variable = create_tensor

    def train(self, mode: bool = True) -> Self:
        """Put this layer and all below it in training mode, or with False in evaluation mode, and return it."""
        training = checks.boolean("mode", mode)
        for layer in self.sublayers(include_self=True):
            layer.training = training
        return self

    def eval(self) -> Self:
        """Put this layer and all below it in evaluation mode, and return it."""
        return self.train(False)

    def apply(self, fn: Callable[[Layer], object]) -> Self:
        """Call ``fn`` on every layer below this one, then on this one, and return this one."""
        for layer in self.children():
            layer.apply(fn)
        fn(self)
        return self

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Let all parameters be trained, or with False none, and return the layer."""
        for value in self.parameters():
            value.stop_gradient = not checks.boolean("requires_grad", requires_grad)
        return self

    def clear_gradients(self, set_to_zero: bool = True) -> None:
        """Make the gradients of the trainable parameters zero, or forget them with ``set_to_zero=False``."""
        zero = checks.boolean("set_to_zero", set_to_zero)
        for value in self.parameters():
            if value.trainable:
                value.clear_grad(zero)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero with ``set_to_none=False``."""
        zero = not checks.boolean("set_to_none", set_to_none)
        for value in self.parameters():
            value.clear_grad(zero)

    def backward(self, *inputs: Any) -> Any:
        """Raise a ValueError: gradients come from the ``backward`` of a tensor."""
        raise ValueError(f"{type(self).__name__} has no backward: call that of a tensor which the layer has made")

    def get_extra_state(self) -> Any:
        """Raise a RuntimeError, as in Paddle: a layer's state is its parameters and buffers."""
        raise RuntimeError(f"{type(self).__name__} has no extra state; register_buffer adds a tensor to its state")

    def extra_repr(self) -> str:
        """Return what stands between the brackets of the repr; a subclass may define it."""
        return ""

    def __repr__(self) -> str:
        extra = self.extra_repr().split("\n")
        lines = extra if len(extra) > 1 else []
        for name, layer in self._sub_layers.items():
            lines += f"({name}): {layer!r}".split("\n")
        first = "" if len(extra) > 1 else extra[0]
        if not lines:
            return f"{type(self).__name__}({first})"
        body = "".join(f"\n  {line}" for line in lines)
        return f"{type(self).__name__}({first}{body}\n)"


def check_many_fit(num_layers: int, layer: Layer) -> None:
    """Raise a ValueError if so many layers like this one take more than the machine's memory."""
    size = _LEAST_BYTES + sum(parameter.numpy().nbytes for parameter in layer.parameters() if parameter.is_initialized)
    checks.fits_in_memory("num_layers: layers and bytes of each", (num_layers, size), 1)
