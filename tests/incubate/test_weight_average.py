"""What all averages have in common: the state of optimizers, but not their step."""

import numpy as np
import pytest

import paramattr as pa
from paramattr.incubate import ExponentialMovingAverage, ModelAverage

AVERAGES = {
    "window": lambda ps, name=None: ModelAverage(0.5, ps, 2, 4, name=name),
    "exponential": lambda ps, name=None: ExponentialMovingAverage(0.9, parameters=ps, name=name),
}
every_average = pytest.mark.parametrize("average", AVERAGES.values(), ids=AVERAGES)
pytestmark = pytest.mark.usefixtures("fresh_names")


def parameter(value=0.0):
    p = pa.create_parameter([2], "float64", default_initializer=pa.initializer.Constant(value))
    p.grad = [0.0, 0.0]
    return p


@every_average
def test_an_average_is_no_optimizer(average):
    mean = average([parameter()])
    assert not isinstance(mean, pa.optimizer.Optimizer)
    for name in ("set_lr", "get_lr", "set_lr_scheduler", "apply_gradients", "rule"):
        assert not hasattr(mean, name)


@every_average
def test_gradients_are_cleared_as_by_an_optimizer(average):
    p, frozen = parameter(), parameter()
    frozen.trainable = False
    mean = average([p, frozen])
    mean.step()
    assert mean.get_opti_var_name_list() == list(mean.state_dict())
    for clear in (mean.clear_grad, mean.clear_gradients, lambda: mean.zero_grad(set_to_none=False)):
        p.grad = frozen.grad = [1.0, 2.0]
        clear()
        assert (p.grad.tolist(), frozen.grad.tolist()) == ([0.0, 0.0], [1.0, 2.0])
    mean.zero_grad()
    assert p.grad is None


@every_average
def test_groups_are_lists_of_parameters_alone(average):
    p, q = parameter(1.0), parameter(2.0)
    plain, grouped = average([p, q]), average([{"params": [p]}, {"params": q}])
    for mean in (plain, grouped):
        mean.step()
    assert list(plain.state_dict()) == list(grouped.state_dict())
    for key, value in (("learning_rate", 0.5), ("grad_clip", pa.nn.ClipGradByNorm(1.0)), ("weight_decay", 0.1)):
        with pytest.raises(ValueError, match=key):
            average([{"params": [p]}, {"params": [q], key: value}])


@every_average
@pytest.mark.parametrize(
    ("parameters", "error", "text"),
    [
        (None, ValueError, "parameters"),
        ([], ValueError, "parameters"),
        ("w", TypeError, "parameters"),
        ([3], TypeError, r"parameters\[0\]"),
        ([{"weight": 3}], ValueError, "weight"),
    ],
)
def test_bad_parameters(average, parameters, error, text):
    with pytest.raises(error, match=text):
        average(parameters)


@every_average
def test_bad_parameters_twice(average):
    p = parameter()
    with pytest.raises(ValueError, match="more than once"):
        average([p, p])
    with pytest.raises(TypeError, match="name"):
        average([p], name=3)


@every_average
def test_minimize_is_a_step_and_returns_nothing(average):
    p = parameter(2.0)
    mean = average([p])
    assert mean.minimize((p * 1.0).sum()) is None
    with mean.apply():
        np.testing.assert_allclose(p.numpy(), 2.0)
    with pytest.raises(TypeError, match="loss"):
        mean.minimize(3.0)
    with pytest.raises(TypeError, match="startup_program must be None"):
        mean.minimize(p, 3)
    with pytest.raises(ValueError, match=r"parameters\[0\] must be one of the parameters given"):
        mean.minimize(p, parameters=[parameter()])


@every_average
def test_minimize_counts_for_the_parameters_asked_for(average):
    for settings in ({"parameters": ["p"]}, {"no_grad_set": ["q"]}):
        p, q = parameter(1.0), parameter(2.0)
        p.name, q.name = "p", "q"
        mean = average([p, q])
        mean.minimize(p, **settings)
        assert {key[0] for key in mean.state_dict()} == {"p"}


@every_average
def test_the_name_is_part_of_the_keys(average):
    p = parameter()
    mean = average([p], name="slow")
    mean.step()
    assert all(key.startswith(f"{p.name}_slow_") for key in mean.state_dict())


@every_average
def test_a_lazy_parameter_is_refused_before_anything_changes(average):
    with pa.LazyGuard():
        lazy = pa.create_parameter([2], "float64")
    p = parameter()
    lazy.grad = [0.0, 0.0]
    mean = average([p, lazy])
    with pytest.raises(RuntimeError, match="initialize"):
        mean.step()
    assert mean.state_dict() == {}


@every_average
def test_an_executor_is_refused(average):
    mean = average([parameter()])
    mean.step()
    with pytest.raises(TypeError, match="executor"), mean.apply(3):
        pass
    with pytest.raises(TypeError, match="executor"):
        mean.restore(3)
