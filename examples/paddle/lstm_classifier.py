"""Sequences of several lengths, told apart by a bidirectional LSTM. LIBRARY=paddle or paramattr, the default."""

import importlib
import os

import numpy as np

paddle = importlib.import_module(os.environ.get("LIBRARY", "paramattr"))
nn = paddle.nn


class Classifier(nn.Layer):
    def __init__(self, words, size=16, hidden=24):
        super().__init__()
        self.embedding = nn.Embedding(words, size, padding_idx=0)
        self.lstm = nn.LSTM(size, hidden, num_layers=2, direction="bidirect")
        self.head = nn.Linear(2 * hidden, 2)

    def forward(self, tokens, lengths):
        outputs, (last, _) = self.lstm(self.embedding(tokens), sequence_length=lengths)
        both = paddle.concat([last[-2], last[-1]], axis=-1)
        return self.head(both + outputs.mean(axis=1))


def sentences(rng, count, words, longest=12):
    """Sentences of random words; the label says which of two words comes first."""
    tokens = rng.integers(3, words, (count, longest))
    lengths = rng.integers(4, longest + 1, count)
    labels = rng.integers(0, 2, count)
    tokens[:, 1], tokens[:, 3] = 1 + labels, 2 - labels
    tokens[np.arange(longest) >= lengths[:, None]] = 0
    return tokens.astype("int64"), lengths.astype("int64"), labels.astype("int64")


def main():
    rng = np.random.default_rng(3)
    tokens, lengths, labels = sentences(rng, 96, words=20)
    model = Classifier(words=20)
    for parameter in model.parameters():
        parameter.set_value(rng.uniform(-0.3, 0.3, parameter.shape).astype("float32"))

    optimizer = paddle.optimizer.AdamW(
        learning_rate=0.01,
        parameters=model.parameters(),
        weight_decay=0.01,
        apply_decay_param_fun=lambda name: "w_" in name,
        grad_clip=nn.ClipGradByNorm(1.0),
    )
    criterion = nn.CrossEntropyLoss()
    for epoch in range(6):
        for start in range(0, len(labels), 32):
            part = slice(start, start + 32)
            x, n, y = (paddle.to_tensor(array[part]) for array in (tokens, lengths, labels))
            loss = criterion(model(x, n), y)
            optimizer.clear_grad()
            loss.backward()
            optimizer.step()
            print(f"epoch {epoch} loss {loss.item():.7f}")


if __name__ == "__main__":
    main()
