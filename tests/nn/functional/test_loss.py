import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import paramattr as pa
from paramattr.nn import functional as F  # noqa: N812

RNG = np.random.default_rng(0)
LOGITS = RNG.standard_normal((4, 3, 5)) * 2
CLASSES = RNG.integers(0, 5, (4, 3))
LAWS = RNG.dirichlet(np.ones(5), (4, 3))
WEIGHT = np.array([0.5, 1.0, 2.0, 0.1, 3.0])


def tensor(array):
    return pa.to_tensor(np.asarray(array))


def loss_of(logits, law, weight=None):
    """Cross entropy of one sample, by the definition."""
    total = math.fsum(math.exp(v) for v in logits)
    value = -math.fsum(p * math.log(math.exp(v) / total) for p, v in zip(law, logits, strict=True))
    return value * (1.0 if weight is None else math.fsum(p * w for p, w in zip(law, weight, strict=True)))


def losses_of(laws, weight=None):
    places = list(np.ndindex(4, 3))
    return np.array([loss_of(LOGITS[place], laws[place], weight) for place in places]).reshape(4, 3)


def one_hot(smoothing=0.0):
    return np.eye(5)[CLASSES] * (1 - smoothing) + smoothing / 5


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("axis", [0, 1, -1])
@pytest.mark.parametrize("use_softmax", [True, False])
def test_cross_entropy_against_the_definition(weight, smoothing, soft, axis, use_softmax):
    laws = (LAWS * (1 - smoothing) + smoothing / 5) if soft else one_hot(smoothing)
    expected = losses_of(laws, weight)
    shares = np.ones((4, 3)) if weight is None else laws @ WEIGHT
    logits = LOGITS if use_softmax else np.exp(LOGITS) / np.exp(LOGITS).sum(axis=-1, keepdims=True)
    settings = {
        "weight": None if weight is None else tensor(weight),
        "soft_label": soft,
        "axis": axis,
        "use_softmax": use_softmax,
        "label_smoothing": smoothing,
    }
    label = tensor(np.moveaxis(LAWS, -1, axis) if soft else CLASSES)
    logits = tensor(np.moveaxis(logits, -1, axis))
    found = F.cross_entropy(logits, label, reduction="none", **settings).numpy()
    if soft and smoothing:  # floats in the shape of the input are probabilities, whatever soft_label is
        told = F.cross_entropy(logits, label, reduction="none", **{**settings, "soft_label": False}).numpy()
        np.testing.assert_array_equal(found, told)
    assert found.ndim == (3 if soft or smoothing else 2)
    np.testing.assert_allclose(found.reshape(4, 3), expected, rtol=1e-12)
    np.testing.assert_allclose(F.cross_entropy(logits, label, reduction="sum", **settings).item(), expected.sum())
    mean = expected.sum() / shares.sum()
    np.testing.assert_allclose(F.cross_entropy(logits, label, **settings).item(), mean)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("settings", [{}, {"axis": 1}, {"label_smoothing": 0.3}, {"weight": tensor(WEIGHT)}])
def test_gradients_of_cross_entropy(reduction, settings, check_grads):
    axis = settings.get("axis", -1)
    check_grads(
        lambda x: F.cross_entropy(x, tensor(CLASSES), reduction=reduction, **settings), np.moveaxis(LOGITS, -1, axis)
    )


def test_the_gradient_is_softmax_minus_label():
    x = pa.to_tensor(LOGITS, stop_gradient=False)
    F.cross_entropy(x, tensor(CLASSES), reduction="sum").backward()
    np.testing.assert_allclose(x.grad.numpy(), F.softmax(tensor(LOGITS)).numpy() - np.eye(5)[CLASSES], atol=1e-14)


def test_labels_may_keep_the_axis_of_the_classes():
    kept = F.cross_entropy(tensor(LOGITS), tensor(CLASSES[..., None]), reduction="none")
    assert kept.shape == [4, 3, 1]
    np.testing.assert_array_equal(
        kept.numpy()[..., 0], F.cross_entropy(tensor(LOGITS), tensor(CLASSES), reduction="none").numpy()
    )


