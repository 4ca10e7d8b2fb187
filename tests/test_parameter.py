import copy
import gc
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import paramattr as pa
from paramattr.initializer import Assign, Constant, Normal, Uniform, set_global_initializer

pytestmark = pytest.mark.usefixtures("fresh_names")


def test_fields_of_a_default_parameter():
    p = pa.nn.Linear(3, 4).weight
    assert p.name == "linear_0.w_0"
    assert p.shape == [3, 4]
    assert p.shape == (3, 4)
    assert p.shape != [4, 3]
    assert p.shape[0] == 3
    assert p.dtype == np.float32
    assert p.optimize_attr == {"learning_rate": 1.0}
    assert p.regularizer is None
    assert p.grad is None
    assert p.do_model_average
    assert p.need_clip
    assert p.trainable
    assert not p.stop_gradient
    assert p.persistable
    assert p.is_leaf


def test_automatic_names_count_per_layer_type():
    names = [p.name for layer in (pa.nn.Linear(1, 1), pa.nn.Linear(1, 1)) for p in layer.parameters()]
    assert names == ["linear_0.w_0", "linear_0.b_0", "linear_1.w_0", "linear_1.b_0"]
    assert pa.create_parameter([1]).name == "create_parameter_0.w_0"
    assert pa.create_parameter([1], is_bias=True).name == "create_parameter_1.b_0"


def test_a_name_is_taken_only_while_its_parameter_lives():
    gc.disable()
    try:
        first = pa.nn.Linear(2, 2, weight_attr="mine")
        with pytest.raises(ValueError, match="mine"):
            pa.nn.Linear(2, 2, weight_attr="mine")
        (first(pa.to_tensor([[1.0, 2.0]])) ** 2).sum().backward()
        del first
        # Freed by reference counts alone: no cycle keeps the parameter until a collection.
        assert pa.nn.Linear(2, 2, weight_attr="mine").weight.name == "mine"
    finally:
        gc.enable()


def test_who_decides_the_first_values():
    three, two, one = Constant(3.0), Constant(2.0), Constant(1.0)
    with set_global_initializer(two, Constant(-2.0)):
        assert pa.create_parameter([1], attr=three, default_initializer=one).item() == 3.0
        assert pa.create_parameter([1], default_initializer=one).item() == 2.0
        assert pa.create_parameter([1], is_bias=True, default_initializer=one).item() == -2.0
    assert pa.create_parameter([1], default_initializer=one).item() == 1.0
    assert pa.create_parameter([1], is_bias=True).item() == 0.0
    assert pa.create_parameter([1]).initializer == pa.initializer.XavierUniform()


def test_the_same_model_rebuilt_after_seed_has_the_same_values():
    def build():
        pa.seed(7)
        return [p.numpy() for p in pa.nn.Sequential(pa.nn.Linear(5, 4), pa.nn.Linear(4, 3)).parameters()]

    one, two = build(), build()
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0].ravel()[:12], one[2].ravel()[:12])
    pa.seed(8)
    assert not np.array_equal(pa.nn.Linear(5, 4).weight.numpy(), one[0])


def test_values_are_shared_not_copied():
    p = pa.nn.Linear(2, 2).weight
    assert np.shares_memory(np.asarray(p), p.numpy())
    with pytest.raises(ValueError, match="copy"):
        p.__array__(np.float64, copy=False)
    assert not np.shares_memory(np.array(p), p.numpy())


@given(hnp.arrays(np.float32, hnp.array_shapes(max_dims=3), elements=st.floats(-5, 5, width=32)))
def test_set_value_copies_in_place(values):
    p = pa.create_parameter(values.shape)
    live = p.numpy()
    p.set_value(values)
    assert np.array_equal(live, values)
    values += 1
    assert not np.array_equal(live, values)


@pytest.mark.parametrize(
    ("value", "error"), [(np.ones((3, 2)), ValueError), (1.0, ValueError), ([["a", "b"]], TypeError), (None, TypeError)]
)
def test_set_value_refuses_what_does_not_fit(value, error):
    p = pa.create_parameter([2, 3], attr=Constant(1.0))
    with pytest.raises(error, match="create_parameter"):
        p.set_value(value)
    assert np.all(p.numpy() == 1)


@pytest.mark.parametrize(
    ("shape", "error"),
    [
        ([-1, 2], ValueError),
        ([2.5], TypeError),
        ([True], TypeError),
        ("ab", TypeError),
        (None, TypeError),
        ([2**40, 2**40], ValueError),
        ([2**20, 2**25], ValueError),
        (2.0, TypeError),
    ],
)
def test_impossible_shapes_are_refused(shape, error):
    with pytest.raises(error, match="shape"):
        pa.create_parameter(shape)


