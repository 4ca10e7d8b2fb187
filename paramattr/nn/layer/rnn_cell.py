"""Cells: one step of a recurrent layer."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import numpy as np

from paramattr.attr import ParamAttr, ParamAttrLike, optional_attr
from paramattr.autograd import Tensor
from paramattr.autograd.rules import Rule
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.initializer import Constant, Uniform
from paramattr.nn.functional import rnn
from paramattr.nn.layer.layer import Layer
from paramattr.parameter import Parameter
from paramattr.utils import checks, dtypes

# A value, or a list, tuple or dict of such: what a cell may take and return.
Nested = Any


def nested(function: Callable[..., Any], first: Nested, *rest: Nested) -> Nested:
    """Return ``first`` with each value replaced by what ``function`` makes of it and of those in its place in ``rest``."""
    if isinstance(first, Mapping):
        return {key: nested(function, value, *(other[key] for other in rest)) for key, value in first.items()}
    if isinstance(first, (list, tuple)):
        parts = [nested(function, *values) for values in zip(first, *rest, strict=True)]
        return type(first)(*parts) if hasattr(first, "_fields") else type(first)(parts)
    return function(first, *rest)


def flat(structure: Nested) -> list[Any]:
    """Return the values in ``structure``."""
    found: list[Any] = []
    nested(found.append, structure)
    return found


class RNNCellBase(Layer):
    """Base class of cells: one step of a recurrent layer.

    A subclass defines ``forward(inputs, states)``, which returns the output and the new states, and the property
    ``state_shape``. Mirrors ``paddle.nn.RNNCellBase``.

    Examples
    --------
    >>> import paramattr
    >>> class Sum(paramattr.nn.RNNCellBase):
    ...     state_shape = (1,)
    ...
    ...     def forward(self, inputs, states):
    ...         return states + inputs, states + inputs
    >>> outputs, last = paramattr.nn.RNN(Sum())(paramattr.to_tensor([[[1.0], [2.0], [3.0]]]))
    >>> outputs.numpy()[0, :, 0]
    array([1., 3., 6.], dtype=float32)
    """

    def get_initial_states(
        self,
        batch_ref: Nested,
        shape: Nested = None,
        dtype: Nested = None,
        init_value: float = 0.0,
        batch_dim_idx: int = 0,
    ) -> Nested:
        """Return states that hold one number, in the structure of ``shape``.

        Parameters
        ----------
        batch_ref : Tensor or structure of them
            What has the batch size, at its axis ``batch_dim_idx``; the first counts.
        shape : sequence of int or structure of them, optional
            Sizes behind the batch, which may stand as -1 before them; ``state_shape`` if None.
        dtype : dtype or structure of them, optional
            ``state_dtype`` if None, and the default dtype where the cell has none.
        init_value : float, default 0.0
            The number.
        batch_dim_idx : int, default 0
            The axis of the batch.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        reference = as_tensor("batch_ref", flat(batch_ref)[0])
        batch = reference.shape[checks.axis("batch_dim_idx", batch_dim_idx, reference.ndim)]
        value = checks.real("init_value", init_value, finite=False)
        shapes = self.state_shape if shape is None else shape
        try:
            kinds = self.state_dtype if dtype is None else dtype
        except NotImplementedError:
            kinds = None

        def filled(sizes: Nested, kind: Nested) -> Nested:
            several = isinstance(kind, (list, tuple, Mapping))
            if isinstance(sizes, Mapping):
                return {key: filled(part, kind[key] if several else kind) for key, part in sizes.items()}
            if all(isinstance(size, (int, np.integer)) for size in checks.several("shape", sizes, "sizes")):
                rest = checks.shape("shape", sizes[1:] if len(sizes) and sizes[0] == -1 else sizes)
                return Tensor(np.full((batch, *rest), value, dtypes.floating("dtype", kind)))
            kinds = kind if several else [kind] * len(sizes)
            return type(sizes)(filled(part, one) for part, one in zip(sizes, kinds, strict=True))

        only = flat(kinds)
        return filled(shapes, only[0] if len(only) == 1 else kinds)

    @property
    def state_shape(self) -> Nested:
        """The sizes of a state behind the batch; several in a list or tuple."""
        raise NotImplementedError(f"{type(self).__name__} does not define state_shape")

    @property
    def state_dtype(self) -> Nested:
        """The dtypes of the states."""
        raise NotImplementedError(f"{type(self).__name__} does not define state_dtype")


