"""Values made mean 0 and variance 1 over a batch, a layer, groups of channels or single maps, or mean square 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Rule
from paramattr.autograd.tape import Array
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.nn.functional.standardization import Layout, rescale, standardize, unchanged
from paramattr.utils import checks, dtypes
from paramattr.utils.alias import also

FORMATS = ("NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC")
BATCH_FORMATS = ("NC", *FORMATS)
INSTANCE_FORMATS = ("NC", "NCL", "NCHW", "NCDHW")


def _prepared(x: Tensor, weight: Operand | None, bias: Operand | None, size: int) -> list[Tensor]:
    """Return ``x``, weight and bias, of ``size`` elements each, in one floating dtype; 1 and 0 where one is None."""
    given = [x]
    for name, vector, default in (("weight", weight, 1), ("bias", bias, 0)):
        tensor = Tensor(np.full(size, default, x.dtype)) if vector is None else as_tensor(name, vector)
        given.append(check_vector(name, tensor, size))
    floats = {tensor.dtype for tensor in given if dtypes.is_floating(tensor.dtype)} or {dtypes.floating("dtype", None)}
    # Two narrow dtypes have no common one but what both are computed in.
    dtype = next(iter(floats)) if len(floats) == 1 else np.result_type(*map(dtypes.compute_dtype, floats))
    return [tensor if tensor.dtype == dtype else tensor.astype(dtype) for tensor in given]


def check_vector(name: str, vector: Tensor, size: int) -> Tensor:
    """Return ``vector``, whose shape must be ``[size]``."""
    if vector.shape != (size,):
        raise ValueError(f"{name} must have shape [{size}], but received {vector.shape!r}")
    return vector


def _applied(rule: Rule, x: Tensor, inputs: Sequence[Tensor], **settings: Any) -> Tensor:
    """Run ``rule`` and return its value in the dtype of ``x``, if that is floating."""
    value = apply(rule, *inputs, **settings)
    return value.astype(x.dtype) if dtypes.is_floating(x.dtype) and x.dtype != value.dtype else value


def _per_channel(x: Tensor, axis: int, first: int) -> Layout:
    """Return the layout of ``x`` whose channels are standardized over the other axes from ``first`` on."""
    over = tuple(index for index in range(first, x.ndim) if index != axis)
    per = tuple(size if index == axis else 1 for index, size in enumerate(x.shape))
    return Layout(tuple(x.shape), over, per)


def channel_axis(x: Tensor, data_format: str, formats: Sequence[str]) -> int:
    """Return the axis of the channels of ``x``, which has at least two axes."""
    last = checks.choice("data_format", data_format, formats)[1] != "C"
    if x.ndim < 2:
        raise ValueError(f"x must have at least 2 axes, those of the batch and the channels, but has shape {x.shape!r}")
    return x.ndim - 1 if last else 1


def batch_norm(
    x: Operand,
    running_mean: Operand,
    running_var: Operand,
    weight: Operand | None = None,
    bias: Operand | None = None,
    training: bool = False,
    momentum: float = 0.9,
    epsilon: float = 1e-05,
    data_format: str = "NCHW",
    use_global_stats: bool | None = None,
    name: str | None = None,
) -> Tensor:
    """Return ``x`` with each channel made mean 0 and variance 1 over the batch, times ``weight`` plus ``bias``.

    Where the statistics are those of the batch, the running ones are changed in place. The variance is the biased one
    in both. A batch of one value per channel is returned as it is, and changes nothing.

    Parameters
    ----------
    x : Tensor or array_like
        Of at least two axes.
    running_mean, running_var, weight, bias : Tensor or array_like
        Of shape [channels]; weight and bias are 1 and 0 if None.
    training, use_global_stats : bool, default False and None
        ``training`` says whether the statistics are those of the batch; ``use_global_stats``, if given, whether they aren't.
    momentum, epsilon : float, default 0.9 and 1e-5
        Share of the old running statistics in the new ones, in [0, 1]; what is added to the variance, >= 0.
    data_format : {"NC", "NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"}
        Whether the channels are the second axis, or the last.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit; nothing is changed then.

    References
    ----------
    Ioffe and Szegedy, "Batch Normalization", 2015. Mirrors ``paddle.nn.functional.batch_norm``.

    Examples
    --------
    >>> import paramattr
    >>> mean, variance = paramattr.to_tensor([0.0]), paramattr.to_tensor([1.0])
    >>> paramattr.nn.functional.batch_norm([[1.0], [3.0]], mean, variance, training=True, epsilon=0.0).tolist()
    [[-1.0], [1.0]]
    """
    given = as_tensor("x", x)
    axis = channel_axis(given, data_format, BATCH_FORMATS)
    own = _over_batch(training, use_global_stats)
    statistics = _statistics({"running_mean": running_mean, "running_var": running_var}, given.shape[axis], changed=own)
    share = checks.real("momentum", momentum, low=0.0, high=1.0)
    inputs = _prepared(given, weight, bias, given.shape[axis])
    settings = {"layout": _per_channel(given, axis, 0), "epsilon": checks.real("epsilon", epsilon, low=0.0)}
    if own:
        return _standardized(given, inputs, statistics, share, **settings)
    mean, variance = (vector.numpy() for vector in statistics)
    return _applied(rescale, given, inputs, mean=mean, variance=variance, **settings)


def _over_batch(training: bool, use_global_stats: bool | None) -> bool:
    """Whether the statistics are those of the batch."""
    wanted = checks.boolean("training", training)
    return wanted if use_global_stats is None else not checks.boolean("use_global_stats", use_global_stats)


def _statistics(given: dict[str, Operand], channels: int, *, changed: bool) -> list[Tensor]:
    """Return running statistics; those that will be changed must be floating."""
    vectors = [check_vector(name, as_tensor(name, value), channels) for name, value in given.items()]
    for name, vector in zip(given, vectors, strict=True):
        if changed and not dtypes.is_floating(vector.dtype):
            raise TypeError(f"{name} must be floating, to be changed, but received dtype {vector.dtype}")
    return vectors


def _standardized(
    x: Tensor, inputs: Sequence[Tensor], statistics: Sequence[Tensor], share: float, **settings: Any
) -> Tensor:
    """Return the value with the statistics of the batch, after they have gone into the running ones."""
    if x.size <= statistics[0].size:
        return _applied(unchanged, x, inputs)
    moments: list[Array] = []
    value = _applied(standardize, x, inputs, moments=moments, **settings)
    for vector, moment in zip(statistics, moments, strict=True):
        vector.set_value(share * vector.numpy().astype(moment.dtype) + (1 - share) * moment.reshape(-1))
    return value


@also(input="x", eps="epsilon")
def layer_norm(
    x: Operand,
    normalized_shape: int | Sequence[int],
    weight: Operand | None = None,
    bias: Operand | None = None,
    epsilon: float = 1e-05,
    name: str | None = None,
) -> Tensor:
    """Return ``x`` made mean 0 and variance 1 over its last axes, times ``weight`` plus ``bias``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape ``[*, *normalized_shape]``.
    normalized_shape : int or sequence of int
        Sizes of the last axes; an integer stands for one axis.
    weight, bias : Tensor or array_like, optional
        With one axis, of as many elements as there are in ``normalized_shape``; 1 and 0 if None.
    epsilon : float, default 1e-5
        Added to the variance, >= 0.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Ba, Kiros and Hinton, "Layer Normalization", 2016. Mirrors ``paddle.nn.functional.layer_norm``.

    Examples
    --------
    >>> import paramattr
    >>> paramattr.nn.functional.layer_norm(paramattr.to_tensor([[1.0, 3.0]]), 2, epsilon=0.0).tolist()
    [[-1.0, 1.0]]
    """
    given = as_tensor("x", x)
    layout = _trailing("x", given, normalized_shape)
    epsilon = checks.real("epsilon", epsilon, low=0.0)
    inputs = _prepared(given, weight, bias, layout.per[-1])
    return _applied(standardize, given, inputs, layout=layout, epsilon=epsilon)


def _trailing(name: str, x: Tensor, normalized_shape: int | Sequence[int]) -> Layout:
    sizes = normalized_sizes(normalized_shape)
    lead = x.ndim - len(sizes)
    if lead < 0 or tuple(x.shape[lead:]) != sizes:
        raise ValueError(f"{name} must have shape [*, {str(list(sizes))[1:]}, but received {x.shape!r}")
    form = (*x.shape[:lead], math.prod(sizes))
    return Layout(form, (lead,), (1,) * lead + form[lead:])


def normalized_sizes(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    """Return ``normalized_shape``, of at least one axis, as a tuple."""
    sizes = checks.shape("normalized_shape", normalized_shape)
    if not sizes:
        raise ValueError(f"normalized_shape must have at least one axis, but received {normalized_shape!r}")
    return sizes


def rms_norm(
    input: Operand,
    normalized_shape: int | Sequence[int],
    weight: Operand | None = None,
    eps: float = 1e-5,
    name: str | None = None,
) -> tuple[Tensor, Tensor]:
    """Return ``input`` over its root mean square along the last axes, times ``weight``; and what each row was scaled by.

    Parameters
    ----------
    input : Tensor or array_like
        Of shape ``[*, *normalized_shape]``.
    normalized_shape : int or sequence of int
        Sizes of the last axes; an integer stands for one axis.
    weight : Tensor or array_like, optional
        Of shape ``normalized_shape``, or with one axis of as many elements; 1 if None.
    eps : float, default 1e-5
        Added to the mean square, >= 0.
    name : str, optional
        Accepted as in Paddle.

    Returns
    -------
    out, invvar : Tensor
        The value, and 1 / sqrt(mean square + eps) of each row, with one axis and no history.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Zhang and Sennrich, "Root Mean Square Layer Normalization", 2019. Mirrors ``paddle.nn.functional.rms_norm``.

    Examples
    --------
    >>> import paramattr
    >>> out, scale = paramattr.nn.functional.rms_norm(paramattr.to_tensor([[1.0, 7.0]]), 2, eps=0.0)
    >>> out.numpy().round(4), scale.numpy().round(4)
    (array([[0.2, 1.4]], dtype=float32), array([0.2], dtype=float32))
    """
    given = as_tensor("input", input)
    layout = _trailing("input", given, normalized_shape)
    eps = checks.real("eps", eps, low=0.0)
    if weight is not None:
        weight = as_tensor("weight", weight)
        weight = weight.flatten() if weight.shape == normalized_sizes(normalized_shape) else weight
    inputs = _prepared(given, weight, None, layout.per[-1])
    moments: list[Array] = []
    value = _applied(standardize, given, inputs, layout=layout, epsilon=eps, centred=False, moments=moments)
    square = moments[1].reshape(-1)
    return value, Tensor(1 / np.sqrt(square + eps))


@also(input="x", eps="epsilon")
def group_norm(
    x: Operand,
    num_groups: int,
    epsilon: float | Operand | None = 1e-05,
    weight: Operand | None = None,
    bias: Operand | None = None,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return ``x`` made mean 0 and variance 1 over each group of channels of a sample, times ``weight`` plus ``bias``.

    Arguments that are not listed here are those of `batch_norm`. As in Paddle, PyTorch's order is taken too: with a tensor
    or None in the place of ``epsilon``, the arguments from there on are weight, bias and epsilon.

    Parameters
    ----------
    x : Tensor or array_like
        Of at least two axes.
    num_groups : int
        How many groups the channels make, >= 1; a divisor of their number.
    data_format : {"NCL", "NCHW", "NCDHW", "NLC", "NHWC", "NDHWC"}
        Whether the channels are the second axis, or the last.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Wu and He, "Group Normalization", 2018. Mirrors ``paddle.nn.functional.group_norm``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[1.0, 3.0, 5.0, 5.0]])
    >>> paramattr.nn.functional.group_norm(x, 2).numpy().round(3)
    array([[-1.,  1.,  0.,  0.]], dtype=float32)
    """
    given = as_tensor("x", x)
    axis = channel_axis(given, data_format, FORMATS)
    channels = given.shape[axis]
    groups = check_groups(num_groups, channels)
    if epsilon is None or isinstance(epsilon, (Tensor, np.ndarray)):
        weight, bias, epsilon = _in_our_order(epsilon, weight, bias)
    number = checks.real("epsilon", epsilon, low=0.0)
    inputs = _prepared(given, weight, bias, channels)
    split = (groups, channels // groups)
    form = (*given.shape[:axis], *split, *given.shape[axis + 1 :])
    per = tuple(size if index in (axis, axis + 1) else 1 for index, size in enumerate(form))
    layout = Layout(form, tuple(index for index in range(1, len(form)) if index != axis), per)
    return _applied(standardize, given, inputs, layout=layout, epsilon=number)


def _in_our_order(weight: Operand | None, bias: Operand | None, last: Any) -> tuple[Any, Any, Any]:
    """Return weight, bias and epsilon of a call in PyTorch's order, in which the bias may have come by its name."""
    if isinstance(last, (Tensor, np.ndarray)):
        return weight, last, 1e-05
    return weight, bias, 1e-05 if last is None else last


def check_groups(num_groups: int, channels: int) -> int:
    """Return ``num_groups``, a divisor of the number of ``channels``."""
    groups = checks.integer("num_groups", num_groups, low=1)
    if channels % groups or groups > channels:
        raise ValueError(f"num_groups must divide the {channels} channels, but received {groups}")
    return groups


def instance_norm(
    x: Operand,
    running_mean: Operand | None = None,
    running_var: Operand | None = None,
    weight: Operand | None = None,
    bias: Operand | None = None,
    use_input_stats: bool = True,
    momentum: float = 0.9,
    eps: float = 1e-05,
    data_format: str = "NCHW",
    name: str | None = None,
) -> Tensor:
    """Return ``x`` with each channel of each sample made mean 0 and variance 1, times ``weight`` plus ``bias``.

    Parameters
    ----------
    x : Tensor or array_like
        Of shape [batch, channels, …].
    running_mean, running_var, use_input_stats, momentum, name
        Accepted as in Paddle, where they have no effect either.
    weight, bias : Tensor or array_like, optional
        Of shape [channels]; 1 and 0 if None.
    eps : float, default 1e-5
        Added to the variance, >= 0.
    data_format : {"NC", "NCL", "NCHW", "NCDHW"}
        The channels are the second axis in all of them.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong type or out of range, or the shapes do not fit.

    References
    ----------
    Ulyanov, Vedaldi and Lempitsky, "Instance Normalization", 2016. Mirrors ``paddle.nn.functional.instance_norm``.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[[1.0, 3.0], [5.0, 5.0]]])
    >>> paramattr.nn.functional.instance_norm(x).numpy().round(3)
    array([[[-1.,  1.],
            [ 0.,  0.]]], dtype=float32)
    """
    given = as_tensor("x", x)
    axis = channel_axis(given, data_format, INSTANCE_FORMATS)
    epsilon = checks.real("eps", eps, low=0.0)
    inputs = _prepared(given, weight, bias, given.shape[axis])
    layout = _per_channel(given, axis, 1)
    return _applied(standardize, given, inputs, layout=layout, epsilon=epsilon)
