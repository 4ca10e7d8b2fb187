"""Recurrent layers: what runs a cell over time, and networks of several."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from paramattr.attr import ParamAttrLike
from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn import functional
from paramattr.nn.functional.loss import class_numbers
from paramattr.nn.layer.container import LayerList
from paramattr.nn.layer.layer import Layer, check_many_fit
from paramattr.nn.layer.rnn_cell import FusedCell, GRUCell, LSTMCell, Nested, SimpleRNNCell, flat, nested
from paramattr.tensor.axes import transpose
from paramattr.tensor.joining import concat, stack
from paramattr.tensor.search import where
from paramattr.utils import checks


def _turned(x: Tensor) -> Tensor:
    """Return ``x`` with the axes of batch and time exchanged."""
    return transpose(x, [1, 0, *range(2, x.ndim)])


def _sequence(value: Operand) -> Tensor:
    x = as_tensor("inputs", value)
    if x.ndim < 2:
        raise ValueError(f"inputs must have axes of batch and time, but received shape {x.shape!r}")
    return x


def _kept(sequence_length: Operand | None, steps: int, batch: int) -> Array | None:
    """Return at which steps each sequence goes on, of shape ``[steps, batch, 1]``."""
    if sequence_length is None:
        return None
    lengths = class_numbers("sequence_length", sequence_length, steps + 1)
    if lengths.shape != (batch,):
        raise ValueError(f"sequence_length must have shape [{batch}], but received {list(lengths.shape)}")
    return np.asarray((np.arange(steps)[:, None] < lengths)[:, :, None])


def _run(
    cell: Layer, inputs: Nested, states: Nested, lengths: Operand | None, major: bool, reverse: bool, kwargs: Any
) -> tuple[Nested, Nested]:
    """Return what `RNN` does."""
    hooked = any(getattr(cell, f"_forward_{place}_hooks", None) for place in ("pre", "post"))
    fused = isinstance(cell, FusedCell) and type(cell).forward is FusedCell.forward and not hooked and not kwargs
    inputs = _sequence(inputs) if fused else nested(_sequence, inputs)
    if not flat(inputs):
        raise ValueError(f"inputs must hold a sequence, but received {inputs!r}")
    if not major:
        inputs = nested(_turned, inputs)
    steps, batch = flat(inputs)[0].shape[:2]
    keep = _kept(lengths, steps, batch)
    if fused:
        outputs, last = cell.over_time(inputs, states, keep, reverse)
    else:
        order = range(steps)[:: -1 if reverse else 1]
        outputs, last = _stepwise(cell, inputs, states, keep, order, kwargs)
    return outputs if major else nested(_turned, outputs), last


def _stepwise(
    cell: Layer, inputs: Nested, states: Nested, keep: Array | None, order: range, kwargs: dict[str, Any]
) -> tuple[Nested, Nested]:
    """`_run` for any cell, with inputs of shape ``[steps, batch, …]``."""
    if not order:
        raise ValueError(f"inputs must have at least one step for a {type(cell).__name__}, but have none")
    if states is None:
        states = cell.get_initial_states(inputs, batch_dim_idx=1)
    outputs: list[Nested] = [None] * len(order)
    for t in order:
        outputs[t], new = cell(nested(lambda x: x[t], inputs), states, **kwargs)  # noqa: B023  (called at once)
        states = new if keep is None else nested(partial(_going_on, keep[t]), new, states)
    return nested(lambda *parts: stack(parts), *outputs), states


def _going_on(keep: Array, new: Tensor, old: Tensor) -> Tensor:
    return where(keep.reshape(-1, *(1 for _ in new.shape[1:])), new, old)


class RNN(Layer):
    """A cell, run over the steps of sequences.

    Mirrors ``paddle.nn.RNN``.

    Parameters
    ----------
    cell : RNNCellBase
        The cell.
    is_reverse : bool, default False
        Whether the last step comes first; outputs stand where their inputs do.
    time_major : bool, default False
        Whether inputs and outputs have shape ``[steps, batch, …]`` instead of ``[batch, steps, …]``.

    Raises
    ------
    TypeError
        If ``cell`` is not a layer, or another argument no bool.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.RNN(paramattr.nn.SimpleRNNCell(3, 2))
    >>> outputs, state = layer(paramattr.to_tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]))
    >>> outputs.shape, state.shape
    ([1, 2, 2], [1, 2])
    """

    cell: Layer

    def __init__(self, cell: Layer, is_reverse: bool = False, time_major: bool = False) -> None:
        super().__init__()
        checks.instance("cell", cell, Layer, "an RNNCellBase")
        self.cell = cell
        self.is_reverse = checks.boolean("is_reverse", is_reverse)
        self.time_major = checks.boolean("time_major", time_major)

    def forward(
        self, inputs: Nested, initial_states: Nested = None, sequence_length: Operand | None = None, **kwargs: Any
    ) -> tuple[Nested, Nested]:
        """Return the outputs of all steps and the last states.

        Parameters
        ----------
        inputs : Tensor or structure of them
            The sequences.
        initial_states : Tensor or structure of them, optional
            As the cell takes them; its ``get_initial_states`` makes them if None.
        sequence_length : Tensor of int, optional
            Of shape ``[batch]``: how many steps of each sequence count. The states stay as they are at the others.
        **kwargs
            Passed on to the cell.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        return _run(self.cell, inputs, initial_states, sequence_length, self.time_major, self.is_reverse, kwargs)