@pytest.mark.parametrize(
    ("dtype", "error"), [("int32", ValueError), ("float33", TypeError), (np.complex64, ValueError)]
)
def test_dtypes_that_hold_no_parameters_are_refused(dtype, error):
    with pytest.raises(error, match="dtype"):
        pa.create_parameter([2], dtype)


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float32", "float64"])
@pytest.mark.parametrize("shape", [[], [0, 3], [2, 3]])
def test_every_dtype_and_small_shape(dtype, shape):
    p = pa.create_parameter(shape, dtype)
    assert p.dtype.name == dtype
    assert p.shape == shape
    assert np.all(np.isfinite(p.numpy().astype(np.float64)))


def test_a_failed_creation_leaves_no_trace():
    pa.seed(3)
    expected = pa.create_parameter([4]).numpy()
    pa.seed(3)
    with pytest.raises(ValueError, match="Assign"):
        pa.create_parameter([2, 2], attr=pa.ParamAttr("w", initializer=Assign(np.ones((3, 2)))))
    again = pa.create_parameter([4], name="w")
    assert np.array_equal(again.numpy(), expected)


def test_settings_change_on_a_live_parameter():
    p = pa.nn.Linear(2, 2).weight
    p.optimize_attr["learning_rate"] = 0.5
    p.regularizer = pa.regularizer.L1Decay(0.1)
    p.need_clip = p.do_model_average = False
    assert p.optimize_attr == {"learning_rate": 0.5}
    p.optimize_attr = {"learning_rate": 0.25}
    assert p.optimize_attr["learning_rate"] == 0.25
    p.trainable = False
    assert p.stop_gradient
    p.stop_gradient = False
    assert p.trainable


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("need_clip", 1, TypeError),
        ("do_model_average", None, TypeError),
        ("trainable", "no", TypeError),
        ("stop_gradient", 0, TypeError),
        ("regularizer", 0.1, TypeError),
        ("optimize_attr", {"learning_rate": -1.0}, ValueError),
        ("optimize_attr", {"lr": 1.0}, ValueError),
        ("optimize_attr", 1.0, TypeError),
        ("grad", np.ones((3, 2)), ValueError),
        ("grad", np.array([["a", "b"]]), TypeError),
    ],
)
def test_settings_are_checked_on_a_live_parameter(field, value, error):
    p = pa.nn.Linear(2, 2).weight
    before = getattr(p, field)
    with pytest.raises(error):
        setattr(p, field, value)
    assert getattr(p, field) == before
    with pytest.raises(ValueError, match="lr"):
        p.optimize_attr["lr"] = 1.0


def test_optimize_attr_is_the_setting_itself():
    p = pa.create_parameter([2])
    held = p.optimize_attr
    p.optimize_attr = {"learning_rate": 0.5}
    assert held == {"learning_rate": 0.5}
    held.update(learning_rate=0.25)
    assert p.learning_rate == p.optimize_attr["learning_rate"] == held.get("learning_rate") == 0.25
    assert (list(held), len(held), repr(held), held.get("lr")) == (
        ["learning_rate"],
        1,
        "{'learning_rate': 0.25}",
        None,
    )
    with pytest.raises(TypeError, match="'learning_rate' was to be deleted"):
        del held["learning_rate"]
    with pytest.raises(ValueError, match="learning_rate"):
        held.update(learning_rate=-1.0)
    assert p.learning_rate == 0.25


def test_repr_looks_like_paddles():
    p = pa.create_parameter([2, 2], attr=Assign([[1.0, 2.0], [3.0, 4.0]]))
    assert repr(p) == (
        "Parameter containing:\n"
        "Tensor(shape=[2, 2], dtype=float32, stop_gradient=False,\n"
        "       [[1., 2.],\n"
        "        [3., 4.]])"
    )


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda p: pickle.loads(pickle.dumps(p))])
def test_copies_are_apart_and_have_their_own_name(duplicate):
    p = pa.create_parameter([2, 2], name="w", attr=pa.ParamAttr(need_clip=False, initializer=Normal(1.0, 2.0)))
    (p * 2.0).sum().backward()
    other = duplicate(p)
    assert np.array_equal(other.numpy(), p.numpy())
    assert not np.shares_memory(other.numpy(), p.numpy())
    assert other.name == "w_deepcopy_0"
    assert not other.need_clip
    assert other.initializer == Normal(1.0, 2.0)
    other.need_clip = True
    assert not p.need_clip
    (other * 3.0).sum().backward()
    assert np.all(p.grad.numpy() == 2)


def test_a_shallow_copy_shares_values_but_not_settings():
    p = pa.create_parameter([2], name="w")
    other = copy.copy(p)
    assert np.shares_memory(other.numpy(), p.numpy())
    other.need_clip = False
    assert p.need_clip
    assert (p.name, other.name) == ("w", "w_deepcopy_0")


