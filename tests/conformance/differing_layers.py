"""Differences of parameters, layers and training: entry of the page, calls, Paddle's outcome and ours."""

import contextlib
import io

import numpy as np

from tests.conformance.differing import constant as c
from tests.conformance.differing import dtype_of, wrong

NAN = float("nan")


def drawn(lib, *law):
    recipe = lib.nn.initializer.TruncatedNormal(*law)
    return len(np.unique(lib.create_parameter([1000], "float32", default_initializer=recipe).numpy())) > 900


def kernel(lib):
    weight = lib.nn.Conv2D(1, 1, 4, weight_attr=lib.nn.initializer.Bilinear()).weight.numpy()[0, 0]
    return np.allclose(weight, weight.T), weight.min()


def named_again(lib):
    for _ in range(2):
        layer = lib.nn.Linear(2, 2, weight_attr="encoder.weight")
        del layer
    return "free"


# What Paddle accepts.
REFUSED = {
    "Normal(std=-1)": lambda lib: lib.nn.initializer.Normal(std=-1),
    "XavierNormal(fan_in=0)": lambda lib: lib.nn.initializer.XavierNormal(fan_in=0),
    "set_global_initializer(3)": lambda lib: lib.nn.initializer.set_global_initializer(3),
    "ParamAttr(learning_rate=-3)": lambda lib: lib.ParamAttr(learning_rate=-3),
    "ParamAttr(learning_rate='x')": lambda lib: lib.ParamAttr(learning_rate="x"),
    "ParamAttr(initializer=3)": lambda lib: lib.ParamAttr(initializer=3),
    "L2Decay(-5)": lambda lib: lib.regularizer.L2Decay(-5),
    "ClipGradByNorm(-1)": lambda lib: lib.nn.ClipGradByNorm(-1),
    "ClipGradByValue(1., 2.)": lambda lib: lib.nn.ClipGradByValue(1.0, 2.0),
    "ClipGradByGlobalNorm(nan)": lambda lib: lib.nn.ClipGradByGlobalNorm(NAN),
    "Linear(2, 2, weight_attr=False)": lambda lib: lib.nn.Linear(2, 2, weight_attr=False),
    "Conv2D(1, 1, 0)": lambda lib: lib.nn.Conv2D(1, 1, 0),
    "MaxPool2D(2, 0)": lambda lib: lib.nn.MaxPool2D(2, 0),
    "GroupNorm(3, 4)": lambda lib: lib.nn.GroupNorm(3, 4),
    "BatchNorm1D(2, epsilon=-1.)": lambda lib: lib.nn.BatchNorm1D(2, epsilon=-1.0),
    "LSTM(3, 4, num_layers=0)": lambda lib: lib.nn.LSTM(3, 4, num_layers=0),
    "Dropout(2.)": lambda lib: lib.nn.Dropout(2.0),
    "LeakyReLU('x')": lambda lib: lib.nn.LeakyReLU("x"),
    "CrossEntropyLoss(reduction='foo')": lambda lib: lib.nn.CrossEntropyLoss(reduction="foo"),
    "SGD(-1.)": lambda lib: lib.optimizer.SGD(-1.0, parameters=lib.nn.Linear(1, 1).parameters()),
    "SGD(weight_decay='x')": lambda lib: lib.optimizer.SGD(
        parameters=lib.nn.Linear(1, 1).parameters(), weight_decay="x"
    ),
    "Momentum(momentum=-5.)": lambda lib: lib.optimizer.Momentum(
        momentum=-5.0, parameters=lib.nn.Linear(1, 1).parameters()
    ),
}
OF_WRONG_KIND = [name for name in REFUSED if "'x'" in name or "(3)" in name or "=3)" in name]


def assigned(lib):
    recipe = lib.nn.initializer.Assign(np.ones((3, 2), "float32"))
    return lib.nn.Linear(2, 2, weight_attr=recipe).weight.shape == [3, 2]


def made(call):
    def kind(lib):
        call(lib)
        lib.nn.initializer.set_global_initializer(None)
        return "accepted"

    return kind


def reshaped(lib, tensor):
    tensor.data = lib.zeros([2])
    return list(tensor.shape)