class BiRNN(Layer):
    """Two cells, one run forward over the steps of sequences and one backward.

    Mirrors ``paddle.nn.BiRNN``.

    Parameters
    ----------
    cell_fw, cell_bw : RNNCellBase
        The cells.
    time_major : bool, default False
        Whether inputs and outputs have shape ``[steps, batch, …]`` instead of ``[batch, steps, …]``.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type, or the cells have inputs of different size.

    Examples
    --------
    >>> from paramattr import nn, to_tensor
    >>> layer = nn.BiRNN(nn.GRUCell(3, 2), nn.GRUCell(3, 2))
    >>> outputs, (forward, backward) = layer(to_tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]))
    >>> outputs.shape, forward.shape
    ([1, 2, 4], [1, 2])
    """

    cell_fw: Layer
    cell_bw: Layer

    def __init__(self, cell_fw: Layer, cell_bw: Layer, time_major: bool = False) -> None:
        super().__init__()
        for name, cell in (("cell_fw", cell_fw), ("cell_bw", cell_bw)):
            checks.instance(name, cell, Layer, "an RNNCellBase")
        sizes = [getattr(cell, "input_size", None) for cell in (cell_fw, cell_bw)]
        if sizes[0] != sizes[1]:
            raise ValueError(f"cell_fw and cell_bw must have inputs of the same size, but have {sizes}")
        self.cell_fw, self.cell_bw = cell_fw, cell_bw
        self.time_major = checks.boolean("time_major", time_major)

    def forward(
        self, inputs: Nested, initial_states: Nested = None, sequence_length: Operand | None = None, **kwargs: Any
    ) -> tuple[Nested, tuple[Nested, Nested]]:
        """Return the outputs of both cells side by side, and the pair of their last states.

        The arguments, and what is refused, are those of `RNN.forward`; ``initial_states`` are a pair.
        """
        pair = (
            (None, None)
            if initial_states is None
            else tuple(checks.several("initial_states", initial_states, "a pair"))
        )
        if len(pair) != 2:
            raise ValueError(f"initial_states must be a pair, but received {len(pair)} states")
        ahead, back = (
            _run(cell, inputs, states, sequence_length, self.time_major, reverse, kwargs)
            for cell, states, reverse in ((self.cell_fw, pair[0], False), (self.cell_bw, pair[1], True))
        )
        outputs = nested(lambda x, y: concat([x, y], axis=-1), ahead[0], back[0])
        return outputs, (ahead[1], back[1])


