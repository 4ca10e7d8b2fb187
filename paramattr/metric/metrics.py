"""Accuracy, precision, recall and the area below a curve."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.utils import checks, dtypes

__all__ = ["Accuracy", "Auc", "Metric", "Precision", "Recall", "accuracy"]

Values: TypeAlias = Tensor | Array


class Metric(ABC):
    """Base class of metrics; a subclass defines `reset`, `update`, `accumulate` and `name`.

    A loop calls ``update(*compute(...))``, or with what `compute` returns if that is one value, for each batch, and
    `accumulate` at the end. Mirrors ``paddle.metric.Metric``.

    Examples
    --------
    >>> import paramattr
    >>> class Count(paramattr.metric.Metric):
    ...     def reset(self):
    ...         self.total = 0
    ...     def update(self, x):
    ...         self.total += len(x)
    ...     def accumulate(self):
    ...         return self.total
    ...     def name(self):
    ...         return "count"
    >>> count = Count()
    >>> count.reset()
    >>> count.update([1, 2, 3])
    >>> count.accumulate()
    3
    """

    @abstractmethod
    def reset(self) -> None:
        """Forget all batches."""

    @abstractmethod
    def update(self, *args: Any) -> Any:
        """Take note of a batch."""

    @abstractmethod
    def accumulate(self) -> Any:
        """Return the metric over all batches since `reset`."""

    @abstractmethod
    def name(self) -> Any:
        """Return the name, or the names of several values."""

    def compute(self, *args: Any) -> Any:
        """Return what `update` takes, out of predictions and labels; here the arguments as they are."""
        return args


def _array(name: str, value: object) -> Array:
    checks.instance(name, value, (Tensor, np.ndarray, np.generic), "a Tensor or an array")
    array: Array = np.asarray(value.numpy() if isinstance(value, Tensor) else value)
    if not dtypes.is_real(array.dtype):
        raise TypeError(f"{name} must hold real numbers, but received dtype {array.dtype}")
    return array


def _best(scores: Array, k: int) -> Array:
    """Return where the k largest along the last axis are, the first of equal ones first."""
    size = scores.shape[-1]
    found: Array = size - 1 - np.argsort(scores[..., ::-1], axis=-1, kind="stable")[..., ::-1]
    return found[..., :k]


class Accuracy(Metric):
    """The part of samples whose label is among the k classes with the highest scores, for one k or several.

    Mirrors ``paddle.metric.Accuracy``.

    Parameters
    ----------
    topk : sequence of int, default (1,)
        The numbers k, >= 1.
    name : str, optional
        By default "acc"; with ``_top{k}`` for each k unless it is 1 alone.

    Raises
    ------
    TypeError, ValueError
        If ``topk`` is something else.

    Examples
    --------
    >>> import paramattr
    >>> accuracy = paramattr.metric.Accuracy()
    >>> scores = paramattr.to_tensor([[0.1, 0.9], [0.8, 0.2]])
    >>> accuracy.update(accuracy.compute(scores, paramattr.to_tensor([1, 1])))
    0.5
    """

    def __init__(self, topk: Sequence[int] = (1,), name: str | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ks = checks.several("topk", topk, "a sequence of integers")
        self.topk = tuple(checks.integer(f"topk[{place}]", k, low=1) for place, k in enumerate(ks))
        if not self.topk:
            raise ValueError(f"topk must hold at least one number, but received {topk!r}")
        self.maxk = max(self.topk)
        checks.instance("name", name, (str, type(None)), "a string or None")
        name = name or "acc"
        self._name = [name] if self.maxk == 1 else [f"{name}_top{k}" for k in self.topk]
        self.reset()

    def compute(self, pred: Values, label: Values, *args: Any) -> Tensor:
        """Return, in float32, whether each of the highest scores of a sample is that of its label.

        ``pred`` are scores of shape [..., classes]; ``label`` are numbers of classes, of shape [...] or [..., 1], or of the
        shape of ``pred`` with the largest at the class. A ValueError for other shapes.
        """
        scores, classes = _array("pred", pred), _array("label", label)
        wanted = (*scores.shape[:-1], 1)
        if classes.ndim == scores.ndim and classes.shape[-1] != 1:
            classes = np.argmax(classes, axis=-1)[..., np.newaxis]
        if not scores.ndim or classes.shape not in (wanted, wanted[:-1]):
            raise ValueError(
                f"label must fit pred of shape {list(scores.shape)}, but has shape {[*_array('', label).shape]}"
            )
        return Tensor((_best(scores, self.maxk) == classes.reshape(wanted)).astype(np.float32))

    def update(self, correct: Values, *args: Any) -> Any:
        """Take note of what `compute` returned for a batch; return its accuracy, or a list of them for several k."""
        hits = _array("correct", correct)
        if not hits.ndim:
            raise ValueError("correct must have the axis of the highest scores, but has no axes")
        samples = hits[..., 0].size if hits.shape[-1] else 0
        found = [float(hits[..., :k].sum(dtype=np.float64)) for k in self.topk]
        for place, each in enumerate(found):
            self.total[place] += each
            self.count[place] += samples
        return self._rates(found, [samples] * len(found))

    def _rates(self, totals: list[float], counts: list[int]) -> Any:
        rates = [total / count if count else 0.0 for total, count in zip(totals, counts, strict=True)]
        return rates[0] if len(rates) == 1 else rates

    def reset(self) -> None:
        """Forget all batches."""
        self.total = [0.0] * len(self.topk)
        self.count = [0] * len(self.topk)

    def accumulate(self) -> Any:
        """Return the accuracy over all batches, or a list of them for several k; 0.0 if there are none."""
        return self._rates(self.total, self.count)

    def name(self) -> list[str]:
        """Return the names, one for each k."""
        return self._name


def _pairs(preds: Values, labels: Values) -> tuple[Array, Array]:
    found, wanted = _array("preds", preds), _array("labels", labels)
    if found.size != wanted.size:
        raise ValueError(f"preds and labels must be as many, but received {found.size} and {wanted.size}")
    return found.reshape(-1), wanted.reshape(-1)


class Precision(Metric):
    """The part of samples taken for positive that are.

    A prediction from 0.5 on counts as 1, positive. Mirrors ``paddle.metric.Precision``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> precision = paramattr.metric.Precision()
    >>> precision.update(np.array([0.9, 0.8, 0.2]), np.array([1, 0, 1]))
    >>> precision.accumulate()
    0.5
    """

    def __init__(self, name: str = "precision", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.reset()

    def update(self, preds: Values, labels: Values) -> None:
        """Take note of probabilities and labels 0 or 1, as many of each, in any shape."""
        found, wanted = _pairs(preds, labels)
        positive = np.floor(found + 0.5) == 1
        self.tp += int((positive & (wanted == 1)).sum())
        self.fp += int((positive & (wanted != 1)).sum())

    def reset(self) -> None:
        """Forget all batches."""
        self.tp = self.fp = 0

    def accumulate(self) -> float:
        """Return the precision over all batches; 0.0 if nothing was taken for positive."""
        return self.tp / (self.tp + self.fp) if self.tp + self.fp else 0.0

    def name(self) -> str:
        """Return the name."""
        return self._name


class Recall(Metric):
    """The part of positive samples that are taken for positive.

    A prediction above 0.5 counts as 1, positive; one of exactly 0.5 does not, as in Paddle. Mirrors
    ``paddle.metric.Recall``.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> recall = paramattr.metric.Recall()
    >>> recall.update(np.array([0.9, 0.8, 0.2]), np.array([1, 0, 1]))
    >>> recall.accumulate()
    0.5
    """

    def __init__(self, name: str = "recall", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = name
        self.reset()

    def update(self, preds: Values, labels: Values) -> None:
        """Take note of probabilities and labels 0 or 1, as many of each, in any shape."""
        found, wanted = _pairs(preds, labels)
        positive = np.rint(found) == 1
        self.tp += int((positive & (wanted == 1)).sum())
        self.fn += int((~positive & (wanted == 1)).sum())

    def reset(self) -> None:
        """Forget all batches."""
        self.tp = self.fn = 0

    def accumulate(self) -> float:
        """Return the recall over all batches; 0.0 if there is no positive sample."""
        return self.tp / (self.tp + self.fn) if self.tp + self.fn else 0.0

    def name(self) -> str:
        """Return the name."""
        return self._name


class Auc(Metric):
    """The area below the ROC curve, or below that of precision over recall, from counts by probability.

    Mirrors ``paddle.metric.Auc``, which returns the area below the ROC curve for "PR" too.

    Parameters
    ----------
    curve : {"ROC", "PR"}, default "ROC"
        The curve; for "PR" the area is the average precision, each precision times the recall that it adds.
    num_thresholds : int, default 4095
        Into how many equal parts probabilities are sorted, >= 1.
    name : str, default "auc"
        The name.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> auc = paramattr.metric.Auc()
    >>> auc.update(np.array([[0.1, 0.9], [0.8, 0.2], [0.4, 0.6], [0.3, 0.7]]), np.array([1, 0, 1, 0]))
    >>> auc.accumulate()
    0.75
    """

    def __init__(
        self, curve: str = "ROC", num_thresholds: int = 4095, name: str = "auc", *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._curve = checks.choice("curve", curve, ["ROC", "PR"])
        self._num_thresholds = checks.integer("num_thresholds", num_thresholds, low=1)
        self._name = name
        self.reset()

    def update(self, preds: Values, labels: Values) -> None:
        """Take note of probabilities of shape [samples, 2], those of 1 in the second column, and as many labels 0 or 1."""
        found, wanted = _array("preds", preds), _array("labels", labels)
        if found.ndim != 2 or found.shape[1] != 2 or wanted.size != len(found):
            raise ValueError(
                "preds must have shape [samples, 2] and labels be as many, but received shapes"
                f" {list(found.shape)} and {list(wanted.shape)}"
            )
        chances = found[:, 1].astype(
            np.promote_types(found.dtype, np.float32) if found.dtype.kind == "f" else np.float32
        )
        if not ((chances >= 0) & (chances <= 1)).all():
            raise ValueError("preds must hold probabilities from 0 to 1")
        places = (chances * self._num_thresholds).astype(np.int64)
        for counts, chosen in ((self._stat_pos, wanted.reshape(-1) != 0), (self._stat_neg, wanted.reshape(-1) == 0)):
            counts += np.bincount(places[chosen], minlength=counts.size)

    def reset(self) -> None:
        """Forget all batches."""
        self._stat_pos, self._stat_neg = np.zeros((2, self._num_thresholds + 1))

    def accumulate(self) -> float:
        """Return the area over all batches; 0.0 unless there are samples of both kinds."""
        gained, lost = self._stat_pos[::-1], self._stat_neg[::-1]
        positive, negative = np.cumsum(gained), np.cumsum(lost)
        if not positive[-1] or not negative[-1]:
            return 0.0
        if self._curve == "PR":
            taken = np.maximum(positive + negative, 1.0)
            return float((gained * (positive / taken)).sum() / positive[-1])
        return float((lost * (positive - gained / 2)).sum() / positive[-1] / negative[-1])

    def name(self) -> str:
        """Return the name."""
        return self._name


def accuracy(
    input: Values,
    label: Values,
    k: int = 1,
    correct: Tensor | None = None,
    total: Tensor | None = None,
    name: str | None = None,
) -> Tensor:
    """Return, in float32, the part of samples whose label is among the k classes with the highest scores.

    Mirrors ``paddle.metric.accuracy``.

    Parameters
    ----------
    input : Tensor
        Scores of shape [samples, classes].
    label : Tensor
        Integers of shape [samples, 1].
    k : int, default 1
        From 1 to the number of classes.
    correct, total : Tensor, optional
        Take over the number of such samples and of all; integers without axes.
    name : str, optional
        Accepted as in Paddle.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind, shape or range.

    Examples
    --------
    >>> import paramattr
    >>> scores = paramattr.to_tensor([[0.1, 0.9], [0.8, 0.2]])
    >>> paramattr.metric.accuracy(scores, paramattr.to_tensor([[1], [1]])).item()
    0.5
    """
    scores, classes = _array("input", input), _array("label", label)
    if scores.ndim != 2 or classes.shape != (len(scores), 1):
        raise ValueError(
            "input must have shape [samples, classes] and label [samples, 1], but received"
            f" {list(scores.shape)} and {list(classes.shape)}"
        )
    if classes.dtype.kind not in "iu":
        raise TypeError(f"label must hold integers, but received dtype {classes.dtype}")
    k = checks.integer("k", k, low=1, high=scores.shape[1])
    right = int((_best(scores, k) == classes).any(axis=1).sum())
    counts = [("correct", correct, right), ("total", total, len(scores))]
    for label_, tensor, _ in counts:
        checks.instance(label_, tensor, (Tensor, type(None)), "a Tensor or None")
        if tensor is not None and (tensor.size != 1 or tensor.dtype.kind not in "iu"):
            raise ValueError(f"{label_} must be one integer, but has shape {tensor.shape!r} and dtype {tensor.dtype}")
    for _, tensor, value in counts:
        if tensor is not None:
            tensor.set_value(np.full(tensor.numpy().shape, value, tensor.dtype))
    return Tensor(np.array(right / len(scores) if len(scores) else 0.0, np.float32))