def forgotten(lib):
    return lib.nn.initializer.Normal(0.0, 1.0) == lib.nn.initializer.Normal(0.0, 1.0)


PARAMETERS = {
    "Bad settings are refused when they are made.": [
        *(
            (made(call), "accepted", "TypeError" if name in OF_WRONG_KIND else "ValueError")
            for name, call in REFUSED.items()
        ),
        (assigned, "True", "ValueError"),
    ],
    "`Bilinear` is the interpolation kernel.": [(kernel, ["False", -0.03125], ["True", 0.0625])],
    "`TruncatedNormal` is exact in the tails.": [
        (lambda lib: drawn(lib, 0.0, 1.0, 6.0, 8.0), "False", "True"),
        (lambda lib: drawn(lib, -10.0, 1.0, 0.0, 1.0), "False", "True"),
    ],
    "Parameters may have no elements.": [
        (
            lambda lib: list(lib.nn.Linear(0, 3, weight_attr=lib.nn.initializer.KaimingNormal()).weight.shape),
            "ZeroDivisionError", ["0", "3"],
        ),
    ],
    "Initializers are values.": [
        (forgotten, "False", "True"),
        (lambda lib: type(lib.nn.initializer.Normal(name="n")).__name__, "Normal", "TypeError"),
    ],
    "A name is free again when its parameter is gone.": [(named_again, "ValueError", "free")],
    "A parameter keeps its shape.": [
        (lambda lib: reshaped(lib, lib.create_parameter([1], "float32")), ["2"], "ValueError"),
        (lambda lib: reshaped(lib, lib.ones([1])), ["2"], ["2"]),
    ],
    "Values are cast to the parameter's dtype.": [
        (lambda lib: lib.create_parameter([1], "float32").set_value(np.ones(1)), "AssertionError", "None"),
    ],
}  # fmt: skip


def cast(lib):
    layer = lib.nn.Linear(2, 2)
    return dtype_of(layer.astype("float64").weight), str(layer.to("cpu")._dtype)


def appended(lib):
    net = lib.nn.Sequential(lib.nn.ReLU(), lib.nn.Tanh())
    del net[0]
    return [type(layer).__name__ for layer in net.append(lib.nn.Sigmoid())]


def replaced(lib):
    net = lib.nn.Sequential(lib.nn.ReLU(), lib.nn.Tanh())
    net[-1] = lib.nn.Sigmoid()
    return [type(layer).__name__ for layer in net]


def summarized(lib):
    net = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.Dropout())
    net[1].eval()
    with contextlib.redirect_stdout(io.StringIO()):
        lib.summary(net, (1, 2))
    return net[1].training


def pooled(lib, kind, kernel, stride):
    x = lib.to_tensor(np.ones([1, 1, 4], "float32"))
    return getattr(lib.nn.functional, f"{kind}_pool1d")(x, kernel, stride, ceil_mode=True)[0, 0]


def slope(function, shape=(5, 4)):
    def is_wrong(lib):
        x, factor = np.random.default_rng(0).standard_normal((2, *shape))
        tensor = lib.to_tensor(x, stop_gradient=False)
        made = function(lib)
        return wrong(lambda: (made(tensor) * lib.to_tensor(factor)).sum(), [tensor])

    return is_wrong


def own_statistics(lib):
    statistics = [lib.to_tensor(np.ones(4)) for _ in range(2)]
    return lambda x: lib.nn.functional.batch_norm(x, *statistics, training=False, use_global_stats=False)


def spectral(lib):
    return lib.nn.SpectralNorm([5, 4], power_iters=500, dtype="float64")


def recurrent(lib):
    lib.set_default_dtype("float64")
    try:
        net = lib.nn.GRU(3, 2, direction="bidirect")
    finally:
        lib.set_default_dtype("float32")
    rng = np.random.default_rng(0)
    for p in net.parameters():
        p.set_value(rng.standard_normal(p.shape))
    x, first, factor = (rng.standard_normal(shape) for shape in ((2, 4, 3), (2, 2, 2), (2, 4, 4)))
    tensors = [lib.to_tensor(array, stop_gradient=False) for array in (x, first)]
    lengths = lib.to_tensor(np.array([4, 2]))
    return wrong(lambda: (net(*tensors, lengths)[0] * lib.to_tensor(factor)).sum(), tensors)