@pytest.mark.parametrize("ignored", [-100, -1, 0, 2])
@pytest.mark.parametrize("weight", [None, WEIGHT])
def test_ignored_samples_have_no_loss_and_no_gradient(ignored, weight):
    label = CLASSES.copy()
    label[0] = ignored
    settings = {"ignore_index": ignored, "weight": None if weight is None else tensor(weight)}
    x = pa.to_tensor(LOGITS, stop_gradient=False)
    losses = F.cross_entropy(x, tensor(label), reduction="none", **settings)
    losses.sum().backward()
    dropped = label == ignored
    assert (losses.numpy()[dropped] == 0).all()
    assert (x.grad.numpy()[dropped] == 0).all()
    assert (losses.numpy()[~dropped] > 0).all()
    mean = F.cross_entropy(tensor(LOGITS), tensor(label), **settings).item()
    # As in Paddle, a negative number does not lower the count, unless there are weights.
    counted = np.ones(dropped.shape, bool) if ignored < 0 and weight is None else ~dropped
    count = counted.sum() if weight is None else weight[label[counted]].sum()
    np.testing.assert_allclose(mean, losses.numpy().sum() / count, rtol=1e-12)


def test_where_all_samples_are_ignored_the_mean_is_zero():
    label = tensor(np.full((4, 3), 2))
    assert F.cross_entropy(tensor(LOGITS), label, ignore_index=2).item() == 0.0


def test_sure_and_wrong_predictions():
    sure = tensor(np.array([[1e30, -1e30]]))
    assert F.cross_entropy(sure, tensor([0])).item() == 0.0
    assert F.cross_entropy(sure, tensor([1])).item() == 2e30
    certain = pa.to_tensor(np.array([[1.0, 0.0]]), stop_gradient=False)
    loss = F.cross_entropy(certain, tensor(np.array([[1.0, 0.0]])), soft_label=True, use_softmax=False)
    assert loss.item() == 0.0


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=6), st.integers(0, 1), st.floats(-1e6, 1e6))
def test_a_shift_of_the_logits_changes_nothing(values, label, shift):
    logits = np.array([values])
    first = F.cross_entropy(tensor(logits), tensor([label])).item()
    second = F.cross_entropy(tensor(logits + shift), tensor([label])).item()
    assert first >= 0
    assert math.isclose(first, second, rel_tol=1e-6, abs_tol=1e-8)


