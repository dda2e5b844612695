"""How a synapse changes."""

from typing import TYPE_CHECKING, Any, ClassVar

from neuroplast.component import LayerPart
from neuroplast.shapes import Post, Weights
from neuroplast.surrogate import descent

if TYPE_CHECKING:
    from neuroplast.delta import Delta
    from neuroplast.view import View


class Rule(LayerPart):
    """view -> Δ, a sum over stimuli and positions, before scaling and rate.

    A rule states its change (`delta`), or a loss whose descent is that change (`surrogate`), or both.

    uses: what the change of a synapse depends on: its own "pre" (x), "post" (u, v, g) and "weight" (w, w_e), and the
        names of signals; of a rule that is less local also "neuron" (other weights and inputs of its neuron), "layer"
        (other neurons, other positions) and "batch" (other stimuli; `couples_batch` says the same). It is measured.
    bounded: whether the weights of a neuron that wins, with g = max(v, 0), stay in bounds by themselves.
    companion: the kind of the constraint that keeps them there where they do not.
    couples_batch: whether the change of several stimuli is another than the sum of each one's change.
    ordered: whether the neurons stand in an order on purpose, so that other places mean other changes.
    """

    family: ClassVar[str] = "rule"
    uses: ClassVar[frozenset[str] | set[str]] = frozenset({"pre", "post", "weight"})
    bounded: ClassVar[bool] = True
    companion: ClassVar[str] = ""
    couples_batch: ClassVar[bool] = False
    ordered: ClassVar[bool] = False

    def delta(self, view: "View") -> "Delta":
        """The weight change, not yet computed. The rule's own memory may be changed here, in place.

        Where a rule states only its surrogate: what descending that loss changes.
        """
        return descent(self, view)

    def surrogate(self, u: Post, w: Weights, g: Post) -> Post:
        """The surrogate output y_s, whose values g then overwrites; L = -½ Σ y_s² is descended.

        u: linear drive, in the graph of w. w: effective weights. g: plasticity activity, a constant.
        """
        raise NotImplementedError(f"{self.kind}: states no surrogate loss")

    @property
    def reads(self) -> frozenset[str]:
        """What the rule uses; one whose signal is chosen by a parameter adds its name."""
        return frozenset(self.uses)

    @classmethod
    def has_surrogate(cls) -> bool:
        """Whether the rule states a surrogate loss."""
        return cls.surrogate is not Rule.surrogate

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Let a rule that states neither form be abstract."""
        super().__pydantic_init_subclass__(**kwargs)
        if cls.delta is Rule.delta and not cls.has_surrogate():
            cls.__abstractmethods__ = cls.__abstractmethods__ | {"delta"}
