import numpy as np
import pytest

import paramattr as pa
from paramattr import nn
from paramattr.utils import checks

NETWORKS = ["SimpleRNN", "LSTM", "GRU"]
X = np.random.default_rng(0).standard_normal((4, 6, 3))


def flat(structure):
    return [v for part in structure for v in flat(part)] if isinstance(structure, (list, tuple)) else [structure]


def agree(one, other):
    for found, wanted in zip(flat(one), flat(other), strict=True):
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-5, atol=1e-6)


class Plain(nn.RNNCellBase):
    """A cell of one's own, which does what a GRUCell does."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    @property
    def state_shape(self):
        return self.inner.state_shape

    def forward(self, inputs, states, scale=1.0):
        output, states = self.inner(inputs, states)
        return {"output": output * scale}, states


@pytest.mark.parametrize("cell", [nn.SimpleRNNCell, nn.LSTMCell, nn.GRUCell])
@pytest.mark.parametrize("lengths", [None, [6, 1, 0, 4]])
@pytest.mark.parametrize("reverse", [False, True])
def test_a_cell_of_ones_own_runs_as_a_fused_one(cell, lengths, reverse):
    inner = cell(3, 2)
    x = pa.to_tensor(X)
    expected = nn.RNN(inner, is_reverse=reverse)(x, None, lengths)
    states = inner.get_initial_states(x)
    outputs, last = nn.RNN(Plain(inner), is_reverse=reverse)(x, states, lengths)
    agree([outputs["output"], last], expected)
    gradients = []
    for values in ([outputs["output"], last], expected):
        sum((v * v).sum() for v in flat(list(values))).backward()
        gradients.append([p.grad.clone() for p in inner.parameters()])
        inner.clear_gradients()
    agree(*gradients)


def test_inputs_in_all_forms():
    cell, x = nn.GRUCell(3, 2), X.astype(np.float32)
    expected = nn.RNN(cell)(pa.to_tensor(x))
    for form in (x, x.tolist(), [*map(pa.to_tensor, x)]):
        agree(nn.RNN(cell)(form), expected)
    agree(cell.over_time(pa.to_tensor(x.swapaxes(0, 1)), None), nn.RNN(cell, time_major=True)(x.swapaxes(0, 1)))

    class Two(nn.RNNCellBase):
        """Takes a pair of sequences that are not alike."""

        def forward(self, inputs, states):
            return self.inner(pa.concat(inputs, axis=1), states)

    pair = Two()
    pair.inner = cell
    states = cell.get_initial_states(pa.to_tensor(x))
    agree(nn.RNN(pair)((pa.to_tensor(x[..., :1]), x[..., 1:]), states), expected)


def test_keywords_reach_the_cell():
    layer = nn.RNN(Plain(nn.GRUCell(3, 2)), time_major=True)
    x = pa.to_tensor(X)
    agree(layer(x, scale=2.0)[0]["output"] * 0.5, layer(x)[0]["output"])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_its_layers_one_above_the_other(name):
    net = getattr(nn, name)(3, 2, num_layers=2, direction="bidirect")
    assert len(net) == 2
    x, h = pa.to_tensor(X), []
    for layer in net:
        x, states = layer(x)
        h += states
    outputs, last = net(pa.to_tensor(X))
    agree(outputs, x)
    for k, component in enumerate(flat(last)):
        agree(list(component), [flat(state)[k] for state in h])


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_behind_the_length_does_not_count(name):
    net = getattr(nn, name)(3, 2, num_layers=2, direction="bidirect")
    x, lengths = X.copy(), np.array([6, 1, 3, 4])
    for row, length in zip(x, lengths, strict=True):
        row[length:] = 1e3
    one, other = (net(pa.to_tensor(values), None, lengths) for values in (X, x))
    agree(one, other)
    for row, length in zip(one[0].numpy(), lengths, strict=True):
        assert row[:length].all()
        assert not row[length:].any()
    for sample, length in enumerate(lengths):
        single = net(pa.to_tensor(X[sample : sample + 1, :length]))
        agree(single[0], one[0][sample : sample + 1, :length])
        agree(single[1], [part[:, sample : sample + 1] for part in flat(one[1])] if name == "LSTM" else
              one[1][:, sample : sample + 1])  # fmt: skip


@pytest.mark.parametrize("name", NETWORKS)
def test_gradients_with_lengths_and_first_states(name, check_grads):
    """Where Paddle's are not those of its values."""
    with_dtype = getattr(nn, name)(2, 2, direction="bidirect")
    rng = np.random.default_rng(3)
    arrays = [rng.standard_normal(shape) for shape in [(2, 3, 2), *[(2, 2, 2)] * (2 if name == "LSTM" else 1)]]

    def outputs(x, *states):
        return with_dtype(x, states if name == "LSTM" else states[0], [1, 3])[0]

    for parameter in with_dtype.parameters():
        parameter.stop_gradient = True
    check_grads(outputs, *arrays)