class RNNBase(LayerList):
    """What SimpleRNN, LSTM and GRU share: layers of cells, one above the other."""

    def __init__(
        self,
        mode: str,
        cell: Callable[..., FusedCell],
        input_size: int,
        hidden_size: int,
        num_layers: int,
        direction: str,
        time_major: bool,
        dropout: float,
        *attrs: ParamAttrLike,
        proj_size: int = 0,
    ) -> None:
        super().__init__()
        self.mode, self.input_size, self.hidden_size, self.proj_size = mode, input_size, hidden_size, proj_size
        self.num_layers = checks.integer("num_layers", num_layers, low=1)
        directions = ("forward", "bidirect", "bidirectional")
        self.num_directions = min(directions.index(checks.choice("direction", direction, directions)) + 1, 2)
        self.time_major = checks.boolean("time_major", time_major)
        self.dropout = checks.real("dropout", dropout, low=0.0, high=1.0)
        self.state_components = 2 if mode == "LSTM" else 1
        size = input_size
        for _ in range(num_layers):
            cells = [cell(size, hidden_size, *attrs) for _ in range(self.num_directions)]
            self.append(RNN(cells[0], False, time_major) if len(cells) == 1 else BiRNN(cells[0], cells[1], time_major))
            if len(self) == 1:
                check_many_fit(self.num_layers, self[0])
            size = self.num_directions * (proj_size or hidden_size)
        for name, parameter in zip(self._names(attrs), self.parameters(), strict=False):
            setattr(self, name, parameter)

    def _names(self, attrs: Sequence[ParamAttrLike]) -> list[str]:
        """Return the names that the parameters have beside their paths.

        As in Paddle, whose state dicts fit, they are given out without regard to ``weight_ho`` and to biases of False.
        """
        biases = [name for name, attr in zip(("bias_ih", "bias_hh"), attrs[2:], strict=True) if attr is not False]
        kinds, ends = ["weight_ih", "weight_hh", *biases], ["", "_reverse"][: self.num_directions]
        return [f"{kind}_l{layer}{end}" for layer in range(self.num_layers) for end in ends for kind in kinds]

    def flatten_parameters(self) -> None:
        """Do nothing: what Paddle prepares here for a GPU is not needed."""

    def forward(
        self, inputs: Operand, initial_states: Nested = None, sequence_length: Operand | None = None
    ) -> tuple[Tensor, Nested]:
        """Return the outputs of the last layer and the last states of all layers and directions.

        Parameters
        ----------
        inputs : Tensor or array_like
            Of shape ``[batch, steps, input_size]``, or ``[steps, batch, input_size]`` with ``time_major``.
        initial_states : Tensor, or pair of them for an LSTM, optional
            Of shape ``[num_layers * num_directions, batch, size]``; zeros if None.
        sequence_length : Tensor of int, optional
            Of shape ``[batch]``: how many steps of each sequence count. The states stay as they are at the others, and
            the outputs are 0 there, unless there is a ``proj_size``.

        Raises
        ------
        TypeError, ValueError
            If an argument does not fit.
        """
        x = _sequence(inputs)
        first = self._split(initial_states)
        last = []
        for number, layer in enumerate(self):
            if number:
                x = functional.dropout(x, self.dropout, training=self.training)
            x, state = layer(x, first[number], sequence_length)
            last += [state] if self.num_directions == 1 else list(state)
        if sequence_length is not None and not self.proj_size:
            kept = np.asarray(_kept(sequence_length, *(x.shape[:2] if self.time_major else x.shape[1::-1])))
            x = where(kept if self.time_major else kept.swapaxes(0, 1), x, 0.0)
        if self.state_components == 1:
            return x, stack(last)
        return x, tuple(stack(list(component)) for component in zip(*last, strict=True))

    def _split(self, states: Nested) -> list[Nested]:
        """Return the first states of each layer."""
        count = self.num_layers * self.num_directions
        if states is None:
            return [None] * self.num_layers
        given = list(states) if isinstance(states, (list, tuple)) else [states]
        parts = [as_tensor("initial_states", part) for part in given]
        if len(parts) != self.state_components or any(part.ndim != 3 or part.shape[0] != count for part in parts):
            raise ValueError(
                f"initial_states must be {self.state_components} of shape [{count}, batch, size], but received"
                f" {[part.shape for part in parts]!r}"
            )
        each = [tuple(part[k] for part in parts) for k in range(count)]
        return each if self.num_directions == 1 else list(zip(each[::2], each[1::2], strict=True))

    def extra_repr(self) -> str:
        layers = f", num_layers={self.num_layers}" if self.num_layers != 1 else ""
        major = f", time_major={self.time_major}" if self.time_major else ""
        dropped = f", dropout={self.dropout}" if self.dropout else ""
        return f"{self.input_size}, {self.hidden_size}{layers}{major}{dropped}"


