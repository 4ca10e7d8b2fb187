"""A classifier with batch normalization, fed by a DataLoader. LIBRARY=paddle or paramattr, the default."""

import importlib
import os

import numpy as np

paddle = importlib.import_module(os.environ.get("LIBRARY", "paramattr"))
nn, F = paddle.nn, paddle.nn.functional


class Spirals(paddle.io.Dataset):
    """Points on three arms of a spiral."""

    def __init__(self, count, seed):
        super().__init__()
        rng = np.random.default_rng(seed)
        self.labels = rng.integers(0, 3, (count, 1)).astype("int64")
        radius = rng.uniform(0.1, 1.0, (count, 1))
        angle = 4.0 * radius + 2.1 * self.labels + rng.normal(0.0, 0.1, (count, 1))
        self.points = np.hstack([radius * np.cos(angle), radius * np.sin(angle)]).astype("float32")

    def __getitem__(self, index):
        return self.points[index], self.labels[index]

    def __len__(self):
        return len(self.labels)


class Net(nn.Layer):
    def __init__(self, width=32):
        super().__init__()
        self.first = nn.Linear(2, width, bias_attr=False)
        self.norm1 = nn.BatchNorm1D(width, momentum=0.8)
        self.second = nn.Linear(width, width, bias_attr=False)
        self.norm2 = nn.BatchNorm1D(width, momentum=0.8, weight_attr=paddle.ParamAttr(learning_rate=0.5))
        self.last = nn.Linear(width, 3)

    def forward(self, x):
        x = F.relu(self.norm1(self.first(x)))
        x = F.gelu(self.norm2(self.second(x)))
        return self.last(x)


def main():
    rng = np.random.default_rng(1)
    loader = paddle.io.DataLoader(Spirals(256, seed=2), batch_size=32, shuffle=False, drop_last=True)
    net = Net()
    for layer in (net.first, net.second, net.last):
        scale = np.sqrt(2.0 / layer.weight.shape[0])
        layer.weight.set_value(rng.normal(0.0, scale, layer.weight.shape).astype("float32"))

    schedule = paddle.optimizer.lr.CosineAnnealingDecay(learning_rate=0.01, T_max=40)
    optimizer = paddle.optimizer.Adam(
        learning_rate=schedule,
        parameters=net.parameters(),
        weight_decay=1e-4,
        grad_clip=nn.ClipGradByGlobalNorm(clip_norm=1.0),
    )
    for epoch in range(5):
        net.train()
        for points, labels in loader:
            loss = F.cross_entropy(net(points), labels)
            loss.backward()
            optimizer.step()
            optimizer.clear_grad()
            schedule.step()
            print(f"epoch {epoch} loss {float(loss):.7f}")

    net.eval()
    metric = paddle.metric.Accuracy()
    with paddle.no_grad():
        for points, labels in loader:
            metric.update(metric.compute(net(points), labels))
    print(f"accuracy {metric.accumulate():.4f}")


if __name__ == "__main__":
    main()
