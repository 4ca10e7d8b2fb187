"""Layers' computations as functions."""

from paramattr.nn.functional.activation import (
    gelu,
    glu,
    log_sigmoid,
    logsigmoid,
    mish,
    silu,
    softplus,
    softsign,
    swiglu,
    swish,
)
from paramattr.nn.functional.adaptive import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    adaptive_max_pool1d,
    adaptive_max_pool2d,
    adaptive_max_pool3d,
    fractional_max_pool2d,
    fractional_max_pool3d,
)
from paramattr.nn.functional.conv import conv1d, conv1d_transpose, conv2d, conv2d_transpose, conv3d, conv3d_transpose
from paramattr.nn.functional.distance import cosine_similarity, pairwise_distance
from paramattr.nn.functional.dropout import (
    alpha_dropout,
    dropout,
    dropout1d,
    dropout2d,
    dropout3d,
    feature_alpha_dropout,
)
from paramattr.nn.functional.embedding import embedding
from paramattr.nn.functional.fold import fold, unfold
from paramattr.nn.functional.grid import affine_grid, grid_sample
from paramattr.nn.functional.interpolate import interpolate, upsample
from paramattr.nn.functional.label import label_smooth, one_hot
from paramattr.nn.functional.linear import bilinear, linear
from paramattr.nn.functional.loss import cross_entropy, mse_loss
from paramattr.nn.functional.norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from paramattr.nn.functional.padding import pad, zeropad2d
from paramattr.nn.functional.pooling import (
    avg_pool1d,
    avg_pool2d,
    avg_pool3d,
    lp_pool1d,
    lp_pool2d,
    max_pool1d,
    max_pool2d,
    max_pool3d,
)
from paramattr.nn.functional.rectifier import (
    celu,
    elu,
    elu_,
    hardsigmoid,
    hardswish,
    hardtanh,
    hardtanh_,
    leaky_relu,
    leaky_relu_,
    maxout,
    prelu,
    relu,
    relu6,
    relu_,
    rrelu,
    selu,
)
from paramattr.nn.functional.shrink import hardshrink, softshrink, tanhshrink, thresholded_relu, thresholded_relu_
from paramattr.nn.functional.softmax import gumbel_softmax, log_softmax, softmax, softmax_
from paramattr.nn.functional.unpooling import max_unpool1d, max_unpool2d, max_unpool3d
from paramattr.nn.functional.vector_norm import local_response_norm, normalize
from paramattr.nn.functional.vision import channel_shuffle, pixel_shuffle, pixel_unshuffle, temporal_shift
from paramattr.tensor import tanh, tanh_
from paramattr.tensor.activation import sigmoid
from paramattr.tensor.manipulation import flatten

__all__ = [
    "adaptive_avg_pool1d", "adaptive_avg_pool2d", "adaptive_avg_pool3d", "adaptive_max_pool1d",
    "adaptive_max_pool2d", "adaptive_max_pool3d", "affine_grid", "alpha_dropout", "avg_pool1d", "avg_pool2d",
    "avg_pool3d", "batch_norm", "bilinear", "celu", "channel_shuffle", "conv1d", "conv1d_transpose", "conv2d",
    "conv2d_transpose", "conv3d", "conv3d_transpose", "cosine_similarity", "cross_entropy", "dropout", "dropout1d",
    "dropout2d", "dropout3d", "elu", "elu_", "embedding", "feature_alpha_dropout", "flatten", "fold",
    "fractional_max_pool2d", "fractional_max_pool3d", "gelu", "glu", "grid_sample", "group_norm", "gumbel_softmax",
    "hardshrink", "hardsigmoid", "hardswish", "hardtanh", "hardtanh_", "instance_norm", "interpolate",
    "label_smooth", "layer_norm", "leaky_relu", "leaky_relu_", "linear", "local_response_norm", "log_sigmoid",
    "log_softmax", "logsigmoid", "lp_pool1d", "lp_pool2d", "max_pool1d", "max_pool2d", "max_pool3d", "max_unpool1d",
    "max_unpool2d", "max_unpool3d", "maxout", "mish", "mse_loss", "normalize", "one_hot", "pad",
    "pairwise_distance", "pixel_shuffle", "pixel_unshuffle", "prelu", "relu", "relu6", "relu_", "rms_norm", "rrelu",
    "selu", "sigmoid", "silu", "softmax", "softmax_", "softplus", "softshrink", "softsign", "swiglu", "swish",
    "tanh", "tanh_", "tanhshrink", "temporal_shift", "thresholded_relu", "thresholded_relu_", "unfold", "upsample",
    "zeropad2d",
]  # fmt: skip
