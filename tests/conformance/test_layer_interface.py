"""What layers, containers and parameters do beside what they compute, over random trees of layers, as in the real Paddle."""

import contextlib
import copy
import io
import warnings

import numpy as np
import paddle
import pytest

import paramattr as pa

LIBS = (paddle, pa)
TREES = 40


@pytest.fixture(autouse=True)
def quiet():
    # Paddle warns about itself, and the suite turns warnings into errors.
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="paddle")
        yield


def node(lib):
    class Node(lib.nn.Layer):
        def __init__(self, fields):
            super().__init__()
            for name, value in fields:
                setattr(self, name, value)

    return Node


def tensor(lib, rng, dtype="float32"):
    return lib.to_tensor((10 * rng.random(int(rng.integers(1, 4)))).astype(dtype))


def parameter(lib, rng):
    return lib.create_parameter([int(rng.integers(1, 4))], "float32")


def tree(lib, rng, depth=3, shared=None):
    """A random tree of layers: the same for the same ``rng`` state."""
    shared = [] if shared is None else shared
    kind = rng.integers(9) if depth else rng.integers(3)
    if shared and rng.random() < 0.15:
        return shared[int(rng.integers(len(shared)))]
    if kind == 0:
        made = lib.nn.Linear(2, int(rng.integers(1, 4)), bias_attr=None if rng.integers(2) else False)
    elif kind == 1:
        made = lib.nn.ReLU()
    elif kind == 2:
        made = lib.nn.ParameterList([parameter(lib, rng) for _ in range(rng.integers(3))])
    elif kind == 3:
        made = lib.nn.ParameterDict({f"p{i}": parameter(lib, rng) for i in range(rng.integers(3))})
    else:
        parts = [tree(lib, rng, depth - 1, shared) for _ in range(rng.integers(1, 4))]
        pairs = [(f"part{i}", part) for i, part in enumerate(parts)]
        if kind == 4:
            made = lib.nn.Sequential(*(pairs if rng.integers(2) else parts))
        elif kind == 5:
            made = lib.nn.LayerList(parts)
        elif kind == 6:
            made = lib.nn.LayerDict(pairs)
        else:
            made = node(lib)(pairs)
            for name, action in zip("abc", rng.integers(6, size=3), strict=True):
                decorate(lib, made, name, action, rng)
    shared.append(made)
    return made


def decorate(lib, layer, name, action, rng):
    if action == 0:
        layer.register_buffer(name, tensor(lib, rng))
    elif action == 1:
        layer.register_buffer(name, tensor(lib, rng, "int64"), persistable=False)
    elif action == 2:
        setattr(layer, name, tensor(lib, rng))
    elif action == 3:
        setattr(layer, name, parameter(lib, rng))
        layer._parameters[name].stop_gradient = bool(rng.integers(2))
    elif action == 4:
        layer.add_sublayer(name, None)
        setattr(layer, f"{name}{name}", None)
    else:
        setattr(layer, name, 3)


def trees(seed):
    """The same tree in both libraries, with the same values."""
    theirs, ours = (tree(lib, np.random.default_rng(seed)) for lib in LIBS)
    state = theirs.to_static_state_dict()
    for key, value in ours.to_static_state_dict().items():
        value.set_value(state[key].numpy())
    return theirs, ours


def names(pairs):
    return [name for name, _ in pairs]


def kinds(layers):
    return [type(layer).__name__ for layer in layers]


