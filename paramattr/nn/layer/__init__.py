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
from paramattr.nn.layer.adaptive import (
    AdaptiveAvgPool1D,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2D,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3D,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1D,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2D,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3D,
    AdaptiveMaxPool3d,
    FractionalMaxPool2D,
    FractionalMaxPool3D,
)
from paramattr.nn.layer.attention import MultiHeadAttention
from paramattr.nn.layer.batch_norm import BatchNorm, BatchNorm1D, BatchNorm2D, BatchNorm3D, SyncBatchNorm
from paramattr.nn.layer.common import Flatten, Identity, Unflatten
from paramattr.nn.layer.container import LayerDict, LayerList, ParameterDict, ParameterList, Sequential
from paramattr.nn.layer.conv import (
    Conv1D,
    Conv1d,
    Conv1DTranspose,
    Conv2D,
    Conv2d,
    Conv2DTranspose,
    Conv3D,
    Conv3d,
    Conv3DTranspose,
)
from paramattr.nn.layer.distance import CosineSimilarity, PairwiseDistance
from paramattr.nn.layer.dropout import AlphaDropout, Dropout, Dropout2D, Dropout3D, FeatureAlphaDropout
from paramattr.nn.layer.embedding import Embedding
from paramattr.nn.layer.fold import Fold, Unfold
from paramattr.nn.layer.hierarchical import AdaptiveLogSoftmaxWithLoss, HSigmoidLoss
from paramattr.nn.layer.layer import Layer
from paramattr.nn.layer.linear import Bilinear, Linear
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
from paramattr.nn.layer.norm import GroupNorm, InstanceNorm1D, InstanceNorm2D, InstanceNorm3D, LayerNorm
from paramattr.nn.layer.padding import (
    CircularPad1D,
    CircularPad1d,
    CircularPad2D,
    CircularPad2d,
    CircularPad3D,
    CircularPad3d,
    ConstantPad1D,
    ConstantPad1d,
    ConstantPad2D,
    ConstantPad2d,
    ConstantPad3D,
    ConstantPad3d,
    Pad1D,
    Pad2D,
    Pad3D,
    ReflectionPad1D,
    ReflectionPad1d,
    ReflectionPad2D,
    ReflectionPad2d,
    ReflectionPad3D,
    ReflectionPad3d,
    ReplicationPad1D,
    ReplicationPad1d,
    ReplicationPad2D,
    ReplicationPad2d,
    ReplicationPad3D,
    ReplicationPad3d,
    ZeroPad1D,
    ZeroPad1d,
    ZeroPad2D,
    ZeroPad2d,
    ZeroPad3D,
    ZeroPad3d,
)
from paramattr.nn.layer.pooling import (
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    LPPool1D,
    LPPool1d,
    LPPool2D,
    LPPool2d,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
)
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
from paramattr.nn.layer.rnn import GRU, LSTM, RNN, BiRNN, SimpleRNN
from paramattr.nn.layer.rnn_cell import GRUCell, LSTMCell, RNNCellBase, SimpleRNNCell
from paramattr.nn.layer.sequence_loss import CTCLoss, RNNTLoss
from paramattr.nn.layer.transformer import (
    Transformer,
    TransformerDecoder,
    TransformerDecoderLayer,
    TransformerEncoder,
    TransformerEncoderLayer,
)
from paramattr.nn.layer.unpooling import MaxUnPool1D, MaxUnpool1d, MaxUnPool2D, MaxUnpool2d, MaxUnPool3D, MaxUnpool3d
from paramattr.nn.layer.upsample import (
    Upsample,
    UpsamplingBilinear2D,
    UpsamplingBilinear2d,
    UpsamplingNearest2D,
    UpsamplingNearest2d,
)
from paramattr.nn.layer.vector_norm import LocalResponseNorm, SpectralNorm
from paramattr.nn.layer.vision import ChannelShuffle, PixelShuffle, PixelUnshuffle