def test_a_new_name_is_the_parameters_own():
    p = pa.create_parameter([2], name="w")
    p.name = "v"
    assert p.name == "v"
    assert copy.deepcopy(p).name == "v_deepcopy_0"
    assert pa.create_parameter([2], name="w").name == "w"  # free again
    with pytest.raises(ValueError, match="'v' is in use"):
        pa.create_parameter([2], name="v")
    other = pa.create_parameter([2], name="v2")
    other.name = "v"  # as in Paddle; the name stays the first one's
    other.name = "u"
    with pytest.raises(ValueError, match="'v' is in use"):
        pa.create_parameter([2], name="v")
    for value, error in [("", ValueError), (3, TypeError), (None, TypeError)]:
        with pytest.raises(error, match="name"):
            other.name = value
        assert other.name == "u"


def test_a_copy_of_a_frozen_parameter_is_frozen():
    p = pa.create_parameter([2])
    p.trainable = False
    other = copy.deepcopy(p)
    other.stop_gradient = False
    assert (p.trainable, p.stop_gradient, other.trainable) == (False, True, True)


def test_a_pickle_keeps_its_name_where_it_is_free():
    saved = pickle.dumps(pa.create_parameter([2], name="w"))
    assert pickle.loads(saved).name == "w"


def test_a_copied_layer_works_alone():
    layer = pa.nn.Linear(2, 2)
    other = copy.deepcopy(layer)
    other.weight.set_value(np.zeros((2, 2)))
    assert np.any(layer.weight.numpy() != 0)
    assert other(pa.to_tensor([[1.0, 1.0]])).shape == [1, 2]


def test_lazy_parameters_get_the_values_they_would_have_had():
    pa.seed(5)
    eager = [pa.create_parameter([3, 2], attr=Uniform()).numpy() for _ in range(3)]
    pa.seed(5)
    with pa.LazyGuard():
        lazy = [pa.create_parameter([3, 2], attr=Uniform()) for _ in range(3)]
    assert not any(p.is_initialized for p in lazy)
    for p in reversed(lazy):
        p.initialize()
        p.initialize()
    assert all(np.array_equal(p.numpy(), values) for p, values in zip(lazy, eager, strict=True))


def test_a_lazy_parameter_knows_its_shape_and_refuses_to_be_read():
    with pa.LazyGuard():
        p = pa.create_parameter([2**20, 2**20], "float64", name="huge")
    assert p.shape == [2**20, 2**20]
    assert p.size == 2**40
    assert "not initialized" in repr(p)
    with pytest.raises(RuntimeError, match=r"'huge'.*initialize"):
        p.numpy()
    with pytest.raises(ValueError, match="GiB"):
        p.initialize()
    assert not pickle.loads(pickle.dumps(p)).is_initialized


def test_data_of_a_parameter_can_be_assigned_where_it_fits():
    layer = pa.nn.Linear(2, 2)
    optimizer = pa.optimizer.Momentum(0.5, 0.9, layer.parameters())
    values = pa.to_tensor(np.arange(4.0, dtype=np.float32).reshape(2, 2))
    layer.weight.data = values
    layer(pa.ones([1, 2])).sum().backward()
    optimizer.step()
    assert layer.weight.tolist() == values.tolist() == [[-0.5, 0.5], [1.5, 2.5]]
    layer.weight.data = values.T  # an optimizer changes it in place, so it is copied
    optimizer.step()
    assert layer.weight.tolist() != values.T.tolist()
    for wrong, error in (
        (pa.zeros([2]), ValueError),
        (pa.zeros([2, 2], "int64"), ValueError),
        ([[0.0] * 2] * 2, TypeError),
    ):
        before = layer.weight.tolist()
        with pytest.raises(error, match="data"):
            layer.weight.data = wrong
        assert layer.weight.tolist() == before
    with pa.LazyGuard():
        lazy = pa.create_parameter([2])
    lazy.data = pa.to_tensor([1.0, 2.0])
    assert lazy.tolist() == [1.0, 2.0]


def test_a_lazy_parameter_can_be_given_values():
    with pa.LazyGuard():
        p = pa.create_parameter([2], name="later")
    p.set_value([1.0, 2.0])
    assert p.numpy().tolist() == [1.0, 2.0]


def test_create_parameter_without_a_parameter_is_refused():
    with pytest.raises(ValueError, match="attr"):
        pa.create_parameter([2], attr=False)


