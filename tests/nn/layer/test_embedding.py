import numpy as np
import pytest

import paramattr as pa
from paramattr.nn import Embedding


def test_training_leaves_the_padding_row_at_zero():
    layer = Embedding(6, 3, padding_idx=-2)
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
    assert repr(layer) == "Embedding(10, 4, padding_idx=0, sparse=False, scale_grad_by_freq=False)"
    with pa.utils.unique_name.guard():
        named = Embedding(10, 4, name="table")
    assert (named.weight.name, named.full_name()) == ("embedding_0.w_0", "embedding_0")
    assert repr(named).endswith(", name=table)")


def test_vectors_that_are_given():
    weight = pa.create_parameter([3, 2], "float32")
    layer = Embedding(3, 2, -1, _weight=weight)
    assert layer.weight is weight
    assert layer.parameters() == [weight]
    assert not weight.numpy()[2].any()
    assert weight.numpy()[:2].all()
    assert not weight.stop_gradient
    assert Embedding(3, 2, _weight=weight, _freeze=True).weight.stop_gradient
    assert Embedding(3, 2, _freeze=True, weight_attr="mine").weight.stop_gradient


def test_settings_of_use_reach_the_function():
    layer = Embedding(3, 2, max_norm=1.0, norm_type=np.inf, scale_grad_by_freq=True, dtype="float64")
    layer.weight.set_value(np.array([[4.0, -2.0], [3.0, 1.0], [0.5, 0.25]]))
    value = layer([0, 0, 2])
    assert value.dtype == np.float64
    np.testing.assert_allclose(value.numpy(), [[1, -0.5], [1, -0.5], [0.5, 0.25]], rtol=1e-6)
    assert layer.weight.numpy()[1].tolist() == [3, 1]
    value.sum().backward()
    assert layer.weight.grad.tolist() == [[1, 1], [0, 0], [1, 1]]
    assert Embedding(3, 2, device="cpu").weight.shape == [3, 2]


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


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"max_norm": 0.0}, ValueError, "max_norm"),
        ({"max_norm": "1"}, TypeError, "max_norm"),
        ({"norm_type": 0.0}, ValueError, "norm_type"),
        ({"scale_grad_by_freq": 1}, TypeError, "scale_grad_by_freq"),
        ({"scale_grad_by_freq": True, "sparse": True}, ValueError, "scale_grad_by_freq"),
        ({"sparse": None}, TypeError, "sparse"),
        ({"_weight": np.ones((3, 2))}, TypeError, "_weight"),
        ({"_weight": pa.to_tensor(np.ones((2, 3)))}, ValueError, "_weight"),
        ({"_freeze": None}, TypeError, "_freeze"),
        ({"device": "gpu:0"}, ValueError, "device"),
        ({"dtype": "int32"}, ValueError, "dtype"),
        ({"name": 3}, TypeError, "name"),
    ],
)
def test_bad_settings(settings, error, text):
    with pytest.raises(error, match=text):
        Embedding(3, 2, **settings)


@pytest.mark.parametrize(("x", "error"), [([3], IndexError), ([-1], IndexError), ([0.5], TypeError)])
def test_bad_symbols(x, error):
    with pytest.raises(error, match="x must hold integers"):
        Embedding(3, 2)(x)
