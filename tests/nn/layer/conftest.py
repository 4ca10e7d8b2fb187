"""A small tree of layers."""

import numpy as np
import pytest

import paramattr as pa
from paramattr import nn


class Scale(nn.Layer):
    def __init__(self, size):
        super().__init__()
        self.factor = self.create_parameter([size], default_initializer="constant")
        self.register_buffer("seen", pa.to_tensor(np.zeros(size)))
        self.register_buffer("scratch", pa.to_tensor(np.zeros(1)), persistable=False)

    def forward(self, x):
        return x * self.factor


class Net(nn.Layer):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.scale = Scale(3)
        self.tied = self.first


@pytest.fixture
def make_net():
    """Makes a net with a Linear, that has two names, and a layer with a parameter and two buffers."""
    return Net
