"""Optimizer: the public face of a training step, whatever the rule."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.pipeline import take_step
from paramattr.optimizer.rule import GradClip, Group, LearningRate, Parameters, Rule, WeightDecay
from paramattr.optimizer.state import Slot, Stateful, collect, groups_of
from paramattr.parameter import Parameter
from paramattr.regularizer import L2Decay, WeightDecayRegularizer
from paramattr.utils import checks


class Optimizer(Rule, Stateful):
    """Base class of optimizers: everything of a step but the rule.

    A step takes, in this order: the gradients of the parameters that are ``trainable`` and have one; the clip, for
    those with ``need_clip``; the penalty, a parameter's own ``regularizer`` or else ``weight_decay``; the rule, with
    the learning rate times the parameter's factor. What a parameter's settings are counts at the moment of the step.
    Values are updated in place, gradients are left as they are.

    A subclass defines `rule`, for each element by itself, or else `whole_rule`, for a parameter as a whole; and names
    its ``accumulators`` and the settings in its `Step` if there are any. Mirrors ``paddle.optimizer.Optimizer``.

    Parameters
    ----------
    learning_rate : float or LRScheduler
        The step size, >= 0.
    parameters : iterable of Parameter, or of dict
        What to optimize, each parameter once. A dict is a group: its ``params``, and where they differ from the
        optimizer's own, ``weight_decay``, ``grad_clip`` and settings of the rule; its ``learning_rate`` is a factor.
        Each group is clipped by itself.
    weight_decay : float, L1Decay or L2Decay, optional
        Penalty of the parameters that have no ``regularizer`` of their own; a float is the coefficient of an L2Decay.
    grad_clip : ClipGradByValue, ClipGradByNorm or ClipGradByGlobalNorm, optional
        Clips the gradients of the parameters with ``need_clip``.
    name : str, optional
        Part of the keys of `state_dict`.
    multi_precision : bool, default False
        Whether float16 and bfloat16 parameters keep a float32 copy that takes the updates. Their steps are computed
        in float32 either way, and then rounded once.
    nonfinite : {"keep", "skip", "raise"}, default "keep"
        What a step does when a gradient that takes part has an infinity or a nan: go on, as Paddle does; leave
        everything as it is and count it in ``skipped_steps``; or raise, naming the parameter.
    **settings
        Of the rule: fields of its `Step`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or out of range, or the class has no rule.

    Examples
    --------
    >>> import numpy as np
    >>> import paramattr
    >>> class SignDescent(paramattr.optimizer.Optimizer):
    ...     def rule(self, gradient, state, step):
    ...         return step.lr * np.sign(gradient)
    >>> p = paramattr.create_parameter([2], default_initializer="constant")
    >>> p.grad = [3.0, -0.1]
    >>> SignDescent(0.5, parameters=[p]).step()
    >>> p.numpy()
    array([-0.5,  0.5], dtype=float32)
    """

    def __init__(
        self,
        learning_rate: LearningRate,
        parameters: Parameters = None,
        weight_decay: WeightDecay = None,
        grad_clip: GradClip = None,
        name: str | None = None,
        *,
        multi_precision: bool = False,
        nonfinite: str = "keep",
        **settings: Any,
    ) -> None:
        if not self.is_whole and type(self).rule is Rule.rule:
            raise TypeError(f"{type(self).__name__} does not define rule or whole_rule")
        super().__init__(name)
        if isinstance(learning_rate, LRScheduler):
            self._scheduler = learning_rate
        else:
            self._lr = _check_learning_rate(learning_rate)
        self._multi_precision = checks.boolean("multi_precision", multi_precision)
        self._nonfinite = checks.choice("nonfinite", nonfinite, ["keep", "skip", "raise"])
        self.skipped_steps = 0
        common = {"learning_rate": 1.0, "weight_decay": weight_decay, "grad_clip": grad_clip, **settings}
        self._group("", **common)  # so that what is wrong with an argument is not said of a group
        groups = groups_of(parameters, ["learning_rate", "weight_decay", "grad_clip", *self.Step.settings()])
        self._groups = [(self._group(f" of {label}", **{**common, **own}), slots) for label, own, slots in groups]
        self._slots = [slot for _, slots in self._groups for slot in slots]

    def _group(self, of: str, /, learning_rate: Any, weight_decay: Any, grad_clip: Any, **settings: Any) -> Group:
        clips = "a ClipGradByValue, ClipGradByNorm, ClipGradByGlobalNorm or None"
        checks.instance(f"grad_clip{of}", grad_clip, (ClipGradBase, type(None)), clips)
        if weight_decay is not None and not isinstance(weight_decay, WeightDecayRegularizer):
            label = f"weight_decay{of} (a number, an L1Decay, an L2Decay or None)"
            weight_decay = L2Decay(checks.real(label, weight_decay, low=0.0))
        return Group(self.Step.checked(_check_learning_rate(learning_rate), settings), weight_decay, grad_clip)

    def step(self) -> None:
        """Update the parameters once.

        Raises
        ------
        RuntimeError
            If a parameter with a gradient has no values yet (`LazyGuard`); no parameter is changed then.
        FloatingPointError
            If a gradient is not finite and ``nonfinite`` is "raise"; no parameter is changed then.
        """
        self.skipped_steps += not take_step(
            self, self._groups, self.get_lr(), multi_precision=self._multi_precision, nonfinite=self._nonfinite
        )

    def minimize(self, loss: Tensor) -> tuple[list[Any], list[tuple[Parameter, Tensor]]]:
        """Take a step with the gradients that ``loss.backward()`` left; as in Paddle's dynamic mode it isn't called here.

        Returns an empty list, of Paddle's static operators, and the pairs of parameter and gradient that took part; the
        errors are those of `step`, and a TypeError if ``loss`` is not a tensor.
        """
        checks.instance("loss", loss, Tensor, "a Tensor")
        parameters = [slot.parameter for slot in collect(self._slots)]
        pairs = [(parameter, parameter.grad) for parameter in parameters if parameter.grad is not None]
        self.step()
        return [], pairs

    def clear_grad(self, set_to_zero: bool = True) -> None:
        """Make the gradients of the trainable parameters zero, or forget them with ``set_to_zero=False``."""
        zero = checks.boolean("set_to_zero", set_to_zero)
        for slot in self._slots:
            if slot.parameter.trainable:
                slot.parameter.clear_grad(zero)

    clear_gradients = clear_grad

    def get_lr(self) -> float:
        """Return the learning rate now."""
        return self._lr if self._scheduler is None else self._scheduler()

    def set_lr(self, value: float) -> None:
        """Set the learning rate, a finite number >= 0; a RuntimeError if a scheduler sets it."""
        if self._scheduler is not None:
            raise RuntimeError(
                f"set_lr can't set the learning rate, because the scheduler {type(self._scheduler).__name__} does;"
                " replace that with set_lr_scheduler"
            )
        self._lr = _check_learning_rate(value)

    def set_lr_scheduler(self, scheduler: LRScheduler) -> None:
        """Let ``scheduler`` set the learning rate from now on; a TypeError if it is not an LRScheduler."""
        checks.instance("scheduler", scheduler, LRScheduler, "an LRScheduler")
        self._scheduler = scheduler

    def _blank(self) -> Iterator[tuple[Slot, dict[str, Array]]]:
        for group, slots in self._groups:
            for slot in slots:
                yield slot, self.new_state(slot.parameter.data.shape, slot.dtype, group.step)


def _check_learning_rate(value: object) -> float:
    if isinstance(value, (list, tuple, Iterator)):
        raise TypeError(
            f"learning_rate must be a number or an LRScheduler, but received a {type(value).__name__}: are these the"
            " parameters? they are the argument parameters="
        )
    return checks.real("learning_rate", value, low=0.0)
