import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

CELLS = {"SimpleRNNCell": 1, "LSTMCell": 4, "GRUCell": 3}
X = np.random.default_rng(0).standard_normal((2, 3)).astype(np.float32)


@pytest.mark.parametrize("name", CELLS)
def test_parameters_have_paddles_names_shapes_and_law(name, fresh_names):
    cell = getattr(nn, name)(300, 100)
    rows = 100 * CELLS[name]
    found = {path: (p.name.partition(".")[2], list(p.shape)) for path, p in cell.named_parameters()}
    assert found == {
        "weight_ih": ("w_0", [rows, 300]),
        "weight_hh": ("w_1", [rows, 100]),
        "bias_ih": ("b_0", [rows]),
        "bias_hh": ("b_1", [rows]),
    }
    for parameter in cell.parameters():
        assert np.abs(parameter.numpy()).max() <= 0.1
        assert abs(parameter.numpy().std() - 0.1 / np.sqrt(3)) < 0.02


@pytest.mark.parametrize("name", CELLS)
def test_false_gives_parameters_that_stay(name):
    settings = {f"{part}_attr": False for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")}
    cell = getattr(nn, name)(3, 2, **settings)
    for path, parameter in cell.named_parameters():
        assert parameter.stop_gradient
        assert (parameter.numpy() == (1 if path.startswith("weight") else 0)).all()


def test_states_of_none_are_zeros():
    for name in CELLS:
        cell = getattr(nn, name)(3, 2)
        zeros = cell.get_initial_states(pa.to_tensor(X))
        assert not any(part.numpy().any() for part in (zeros if isinstance(zeros, tuple) else [zeros]))
        one, other = cell(pa.to_tensor(X)), cell(pa.to_tensor(X), zeros)
        np.testing.assert_array_equal(one[0].numpy(), other[0].numpy())


def test_a_projected_cell_has_states_of_two_sizes():
    cell = nn.LSTMCell(3, 5, proj_size=2)
    assert cell.state_shape == ((2,), (5,))
    output, (h, c) = cell(pa.to_tensor(X))
    assert (output.shape, h.shape, c.shape) == ([2, 2], [2, 2], [2, 5])
    np.testing.assert_array_equal(output.numpy(), h.numpy())
    assert cell.weight_ho.shape == [5, 2]


def test_reprs():
    assert repr(nn.SimpleRNNCell(3, 2)) == "SimpleRNNCell(3, 2)"
    assert repr(nn.SimpleRNNCell(3, 2, "relu")) == "SimpleRNNCell(3, 2, activation=relu)"
    assert repr(nn.LSTMCell(3, 2)) == "LSTMCell(3, 2)"


class Any(nn.RNNCellBase):
    state_dtype = "float64"


def test_states_have_the_structure_of_the_shapes():
    reference = pa.to_tensor(np.zeros((4, 7)))
    states = nn.RNNCellBase().get_initial_states(
        reference, {"a": [(2,), (-1, 3)], "b": ()}, dtype="float64", init_value=2.5, batch_dim_idx=1
    )
    assert [part.shape for part in (*states["a"], states["b"])] == [[7, 2], [7, 3], [7]]
    assert states["b"].numpy().tolist() == [2.5] * 7
    assert states["b"].dtype == np.float64
    one, other = Any().get_initial_states([reference, reference], ((2,), (3,)), dtype=("float32", "float64"))
    assert (one.dtype, other.dtype) == (np.float32, np.float64)
    assert Any().get_initial_states(reference, (2,)).dtype == np.float64
    assert nn.GRUCell(2, 3).get_initial_states(reference).dtype == np.float32


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.SimpleRNNCell(-1, 2), ValueError, "input_size must be >= 0"),
        (lambda: nn.GRUCell(2, 0), ValueError, "hidden_size must be >= 1"),
        (lambda: nn.LSTMCell(2, 1.5), TypeError, "hidden_size must be an integer"),
        (lambda: nn.LSTMCell(2, 3, proj_size=3), ValueError, "proj_size must be in"),
        (lambda: nn.SimpleRNNCell(2, 3, "gelu"), ValueError, "activation must be one of"),
        (lambda: nn.GRUCell(2, 3, bias_hh_attr=1), TypeError, "bias_hh_attr must be"),
        (lambda: nn.GRUCell(3, 2)(pa.to_tensor(X[0])), ValueError, r"inputs must have shape \[batch, 3\]"),
        (lambda: nn.GRUCell(4, 2)(pa.to_tensor(X)), ValueError, r"GRUCell\(4, 2\) expected steps of shape"),
        (lambda: nn.GRUCell(3, 2)(pa.to_tensor(X), np.zeros((2, 3))), ValueError, "states must have the shapes"),
        (lambda: nn.LSTMCell(3, 2)(pa.to_tensor(X), np.zeros((2, 2))), ValueError, "states must have the shapes"),
        (lambda: nn.RNNCellBase().get_initial_states(pa.to_tensor(X)), NotImplementedError, "state_shape"),
        (lambda: Any().get_initial_states(pa.to_tensor(X), 3), TypeError, "shape must be"),
        (lambda: Any().get_initial_states(pa.to_tensor(X), (2,), init_value="0"), TypeError, "init_value must be"),
        (lambda: Any().get_initial_states(pa.to_tensor(X), (2,), batch_dim_idx=2), ValueError, "batch_dim_idx must be"),
    ],
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
