"""What the tables of differences share: tensors and gradients of either library, and what becomes of a call."""

import numpy as np


def constant(lib, values, dtype="float32"):
    return lib.to_tensor(np.asarray(values, dtype))


def gradients(lib, function, *arrays, dtype="float64"):
    """The gradients of the sum of ``function(*tensors)``; None where none arrives."""
    tensors = [lib.to_tensor(np.asarray(array, dtype), stop_gradient=False) for array in arrays]
    function(*tensors).sum().backward()
    return [None if tensor.grad is None else tensor.grad.numpy() for tensor in tensors]


def wrong(loss, tensors, step=1e-6):
    """Whether each of ``tensors`` gets from ``loss()`` another gradient than central differences."""
    loss().backward()
    answers = []
    for tensor in tensors:
        value, way = tensor.numpy().copy(), np.random.default_rng(9).standard_normal(tensor.shape)
        ends = []
        for sign in (step, -step):
            tensor.set_value(value + sign * way)
            ends.append(loss().item())
        tensor.set_value(value)
        answers.append(bool(abs((tensor.grad.numpy() * way).sum() - (ends[0] - ends[1]) / (2 * step)) > 1e-4))
    return answers


def plain(value):
    """Numbers, strings and lists for what a call returns, with numbers to six digits."""
    if hasattr(value, "numpy"):
        value = value.numpy()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return float(f"{value:.6g}") if isinstance(value, float) and np.isfinite(value) else str(value)


def outcome(lib, call):
    """What ``call(lib)`` returns, or the name of its error."""
    try:
        return plain(call(lib))
    except Exception as error:
        return type(error).__name__


def dtype_of(tensor):
    return str(tensor.dtype).removeprefix("paddle.")