#: What can be asked of a layer, as what does not depend on the library.
QUESTIONS = {
    "repr": repr,
    "len": lambda net: len(net) if hasattr(net, "__len__") else None,
    "named_sublayers": lambda net: names(net.named_sublayers()),
    "all of them": lambda net: names(net.named_sublayers("x", True, remove_duplicate=False)),
    "sublayers but some": lambda net: names(net.named_sublayers(layers_set=set(net.children()))),
    "sublayers": lambda net: kinds(net.sublayers(include_self=True)),
    "modules": lambda net: kinds(net.modules()),
    "named_modules": lambda net: names(net.named_modules(prefix="m")),
    "children": lambda net: kinds(net.children()),
    "named_children": lambda net: names(net.named_children()),
    "named_parameters": lambda net: names(net.named_parameters()),
    "parameters with a prefix": lambda net: names(net.named_parameters("p", remove_duplicate=False)),
    "own parameters": lambda net: names(net.named_parameters(include_sublayers=False)),
    "recurse": lambda net: [p.shape for p in net.parameters(recurse=False)],
    "named_buffers": lambda net: names(net.named_buffers()),
    "own buffers": lambda net: names(net.named_buffers("", False, False)),
    "buffers": lambda net: [b.numpy().tolist() for b in net.buffers(recurse=True)],
    "state_dict": lambda net: list(net.state_dict()),
    "state into": lambda net: list(net.state_dict({"k": 1}, False)),
    "state with a prefix": lambda net: list(net.state_dict(structured_name_prefix="s.")),
    "state of PyTorch": lambda net: list(net.state_dict(prefix="s.")),
    "state without gradients": lambda net: [v.stop_gradient for v in net.state_dict(keep_vars=False).values()],
    "to_static_state_dict": lambda net: list(net.to_static_state_dict()),
    "get_sublayer": lambda net: [net.get_sublayer(n) is m for n, m in net.named_sublayers() if "a" * 2 not in n],
    "get_parameter": lambda net: [net.get_parameter(n) is p for n, p in net.named_parameters()],
    "get_buffer": lambda net: [net.get_buffer(n) is b for n, b in net.named_buffers()],
    "extra_repr": lambda net: [layer.extra_repr() for layer in net.sublayers(include_self=True)],
    "create_tensor": lambda net: [  # which has no values in Paddle yet, and no shape
        (one.name.rpartition(".")[2], str(one.dtype).removeprefix("paddle."))
        for one in (net.create_tensor("t"), net.create_variable("v", dtype="float64"))
    ],
    "train": lambda net: [net.eval() is net, {m.training for m in net.modules()}, net.train() is net],
    "apply": lambda net: [met := [], net.apply(lambda m: met.append(type(m).__name__)) is net][0],
    "requires_grad_": lambda net: [net.requires_grad_(False) is net, {p.trainable for p in net.parameters()}],
    "a deep copy": lambda net: (repr(copy.deepcopy(net)), list(copy.deepcopy(net).state_dict())),
    "names of a deep copy": lambda net: [
        "_deepcopy_" in one.name for one in copy.deepcopy(net).parameters() if one.name
    ],
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_questions_have_the_same_answers(name):
    for seed in range(TREES):
        theirs, ours = trees(seed)
        assert QUESTIONS[name](ours) == QUESTIONS[name](theirs), seed


def test_states_are_loaded_and_refused_alike():
    skipped = 0
    for seed in range(TREES):
        rng = np.random.default_rng([1, seed])
        nets = trees(seed)
        state = {
            key: rng.random(value.shape).astype(value.numpy().dtype) for key, value in nets[0].state_dict().items()
        }
        for key in list(state):
            action = rng.integers(6)
            if action == 0:
                del state[key]
            elif action == 1:
                state[key] = np.zeros((7, 7), "float32")
            elif action == 2:
                state[f"{key}_"] = state[key]
        for method in ("set_state_dict", "set_dict", "load_dict"):
            results = []
            for net in nets:
                with warnings.catch_warnings(record=True) as caught:
                    warnings.simplefilter("always")
                    answer = getattr(net, method)(dict(state))
                results.append((answer, [str(w.message).split(". ")[0] for w in caught]))
            assert results[0] == results[1], seed
            skipped += len(results[0][1])
        for one, other in zip(*(net.state_dict().values() for net in nets), strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())
    assert skipped > 20


def test_states_by_the_names_of_parameters():
    for lib in LIBS:
        net = lib.nn.Sequential(lib.nn.Linear(2, 3), lib.nn.Linear(3, 1))
        state = {p.name: np.full(p.shape, 2.0, "float32") for p in net.parameters()}
        assert net.set_state_dict(state, use_structured_name=False) == ([], [])
        assert all((p.numpy() == 2.0).all() for p in net.parameters())
        assert repr(net.load_state_dict(net.state_dict())) == "<All keys matched successfully>"
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with pytest.raises(RuntimeError, match=r"0\.weight"):
                net.load_state_dict({"more": np.zeros(1, "float32")})
            loose = net.load_state_dict({"more": np.zeros(1, "float32")}, strict=False)
        assert (loose.missing_keys, loose.unexpected_keys) == (["0.weight", "0.bias", "1.weight", "1.bias"], ["more"])


CASTS = {
    "double": lambda net: net.double(),
    "half": lambda net: net.half(),
    "float": lambda net: net.float(),
    "bfloat16": lambda net: net.bfloat16(),
    "type": lambda net: net.type("float64"),
    "to": lambda net: net.to(dtype="float64"),
    "to cpu": lambda net: net.to("cpu"),
    "to nothing": lambda net: net.to(),
    "to all": lambda net: net.to("cpu", "float16", True, False),
    "cpu": lambda net: net.cpu(),
}


@pytest.mark.parametrize("name", CASTS)
def test_casts(name):
    for seed in range(TREES):
        answers = []
        for net in trees(seed):
            for p in net.parameters():
                if p.trainable:
                    (p * p).sum().backward()
            before = [(id(p), p.name) for p in net.parameters()]
            assert CASTS[name](net) is net
            assert [(id(p), p.name) for p in net.parameters()] == before
            tensors = [*net.parameters(), *net.buffers(), *(p.grad for p in net.parameters() if p.trainable)]
            answers.append([(str(t.dtype).removeprefix("paddle."), t.astype("float64").numpy()) for t in tensors])
        for (dtype, ours), (their_dtype, theirs) in zip(answers[1], answers[0], strict=True):
            assert dtype == their_dtype
            np.testing.assert_array_equal(ours, theirs)


def test_casts_leave_what_is_excluded():
    for seed in range(TREES):
        answers = []
        for lib, net in zip(LIBS, trees(seed), strict=True):
            net.bfloat16(excluded_layers=[lib.nn.Linear, lib.nn.ParameterList])
            answers.append([str(p.dtype).removeprefix("paddle.") for p in net.parameters()])
        assert answers[0] == answers[1]


def hooked(lib, rng):
    """What hooks see and do in some calls, in order."""
    layer, log, handles = lib.nn.ReLU(), [], []
    layer.forward = lambda x, twice=False: x * 2 if twice else x + 0

    def before(number, change):
        def hook(layer, inputs, kwargs=None):
            log.append((number, [float(x) for x in inputs], kwargs))
            if kwargs is None:
                return [None, inputs[0] + 1, (inputs[0] + 2,)][change]
            return [None, ((inputs[0] + 1,), {"twice": True}), ((inputs[0] + 2,), kwargs)][change]

        return hook

    def after(number, change):
        def hook(layer, inputs, *rest):
            log.append((number, float(inputs[0]), [float(r) if not isinstance(r, dict) else r for r in rest]))
            return None if change else rest[-1] * 10

        return hook

    for number in range(12):
        action, change, flags = rng.integers(4), int(rng.integers(3)), [bool(flag) for flag in rng.integers(2, size=3)]
        if action == 0 and handles:
            handles.pop(int(rng.integers(len(handles)))).remove()
        elif action == 1:
            register = layer.register_forward_pre_hook
            handles.append(register(before(number, change), prepend=flags[0], with_kwargs=flags[1]))
        else:
            register = layer.register_forward_post_hook if action == 2 else layer.register_forward_hook
            settings = {"prepend": flags[0], "with_kwargs": flags[1], "always_call": flags[2]}
            handles.append(register(after(number, change), **settings))
        log.append(float(layer(lib.to_tensor(1.0), **({"twice": True} if change else {}))))
    return log


def test_hooks_of_calls():
    for seed in range(TREES):
        theirs, ours = (hooked(lib, np.random.default_rng([2, seed])) for lib in LIBS)
        assert ours == theirs


def test_hooks_that_are_always_called():
    def outcome(lib, where):
        log, layer = [], lib.nn.Layer()

        def fail(*args, **kwargs):
            log.append(("fail", len(args)))
            raise KeyError(where)

        layer.forward = fail if where == "forward" else lambda x: x
        if where == "pre":
            layer.register_forward_pre_hook(fail)
        layer.register_forward_post_hook(lambda layer, x, y: log.append(("plain", y is None)))
        layer.register_forward_post_hook(lambda layer, x, y: log.append(("first", y is None)), always_call=True)
        if where == "post":
            layer.register_forward_post_hook(fail)
        if where == "always":
            layer.register_forward_post_hook(fail, always_call=True)
        layer.register_forward_post_hook(lambda layer, x, y: log.append(("last", y is None)), always_call=True)
        with pytest.raises(KeyError, match=where):
            layer(lib.to_tensor(1.0))
        return log

    for where in ("forward", "pre", "post", "always"):
        assert outcome(pa, where) == outcome(paddle, where), where


def test_hooks_of_states():
    for lib in LIBS:
        net = lib.nn.Sequential(lib.nn.Linear(1, 1))
        handle = net.register_state_dict_hook(lambda state: dict.fromkeys(state, 1))
        assert net.state_dict() == {"0.weight": 1, "0.bias": 1}
        assert isinstance(net.state_dict(use_hook=False)["0.weight"], lib.Tensor)
        handle.remove()
        assert isinstance(net.state_dict()["0.weight"], lib.Tensor)


def cleared(lib, rng):
    """Gradients and values after random steps of training."""
    net = lib.nn.Linear(2, 2)
    for value in net.parameters():
        value.set_value(np.full(value.shape, 0.5, "float32"))
    x = lib.to_tensor([[1.0, -2.0]], stop_gradient=False)
    optimizer = lib.optimizer.Momentum(0.1, parameters=net.parameters(), weight_decay=0.1)
    log = []
    for _ in range(15):
        action, flag = rng.integers(8), bool(rng.integers(2))
        if action < 2:
            (net(x) * net(x)).sum().backward()
        elif action == 2:
            optimizer.step()
        elif action == 3:
            optimizer.clear_grad(flag)
        elif action == 4:
            net.clear_gradients(flag)
        elif action == 5:
            net.zero_grad(flag)
        elif action == 6:
            x.clear_grad() if flag else net.bias.clear_gradient(bool(rng.integers(2)))
        else:
            net.bias.stop_gradient = flag
        for value in (x, *net.parameters()):
            log.append(None if value.grad is None else value.grad.numpy().tolist())
    return log, [value.numpy().tolist() for value in net.parameters()]


def test_cleared_gradients_are_zero():
    for seed in range(TREES):
        theirs, ours = (cleared(lib, np.random.default_rng([3, seed])) for lib in LIBS)
        assert [entry is None for entry in ours[0]] == [entry is None for entry in theirs[0]]
        for one, other in zip([*ours[0], *ours[1]], [*theirs[0], *theirs[1]], strict=True):
            if one is not None:
                np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5 * max(1.0, np.abs(other).max()))


