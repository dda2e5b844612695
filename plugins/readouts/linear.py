"""A linear read-out, trained by gradient descent on cross-entropy."""

from math import sqrt
from typing import ClassVar, Literal

import torch
from pydantic import Field
from torch import Tensor

from neuroplast import Advance, Classifier, FeatureSource, Readout, Replayed, hookimpl
from neuroplast.functional import generator_on, halvings, leave_out_, product


class Linear(Readout):
    """scores = W f + b, fitted by Adam on the cross-entropy of minibatches, features dropped out at random.

    Weights and bias start from U(-1/sqrt(D), 1/sqrt(D)), D the number of features. The rate is halved at epochs
    int(r E), for r in 0.2, 0.35, 0.5, 0.6, 0.7, 0.8, 0.9 where E >= 50 epochs are asked for, for r in 0.5, 0.75
    where E >= 20, and stays where there are fewer. The result is that of the last epoch.

    Source:
        Journé et al. (2023), arXiv 2209.11883, and the authors' code.
    """

    kind: ClassVar[str] = "linear"
    on_device: ClassVar[bool] = True
    parameter_aliases = {"lr": "eta"}
    epochs: int = Field(50, ge=1, description="passes over the training features")
    batch: int = Field(64, ge=1, description="stimuli in a minibatch")
    eta: float = Field(1e-3, gt=0, description="Adam's rate at the start")
    dropout: float = Field(0.5, ge=0, lt=1, description="share of features left out in training")
    schedule: Literal["halving", "constant"] = Field(
        "halving", description="what becomes of the rate"
    )

    def fit(
        self, source: FeatureSource, classes: int, rng: torch.Generator, advance: Advance
    ) -> Classifier:
        """Fit from scratch."""
        bound, device = 1 / sqrt(source.size), source.labels.device
        weight = torch.empty(classes, source.size).uniform_(-bound, bound, generator=rng).to(device)
        bias = torch.empty(classes).uniform_(-bound, bound, generator=rng).to(device)
        on_gpu = device.type == "cuda"
        # a tensor, which a replay reads again; elsewhere as exact as a number
        kept = {"device": device} if on_gpu else {"dtype": torch.float64}
        eta = torch.tensor(self.eta, **kept)
        adam = torch.optim.Adam([weight, bias], lr=eta, fused=True, capturable=on_gpu)
        shape = min(self.batch, len(source)), source.size
        gathered = torch.empty(shape, dtype=source.dtype, device=device)
        drawn = generator_on(device, rng) if on_gpu else rng

        def learn(index: Tensor) -> None:
            features = gathered[: len(index)]
            source.gather(index, features)
            leave_out_(features, self.dropout, drawn)
            labels = source.labels[index]
            weight.grad, bias.grad = self._gradient(features, labels, weight, bias)
            adam.step()

        step = Replayed(learn, device, [drawn])
        for epoch in range(self.epochs):
            halved = halvings(epoch, self.epochs) if self.schedule == "halving" else 0
            eta.fill_(self.eta * 0.5**halved)
            order = torch.randperm(len(source), generator=rng).to(device)
            for start in range(0, len(source), self.batch):
                step(order[start : start + self.batch])
                if start // self.batch % 20 == 0:
                    advance((epoch + start / len(source)) / self.epochs)
        return LinearClassifier(weight, bias)

    def _gradient(
        self, features: Tensor, labels: Tensor, weight: Tensor, bias: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Of the cross-entropy. That what is kept is divided by 1 - p is left to the thin sides of both products.

        Where features have fewer bits than float32, both sides of a product are rounded to as many, and nothing else.
        """
        scale, dtype = 1 / (1 - self.dropout), features.dtype
        scores = product(features, weight.to(dtype).T).float() * scale + bias
        error = scores.softmax(1)
        error[torch.arange(len(labels), device=labels.device), labels] -= 1
        error /= len(labels)
        by_weight = product((error.T * scale).to(dtype), features)
        return by_weight.float(), error.sum(0)


class LinearClassifier(Classifier):
    """scores = W f + b.

    Shapes:
        weight: (classes, features). bias: (classes,).
    """

    def __init__(self, weight: Tensor, bias: Tensor) -> None:
        self.weight, self.bias = weight, bias

    def scores(self, features: Tensor) -> Tensor:
        """(batch, classes)."""
        return product(features, self.weight.T) + self.bias

    def tensors(self) -> dict[str, Tensor]:
        """Weight and bias."""
        return {"weight": self.weight, "bias": self.bias}


@hookimpl
def readouts() -> list[type[Readout]]:
    """Provide the read-out."""
    return [Linear]