@pytest.mark.parametrize(
    ("label", "settings", "error", "message"),
    [
        (CLASSES, {"reduction": "max"}, ValueError, "reduction must be one of"),
        (CLASSES[:2], {}, ValueError, r"label must have shape \[4, 3\]"),
        (CLASSES.astype(float), {}, TypeError, "label must hold integers"),
        (CLASSES + 1, {}, ValueError, r"label must be in \[0, 4\] or ignore_index=-100, but holds 5"),
        (LAWS[:2], {"soft_label": True}, ValueError, r"label must have the shape \[4, 3, 5\]"),
        (LAWS, {"soft_label": True, "ignore_index": 0}, ValueError, "ignore_index must be negative"),
        (LAWS, {"label_smoothing": 0.1, "ignore_index": 0}, ValueError, "ignore_index must be negative"),
        (LAWS, {}, TypeError, "label must hold integers"),
        (CLASSES, {"weight": tensor([1.0])}, ValueError, r"weight must have shape \[5\]"),
        (CLASSES, {"label_smoothing": 1.5}, ValueError, "label_smoothing"),
        (CLASSES, {"axis": 3}, ValueError, "axis must be in"),
        (CLASSES, {"ignore_index": 0.5}, TypeError, "ignore_index"),
        (CLASSES, {"use_softmax": 1}, TypeError, "use_softmax"),
    ],
)
def test_bad_arguments(label, settings, error, message):
    with pytest.raises(error, match=message):
        F.cross_entropy(tensor(LOGITS), tensor(label), **settings)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_mse_loss(reduction, check_grads):
    x, y = RNG.standard_normal((2, 3)), RNG.standard_normal((2, 1))
    squares = (x - y) ** 2
    expected = {"mean": squares.mean(), "sum": squares.sum(), "none": squares}[reduction]
    np.testing.assert_allclose(F.mse_loss(tensor(x), tensor(y), reduction).numpy(), expected, rtol=1e-14)
    check_grads(lambda x, y: F.mse_loss(x, y, reduction), x, y)
    with pytest.raises(ValueError, match="reduction must be one of"):
        F.mse_loss(tensor(x), tensor(y), "average")


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_losses_are_computed_in_float32(dtype):
    logits = pa.to_tensor(np.random.default_rng(0).normal(size=(3000, 100)) * 3, dtype, stop_gradient=False)
    label = tensor(np.random.default_rng(1).integers(0, 100, 3000))
    wide = pa.to_tensor(logits.numpy().astype(np.float32), stop_gradient=False)
    weight = tensor(np.linspace(0.5, 2, 100).astype(np.float32))
    for settings in ({}, {"weight": weight}, {"ignore_index": 3}, {"label_smoothing": 0.1}, {"reduction": "none"}):
        for x in (logits, wide):
            x.clear_grad()
            loss = F.cross_entropy(x, label, **settings)
            assert loss.dtype == x.dtype
            loss.backward(np.ones(loss.shape))
        expected = F.cross_entropy(wide, label, **settings).numpy().astype(logits.dtype).astype(float)
        np.testing.assert_array_equal(F.cross_entropy(logits, label, **settings).numpy().astype(float), expected)
        rounded = wide.grad.numpy().astype(logits.dtype).astype(float)
        np.testing.assert_array_equal(logits.grad.numpy().astype(float), rounded)
    many = pa.to_tensor(np.full(100_000, 300.0), dtype)
    half = many * (np.arange(100_000) % 1000 == 0).astype(many.dtype)
    assert float(F.mse_loss(half, 0.0).item()) == pytest.approx(90.0, rel=2**-7)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_masked_classes(reduction, check_grads):
    logits = LOGITS.copy()
    logits[:, :, 4] = -np.inf
    label = CLASSES % 4
    x = pa.to_tensor(logits, stop_gradient=False)
    loss = F.cross_entropy(x, tensor(label), reduction=reduction)
    kept = F.cross_entropy(tensor(logits[:, :, :4].copy()), tensor(label), reduction=reduction)
    np.testing.assert_allclose(loss.numpy(), kept.numpy(), rtol=1e-13)
    loss.backward(np.ones(loss.shape))
    assert (x.grad.numpy()[:, :, 4] == 0).all()
    assert np.isfinite(x.grad.numpy()).all()
    wrong = F.cross_entropy(x, tensor(np.full((4, 3), 4)), reduction="none")
    assert (wrong.numpy() == np.inf).all()


def test_probabilities_that_no_label_asks_for_may_be_zero():
    p = pa.to_tensor(np.array([[0.0, 0.25, 0.75]]), stop_gradient=False)
    loss = F.cross_entropy(p, tensor([1]), use_softmax=False)
    np.testing.assert_allclose(loss.item(), -math.log(0.25))
    loss.backward()
    np.testing.assert_allclose(p.grad.numpy(), [[0.0, -4.0, 0.0]])


def test_integers_are_logits_too():
    found = F.cross_entropy([[1, 2, 3]], [2], label_smoothing=0.1)
    expected = F.cross_entropy([[1.0, 2.0, 3.0]], [2], label_smoothing=0.1)
    assert (found.dtype, found.item()) == (np.float64, expected.item())


def test_weights_of_all_forms_are_alike():
    label, logits = tensor(CLASSES), tensor(LOGITS)
    losses = [F.cross_entropy(logits, label, w).item() for w in (tensor(WEIGHT), WEIGHT, WEIGHT.tolist())]
    assert len(set(losses)) == 1


