"""What a user writes: it runs, and it passes ``mypy --strict`` without a cast.

>>> losses = train(20)
>>> losses[-1] < losses[0]
True
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import paramattr as pa
from paramattr import nn
from paramattr.nn import functional as F  # noqa: N812


class Scale(nn.Layer):
    """A layer with parameters of its own, one of them optional."""

    def __init__(self, size: int, shift: bool = True) -> None:
        super().__init__()
        self.factor = self.create_parameter([size], default_initializer="constant")
        self.shift = self.create_parameter([size], attr=shift, is_bias=True)

    def forward(self, x: pa.Tensor) -> pa.Tensor:
        scaled = x * self.factor
        return scaled if self.shift is None else scaled + self.shift


class Net(nn.Layer):
    def __init__(self, classes: int, depth: int = 2) -> None:
        super().__init__()
        self.conv = nn.Conv2D(1, 4, 3, padding="SAME", weight_attr=pa.initializer.KaimingNormal())
        self.blocks = nn.LayerList([nn.Sequential(nn.Linear(16, 16), nn.Tanh()) for _ in range(depth)])
        self.scale = Scale(16)
        self.head = nn.Linear(16, classes, bias_attr=False)

    def forward(self, x: pa.Tensor) -> pa.Tensor:
        x = F.max_pool2d(F.relu(self.conv(x)), 2)
        x = F.flatten(x, 1)
        for block in self.blocks:
            x = x + block(x)
        return self.head(self.scale(x))


class Pair(nn.Layer):
    """A layer of two values, of which a type checker sees that they unpack."""

    def forward(self, x: pa.Tensor) -> tuple[pa.Tensor, pa.Tensor]:
        return x, x.exp()


class Frozen(nn.Layer):
    """A mixin that sees each parameter that a layer makes."""

    def create_parameter(
        self,
        shape: Any,
        attr: Any = None,
        dtype: Any = None,
        is_bias: bool = False,
        default_initializer: Any = None,
        device: Any = None,
    ) -> Any:
        parameter = super().create_parameter(shape, attr, dtype, is_bias, default_initializer)
        if parameter is not None:
            parameter.trainable = False
        return parameter


class FrozenLinear(Frozen, nn.Linear):
    pass


def train(steps: int) -> list[float]:
    pa.seed(0)
    net = Net(classes=3)
    criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
    optimizer = pa.optimizer.Adam(0.01, parameters=net.parameters())
    y = pa.to_tensor(np.arange(12) % 3)
    x = pa.to_tensor((np.arange(12) % 3).reshape(12, 1, 1, 1) + np.ones((1, 1, 4, 4), np.float32), "float32")
    losses: list[float] = []
    for _ in range(steps):
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        losses.append(float(loss))
    return losses


if TYPE_CHECKING:
    from typing_extensions import assert_type

    def types(net: Net, x: pa.Tensor, maybe: bool) -> None:
        assert_type(net(x), pa.Tensor)
        assert_type(nn.MSELoss()(net(x), x), pa.Tensor)
        value, mask = nn.MaxPool2D(2, return_mask=True)(x)
        assert_type(mask, pa.Tensor)
        first, second = Pair()(value)
        assert_type(second, pa.Tensor)
        assert_type(F.conv2d(x, first), pa.Tensor)

        assert_type(net.conv.weight, pa.Parameter)
        assert_type(net.head.bias, pa.Parameter | None)
        assert_type(net.scale.factor, pa.Parameter)
        assert_type(net.scale.shift, pa.Parameter | None)
        assert_type(net.create_parameter([1]), pa.Parameter)
        assert_type(net.train().to(dtype="float64"), Net)
        assert_type(pa.summary(net, (1, 2)), dict[str, int])
        assert_type(net.create_parameter([1], "name"), pa.Parameter)
        assert_type(net.create_parameter([1], pa.ParamAttr(learning_rate=2.0)), pa.Parameter)
        assert_type(net.create_parameter([1], True), pa.Parameter)
        assert_type(net.create_parameter([1], False), None)
        assert_type(net.create_parameter([1], maybe), pa.Parameter | None)
        assert_type(pa.create_parameter([1]), pa.Parameter)
        assert_type(net.parameters(), list[pa.Parameter])

        stack = nn.Sequential(nn.Linear(2, 2), ("named", nn.ReLU()))
        assert_type(stack[0], nn.Layer)
        assert_type(stack["named"], nn.Layer)
        assert_type(stack[1:], nn.Sequential)
        assert_type(stack.append(nn.Tanh()), nn.Sequential)
        assert_type(stack(x), pa.Tensor)
        assert_type(net.blocks[0], nn.Layer)
        assert_type(net.blocks[1:], nn.LayerList)
        assert_type(list(net.blocks), list[nn.Layer])
        assert_type(len(net.blocks), int)