class FusedCell(RNNCellBase):
    """A cell of this library: all of its steps over a sequence are one rule."""

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter
    bias_hh: Parameter
    weight_ho: Parameter

    _rule: ClassVar[Rule]
    _gates: ClassVar[int] = 1

    def __init__(self, input_size: int, hidden_size: int, *attrs: ParamAttrLike, proj_size: int = 0) -> None:
        super().__init__()
        self.input_size = checks.integer("input_size", input_size, low=0)
        self.hidden_size = checks.integer("hidden_size", hidden_size, low=1)
        given = dict(zip(_PARAMETERS, attrs, strict=True))
        rows, width = self._gates * hidden_size, proj_size or hidden_size
        shapes = {"weight_ih": [rows, input_size], "weight_hh": [rows, width], "bias_ih": [rows], "bias_hh": [rows]}
        if proj_size:
            shapes["weight_ho"], given["weight_ho"] = [hidden_size, proj_size], given["weight_hh"]
        known = {name: optional_attr(f"{name}_attr", attr) for name, attr in given.items()}
        for name, attr in known.items():
            setattr(self, name, self._parameter(shapes[name], attr, is_bias=name.startswith("bias")))

    def _parameter(self, shape: list[int], attr: ParamAttr | bool | None, *, is_bias: bool) -> Parameter:
        """Return a parameter; where its attribute is False, one that stays as it is: weights 1, biases 0."""
        bound = 1 / math.sqrt(self.hidden_size)
        if attr is not False:
            return self.create_parameter(shape, attr, None, is_bias, Uniform(-bound, bound))
        fixed = self.create_parameter(shape, None, None, is_bias, Constant(0.0 if is_bias else 1.0))
        fixed.stop_gradient = True
        return fixed

    def forward(self, inputs: Operand, states: Nested = None) -> tuple[Tensor, Nested]:
        """Return the output of one step, which is the new hidden state, and the new states.

        Parameters
        ----------
        inputs : Tensor or array_like
            Of shape ``[batch, input_size]``.
        states : Tensor or pair of them, optional
            In the shapes of `get_initial_states`; zeros if None.
        """
        x = as_tensor("inputs", inputs)
        if x.ndim != 2:
            raise ValueError(f"inputs must have shape [batch, {self.input_size}], but received {x.shape!r}")
        _, last = self.over_time(x.reshape([1, *x.shape]), states)
        return (last[0] if isinstance(last, tuple) else last), last

    def over_time(
        self, x: Tensor, states: Nested, keep: Array | None = None, reverse: bool = False
    ) -> tuple[Tensor, Nested]:
        """Return the outputs for ``x`` of shape ``[steps, batch, input_size]``, and the last states."""
        if x.ndim != 3 or x.shape[2] != self.input_size:
            raise ValueError(
                f"{self!r} expected steps of shape [batch, {self.input_size}], but received {x.shape[1:]!r}"
            )
        expected = self.get_initial_states(x, batch_dim_idx=1, dtype=x.dtype if dtypes.is_floating(x.dtype) else None)
        wanted = expected if isinstance(expected, tuple) else (expected,)
        given = wanted if states is None else tuple(states) if isinstance(states, (list, tuple)) else (states,)
        shapes = [as_tensor("states", state).shape for state in given]
        if shapes != [state.shape for state in wanted]:
            raise ValueError(f"states must have the shapes {[s.shape for s in wanted]!r}, but received {shapes!r}")
        parameters = [self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh, *self._more()]
        outputs, last = rnn.recur(
            type(self)._rule, x, given, parameters, keep=keep, reverse=reverse, **self._settings()
        )
        return outputs, last if len(last) > 1 else last[0]

    def _more(self) -> list[Parameter]:
        return []

    def _settings(self) -> dict[str, Any]:
        return {}

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}"


_PARAMETERS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")


