"""LeNet on small images of four classes. LIBRARY=paddle runs it with Paddle, LIBRARY=paramattr, the default, without."""

import importlib
import os

import numpy as np

paddle = importlib.import_module(os.environ.get("LIBRARY", "paramattr"))
nn = paddle.nn


class LeNet(nn.Layer):
    def __init__(self, classes):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2D(1, 6, 3, stride=1, padding=1),
            nn.ReLU(),
            nn.MaxPool2D(2, 2),
            nn.Conv2D(6, 16, 5),
            nn.ReLU(),
            nn.MaxPool2D(2, 2),
        )
        self.fc = nn.Sequential(nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, classes))

    def forward(self, images):
        x = self.features(images)
        return self.fc(paddle.flatten(x, 1))


def images(rng, count, classes=4):
    """Noisy pictures of one pattern per class."""
    patterns = rng.standard_normal((classes, 1, 28, 28))
    labels = rng.integers(0, classes, count)
    return (patterns[labels] + rng.standard_normal((count, 1, 28, 28))).astype("float32"), labels.astype("int64")


def main():
    rng = np.random.default_rng(0)
    pictures, labels = images(rng, 128)
    model = LeNet(classes=4)
    for parameter in model.parameters():
        scale = 1.0 / np.sqrt(np.prod(parameter.shape[1:]) if parameter.ndim == 4 else parameter.shape[0])
        parameter.set_value(rng.uniform(-scale, scale, parameter.shape).astype("float32"))

    scheduler = paddle.optimizer.lr.StepDecay(learning_rate=0.02, step_size=1, gamma=0.5)
    optimizer = paddle.optimizer.Momentum(
        learning_rate=scheduler,
        momentum=0.9,
        parameters=model.parameters(),
        weight_decay=paddle.regularizer.L2Decay(1e-4),
    )
    criterion = nn.CrossEntropyLoss()
    model.train()
    for epoch in range(3):
        for start in range(0, len(labels), 16):
            x = paddle.to_tensor(pictures[start : start + 16])
            y = paddle.to_tensor(labels[start : start + 16])
            loss = criterion(model(x), y)
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            print(f"epoch {epoch} loss {float(loss):.7f}")
        scheduler.step()

    model.eval()
    with paddle.no_grad():
        predicted = paddle.argmax(model(paddle.to_tensor(pictures)), axis=1).numpy()
    print(f"accuracy {np.mean(predicted == labels):.4f}")


if __name__ == "__main__":
    main()