def test_calling_an_initializer_draws_new_values():
    p = pa.create_parameter([50], attr=Constant(0.0))
    Normal(3.0, 0.1)(p)
    assert 2.5 < p.numpy().mean() < 3.5
    with pytest.raises(ValueError, match="Assign"):
        Assign([1.0])(p)
    assert 2.5 < p.numpy().mean() < 3.5


def test_automatic_names_keep_no_counter_for_each_parameter():
    names = [pa.create_parameter([1], is_bias=is_bias).name for is_bias in (False, True, False)]
    assert names == ["create_parameter_0.w_0", "create_parameter_1.b_0", "create_parameter_2.w_0"]
    assert list(pa.utils.unique_name._scope.counters) == ["create_parameter"]
    taken = pa.create_parameter([1], name="create_parameter_3.w_0")
    assert pa.create_parameter([1]).name != taken.name


def test_a_parameter_takes_over_the_values_of_a_tensor():
    x = pa.to_tensor([1.0, 2.0])
    p = pa.nn.Parameter(x)
    assert np.shares_memory(p.numpy(), x.numpy())
    assert (p.name, p.trainable, p.is_initialized) == ("_eager_param_base_0", True, True)
    x.set_value([3.0, 4.0])
    assert p.tolist() == [3.0, 4.0]
    assert p.initial_values().tolist() == [1.0, 2.0]
    assert not pa.nn.Parameter(x, False).trainable
    assert pa.nn.Parameter.from_tensor(x, name="mine").name == "mine"
    assert pa.nn.Parameter().shape == [0]
    backwards = pa.nn.Parameter(pa.Tensor(np.arange(6.0).reshape(2, 3).T))
    backwards.grad = np.ones((3, 2))
    pa.optimizer.SGD(1.0, parameters=[backwards]).step()
    assert backwards.tolist() == [[-1.0, 2.0], [0.0, 3.0], [1.0, 4.0]]


def test_a_parameter_has_a_shape_and_zeros():
    before = pa.get_rng_state()
    decay = pa.regularizer.L2Decay(0.1)
    settings = {"regularizer": decay, "optimize_attr": {"learning_rate": 0.5}, "do_model_average": False}
    p = pa.nn.Parameter([2, 3], "float64", name="p", trainable=False, need_clip=False, is_distributed=True, **settings)
    assert p.tolist() == [[0.0] * 3] * 2
    assert (p.dtype, p.name, p.stop_gradient, p.need_clip) == (np.float64, "p", True, False)
    assert (p.regularizer, p.learning_rate, p.do_model_average, p.is_distributed) == (decay, 0.5, False, True)
    assert not pa.nn.Parameter(shape=[1], dtype="float32").is_distributed
    assert pa.get_rng_state() == before
    copied = copy.deepcopy(p)
    assert (copied.name, copied.is_distributed, copied.need_clip) == ("p_deepcopy_0", True, False)


def test_bad_parameters_are_refused():
    pa.nn.Parameter([1], "float32", name="taken")  # and gone
    kept = pa.nn.Parameter([1], "float32", name="taken")
    for call, error, message in [
        (lambda: pa.nn.Parameter([1]), TypeError, "dtype"),
        (lambda: pa.nn.Parameter([-1], "float32"), ValueError, r"shape\[0\] must be >= 0"),
        (lambda: pa.nn.Parameter([1], "int32"), ValueError, "dtype must be one of"),
        (lambda: pa.nn.Parameter(np.ones(2)), TypeError, "data must be a Tensor, a list of sizes or None"),
        (lambda: pa.nn.Parameter(pa.to_tensor([1])), ValueError, "the dtype of data must be one of"),
        (lambda: pa.nn.Parameter(pa.to_tensor([1.0]), 1), TypeError, "requires_grad must be a bool"),
        (lambda: pa.nn.Parameter([1], "float32", name="taken"), ValueError, "name 'taken' is in use"),
        (lambda: pa.nn.Parameter([1], "float32", initializer="constant"), TypeError, "initializer"),
        (lambda: pa.nn.Parameter([1], "float32", trainable=1), TypeError, "trainable must be a bool"),
        (lambda: pa.nn.Parameter([1], "float32", is_distributed=1), TypeError, "is_distributed must be a bool"),
        (lambda: pa.nn.Parameter([1], "float32", optimize_attr={"lr": 1.0}), ValueError, "optimize_attr"),
        (lambda: pa.nn.Parameter.from_tensor([1.0]), TypeError, "tensor must be a Tensor"),
    ]:
        with pytest.raises(error, match=message):
            call()
    assert kept.name == "taken"


def test_a_name_in_use_is_refused_before_a_key_is_taken():
    kept = pa.create_parameter([2], name="taken")
    state = pa.get_rng_state()
    with pytest.raises(ValueError, match="taken"):
        pa.create_parameter([2], name=kept.name)
    assert pa.get_rng_state() == state