def test_time_major_exchanges_batch_and_time():
    for name in NETWORKS:
        one = getattr(nn, name)(3, 2, 2, "bidirect")
        other = getattr(nn, name)(3, 2, 2, "bidirect", time_major=True)
        other.set_state_dict(one.state_dict())
        lengths = [6, 1, 3, 4]
        found, last = other(pa.to_tensor(X.swapaxes(0, 1)), None, lengths)
        expected = one(pa.to_tensor(X), None, lengths)
        agree([found.transpose([1, 0, 2]), last], expected)


def test_dropout_is_between_layers_and_in_training_only():
    for layers, changes in ((1, False), (2, True)):
        net = nn.GRU(3, 8, layers, dropout=0.5)
        x = pa.to_tensor(X)
        assert (net(x)[0].numpy() != net(x)[0].numpy()).any() == changes
        net.eval()
        agree(net(x), net(x))


def test_every_parameter_has_two_paths_and_is_one():
    net = nn.LSTM(3, 2, 2, "bidirect")
    assert len(net.parameters()) == 16
    assert len(net.state_dict()) == 32
    assert net.weight_hh_l1_reverse is net[1].cell_bw.weight_hh
    assert [name for name, _ in net.named_parameters()][:2] == ["weight_ih_l0", "weight_hh_l0"]
    net.flatten_parameters()


def test_training_follows_a_sequence():
    pa.seed(3)
    net, head = nn.LSTM(1, 12), nn.Linear(12, 1)
    x = np.random.default_rng(1).choice([-1.0, 1.0], (32, 8, 1)).astype(np.float32)
    y = pa.to_tensor(np.cumsum(x, axis=1))  # what has to be remembered
    rule = pa.optimizer.Adam(0.03, parameters=[*net.parameters(), *head.parameters()])
    losses = []
    for _ in range(60):
        loss = nn.functional.mse_loss(head(net(pa.to_tensor(x))[0]), y)
        loss.backward()
        rule.step()
        rule.clear_grad()
        losses.append(loss.item())
    assert losses[-1] < 0.1 * losses[0]


def test_empty_batches_and_sequences():
    for name in NETWORKS:
        net = getattr(nn, name)(3, 2)
        assert net(pa.to_tensor(X[:0]))[0].shape == [0, 6, 2]
        outputs, last = net(pa.to_tensor(X[:, :0]))
        assert outputs.shape == [4, 0, 2]
        assert not flat(last)[0].numpy().any()


def test_reprs():
    assert repr(nn.LSTM(3, 4, 2, time_major=True, dropout=0.5)).startswith(
        "LSTM(3, 4, num_layers=2, time_major=True, dropout=0.5\n  (0): RNN(\n    (cell): LSTMCell(3, 4)\n"
    )
    assert nn.SimpleRNN(3, 4, activation="relu").mode == "RNN_RELU"