def listed(lib, rng):
    """A LayerList after each of random changes."""
    makers = [lib.nn.ReLU, lib.nn.Tanh, lib.nn.Sigmoid, lambda: lib.nn.Linear(1, 1)]
    layers, log = lib.nn.LayerList(), []
    for _ in range(15):
        action, made, count = rng.integers(11), makers[rng.integers(4)](), len(layers)
        place, end = (int(n) for n in rng.integers(-count, max(count, 1), size=2))
        if action < 3 or not count:
            layers.append(made)
        elif action == 3:
            layers.insert(place, made)
        elif action == 4:
            layers.extend([made, makers[0]()])
        elif action == 5:
            layers[place] = made
        elif action == 6:
            del layers[place]
        elif action == 7:
            del layers[min(place, end) : max(place, end)]
        elif action == 8:
            log.append(type(layers.pop(place)).__name__)
        elif action == 9:
            layers += [made]
        else:
            log.append(
                kinds(layers + [made])  # noqa: RUF005
                + kinds(layers[place:])
                + [type(layers[place]).__name__]
            )
        log.append(
            (kinds(layers), names(layers.named_children()), list(layers.state_dict()), repr(layers), len(layers))
        )
    return log


def test_lists_of_layers():
    for seed in range(TREES):
        theirs, ours = (listed(lib, np.random.default_rng([4, seed])) for lib in LIBS)
        assert ours == theirs


