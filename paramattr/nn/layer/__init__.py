"""Layers."""

from paramattr.nn.layer.activation import (
    GELU,
    GLU,
    LogSigmoid,
    LogSoftmax,
    Mish,
    Sigmoid,
    SiLU,
    Silu,
    Softmax,
    Softmax2D,
    Softplus,
    Softsign,
    Swish,
    Tanh,
    Tanhshrink,
)
from paramattr.nn.layer.batch_norm import BatchNorm, BatchNorm1D, BatchNorm2D, BatchNorm3D, SyncBatchNorm
from paramattr.nn.layer.common import Flatten, Identity, Unflatten
from paramattr.nn.layer.container import LayerDict, LayerList, ParameterDict, ParameterList, Sequential
from paramattr.nn.layer.conv import Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose
from paramattr.nn.layer.distance import CosineSimilarity, PairwiseDistance
from paramattr.nn.layer.dropout import AlphaDropout, Dropout, Dropout2D, Dropout3D, FeatureAlphaDropout
from paramattr.nn.layer.embedding import Embedding
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.linear import Bilinear, Linear
from paramattr.nn.layer.loss import CrossEntropyLoss, MSELoss
from paramattr.nn.layer.norm import GroupNorm, InstanceNorm1D, InstanceNorm2D, InstanceNorm3D, LayerNorm
from paramattr.nn.layer.pooling import AvgPool1D, AvgPool2D, AvgPool3D, MaxPool1D, MaxPool2D, MaxPool3D
from paramattr.nn.layer.rectifier import (
    CELU,
    ELU,
    SELU,
    Hardshrink,
    Hardsigmoid,
    Hardswish,
    Hardtanh,
    LeakyReLU,
    Maxout,
    PReLU,
    ReLU,
    ReLU6,
    RReLU,
    Softshrink,
    ThresholdedReLU,
)
from paramattr.nn.layer.vector_norm import LocalResponseNorm, SpectralNorm

__all__ = [
    "AlphaDropout", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BatchNorm", "BatchNorm1D", "BatchNorm2D",
    "BatchNorm3D", "Bilinear", "CELU", "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D",
    "Conv3DTranspose", "CosineSimilarity", "CrossEntropyLoss", "Dropout", "Dropout2D", "Dropout3D", "ELU",
    "Embedding", "FeatureAlphaDropout", "Flatten", "GELU", "GLU", "GroupNorm", "Hardshrink", "Hardsigmoid",
    "Hardswish", "Hardtanh", "Identity", "InstanceNorm1D", "InstanceNorm2D", "InstanceNorm3D", "Layer",
    "LayerDict", "LayerList", "LayerNorm", "LeakyReLU", "Linear", "LocalResponseNorm", "LogSigmoid",
    "LogSoftmax", "MSELoss", "MaxPool1D", "MaxPool2D", "MaxPool3D", "Maxout", "Mish", "PReLU",
    "PairwiseDistance", "ParameterDict", "ParameterList", "RReLU", "ReLU", "ReLU6", "SELU", "Sequential",
    "SiLU", "Sigmoid", "Silu", "Softmax", "Softmax2D", "Softplus", "Softshrink", "Softsign", "SpectralNorm",
    "Swish", "SyncBatchNorm", "Tanh", "Tanhshrink", "ThresholdedReLU", "Unflatten",
]  # fmt: skip