class SimpleRNN(RNNBase):
    """Elman's network: layers of `SimpleRNNCell`.

    Mirrors ``paddle.nn.SimpleRNN``.

    Parameters
    ----------
    input_size, hidden_size : int
        Sizes of an input and of each state.
    num_layers : int, default 1
        Number of layers; each but the first has the outputs of the one below as inputs.
    direction : {"forward", "bidirect", "bidirectional"}, default "forward"
        Whether each layer is an `RNN` or a `BiRNN`; the latter's outputs are twice as wide.
    time_major : bool, default False
        Whether inputs and outputs have shape ``[steps, batch, …]`` instead of ``[batch, steps, …]``.
    dropout : float, default 0.0
        Probability of each input of a layer but the first to become 0, in training mode.
    activation : {"tanh", "relu"}, default "tanh"
        The activation of the cells.
    weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr : ParamAttr, str, Initializer, regularizer, bool or None
        Settings of the parameters of each cell.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.SimpleRNN(3, 2, num_layers=2)
    >>> outputs, states = layer(paramattr.to_tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]))
    >>> outputs.shape, states.shape
    ([1, 2, 2], [2, 1, 2])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        activation: str = "tanh",
        weight_ih_attr: ParamAttrLike = None,
        weight_hh_attr: ParamAttrLike = None,
        bias_ih_attr: ParamAttrLike = None,
        bias_hh_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        def cell(size: int, *_: object) -> SimpleRNNCell:
            parts = (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
            return SimpleRNNCell(size, hidden_size, activation, *parts)

        attrs = (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
        mode = f"RNN_{activation}".upper()
        super().__init__(mode, cell, input_size, hidden_size, num_layers, direction, time_major, dropout, *attrs)
        self.activation = activation


class LSTM(RNNBase):
    """Layers of `LSTMCell`.

    The states are the pair of hidden states and cells. The arguments that are not named here, and what is refused, are
    those of `SimpleRNN`. Mirrors ``paddle.nn.LSTM``.

    Parameters
    ----------
    proj_size : int, default 0
        That of the cells: if not 0, the size of outputs and hidden states.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.LSTM(3, 2, direction="bidirect")
    >>> outputs, (h, c) = layer(paramattr.to_tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]))
    >>> outputs.shape, h.shape, c.shape
    ([1, 2, 4], [2, 1, 2], [2, 1, 2])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        weight_ih_attr: ParamAttrLike = None,
        weight_hh_attr: ParamAttrLike = None,
        bias_ih_attr: ParamAttrLike = None,
        bias_hh_attr: ParamAttrLike = None,
        proj_size: int = 0,
        name: str | None = None,
    ) -> None:
        attrs = (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
        cell = partial(LSTMCell, proj_size=proj_size)
        super().__init__(
            "LSTM", cell, input_size, hidden_size, num_layers, direction, time_major, dropout, *attrs,
            proj_size=proj_size,
        )  # fmt: skip


class GRU(RNNBase):
    """Layers of `GRUCell`.

    The arguments, and what is refused, are those of `SimpleRNN`, without ``activation``. Mirrors ``paddle.nn.GRU``.

    Examples
    --------
    >>> import paramattr
    >>> layer = paramattr.nn.GRU(3, 2)
    >>> outputs, states = layer(paramattr.to_tensor([[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]))
    >>> outputs.shape, states.shape
    ([1, 2, 2], [1, 1, 2])
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        direction: str = "forward",
        time_major: bool = False,
        dropout: float = 0.0,
        weight_ih_attr: ParamAttrLike = None,
        weight_hh_attr: ParamAttrLike = None,
        bias_ih_attr: ParamAttrLike = None,
        bias_hh_attr: ParamAttrLike = None,
        name: str | None = None,
    ) -> None:
        attrs = (weight_ih_attr, weight_hh_attr, bias_ih_attr, bias_hh_attr)
        super().__init__("GRU", GRUCell, input_size, hidden_size, num_layers, direction, time_major, dropout, *attrs)