class SimpleRNNCell(FusedCell):
    """A step of Elman's network: the state becomes act(W_ih x + b_ih + W_hh h + b_hh).

    Mirrors ``paddle.nn.SimpleRNNCell``.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes of an input and of the state.
    activation : {"tanh", "relu"}, default "tanh"
        The function act.
    weight_ih_attr, weight_hh_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the weights, of shape ``[hidden_size, input_size]`` and ``[hidden_size, hidden_size]``;
        Uniform(-1/√hidden_size, 1/√hidden_size) by default. False: all ones, and not trained.
    bias_ih_attr, bias_hh_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the biases, of shape ``[hidden_size]``, with the same default. False: zeros, and not trained.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range; in use: if a shape does not fit.

    Examples
    --------
    >>> import paramattr
    >>> cell = paramattr.nn.SimpleRNNCell(3, 2)
    >>> output, state = cell(paramattr.to_tensor([[1.0, 2.0, 3.0]]))
    >>> output.shape, state.shape
    ([1, 2], [1, 2])
    """

    _rule = staticmethod(rnn.simple_rnn)

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        activation: str = "tanh",
        weight_ih_attr: ParamAttrLike = None,
        weight_hh_attr: ParamAttrLike = None,
        bias_ih_attr: ParamAttrLike = None,
        bias_hh_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        checks.choice("activation", activation, list(rnn.ACTIVATIONS))
        super().__init__(input_size, hidden_size, weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
        self.activation = activation

    def _settings(self) -> dict[str, Any]:
        return {"activation": self.activation}

    @property
    def state_shape(self) -> tuple[int]:
        """The size of the state behind the batch."""
        return (self.hidden_size,)

    def extra_repr(self) -> str:
        shown = "" if self.activation == "tanh" else f", activation={self.activation}"
        return super().extra_repr() + shown


class LSTMCell(FusedCell):
    """A step of an LSTM, whose states are the pair of the hidden state and the cell.

    The rows of weights and biases belong to the input, forget, cell and output gates, ``hidden_size`` each. The
    arguments that are not named here, and what is refused, are those of `SimpleRNNCell`.

    Parameters
    ----------
    proj_size : int, default 0
        If not 0, the hidden state is multiplied by ``weight_ho`` of shape ``[hidden_size, proj_size]``, of which
        ``weight_hh_attr`` holds the settings too; less than ``hidden_size``.

    References
    ----------
    Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997. Mirrors ``paddle.nn.LSTMCell``.

    Examples
    --------
    >>> import paramattr
    >>> output, (h, c) = paramattr.nn.LSTMCell(3, 2)(paramattr.to_tensor([[1.0, 2.0, 3.0]]))
    >>> output.shape, h.shape, c.shape
    ([1, 2], [1, 2], [1, 2])
    """

    _rule, _gates = staticmethod(rnn.lstm), 4

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        weight_ih_attr: ParamAttrLike = None,
        weight_hh_attr: ParamAttrLike = None,
        bias_ih_attr: ParamAttrLike = None,
        bias_hh_attr: ParamAttrLike = None,
        proj_size: int = 0,
        name: str | None = None,
    ) -> None:
        size = checks.integer("hidden_size", hidden_size, low=1)
        self.proj_size = checks.integer("proj_size", proj_size, low=0, high=size - 1)
        attrs = (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
        super().__init__(input_size, hidden_size, *attrs, proj_size=proj_size)

    def _more(self) -> list[Parameter]:
        return [self.weight_ho] if self.proj_size else []

    @property
    def state_shape(self) -> tuple[tuple[int], tuple[int]]:
        """The sizes of the hidden state and of the cell behind the batch."""
        return (self.proj_size or self.hidden_size,), (self.hidden_size,)


class GRUCell(FusedCell):
    """A step of a GRU.

    The rows of weights and biases belong to the reset gate, the update gate and the candidate, ``hidden_size`` each;
    the reset gate multiplies what the state adds to the candidate. The arguments, and what is refused, are those of
    `SimpleRNNCell`.

    References
    ----------
    Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014. Mirrors ``paddle.nn.GRUCell``.

    Examples
    --------
    >>> import paramattr
    >>> output, state = paramattr.nn.GRUCell(3, 2)(paramattr.to_tensor([[1.0, 2.0, 3.0]]))
    >>> output.shape, state.shape
    ([1, 2], [1, 2])
    """

    _rule, _gates = staticmethod(rnn.gru), 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        weight_ih_attr: ParamAttrLike = None,
        weight_hh_attr: ParamAttrLike = None,
        bias_ih_attr: ParamAttrLike = None,
        bias_hh_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)

    @property
    def state_shape(self) -> tuple[int]:
        """The size of the state behind the batch."""
        return (self.hidden_size,)