def projected(lib):
    return list(lib.nn.LSTMCell(4, 5, proj_size=2)(lib.ones([3, 4]))[0].shape)


def frozen(lib):
    return lib.nn.GroupNorm(1, 2, weight_attr=lib.ParamAttr(trainable=False)).weight.stop_gradient


def synchronized(lib):
    layer = lib.nn.BatchNorm2D(2, bias_attr=False)
    layer.eval()
    converted = lib.nn.SyncBatchNorm.convert_sync_batchnorm(layer)
    return converted.weight is layer.weight, converted.training


def clusters(lib):
    lib.seed(0)
    layer = lib.nn.AdaptiveLogSoftmaxWithLoss(4, 6, [3])
    return len(layer.parameters()), dtype_of(layer.predict(lib.ones([2, 4])))


def of_triplets(lib):
    loss = lib.nn.TripletMarginWithDistanceLoss(distance_function=lambda a, b: (a - b).abs().sum(-1) * 100)
    return loss(*(c(lib, [[1, second]]) for second in (2, 3, 2.5)))


def smoothed(lib, logits, labels, axis=-1):
    labels = c(lib, labels, "int64")
    loss = lib.nn.functional.cross_entropy(c(lib, logits), labels, axis=axis, label_smoothing=0.1, reduction="none")
    return [round(value, 4) for value in loss.numpy().ravel().tolist()]


LAYERS = {
    "A layer that is cast has the dtype.": [(cast, ["float32", "None"], ["float64", "float64"])],
    "Names of layers in containers do not collide.": [
        (appended, ["Sigmoid"], "ValueError"),
        (replaced, ["ReLU", "Tanh", "Sigmoid"], ["ReLU", "Sigmoid"]),
    ],
    "`summary` leaves a network as it was.": [(summarized, "True", "False")],
    "A window of `ceil_mode` has an element.": [
        (lambda lib: pooled(lib, "max", 1, 2), [1.0, 1.0, -3.40282e38], "ValueError"),
        (lambda lib: pooled(lib, "avg", 1, 2), [1.0, 1.0, "nan"], "ValueError"),
        (lambda lib: pooled(lib, "avg", 2, 5), [1.0, -0.0], "ValueError"),
    ],
    "The gradient of a normalization is that of its value.": [
        (slope(lambda lib: lambda x: lib.nn.functional.group_norm(x, 2)), ["True"], ["False"]),
        (slope(own_statistics), ["True"], ["False"]),
        (slope(lambda lib: lambda x: lib.nn.functional.normalize(x, epsilon=0.5)), ["True"], ["False"]),
        (slope(spectral), ["True"], ["False"]),
    ],
    "Recurrent layers both ways take first states and lengths.": [(recurrent, ["True", "True"], ["False", "False"])],
    "A projected `LSTMCell` makes its first states.": [(projected, "ValueError", ["3", "2"])],
    "`GroupNorm` honours `trainable`.": [(frozen, "False", "True")],
    "`SyncBatchNorm` keeps what it converts.": [(synchronized, ["False", "True"], ["True", "False"])],
    "`AdaptiveLogSoftmaxWithLoss` trains its clusters.": [
        (clusters, ["1", "float32"], ["3", "int64"]),
        (
            lambda lib: len(lib.nn.AdaptiveLogSoftmaxWithLoss(4, 6, [3])(lib.ones([2, 4]), c(lib, [1.0, 4.0]))),
            "2", "TypeError",
        ),
    ],
    "`TripletMarginWithDistanceLoss` uses its distance.": [(of_triplets, 1.5, 51.0)],
    "Smoothed labels have an axis, and some are ignored.": [
        (lambda lib: smoothed(lib, [[1, 2], [0, 1]], [-100, 1]), "ValueError", [0.0, 0.3633]),
        (lambda lib: smoothed(lib, [[[1], [2], [3]]], [[[0]]], axis=1), "RuntimeError", [2.3076]),
    ],
    "`margin_cross_entropy` works on a CPU.": [
        (
            lambda lib: dtype_of(lib.nn.functional.margin_cross_entropy(c(lib, [[0.1, 0.2]]), c(lib, [0], "int64"))),
            "RuntimeError", "float32",
        ),
    ],
}  # fmt: skip


