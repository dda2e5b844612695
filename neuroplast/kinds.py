"""The kinds of parts: the interface of each, and the hook that provides it."""

from dataclasses import dataclass

from neuroplast.component import Component
from neuroplast.parts.architecture import Architecture
from neuroplast.parts.competition import Competition
from neuroplast.parts.constraint import Constraint
from neuroplast.parts.dynamics import Dynamics
from neuroplast.parts.effective import Effective
from neuroplast.parts.initialisation import Initialisation
from neuroplast.parts.measure import Measure
from neuroplast.parts.normalisation import Normalisation
from neuroplast.parts.pool import Pool
from neuroplast.parts.population import Population
from neuroplast.parts.preprocessing import Preprocessing
from neuroplast.parts.rate import Rate
from neuroplast.parts.readout import Readout
from neuroplast.parts.recipe import Recipe
from neuroplast.parts.rule import Rule
from neuroplast.parts.scaling import Scaling
from neuroplast.parts.signal import Signal
from neuroplast.parts.similarity import Similarity
from neuroplast.parts.step import Step
from neuroplast.parts.stimuli import Stimuli
from neuroplast.parts.synapse import Synapse


@dataclass(frozen=True)
class Kind:
    """A kind of part: its name as users write it, its hook, and the interface of its parts."""

    name: str
    hook: str
    interface: type[Component]


KINDS = {
    interface.family: Kind(interface.family, hook, interface)
    for hook, interface in (
        ("normalisations", Normalisation),
        ("initialisations", Initialisation),
        ("synapses", Synapse),
        ("effectives", Effective),
        ("similarities", Similarity),
        ("dynamics", Dynamics),
        ("competitions", Competition),
        ("rules", Rule),
        ("scalings", Scaling),
        ("rates", Rate),
        ("steps", Step),
        ("constraints", Constraint),
        ("populations", Population),
        ("pools", Pool),
        ("signals", Signal),
        ("architectures", Architecture),
        ("recipes", Recipe),
        ("stimuli", Stimuli),
        ("preprocessings", Preprocessing),
        ("readouts", Readout),
        ("measures", Measure),
    )
}
SCENARIO = "scenario"
"""Scenarios are listed like parts, but are files, not classes."""
