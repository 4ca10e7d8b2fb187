"""How each layer is made small: values for arguments by their names, whatever layer takes them."""

import inspect

SIZES = {
    "in_features": 16, "out_features": 6, "in1_features": 3, "in2_features": 4, "in_channels": 4, "out_channels": 6,
    "kernel_size": 3, "groups": 2, "num_features": 4, "num_channels": 4, "num_groups": 2, "normalized_shape": [4, 3],
    "num_embeddings": 5, "embedding_dim": 4, "input_size": 3, "hidden_size": 5, "num_parameters": 4,
    "embed_dim": 8, "num_heads": 2, "kdim": 3, "vdim": 5, "d_model": 8, "nhead": 2, "dim_feedforward": 6,
    "num_encoder_layers": 2, "num_decoder_layers": 2, "feature_size": 4, "num_classes": 5, "n_classes": 9, "cutoffs": [3, 6],
    "head_bias": True, "scale_factor": 2,
}  # fmt: skip


# Of arguments that must be given; those that are layers are made by functions.
REQUIRED = {
    "output_size": 2, "padding": 1, "value": 0.5, "kernel_sizes": 2, "output_sizes": [4, 4], "norm_type": 2.0, "size": 3,
    "upscale_factor": 2, "downscale_factor": 2, "weight_shape": [3, 4], "axis": 1, "shape": [2, 2], "num_layers": 2,
    **dict.fromkeys(("cell", "cell_fw", "cell_bw"), lambda nn: nn.GRUCell(3, 5)),
    "encoder_layer": lambda nn: nn.TransformerEncoderLayer(8, 2, 6),
    "decoder_layer": lambda nn: nn.TransformerDecoderLayer(8, 2, 6),
}  # fmt: skip


def settings(cls, nn=None):
    """The arguments of ``cls`` that are sizes or must be given, with values; layers come from ``nn``."""
    found = {}
    for name, parameter in inspect.signature(cls).parameters.items():
        if name in SIZES:
            found[name] = SIZES[name]
        elif name in REQUIRED and parameter.default is inspect.Parameter.empty:
            found[name] = REQUIRED[name](nn) if callable(REQUIRED[name]) else REQUIRED[name]
    return found


def attributes(cls):
    """The arguments of ``cls`` that are attributes of parameters."""
    try:
        return [name for name in inspect.signature(cls).parameters if name.endswith("_attr")]
    except (TypeError, ValueError):
        return []


def with_attributes(nn):
    """The names in ``nn`` of constructors that take attributes, and each argument."""
    pairs = [(name, getattr(nn, name)) for name in sorted(dir(nn)) if not name.startswith("_")]
    return [(name, argument) for name, thing in pairs if callable(thing) for argument in attributes(thing)]


def layers(nn):
    """The names in ``nn`` of classes of layers."""
    names = (name for name in sorted(dir(nn)) if not name.startswith("_"))
    return [name for name in names if inspect.isclass(getattr(nn, name)) and issubclass(getattr(nn, name), nn.Layer)]