def test_containers_by_name():
    for lib in LIBS:
        a, b = lib.nn.ReLU(), lib.nn.Linear(1, 1)
        layers = lib.nn.LayerDict(modules={"a": a})
        layers.update([("b", b)])
        layers.update(lib.nn.LayerDict({"c": a}))
        assert (list(layers), len(layers), "a" in layers, "x" in layers) == (["a", "b", "c"], 3, True, False)
        assert [*layers.keys()] == [name for name, _ in layers.items()] == list(layers)
        assert [layer is a for layer in layers.values()] == [True, False, True]
        assert layers.pop("a") is a
        del layers["c"]
        layers["d"] = lib.nn.Tanh()
        assert (repr(layers).count("\n"), list(layers.state_dict())) == (3, ["b.weight", "b.bias"])
        for call in (lambda: layers["x"], lambda: layers.pop("x"), lambda: layers.__delitem__("x")):  # noqa: B023
            with pytest.raises(KeyError):
                call()
        layers.clear()
        assert not len(layers)
        assert lib.nn.Module is lib.nn.Layer
        assert (lib.nn.ModuleList, lib.nn.ModuleDict) == (lib.nn.LayerList, lib.nn.LayerDict)
        p, q = (lib.create_parameter([n], "float32") for n in (1, 1))
        listed = lib.nn.ParameterList([p])
        assert listed.append(q) is listed
        listed[0] = lib.to_tensor([7.0])
        assert (listed[0] is p, p.numpy().tolist(), len(listed), list(listed)[1] is q) == (True, [7.0], 2, True)
        named = lib.nn.ParameterDict([("p", p)])
        named["q"] = q
        named.update({"p": q})
        assert (list(named), len(named), named["p"] is q, named.q is q) == (["p", "q"], 2, True, True)
        sequence = lib.nn.Sequential(a, b)
        assert sequence.insert(1, lib.nn.Tanh()).append(a).extend([b]) is sequence
        assert (kinds(sequence), kinds(sequence[1:3])) == (
            ["ReLU", "Tanh", "Linear", "ReLU", "Linear"],
            ["Tanh", "Linear"],
        )


