"""Gaussian stimuli whose principal components are known."""

from pathlib import Path
from typing import Annotated, ClassVar

import torch
from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError
from torch import Tensor

from neuroplast import Split, Stimuli, StimulusSet, hookimpl
from neuroplast.shapes import Shape
from neuroplast_plugins.stimuli.draws import rotation, streams

Positive = Annotated[float, Field(gt=0)]


class Gaussian(Stimuli):
    """Gaussian stimuli with given principal components, around zero or away from it.

        x = m + Q diag(σ) z,   z ~ N(0, I),   so that   <(x - m) (x - m)ᵀ> = Q diag(σ²) Qᵀ

    The columns of Q are the principal components: a rotation drawn anew for each seed, or the axes
    themselves. σ is given as `scales`, or by `inputs` and `exponent`: σ_k² = 1 / k^exponent, or by `inputs` and
    `ratio`: σ_k² = ratio^(k-1). The mean m has the length `offset`, and a direction drawn for each seed.

    Shapes:
        x: (n, inputs), in any unit r; σ and offset in r.
        truth["components"]: (inputs, inputs), the principal components as rows, of length 1, the
            one of largest variance first. truth["variances"]: (inputs,), σ² in that order, in r².
            truth["mean"]: (inputs,), m.
    """

    kind: ClassVar[str] = "gaussian"
    signed: ClassVar[bool] = True
    scales: tuple[Positive, ...] | None = Field(
        None, min_length=1, description="standard deviations σ along the principal components"
    )
    inputs: int | None = Field(None, ge=1, description="number of inputs, instead of scales")
    exponent: float | None = Field(
        None,
        description="how fast the variances of `inputs` inputs fall, 1 by default; 0: all are 1",
    )
    ratio: float | None = Field(
        None, gt=0, le=1, description="variance of each component over that of the one before"
    )
    offset: float = Field(0.0, ge=0, description="length of the mean; 0: stimuli are centred")
    rotate: bool = Field(True, description="whether the components are turned away from the axes")
    train: int = Field(10_000, ge=1, description="training stimuli")
    test: int = Field(0, ge=0, description="test stimuli")

    @model_validator(mode="after")
    def _one_form(self) -> "Gaussian":
        if (self.scales is None) == (self.inputs is None):
            found = (
                "has neither scales nor inputs"
                if self.inputs is None
                else "has both scales and inputs"
            )
            raise PydanticCustomError("forms", f"{found}; give one of them")
        falls = [n for n in ("scales", "exponent", "ratio") if getattr(self, n) is not None]
        if len(falls) > 1:
            raise PydanticCustomError("forms", f"has both {' and '.join(falls)}; keep one of them")
        return self

    def sigma(self) -> Tensor:
        """(inputs,) standard deviations, as given."""
        if self.scales is not None:
            return torch.tensor(self.scales, dtype=torch.float64)
        k = torch.arange(1, (self.inputs or 0) + 1, dtype=torch.float64)
        if self.ratio is not None:
            return self.ratio ** (0.5 * (k - 1))
        return k ** (-0.5 * (1.0 if self.exponent is None else self.exponent))

    def load(self, root: Path, rng: torch.Generator) -> StimulusSet:
        """Draw components, training and test stimuli, each from a stream of its own."""
        for_components, for_train, for_test, for_mean = streams(rng, 4)
        sigma = self.sigma()
        n = len(sigma)
        q = rotation(n, for_components) if self.rotate else torch.eye(n, dtype=torch.float64)
        mean = torch.randn(n, generator=for_mean, dtype=torch.float64)
        mean *= self.offset / mean.norm()

        def draw(count: int, rng: torch.Generator) -> Split:
            z = torch.randn(count, n, generator=rng, dtype=torch.float64)
            return Split((mean + (z * sigma) @ q.T).float())

        order = sigma.argsort(descending=True, stable=True)
        return StimulusSet(
            draw(self.train, for_train),
            draw(self.test, for_test) if self.test else None,
            copy="generated",
            source=str(self),
            truth={
                "components": q.T[order].float(),
                "variances": sigma[order].square().float(),
                "mean": mean.float(),
            },
        )

    def shape(self, root: Path) -> Shape:
        """(inputs,)."""
        return (len(self.sigma()),)


@hookimpl
def stimuli() -> list[type[Stimuli]]:
    """Provide the stimuli."""
    return [Gaussian]
