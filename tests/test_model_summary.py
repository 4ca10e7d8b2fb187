import numpy as np
import pytest

import paramattr as pa
from paramattr import nn

pytestmark = pytest.mark.usefixtures("fresh_names")


def network():
    return nn.Sequential(nn.Linear(4, 300), nn.ReLU(), nn.Sequential(nn.Dropout(), nn.Linear(300, 2)))


def table(capsys):
    """The rows of what was printed, as lists of columns."""
    lines = capsys.readouterr().out.splitlines()
    first, last = (place for place, line in enumerate(lines) if line.startswith("==="))
    return [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in lines[first + 1 : last]]


def test_each_called_layer_has_a_row(capsys):
    net = network()
    counts = pa.summary(net, (None, 4))
    assert table(capsys) == [
        ["Linear-1", "[[1, 4]]", "[1, 300]", "1,500"],
        ["ReLU-1", "[[1, 300]]", "[1, 300]", "0"],
        ["Dropout-1", "[[1, 300]]", "[1, 300]", "0"],
        ["Linear-2", "[[1, 300]]", "[1, 2]", "602"],
    ]
    assert counts == {"total_params": 2102, "trainable_params": 2102}
    assert counts["total_params"] == sum(p.size for p in net.parameters())


def test_frozen_parameters_are_not_trainable(capsys):
    net = network()
    net[0].weight.trainable = False
    assert pa.summary(net, (1, 4)) == {"total_params": 2102, "trainable_params": 902}
    assert "Non-trainable params: 1,200" in capsys.readouterr().out


def test_everything_is_as_it_was(capsys):
    net = network()
    net[2].eval()
    state, modes = pa.get_rng_state(), [layer.training for layer in net.sublayers(include_self=True)]
    pa.summary(net, (1, 4))
    with pytest.raises(ValueError, match="Linear"):
        pa.summary(net, (1, 5))
    assert [layer.training for layer in net.sublayers(include_self=True)] == modes
    assert pa.get_rng_state() == state
    assert not any(layer._forward_post_hooks for layer in net.sublayers(include_self=True))
    assert all(p.grad is None for p in net.parameters())
    capsys.readouterr()


class Two(nn.Layer):
    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(2, 2)
        self.table = nn.Embedding(3, 2)

    def forward(self, x, index, other=None):
        return self.inner(x) + self.table(index), [x, None]


@pytest.mark.parametrize(
    ("sizes", "dtypes"),
    [
        ([(3, 2), (3,)], ["float32", "int64"]),
        (((-1, 2), [3]), ("float64", "int32")),
        ([pa.Tensor(np.ones((3, 2))), 3], ["float64", "int8"]),
    ],
)
def test_several_inputs(sizes, dtypes, capsys):
    net = Two().double() if dtypes[0] == "float64" else Two()
    assert pa.summary(net, sizes, dtypes)["total_params"] == 12
    assert [row[0] for row in table(capsys)] == ["Linear-1", "Embedding-1"]


def test_a_given_input(capsys):
    class Dictionary(nn.Layer):
        def __init__(self):
            super().__init__()
            self.inner = Two()

        def forward(self, inputs):
            return self.inner(inputs["x"], inputs["index"])

    inputs = {"x": pa.to_tensor([[1.0, 2.0]]), "index": pa.to_tensor([1])}
    pa.summary(Dictionary(), input=inputs)
    assert table(capsys)[-1] == ["Two-1", "[[1, 2], [1]]", "[[1, 2], [[1, 2], []]]", "0"]
    pa.summary(nn.Linear(2, 1), input=inputs["x"])
    assert table(capsys) == [["Linear-2", "[[1, 2]]", "[1, 1]", "3"]]


def test_a_list_with_parameters_of_its_own_has_a_row(capsys):
    class Recurrent(nn.LayerList):
        def __init__(self, weighted):
            super().__init__([nn.Linear(2, 2)])
            if weighted:
                self.weight = self.create_parameter([2, 2])

        def forward(self, x):
            return self[0](x)

    for weighted, rows in [(True, ["Linear-1", "Recurrent-1"]), (False, ["Linear-2"])]:
        pa.summary(Recurrent(weighted), (1, 2))
        assert [row[0] for row in table(capsys)] == rows


def test_wide_tables_and_sizes(capsys):
    class Many(nn.Layer):
        def forward(self, x):
            return [x] * 6

    pa.summary(Many(), (1024, 256))
    lines = capsys.readouterr().out.splitlines()
    assert {len(line) for line in lines if line and set(line) <= set("-=")} == {15 + 20 + 78 + 15 + 5}
    assert "Input size (MB): 1.00" in lines
    assert "Forward/backward pass size (MB): 12.00" in lines
    assert "Estimated Total Size (MB): 13.00" in lines


def test_what_is_refused():
    net = nn.Linear(2, 1)
    for call, error, message in [
        (lambda: pa.summary(3, (1, 2)), TypeError, "net must be a Layer"),
        (lambda: pa.summary(net), ValueError, "input_size or input must be given"),
        (lambda: pa.summary(net, (None, -1)), ValueError, "at most one size that is None or -1"),
        (lambda: pa.summary(net, (0, 2)), ValueError, r"input_size\[0\] must be >= 1"),
        (lambda: pa.summary(net, (1.5, 2)), TypeError, r"input_size\[0\] must be an integer"),
        (lambda: pa.summary(net, "ab"), TypeError, "input_size must be a tuple of sizes"),
        (lambda: pa.summary(net, [(1, 2), "ab"]), TypeError, r"input_size\[1\] must be a tuple of sizes"),
        (
            lambda: pa.summary(net, (1, 2), ["float32", "float32"]),
            ValueError,
            "dtypes must have an entry for each of 1",
        ),
        (lambda: pa.summary(net, (1, 2), "text"), TypeError, "dtypes must be a dtype"),
        (lambda: pa.summary(net, input=3), TypeError, "input must be a Tensor"),
        (lambda: pa.summary(net, input=[3]), TypeError, r"input\[0\] must be a Tensor"),
    ]:
        with pytest.raises(error, match=message):
            call()