__all__ = [
    "AdaptiveAvgPool1D", "AdaptiveAvgPool1d", "AdaptiveAvgPool2D", "AdaptiveAvgPool2d", "AdaptiveAvgPool3D",
    "AdaptiveAvgPool3d", "AdaptiveLogSoftmaxWithLoss", "AdaptiveMaxPool1D", "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2D", "AdaptiveMaxPool2d", "AdaptiveMaxPool3D", "AdaptiveMaxPool3d", "AlphaDropout",
    "AvgPool1D", "AvgPool2D", "AvgPool3D", "BCELoss", "BCEWithLogitsLoss", "BatchNorm", "BatchNorm1D",
    "BatchNorm2D", "BatchNorm3D", "BiRNN", "Bilinear", "CELU", "CTCLoss", "ChannelShuffle", "CircularPad1D",
    "CircularPad1d", "CircularPad2D", "CircularPad2d", "CircularPad3D", "CircularPad3d", "ConstantPad1D",
    "ConstantPad1d", "ConstantPad2D", "ConstantPad2d", "ConstantPad3D", "ConstantPad3d", "Conv1D",
    "Conv1DTranspose", "Conv1d", "Conv2D", "Conv2DTranspose", "Conv2d", "Conv3D", "Conv3DTranspose", "Conv3d",
    "CosineEmbeddingLoss", "CosineSimilarity", "CrossEntropyLoss", "Dropout", "Dropout2D", "Dropout3D", "ELU",
    "Embedding", "FeatureAlphaDropout", "Flatten", "Fold", "FractionalMaxPool2D", "FractionalMaxPool3D", "GELU",
    "GLU", "GRU", "GRUCell", "GaussianNLLLoss", "GroupNorm", "HSigmoidLoss", "Hardshrink", "Hardsigmoid",
    "Hardswish", "Hardtanh", "HingeEmbeddingLoss", "Identity", "InstanceNorm1D", "InstanceNorm2D",
    "InstanceNorm3D", "KLDivLoss", "L1Loss", "LPPool1D", "LPPool1d", "LPPool2D", "LPPool2d", "LSTM", "LSTMCell",
    "Layer", "LayerDict", "LayerList", "LayerNorm", "LeakyReLU", "Linear", "LocalResponseNorm", "LogSigmoid",
    "LogSoftmax", "MSELoss", "MarginRankingLoss", "MaxPool1D", "MaxPool2D", "MaxPool3D", "MaxUnPool1D",
    "MaxUnPool2D", "MaxUnPool3D", "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "Maxout", "Mish",
    "MultiHeadAttention", "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "NLLLoss",
    "PReLU", "Pad1D", "Pad2D", "Pad3D", "PairwiseDistance", "ParameterDict", "ParameterList", "PixelShuffle",
    "PixelUnshuffle", "PoissonNLLLoss", "RNN", "RNNCellBase", "RNNTLoss", "RReLU", "ReLU", "ReLU6",
    "ReflectionPad1D", "ReflectionPad1d", "ReflectionPad2D", "ReflectionPad2d", "ReflectionPad3D",
    "ReflectionPad3d", "ReplicationPad1D", "ReplicationPad1d", "ReplicationPad2D", "ReplicationPad2d",
    "ReplicationPad3D", "ReplicationPad3d", "SELU", "Sequential", "SiLU", "Sigmoid", "Silu", "SimpleRNN",
    "SimpleRNNCell", "SmoothL1Loss", "SoftMarginLoss", "Softmax", "Softmax2D", "Softplus", "Softshrink",
    "Softsign", "SpectralNorm", "Swish", "SyncBatchNorm", "Tanh", "Tanhshrink", "ThresholdedReLU",
    "Transformer", "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder",
    "TransformerEncoderLayer", "TripletMarginLoss", "TripletMarginWithDistanceLoss", "Unflatten", "Unfold",
    "Upsample", "UpsamplingBilinear2D", "UpsamplingBilinear2d", "UpsamplingNearest2D", "UpsamplingNearest2d",
    "ZeroPad1D", "ZeroPad1d", "ZeroPad2D", "ZeroPad2d", "ZeroPad3D", "ZeroPad3d",
]  # fmt: skip