CHANGES = {
    "a layer for a buffer": lambda lib, net: setattr(net, "t", lib.nn.ReLU()),
    "a parameter for a layer": lambda lib, net: setattr(net, "a", lib.create_parameter([1], "float32")),
    "a tensor for a layer": lambda lib, net: setattr(net, "a", lib.to_tensor([1.0])),
    "a layer for a parameter": lambda lib, net: setattr(net, "p", lib.nn.ReLU()),
    "a tensor for a parameter": lambda lib, net: setattr(net, "p", lib.to_tensor([1.0])),
    "a number for a parameter": lambda lib, net: setattr(net, "p", 3),
    "a number for a buffer": lambda lib, net: setattr(net, "b", 3),
    "None for a parameter": lambda lib, net: setattr(net, "p", None),
    "None for a buffer": lambda lib, net: setattr(net, "b", None),
    "a tensor for a buffer": lambda lib, net: setattr(net, "b", lib.to_tensor([1.0])),
    "a parameter for a number": lambda lib, net: setattr(net, "n", lib.create_parameter([1], "float32")),
    "a tensor for a number": lambda lib, net: setattr(net, "n", lib.to_tensor([1.0])),
    "deletion": lambda lib, net: [delattr(net, name) for name in "pabtn"],
    "deletion of nothing": lambda lib, net: delattr(net, "x"),
    "set_sublayer": lambda lib, net: net.set_sublayer("a.0", lib.nn.Tanh()),
    "set_submodule": lambda lib, net: net.set_submodule("a.new", module=lib.nn.Tanh()),
    "set_sublayer strictly": lambda lib, net: net.set_sublayer("a.new", lib.nn.Tanh(), strict=True),
    "set_sublayer at a buffer": lambda lib, net: net.set_sublayer("b", lib.nn.Tanh()),
    "set_sublayer at no path": lambda lib, net: net.set_sublayer("", lib.nn.Tanh()),
    "get_sublayer of nothing": lambda lib, net: net.get_sublayer("a.9"),
    "get_sublayer of a parameter": lambda lib, net: net.get_submodule("p"),
    "get_parameter of a layer": lambda lib, net: net.get_parameter("a"),
    "get_buffer of a parameter": lambda lib, net: net.get_buffer("p"),
    "add_module": lambda lib, net: net.add_module("m", lib.nn.Tanh()),
    "register_module": lambda lib, net: net.register_module("m", None),
    "register_parameter": lambda lib, net: net.register_parameter("p", lib.create_parameter([2], "float32")),
    "add_parameter of a tensor": lambda lib, net: net.add_parameter("x", lib.to_tensor([1.0])),
    "register_buffer of a parameter": lambda lib, net: net.register_buffer("x", lib.create_parameter([2], "float32")),
    "register_buffer of None": lambda lib, net: net.register_buffer("x", None),
    "register_buffer again": lambda lib, net: net.register_buffer("t", lib.to_tensor([1.0]), persistent=True),
    "a dotted sublayer": lambda lib, net: net.add_sublayer("stage.0", lib.nn.ReLU()),
    "backward": lambda lib, net: net.backward(1),
    "forward": lambda lib, net: net(1),
    "get_extra_state": lambda lib, net: net.get_extra_state(),
    "astype to nothing": lambda lib, net: net.to("gpu"),
    "cuda": lambda lib, net: net.cuda(),
    "xpu": lambda lib, net: net.xpu(),
}