@pytest.mark.parametrize("axis", [0, 1, -1, -3])
def test_shapes_of_unreduced_losses(axis):
    logits = tensor(np.moveaxis(LOGITS, -1, axis))
    shape = [size for i, size in enumerate(logits.shape) if i != axis % 3]
    kept = [1 if i == axis % 3 else size for i, size in enumerate(logits.shape)]
    label = tensor(CLASSES.reshape(shape))
    assert F.cross_entropy(logits, label, reduction="none", axis=axis).shape == shape
    smoothed = F.cross_entropy(logits, label, reduction="none", axis=axis, label_smoothing=0.1)
    assert smoothed.shape == kept
    laws = tensor(np.moveaxis(LAWS, -1, axis))
    assert F.cross_entropy(logits, laws, reduction="none", axis=axis, soft_label=True).shape == kept
    for reduction in ("mean", "sum"):
        assert F.cross_entropy(logits, label, reduction=reduction, axis=axis).shape == []


def test_defaults_of_losses():
    x, label = tensor(LOGITS), tensor(CLASSES)
    default = F.cross_entropy(x, label).item()
    settings = {"ignore_index": -100, "reduction": "mean", "axis": -1, "use_softmax": True, "label_smoothing": 0.0}
    assert default == F.cross_entropy(x, label, None, soft_label=False, **settings).item()
    assert F.mse_loss(x, x + 2.0).item() == pytest.approx(4.0)
    for nothing in (1.0, np.ones((2, 0)), np.ones(0)):
        with pytest.raises(
            ValueError, match=r"input must have at least one class along axis \d, but received shape \["
        ):
            F.cross_entropy(nothing, np.full(np.shape(nothing)[:-1], -100))
    with pytest.raises(ValueError, match=r"squared_difference needs inputs .* input of shape"):
        F.mse_loss(np.ones(2), np.ones(3))
    with pytest.raises(ValueError, match=r"label must be in \[0, 4\] or ignore_index=-100, but holds -1"):
        F.cross_entropy(x, tensor(CLASSES * 0 - 1))


def test_weights_leave_the_dtype_of_the_logits():
    logits = pa.to_tensor(LOGITS, "float32", stop_gradient=False)
    loss = F.cross_entropy(logits, tensor(CLASSES), WEIGHT, reduction="none")
    assert loss.dtype == np.float32
    assert F.cross_entropy(logits, LAWS, WEIGHT, soft_label=True, label_smoothing=0.1).dtype == np.float32


def test_losses_of_distances_against_their_definitions():
    x, y = RNG.standard_normal((2, 3, 4)) * 2
    size = np.abs(x - y)
    huber = np.where(size <= 0.7, size**2 / 2, 0.7 * (size - 0.35))
    for function, settings, expected in [
        (F.l1_loss, {}, size),
        (F.smooth_l1_loss, {"delta": 0.7}, huber),
        (F.smooth_l1_loss, {"delta": 0.7, "is_huber": False}, huber / 0.7),
    ]:
        for reduction, wanted in (("none", expected), ("sum", expected.sum()), ("mean", expected.mean())):
            np.testing.assert_allclose(function(x, y, reduction, **settings).numpy(), wanted, rtol=1e-12)
    np.testing.assert_array_equal(F.square_error_cost(x, y).numpy(), (x - y) ** 2)
    assert F.smooth_l1_loss(np.float32([1e30]), np.float32([0.0])).item() == pytest.approx(1e30)
    for arguments, error, message in [
        (([1.0], [1.0, 2.0]), ValueError, r"label must have the shape \[1\] of input, but received \[2\]"),
        (([1.0], [1.0], "mean", 0.0), ValueError, "delta must be finite and > 0"),
        (([1.0], [1.0], "mean", 1.0, 1), TypeError, "is_huber must be a bool"),
    ]:
        with pytest.raises(error, match=message):
            F.smooth_l1_loss(*arguments)