def test_the_values_of_all_layers_must_fit_in_memory(monkeypatch):
    """Not of one layer after the other, until there is no memory left; lazy values take none."""
    monkeypatch.setattr(checks, "_memory", lambda: 10 * (3 * 100 * 202 * 4 + 4096))
    assert len(nn.GRU(100, 100, 8)) == 8
    with pytest.raises(ValueError, match=r"num_layers: layers and bytes of each \[20, \d+\] needs"):
        nn.GRU(100, 100, 20)
    with pa.LazyGuard():
        assert len(nn.GRU(100, 100, 20)) == 20


PAIR = [nn.GRUCell(3, 2), nn.GRUCell(3, 2)]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: nn.RNN("cell"), TypeError, "cell must be an RNNCellBase"),
        (lambda: nn.RNN(PAIR[0], is_reverse=1), TypeError, "is_reverse must be a bool"),
        (lambda: nn.RNN(PAIR[0], time_major=1), TypeError, "time_major must be a bool"),
        (lambda: nn.BiRNN(PAIR[0], None), TypeError, "cell_bw must be an RNNCellBase"),
        (lambda: nn.BiRNN(PAIR[0], nn.GRUCell(4, 2)), ValueError, r"inputs of the same size, but have \[3, 4\]"),
        (lambda: nn.BiRNN(*PAIR)(X, [None] * 3), ValueError, "initial_states must be a pair"),
        (lambda: nn.BiRNN(*PAIR)(X, 3), TypeError, "initial_states must be a pair"),
        (lambda: nn.RNN(PAIR[0])(X[0, 0]), ValueError, "inputs must have axes of batch and time"),
        (lambda: nn.RNN(PAIR[0])("x"), TypeError, "inputs must be numeric"),
        (lambda: nn.RNN(PAIR[0])(X[..., :2]), ValueError, r"GRUCell\(3, 2\) expected steps"),
        (lambda: nn.RNN(Plain(PAIR[0]))(X[:, :0]), ValueError, "inputs must have at least one step for a Plain"),
        (
            lambda: nn.RNN(PAIR[0])(X, None, [7, 1, 1, 1]),
            ValueError,
            r"sequence_length must be in \[0, 6\], but holds 7",
        ),
        (lambda: nn.RNN(PAIR[0])(X, None, [-1, 1, 1, 1]), ValueError, "but holds -1"),
        (lambda: nn.RNN(PAIR[0])(X, None, [1, 1]), ValueError, r"sequence_length must have shape \[4\]"),
        (lambda: nn.RNN(PAIR[0])(X, None, [1.0] * 4), TypeError, "sequence_length must hold integers"),
        (lambda: nn.GRU(3, 2, 0), ValueError, "num_layers must be >= 1"),
        (lambda: nn.GRU(3, 2, 2**50), ValueError, "num_layers: layers and bytes of each .* needs .* GiB"),
        (lambda: nn.GRU(3, 2, direction="backward"), ValueError, "direction must be one of"),
        (lambda: nn.GRU(3, 2, time_major=None), TypeError, "time_major must be a bool"),
        (lambda: nn.GRU(3, 2, dropout=1.5), ValueError, "dropout must be"),
        (lambda: nn.SimpleRNN(3, 2, activation="gelu"), ValueError, "activation must be one of"),
        (lambda: nn.LSTM(3, 2, proj_size=2), ValueError, "proj_size must be in"),
        (lambda: nn.LSTM(3, 2, proj_size=-1), ValueError, "proj_size must be in"),
        (lambda: nn.GRU(3, 2)(X, np.zeros((2, 4, 2))), ValueError, "initial_states must be 1 of shape"),
        (lambda: nn.LSTM(3, 2)(X, np.zeros((1, 4, 2))), ValueError, "initial_states must be 2 of shape"),
        (lambda: nn.GRU(3, 2)(X, np.zeros((1, 3, 2))), ValueError, "states must have the shapes"),
    ],
)
def test_what_does_not_fit_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make()
