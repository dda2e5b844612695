"""Neurons that follow their drive with a time constant."""

from typing import ClassVar

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from neuroplast import Dynamics, State, hookimpl
from neuroplast.shapes import Post


class Leaky(Dynamics):
    """v ← v + (dt / τ) (u - v) at each inner step of a layer that settles, from v = 0.

    A constant drive is followed to u (1 - (1 - dt/τ)^n) after n steps. At one step alone v = (dt / τ) u.

    Shapes:
        u, v: (batch, post, *positions).

    Source:
        The leaky rate neuron, forward Euler; Dayan & Abbott (2001), Theoretical Neuroscience, ch. 7.
    """

    kind: ClassVar[str] = "leaky"
    leaks: ClassVar[bool] = True
    time_constant: float = Field(10.0, gt=0, description="τ, in the unit of dt")
    dt: float = Field(1.0, gt=0, description="time of one inner step")

    @model_validator(mode="after")
    def _stable(self) -> "Leaky":
        if self.dt > self.time_constant:
            found = f"has dt {self.dt:g} above its time constant {self.time_constant:g}"
            raise PydanticCustomError("forms", f"{found}, and would overshoot; lower dt")
        return self

    def integrate(self, u: Post, memory: State) -> Post:
        """One step from silence."""
        return u * (self.dt / self.time_constant)

    def settle(self, u: Post, before: Post, memory: State) -> Post:
        """One step towards the drive."""
        return before.lerp(u, self.dt / self.time_constant)


@hookimpl
def dynamics() -> list[type[Dynamics]]:
    """Provide the dynamics."""
    return [Leaky]
