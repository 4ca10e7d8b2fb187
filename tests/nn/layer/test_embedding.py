import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import Embedding


def test_training_leaves_the_padding_row_at_zero():
    layer = Embedding(6, 3, padding_idx=-2)
    assert layer.padding_idx == 4
    before = layer.weight.numpy().copy()
    optimizer = pa.optimizer.Adam(0.1, parameters=layer.parameters(), weight_decay=0.1)
    for _ in range(5):
        (layer([[4, 1], [1, 4]]) * 2.0).sum().backward()
        optimizer.step()
        optimizer.clear_grad()
    assert not layer.weight.numpy()[4].any()
    assert (layer.weight.numpy()[1] < before[1]).all()


@pytest.mark.parametrize("attr", [None, "w", pa.initializer.Normal(), pa.ParamAttr(learning_rate=0.5)])
def test_the_padding_row_is_part_of_the_recipe(attr):
    def build():
        with pa.seed(5), pa.utils.unique_name.guard():
            return Embedding(6, 3, padding_idx=-2, weight_attr=attr).weight

    weight = build()
    with pa.LazyGuard():
        lazy = build()
    lazy.initialize()
    plain = Embedding(6, 3).weight
    assert not lazy.numpy()[4].any()
    for p in (weight, lazy):
        assert np.array_equal(p.initial_values(), p.numpy())
        assert np.array_equal(p.initial_values((slice(3, None), 1)), p.numpy()[3:, 1])
        assert p.numpy()[[0, 1, 2, 3, 5]].all()
    assert plain.initializer == pa.initializer.XavierUniform()
    with pa.initializer.set_global_initializer(pa.initializer.Constant(2.0)):
        assert Embedding(2, 2, padding_idx=0, weight_attr=None).weight.tolist() == [[0, 0], [2, 2]]


def test_a_table_used_twice_gets_both_gradients():
    layer = Embedding(3, 2)
    (layer([0, 1]).sum() + layer([1, 1]).sum()).backward()
    assert layer.weight.grad.tolist() == [[1, 1], [3, 3], [0, 0]]


def test_names_and_text():
    with pa.utils.unique_name.guard():
        layer = Embedding(10, 4, padding_idx=0)
    assert layer.weight.name == "embedding_0.w_0"
    assert repr(layer) == "Embedding(10, 4, padding_idx=0, sparse=False)"


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ((0, 3), ValueError, "num_embeddings"),
        ((3, 0.5), TypeError, "embedding_dim"),
        ((3, 2, 3), ValueError, "padding_idx"),
        ((3, 2, -4), ValueError, "padding_idx"),
        ((3, 2, 0.0), TypeError, "padding_idx"),
    ],
)
def test_bad_arguments(arguments, error, text):
    with pytest.raises(error, match=text):
        Embedding(*arguments)


@pytest.mark.parametrize(("x", "error"), [([3], IndexError), ([-1], IndexError), ([0.5], TypeError)])
def test_bad_symbols(x, error):
    with pytest.raises(error, match="x must hold integers"):
        Embedding(3, 2)(x)