@pytest.mark.parametrize("name", CHANGES)
def test_changes_leave_the_same(name):
    answers = []
    for lib in LIBS:
        net = node(lib)([("p", lib.create_parameter([1], "float32")), ("t", lib.to_tensor([1.0])), ("n", 3)])
        net.a = lib.nn.Sequential(lib.nn.ReLU())
        net.register_buffer("b", lib.to_tensor([1.0]))
        error = None
        try:
            CHANGES[name](lib, net)
        except Exception as raised:
            error = type(raised)
        where = [store for store in ("_parameters", "_sub_layers", "_buffers") if "n" in getattr(net, store)]
        answers.append((error, repr(net), list(net.state_dict()), list(net.to_static_state_dict()), where))
    assert answers[0] == answers[1]


@pytest.mark.parametrize(
    ("name", "settings", "low", "high", "std"),
    [
        ("uniform_", {}, 0.0, 1.0, 12**-0.5),
        ("uniform_", {"a": -3.0, "b": -1.0}, -3.0, -1.0, 2 * 12**-0.5),
        ("normal_", {"mean": 1.0, "std": 2.0}, -10.0, 12.0, 2.0),
        ("trunc_normal_", {}, -2.0, 2.0, 0.8796),
        ("xavier_uniform_", {"gain": 2.0}, -0.3, 0.3, None),
        ("xavier_normal_", {"fan_in": 10, "fan_out": 40}, -1.1, 1.1, 0.2),
        ("kaiming_uniform_", {}, -0.15, 0.15, None),
        ("kaiming_normal_", {"a": 1.0, "mode": "fan_out"}, -0.5, 0.5, None),
        ("kaiming_normal_", {"nonlinearity": "tanh"}, -0.6, 0.6, None),
    ],
)
@pytest.mark.parametrize("shape", [[300, 200], [30, 20, 5, 5]])
def test_random_values_have_the_same_law(name, settings, low, high, std, shape):
    widths = []
    for lib in LIBS:
        target = lib.zeros(shape) if lib is paddle else pa.to_tensor(np.zeros(shape, "float32"))
        getattr(lib.nn.init, name)(target, **settings)
        widths.append(target.numpy().std())
        if std is not None:
            assert low <= target.numpy().min() and target.numpy().max() <= high
            assert abs(widths[-1] / std - 1) < 0.03
    assert abs(widths[0] / widths[1] - 1) < 0.03


def test_given_values_are_the_same():
    for lib in LIBS:
        for dtype in ("float32", "float64", "int64"):
            x = lib.to_tensor(np.full((2, 3), 7, dtype))
            for change, expected in [
                (lib.nn.init.ones_, np.ones((2, 3))),
                (lib.nn.init.zeros_, np.zeros((2, 3))),
                (lambda t: lib.nn.init.constant_(t, 4.0), np.full((2, 3), 4.0)),  # noqa: B023
                (lib.nn.init.eye_, np.eye(2, 3)),
            ]:
                change(x)
                assert x.numpy().dtype == dtype
                np.testing.assert_array_equal(x.numpy(), expected)
        p = lib.create_parameter([6, 2, 3, 3], "float32")
        lib.nn.init.dirac_(p, 2)
        assert p.numpy().sum() == 4.0 and (p.numpy()[[0, 1, 3, 4], [0, 1, 0, 1], 1, 1] == 1.0).all()
        q = lib.create_parameter([4, 6], "float32")
        lib.nn.init.orthogonal_(q, 3.0)
        np.testing.assert_allclose(q.numpy() @ q.numpy().T, 9 * np.eye(4), atol=1e-4)


