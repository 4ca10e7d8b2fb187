"""Two networks against each other: points on a ring, and what imitates them. LIBRARY=paddle or paramattr, the default."""

import importlib
import os
from itertools import pairwise

import numpy as np

paddle = importlib.import_module(os.environ.get("LIBRARY", "paramattr"))
nn = paddle.nn


def network(sizes, activation, rng):
    layers = []
    for before, after in pairwise(sizes):
        linear = nn.Linear(before, after)
        linear.weight.set_value(rng.normal(0.0, 1.0 / np.sqrt(before), (before, after)).astype("float32"))
        layers += [linear, activation()]
    return nn.Sequential(*layers[:-1])


def ring(rng, count):
    angle = rng.uniform(0.0, 2 * np.pi, (count, 1))
    return np.hstack([np.cos(angle), np.sin(angle)]).astype("float32")


def main():
    rng = np.random.default_rng(5)
    generator = network([4, 32, 32, 2], nn.ReLU, rng)
    discriminator = network([2, 32, 32, 1], lambda: nn.LeakyReLU(0.2), rng)
    settings = {"learning_rate": 2e-3, "beta1": 0.5, "beta2": 0.99}
    for_generator = paddle.optimizer.Adam(parameters=generator.parameters(), **settings)
    for_discriminator = paddle.optimizer.Adam(parameters=discriminator.parameters(), **settings)
    criterion = nn.BCEWithLogitsLoss()
    ones, zeros = paddle.ones([64, 1]), paddle.zeros([64, 1])

    for number in range(40):
        real = paddle.to_tensor(ring(rng, 64))
        noise = paddle.to_tensor(rng.standard_normal((64, 4)).astype("float32"))
        fake = generator(noise)

        loss_d = criterion(discriminator(real), ones) + criterion(discriminator(fake.detach()), zeros)
        for_discriminator.clear_grad()
        loss_d.backward()
        for_discriminator.step()

        loss_g = criterion(discriminator(fake), ones)
        for_generator.clear_grad()
        loss_g.backward()
        for_generator.step()
        print(f"step {number} discriminator {float(loss_d):.7f} generator {float(loss_g):.7f}")


if __name__ == "__main__":
    main()
