"""Layers."""

from paramattr.nn.layer.activation import GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from paramattr.nn.layer.attention import MultiHeadAttention
from paramattr.nn.layer.batch_norm import BatchNorm, BatchNorm1D, BatchNorm2D, BatchNorm3D, SyncBatchNorm
from paramattr.nn.layer.common import Dropout, Flatten
from paramattr.nn.layer.container import LayerList, Sequential
from paramattr.nn.layer.conv import Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose
from paramattr.nn.layer.embedding import Embedding
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.linear import Linear
from paramattr.nn.layer.loss import CrossEntropyLoss, MSELoss
from paramattr.nn.layer.norm import GroupNorm, InstanceNorm1D, InstanceNorm2D, InstanceNorm3D, LayerNorm
from paramattr.nn.layer.pooling import AvgPool1D, AvgPool2D, AvgPool3D, MaxPool1D, MaxPool2D, MaxPool3D
from paramattr.nn.layer.rnn import GRU, LSTM, RNN, BiRNN, SimpleRNN
from paramattr.nn.layer.rnn_cell import GRUCell, LSTMCell, RNNCellBase, SimpleRNNCell
from paramattr.nn.layer.transformer import (
    Transformer,
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from paramattr.nn.layer.vector_norm import LocalResponseNorm, SpectralNorm

__all__ = [
    "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNorm", "BatchNorm1D", "BatchNorm2D", "BatchNorm3D", "Conv1D",
    "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "CrossEntropyLoss", "Dropout",
    "Embedding", "Flatten", "GELU", "GroupNorm", "InstanceNorm1D", "InstanceNorm2D", "InstanceNorm3D", "Layer",
    "LayerList", "LayerNorm", "LeakyReLU", "Linear", "LocalResponseNorm", "MSELoss", "MaxPool1D", "MaxPool2D",
    "MaxPool3D", "ReLU", "Sequential", "Sigmoid", "Softmax", "SpectralNorm", "SyncBatchNorm", "Tanh",
    "BiRNN", "GRU", "GRUCell", "LSTM", "LSTMCell", "RNN", "RNNCellBase", "SimpleRNN", "SimpleRNNCell",
    "MultiHeadAttention", "Transformer", "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder",
    "TransformerEncoderLayer",
]  # fmt: skip
