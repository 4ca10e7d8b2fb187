"""Optimizer: the public face of a training step, whatever the rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from paramattr.autograd import Tensor
from paramattr.autograd.tape import Array
from paramattr.nn.clip import ClipGradBase
from paramattr.optimizer.lr import LRScheduler
from paramattr.optimizer.pipeline import Given, take_step
from paramattr.optimizer.rule import GradClip, Group, LearningRate, Parameters, Rule, WeightDecay, real
from paramattr.optimizer.state import NO_GRAPHS, Slot, Stateful, fitting, gradients_of, groups_of
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
    its ``accumulators`` and the settings in its `Step` if there are any. One with a `step` of its own needs no rule.
    Mirrors ``paddle.optimizer.Optimizer``.

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
        if not self.is_whole and type(self).rule is Rule.rule and type(self).step is Optimizer.step:
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
            weight_decay = L2Decay(real(label, weight_decay, low=0.0))
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
        self._take([(group, gradients_of(slots)) for group, slots in self._groups])

    def _take(self, groups: list[tuple[Group, Given]]) -> None:
        self.skipped_steps += not take_step(
            self, groups, self.get_lr(), multi_precision=self._multi_precision, nonfinite=self._nonfinite
        )

    def minimize(
        self,
        loss: Tensor,
        startup_program: None = None,
        parameters: Iterable[Parameter | str] | None = None,
        no_grad_set: Iterable[Parameter | str] | None = None,
    ) -> tuple[list[Any], list[tuple[Parameter, Tensor]]]:
        """Do what `backward` and then `apply_gradients` do, and return an empty list and the pairs of `backward`.

        The arguments and the errors are those of the two; the list is of Paddle's static operators.
        """
        pairs = self.backward(loss, startup_program, parameters, no_grad_set)
        return self.apply_gradients(pairs), pairs

    def backward(
        self,
        loss: Tensor,
        startup_program: None = None,
        parameters: Iterable[Parameter | str] | None = None,
        no_grad_set: Iterable[Parameter | str] | None = None,
        callbacks: None = None,
    ) -> list[tuple[Parameter, Tensor]]:
        """Return pairs of parameter and gradient, as ``loss.backward()`` left them: as in Paddle it isn't called here.

        Parameters
        ----------
        loss : Tensor
            What was differentiated; only its type is looked at.
        startup_program, callbacks : None
            Of Paddle's static graphs.
        parameters, no_grad_set : iterable of Parameter or str, optional
            Which parameters of the optimizer take part, themselves or by name, and which do not.

        Raises
        ------
        TypeError, ValueError
            If an argument is of the wrong kind, or a parameter is none of the optimizer's.
        """
        checks.instance("callbacks", callbacks, type(None), NO_GRAPHS)
        slots = self._chosen(loss, startup_program, parameters, no_grad_set)
        pairs = [(slot.parameter, slot.parameter.grad) for slot in slots]
        return [(parameter, gradient) for parameter, gradient in pairs if gradient is not None]

    def apply_gradients(self, params_grads: Iterable[tuple[Parameter, Tensor | None]]) -> list[Any]:
        """Take a step with the gradients of ``params_grads`` in the place of the parameters' own.

        Parameters
        ----------
        params_grads : iterable of pairs of Parameter and Tensor
            Each parameter of the optimizer at most once; those that are not ``trainable`` or have None stay as they are.

        Returns
        -------
        list
            Empty; it is of Paddle's static operators.

        Raises
        ------
        TypeError, ValueError
            If ``params_grads`` is not that, or a gradient is not of real numbers in the parameter's shape.
        RuntimeError, FloatingPointError
            As `step`.
        """
        expected = "pairs of parameter and gradient"
        pairs = checks.several("params_grads", params_grads, expected)
        if not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in pairs):
            raise TypeError(f"params_grads must be {expected}, but received {params_grads!r}")
        given: dict[Slot, Array] = {}
        for slot, (parameter, gradient) in zip(self._own("params_grads", [p for p, _ in pairs]), pairs, strict=True):
            if slot in given:
                raise ValueError(f"params_grads must hold each parameter once, but holds {parameter.name!r} again")
            if gradient is not None and slot.parameter.trainable:
                array = fitting(f"the gradient of {parameter.name!r}", gradient, parameter.numpy().shape)
                given[slot] = array.astype(parameter.dtype, copy=False)
        self._take([(group, [(slot, given[slot]) for slot in slots if slot in given]) for group, slots in self._groups])
        return []

    def append_regularization_ops(
        self,
        parameters_and_grads: Iterable[tuple[Parameter, Tensor | None]],
        regularization: WeightDecayRegularizer | None = None,
    ) -> list[tuple[Parameter, Tensor | None]]:
        """Return the pairs with the penalty's gradient added: a parameter's own ``regularizer``, or ``regularization``.

        A gradient that is None stays None; a TypeError if ``regularization`` is not an L1Decay, an L2Decay or None.
        """
        kinds = (WeightDecayRegularizer, type(None))
        checks.instance("regularization", regularization, kinds, "an L1Decay, an L2Decay or None")
        result = []
        for parameter, gradient in parameters_and_grads:
            penalty = regularization if parameter.regularizer is None else parameter.regularizer
            if penalty is not None and gradient is not None:
                gradient = Tensor(
                    gradient.numpy() + penalty.gradient(parameter.numpy().astype(gradient.dtype, copy=False))
                )
            result.append((parameter, gradient))
        return result

    @property
    def _learning_rate(self) -> float | LRScheduler:
        # Not public in Paddle either, but what programs ask for the scheduler, or for the parameters.
        return self._lr if self._scheduler is None else self._scheduler

    @property
    def _parameter_list(self) -> list[Parameter]:
        return [slot.parameter for slot in self._slots]

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
                yield slot, self.new_state(slot.parameter.numpy().shape, slot.dtype, group.step)


def _check_learning_rate(value: object) -> float:
    if isinstance(value, (list, tuple, Iterator)):
        raise TypeError(
            f"learning_rate must be a number or an LRScheduler, but received a {type(value).__name__}: are these the"
            " parameters? they are the argument parameters="
        )
    return checks.real("learning_rate", value, low=0.0)
