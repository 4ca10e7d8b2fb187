"""Layers' computations as functions."""

from paramattr.nn.functional.activation import gelu, leaky_relu, log_softmax, relu, sigmoid, softmax
from paramattr.nn.functional.attention import scaled_dot_product_attention, sequence_mask
from paramattr.nn.functional.common import dropout
from paramattr.nn.functional.conv import conv1d, conv1d_transpose, conv2d, conv2d_transpose, conv3d, conv3d_transpose
from paramattr.nn.functional.embedding import embedding
from paramattr.nn.functional.linear import linear
from paramattr.nn.functional.loss import cross_entropy, mse_loss
from paramattr.nn.functional.norm import batch_norm, group_norm, instance_norm, layer_norm, rms_norm
from paramattr.nn.functional.padding import pad
from paramattr.nn.functional.pooling import avg_pool1d, avg_pool2d, avg_pool3d, max_pool1d, max_pool2d, max_pool3d
from paramattr.nn.functional.vector_norm import local_response_norm, normalize
from paramattr.tensor.manipulation import flatten
from paramattr.tensor.math import tanh

__all__ = [
    "avg_pool1d", "avg_pool2d", "avg_pool3d", "batch_norm", "conv1d", "conv1d_transpose", "conv2d",
    "conv2d_transpose", "conv3d", "conv3d_transpose", "cross_entropy", "dropout", "embedding", "flatten", "gelu",
    "group_norm", "instance_norm", "layer_norm", "leaky_relu", "linear", "local_response_norm", "log_softmax",
    "max_pool1d", "max_pool2d", "max_pool3d", "mse_loss", "normalize", "pad", "relu", "rms_norm", "sigmoid",
    "softmax", "tanh",
    "scaled_dot_product_attention", "sequence_mask",
]  # fmt: skip