def scalar(lib, value=0.0):
    return lib.create_parameter([1], "float32", default_initializer=lib.nn.initializer.Constant(value))


def averaged(lib, trained=True):
    attr = lib.ParamAttr(do_model_average=trained, initializer=lib.nn.initializer.Constant(1.0))
    layer = lib.nn.Linear(1, 1, weight_attr=attr, bias_attr=False)
    window = {"min_average_window": 100, "max_average_window": 100}
    average = lib.incubate.ModelAverage(1.0, parameters=layer.parameters(), **window)
    layer(lib.to_tensor([[1.0]])).sum().backward()
    average.step()
    layer.weight.set_value(np.array([[3.0]], "float32"))
    return average, layer.weight


def left_out(lib):
    average, weight = averaged(lib, trained=False)
    average.step()
    with average.apply():
        return weight.numpy()[0, 0]


def nested(lib):
    average, weight = averaged(lib)
    with average.apply(), average.apply():
        pass
    return weight.numpy()[0, 0]


def never_averaged(lib):
    parameters = [scalar(lib, 1.0), scalar(lib, 1.0)]
    window = {"min_average_window": 100, "max_average_window": 100}
    average = lib.incubate.ModelAverage(1.0, parameters=parameters, **window)
    parameters[0].sum().backward()
    average.step()
    with average.apply():
        return [p.numpy().copy() for p in parameters]


def clipped(lib, size):
    p = lib.create_parameter([4], "float32", default_initializer=lib.nn.initializer.Constant(0.0))
    optimizer = lib.optimizer.SGD(1.0, parameters=[p], grad_clip=lib.nn.ClipGradByGlobalNorm(1.0))
    (p * lib.to_tensor([size] * 4)).sum().backward()
    optimizer.step()
    return p.numpy()[0], p.grad.numpy()[0]


def clipped_in_place(lib):
    layer = lib.nn.Linear(1, 1, bias_attr=False)
    layer(c(lib, [[1e25]])).sum().backward()
    lib.nn.utils.clip_grad_norm_(layer.parameters(), 1.0)
    return layer.weight.grad


def rescaled(lib):
    p = scalar(lib)
    optimizer = lib.optimizer.Momentum(1.0, parameters=[p], rescale_grad=0.25)
    p.sum().backward()
    optimizer.step()
    return p


def second_key(lib):
    p = lib.create_parameter([1], "float32", attr=lib.ParamAttr(name="of second key"))
    for _ in range(2):
        optimizer = lib.optimizer.Momentum(1.0, parameters=[p])
        p.sum().backward()
        optimizer.step()
    return next(key for key in optimizer.state_dict() if "velocity" in key).rpartition("_")[2]


def ratio(lib):
    return type(lib.optimizer.AdamW(parameters=[scalar(lib)], lr_ratio=lambda parameter: 0.5)).__name__


def step_after_cast(lib):
    layer = lib.nn.Linear(2, 2)
    optimizer = lib.optimizer.Adam(parameters=layer.parameters())
    for dtype in ("float32", "float64"):
        layer.to(dtype=dtype)
        layer(lib.to_tensor(np.ones([1, 2], dtype))).sum().backward()
        optimizer.step()
    return "went on"


def state_of_another(lib):
    return lib.optimizer.Adam(parameters=[scalar(lib)]).set_state_dict({"unknown_moment1_0": np.ones(1, "float32")})


def shared_twice(lib):
    p = scalar(lib)
    return type(lib.optimizer.SGD(1.0, parameters=[p, p])).__name__


def regrouped(lib):
    attr = lib.ParamAttr(learning_rate=0.5, regularizer=lib.regularizer.L2Decay(0.25))
    p = lib.create_parameter([1], "float32", attr=attr)
    lib.optimizer.SGD(1.0, parameters=[{"params": [p], "learning_rate": 2.0}])
    return p.optimize_attr["learning_rate"], p.regularizer is None


