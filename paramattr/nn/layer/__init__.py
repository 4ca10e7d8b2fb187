"""Layers."""

from paramattr.nn.layer.activation import GELU, LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from paramattr.nn.layer.common import Dropout, Flatten
from paramattr.nn.layer.container import LayerList, Sequential
from paramattr.nn.layer.conv import Conv1D, Conv1DTranspose, Conv2D, Conv2DTranspose, Conv3D, Conv3DTranspose
from paramattr.nn.layer.embedding import Embedding
from paramattr.nn.layer.hierarchical import AdaptiveLogSoftmaxWithLoss, HSigmoidLoss
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.linear import Linear
from paramattr.nn.layer.loss import (
    BCELoss,
    BCEWithLogitsLoss,
    CrossEntropyLoss,
    GaussianNLLLoss,
    KLDivLoss,
    L1Loss,
    MSELoss,
    NLLLoss,
    PoissonNLLLoss,
    SmoothL1Loss,
)
from paramattr.nn.layer.margin_loss import (
    CosineEmbeddingLoss,
    HingeEmbeddingLoss,
    MarginRankingLoss,
    MultiLabelMarginLoss,
    MultiLabelSoftMarginLoss,
    MultiMarginLoss,
    SoftMarginLoss,
    TripletMarginLoss,
    TripletMarginWithDistanceLoss,
)
from paramattr.nn.layer.pooling import AvgPool1D, AvgPool2D, AvgPool3D, MaxPool1D, MaxPool2D, MaxPool3D
from paramattr.nn.layer.sequence_loss import CTCLoss, RNNTLoss

__all__ = [
    "AdaptiveLogSoftmaxWithLoss", "AvgPool1D", "AvgPool2D", "AvgPool3D", "BCELoss", "BCEWithLogitsLoss", "CTCLoss",
    "Conv1D", "Conv1DTranspose", "Conv2D", "Conv2DTranspose", "Conv3D", "Conv3DTranspose", "CosineEmbeddingLoss",
    "CrossEntropyLoss", "Dropout", "Embedding", "Flatten", "GELU", "GaussianNLLLoss", "HSigmoidLoss",
    "HingeEmbeddingLoss", "KLDivLoss", "L1Loss", "Layer", "LayerList", "LeakyReLU", "Linear", "MSELoss",
    "MarginRankingLoss", "MaxPool1D", "MaxPool2D", "MaxPool3D", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss",
    "MultiMarginLoss", "NLLLoss", "PoissonNLLLoss", "RNNTLoss", "ReLU", "Sequential", "Sigmoid", "SmoothL1Loss",
    "SoftMarginLoss", "Softmax", "Tanh", "TripletMarginLoss", "TripletMarginWithDistanceLoss",
]  # fmt: skip
