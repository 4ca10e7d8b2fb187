"""Einstein's sums of products, as matrix products."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from paramattr.autograd import Tensor, apply
from paramattr.autograd.rules import Outcome
from paramattr.autograd.tape import Array, Pullback
from paramattr.autograd.tensor import Operand, as_tensor
from paramattr.tensor.arguments import several
from paramattr.utils import checks

__all__ = ["einsum"]

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def einsum(equation: str, *operands: Operand) -> Tensor:
    """Return the sum of products that ``equation`` describes.

    Mirrors ``paddle.einsum``. A letter names an axis; products are summed over the letters that the result does not name.

    Parameters
    ----------
    equation : str
        The letters of each operand, with commas between, and after ``->`` those of the result; without it the result
        has the letters that occur once, in the order of the alphabet. ``...`` stands for axes that broadcast.
    *operands : Tensor or array_like
        As many as the equation has.

    Raises
    ------
    TypeError, ValueError
        If the equation is not one, or does not fit the operands.

    Examples
    --------
    >>> import paramattr
    >>> x = paramattr.to_tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> paramattr.einsum("ij,kj->ik", x, x).numpy()
    array([[ 5., 11.],
           [11., 25.]], dtype=float32)
    """
    checks.instance("equation", equation, str, "a string")
    if len(operands) == 1 and isinstance(operands[0], (list, tuple)):
        operands = tuple(several("operands", operands[0]))
    tensors = [as_tensor(f"operands[{place}]", operand) for place, operand in enumerate(operands)]
    labels, result = _parsed(equation, [tensor.ndim for tensor in tensors])
    return apply(_einsum, *tensors, labels=labels, result=result)


def _parsed(equation: str, axes: Sequence[int]) -> tuple[tuple[str, ...], str]:
    """Return the letters of each operand, with ``axes`` axes, and of the result; letters of its own for each ellipsis."""
    left, arrow, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    named = [term.replace("...", "", 1) for term in terms]
    result = right.replace("...", "", 1)
    if len(terms) != len(axes):
        raise ValueError(f"equation must have {len(axes)} operands, but received {equation!r}")
    letters = set("".join(named))
    if not all(letter in _LETTERS for letter in [*letters, *result]):
        raise ValueError(f"equation must consist of letters, commas, '...' and '->', but received {equation!r}")
    dots = [count - len(name) if "..." in term else 0 for term, name, count in zip(terms, named, axes, strict=True)]
    for place, (term, name, count, more) in enumerate(zip(terms, named, axes, dots, strict=True)):
        if more < 0 or len(name) + more != count:
            raise ValueError(f"equation names {term!r} for operand {place}, which has {count} axes, in {equation!r}")
    spare = [letter for letter in _LETTERS if letter not in letters][: max(dots)]
    if len(spare) < max(dots):
        raise ValueError(f"equation has more letters than there are for the axes of '...': {equation!r}")
    broad = "".join(spare)
    if not arrow:
        once = [letter for letter in sorted(letters) if "".join(named).count(letter) == 1]
        result = broad + "".join(once)
    else:
        result = right.replace("...", broad, 1)
    if len(set(result)) < len(result) or not set(result) <= letters | set(spare):
        raise ValueError(
            f"equation must name letters of the operands in the result, each once, but received {equation!r}"
        )
    whole = [term.replace("...", broad[len(broad) - more :], 1) for term, more in zip(terms, dots, strict=True)]
    return tuple(whole), result


def _einsum(*operands: Array, labels: tuple[str, ...], result: str) -> Outcome:
    _check_sizes(operands, labels)
    simple = [_distinct(x, names) for x, names in zip(operands, labels, strict=True)]
    value = _contracted([x for x, _ in simple], [names for _, names in simple], result)

    def pullback(place: int) -> Pullback:
        shape, names = operands[place].shape, labels[place]
        others = [simple[i][0] for i in range(len(simple)) if i != place]
        their = [simple[i][1] for i in range(len(simple)) if i != place]
        own = simple[place][1]

        def to_operand(g: Array) -> Array:
            known = set(result).union(*their)
            found = [name for name in own if name in known]
            part = _contracted([g, *others], [result, *their], "".join(found))
            part = np.expand_dims(part, [axis for axis, name in enumerate(own) if name not in known])
            whole = np.zeros(shape, g.dtype)
            diagonal, _ = _distinct(whole, names)
            # Where this operand has size 1 and another more, the sum over the axis belongs to the one element.
            single = [axis for axis, size in enumerate(diagonal.shape) if size == 1 and part.shape[axis] != 1]
            diagonal[...] = part.sum(tuple(single), keepdims=True)
            return whole

        return to_operand

    return value, tuple(pullback(place) for place in range(len(operands)))


def _check_sizes(operands: Sequence[Array], labels: Sequence[str]) -> None:
    sizes: dict[str, int] = {}
    for x, names in zip(operands, labels, strict=True):
        for name, size in zip(names, x.shape, strict=True):
            if size != 1 and sizes.setdefault(name, size) != size:
                raise ValueError(f"{name} stands for axes of size {sizes[name]} and {size}")


def _distinct(x: Array, names: str) -> tuple[Array, str]:
    """Return a view of ``x`` in which each letter names one axis, the diagonal where it named several."""
    own = "".join(dict.fromkeys(names))
    return (x, own) if own == names else (np.einsum(f"{names}->{own}", x), own)


def _contracted(arrays: list[Array], labels: list[str], result: str) -> Array:
    """Return the sum of the products of ``arrays``, whose axes have distinct letters, in the order of ``result``."""
    arrays, labels = list(arrays), list(labels)
    if len(arrays) > 2:
        shapes = [np.broadcast_to(np.empty(()), x.shape) for x in arrays]
        path, _ = np.einsum_path(f"{','.join(labels)}->{result}", *shapes, optimize="greedy")
    else:
        path = ["einsum_path", tuple(range(len(arrays)))]
    for step in path[1:]:
        places = sorted(step, reverse=True)
        chosen = [(arrays.pop(place), labels.pop(place)) for place in places]
        rest = set(result).union(*labels)
        value, names = chosen[0]
        for last, (other, others) in enumerate(chosen[1:], 2):
            needed = rest.union(*(further for _, further in chosen[last:]))
            value, names = _product(value, names, other, others, needed)
        arrays.append(value)
        labels.append(names)
    value, names = _summed(arrays[0], labels[0], set(result))
    return value.transpose([names.index(name) for name in result])


def _summed(x: Array, names: str, needed: set[str]) -> tuple[Array, str]:
    """Return ``x`` summed over the axes whose letters are not ``needed``."""
    axes = tuple(axis for axis, name in enumerate(names) if name not in needed)
    kept = "".join(name for name in names if name in needed)
    return (x.sum(axes, dtype=x.dtype), kept) if axes else (x, names)


def _product(x: Array, x_names: str, y: Array, y_names: str, needed: set[str]) -> tuple[Array, str]:
    """Return the products of ``x`` and ``y`` summed over the letters not ``needed``, as one stack of matrix products."""
    # An axis of size 1 that broadcasts is left out, and a letter of one factor alone is summed first.
    x, x_names = _squeezed(x, x_names, dict(zip(y_names, y.shape, strict=True)))
    y, y_names = _squeezed(y, y_names, dict(zip(x_names, x.shape, strict=True)))
    x, x_names = _summed(x, x_names, needed | set(y_names))
    y, y_names = _summed(y, y_names, needed | set(x_names))
    both = [name for name in x_names if name in y_names]
    stack, summed = [name for name in both if name in needed], [name for name in both if name not in needed]
    left, right = [n for n in x_names if n not in both], [n for n in y_names if n not in both]
    sizes = {**dict(zip(x_names, x.shape, strict=True)), **dict(zip(y_names, y.shape, strict=True))}
    groups = [math.prod(sizes[name] for name in group) for group in (stack, left, summed, right)]
    x = x.transpose([x_names.index(name) for name in (*stack, *left, *summed)])
    y = y.transpose([y_names.index(name) for name in (*stack, *summed, *right)])
    product = x.reshape(groups[0], groups[1], groups[2]) @ y.reshape(groups[0], groups[2], groups[3])
    names = [*stack, *left, *right]
    return product.reshape([sizes[name] for name in names]), "".join(names)


def _squeezed(x: Array, names: str, sizes: dict[str, int]) -> tuple[Array, str]:
    """Return ``x`` without the axes of size 1 for which another array has more."""
    axes = tuple(axis for axis, name in enumerate(names) if x.shape[axis] == 1 and sizes.get(name, 1) != 1)
    return x.squeeze(axes), "".join(name for axis, name in enumerate(names) if axis not in axes)