def penalized_twice(lib):
    p, l2 = scalar(lib, 2.0), lib.regularizer.L2Decay(0.0625)
    groups = [{"params": [p], "weight_decay": l2}]
    optimizer = lib.optimizer.Momentum(1.0, parameters=groups, weight_decay=lib.regularizer.L1Decay(0.25))
    p.grad = lib.to_tensor([0.0])
    optimizer.step()
    return p


def look_ahead(lib):
    p = scalar(lib)
    optimizer = lib.incubate.LookAhead(lib.optimizer.SGD(1.0, parameters=[p]), k=2)
    p.sum().backward()
    optimizer.step()
    return len(optimizer.state_dict())


def penalized(lib):
    return type(lib.optimizer.LBFGS(parameters=[scalar(lib)], weight_decay=0.1)).__name__


def rate(lib, name, *args, steps=0, **settings):
    schedule = getattr(lib.optimizer.lr, name)(*args, **settings)
    for _ in range(steps):
        schedule.step()
    return schedule()


def jumped(lib):
    schedule = lib.optimizer.lr.LinearLR(1.0, 10)
    schedule.step(4)
    return schedule()


def resumed(lib):
    schedule, other = (lib.optimizer.lr.CosineAnnealingWarmRestarts(1.0, 4) for _ in range(2))
    for _ in range(6):
        schedule.step()
    other.set_state_dict(schedule.state_dict())
    other.step()
    return other()


def plateau(lib):
    schedule = lib.optimizer.lr.ReduceOnPlateau(1.0, patience=1)
    for loss in (NAN, 1.0, 2.0):
        schedule.step(loss)
    return schedule()


TRAINING = {
    "`ModelAverage` honours `do_model_average`.": [(left_out, 2.0, 3.0)],
    "`ModelAverage` comes back from nested blocks.": [(nested, 1.0, 3.0)],
    "`ModelAverage` keeps what it has no average of.": [(never_averaged, [[1.0], ["nan"]], [[1.0], [1.0]])],
    "A clip does not write into gradients.": [(lambda lib: clipped(lib, 3.0), [-0.5, 0.5], [-0.5, 3.0])],
    "A clip's norm does not overflow.": [
        (lambda lib: clipped(lib, 1e25)[0], 0.0, -0.5),
        (clipped_in_place, [[0.0]], [[1.0]]),
    ],
    "`Momentum` honours `rescale_grad`.": [(rescaled, [-1.0], [-0.25])],
    "`AdamW` honours `lr_ratio` on a CPU.": [(ratio, "NotImplementedError", "AdamW")],
    "Two optimizers of one parameter can exchange their state.": [(second_key, "1", "0")],
    "An optimizer goes on after a cast.": [(step_after_cast, "ValueError", "went on")],
    "A state that does not fit is refused.": [(state_of_another, "None", "ValueError")],
    "A parameter is given once.": [(shared_twice, "SGD", "ValueError")],
    "A group leaves its parameters as they are.": [(regrouped, [2.0, "True"], [0.5, "False"])],
    "A parameter has one penalty.": [(penalized_twice, [1.625], [1.875])],
    "`LookAhead` saves its count of steps.": [(look_ahead, "1", "2")],
    "`LBFGS` refuses what it does not use.": [(penalized, "LBFGS", "ValueError")],
    "Schedules continue their curve.": [
        (lambda lib: rate(lib, "LinearLR", 1.0, 10, last_epoch=4, steps=2), 1.33333, 0.8),
        (jumped, 0.375, 0.6),
        (lambda lib: rate(lib, "CosineAnnealingDecay", 1.0, 10, last_epoch=4, steps=2), 0.314904, 0.206107),
        (resumed, 0.853553, 0.146447),
    ],
    "`OneCycleLR` ends at the bottom.": [
        (lambda lib: rate(lib, "OneCycleLR", 1.0, 10, phase_pct=0.5, anneal_strategy="linear", steps=10), -0.19988, 0.0001),
    ],
    "A loss of nan is no best one.": [(plateau, 0.1, 1.0)],
}  # fmt: skip