def test_parameters_made_by_hand():
    for lib in LIBS:
        x = lib.to_tensor([1.0, 2.0])
        p = lib.nn.Parameter(x)
        x.set_value(np.array([5.0, 6.0], "float32"))
        assert p.numpy().tolist() == [5.0, 6.0]
        assert (p.trainable, p.stop_gradient, p.need_clip, p.is_distributed, p.persistable, p.is_leaf) == (
            *(True, False, True, False, True, True),
        )
        assert p.optimize_attr == {"learning_rate": 1.0} and p.regularizer is None
        assert not lib.nn.Parameter(x, requires_grad=False).trainable
        assert lib.nn.Parameter().shape == [0]
        q = lib.nn.Parameter([2, 3], "float64", name="mine", trainable=False, need_clip=False, is_distributed=True)
        assert (q.name, q.shape, q.trainable, q.need_clip, q.is_distributed) == ("mine", [2, 3], False, False, True)
        r = lib.nn.Parameter(shape=[1], dtype="float32", optimize_attr={"learning_rate": 0.5}, do_model_average=False)
        assert (r.optimize_attr, r.do_model_average) == ({"learning_rate": 0.5}, False)
        assert lib.nn.Parameter.from_tensor(x, name="other").numpy().tolist() == [5.0, 6.0]
        (p * p).sum().backward()
        assert p.grad.numpy().tolist() == [10.0, 12.0]
        assert p.name.startswith("_eager_param_base_")


def summary_of(lib, make, arguments):
    text = io.StringIO()
    with lib.utils.unique_name.guard(), contextlib.redirect_stdout(text):
        counts = lib.summary(make(lib), *arguments(lib)[:2], **arguments(lib)[2])
    return text.getvalue(), {key: int(value) for key, value in counts.items()}


def branched(lib):
    class Branched(lib.nn.Layer):
        def __init__(self):
            super().__init__()
            self.first = lib.nn.Linear(2, 30)
            self.parts = lib.nn.LayerList(
                [lib.nn.Linear(30, 30), lib.nn.Sequential(lib.nn.ReLU(), lib.nn.Linear(30, 1))]
            )
            self.first.bias.stop_gradient = True
            self.alone = self.create_parameter([5])

        def forward(self, x, other=None):
            y = self.parts[0](self.first(x))
            return self.parts[1](self.parts[0](y)), [y, x]

    return Branched()


SUMMARIES = {
    "a layer": (lambda lib: lib.nn.Linear(2, 3), lambda lib: ((4, 2), None, {})),
    "unknown sizes": (lambda lib: lib.nn.Linear(2, 3), lambda lib: ((None, 2), "float32", {})),
    "an integer": (lambda lib: lib.nn.Linear(2, 3), lambda lib: (2, None, {})),
    "a branched network": (branched, lambda lib: ((-1, 7, 2), None, {})),
    "two inputs": (branched, lambda lib: ([(3, 2), (5,)], ["float32", "int64"], {})),
    "nested": (lambda lib: lib.nn.Sequential(branched(lib)), lambda lib: ((1, 2), None, {})),
    "integers": (lambda lib: lib.nn.Embedding(5, 3), lambda lib: ((2, 4), "int64", {})),
    "an input": (branched, lambda lib: (None, None, {"input": lib.to_tensor(np.ones((1, 2), "float32"))})),
    "large": (
        lambda lib: lib.nn.Sequential(
            lib.nn.Conv2D(3, 64, 7), lib.nn.ReLU(), lib.nn.Flatten(), lib.nn.Linear(153664, 100)
        ),
        lambda lib: ((2, 3, 55, 55), None, {}),
    ),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_summaries(name):
    assert summary_of(pa, *SUMMARIES[name]) == summary_of(paddle, *SUMMARIES[name])


def test_bad_sizes_of_summaries_are_refused_by_both():
    for arguments in [(), ((-1, -1),), ((0, 2),), ((1.5, 2),)]:
        for lib in LIBS:
            with pytest.raises((TypeError, ValueError)):
                lib.summary(lib.nn.Linear(2, 3), *arguments)
