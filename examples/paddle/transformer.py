"""A small language model: the Transformer's encoder under a causal mask. LIBRARY=paddle or paramattr, the default."""

import importlib
import math
import os

import numpy as np

paddle = importlib.import_module(os.environ.get("LIBRARY", "paramattr"))
nn, F = paddle.nn, paddle.nn.functional


class LanguageModel(nn.Layer):
    def __init__(self, words, longest, size=32, heads=4, layers=2):
        super().__init__()
        self.size = size
        self.words = nn.Embedding(words, size)
        self.places = self.create_parameter([longest, size], default_initializer=nn.initializer.Normal(0.0, 0.02))
        layer = nn.TransformerEncoderLayer(
            size, heads, dim_feedforward=64, dropout=0.0, activation="gelu", normalize_before=True
        )
        self.encoder = nn.TransformerEncoder(layer, layers, norm=nn.LayerNorm(size))
        self.head = nn.Linear(size, words, bias_attr=False)

    def forward(self, tokens):
        length = tokens.shape[1]
        x = self.words(tokens) * math.sqrt(self.size) + self.places[:length]
        later = np.triu(np.full((length, length), -1e9, "float32"), 1)
        return self.head(self.encoder(x, paddle.to_tensor(later)))


def main():
    rng = np.random.default_rng(4)
    # Each sequence counts up from a random start in steps of 1, 2 or 3, modulo the number of words.
    words, length = 17, 12
    start, step = rng.integers(0, words, (64, 1)), rng.integers(1, 4, (64, 1))
    sequences = ((start + step * np.arange(length + 1)) % words).astype("int64")

    model = LanguageModel(words, length)
    for parameter in model.parameters():
        if parameter.ndim > 1:
            scale = 1.0 / math.sqrt(parameter.shape[0])
            parameter.set_value(rng.normal(0.0, scale, parameter.shape).astype("float32"))

    warmup = paddle.optimizer.lr.LinearWarmup(learning_rate=3e-3, warmup_steps=10, start_lr=0.0, end_lr=3e-3)
    optimizer = paddle.optimizer.Adam(learning_rate=warmup, beta2=0.98, epsilon=1e-9, parameters=model.parameters())
    for number in range(30):
        batch = sequences[rng.permutation(64)[:16]]
        tokens, following = paddle.to_tensor(batch[:, :-1]), paddle.to_tensor(batch[:, 1:])
        logits = model(tokens)
        loss = F.cross_entropy(logits.reshape([-1, words]), following.reshape([-1]))
        loss.backward()
        optimizer.step()
        optimizer.clear_grad()
        warmup.step()
        print(f"step {number} loss {float(loss):.7f}")


if __name__ == "__main__":
    main()
