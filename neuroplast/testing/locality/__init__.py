"""Locality, measured by intervention: what a synapse's change depends on, part by part and for a whole layer.

Nothing is promised by construction. One input is changed at a time, all others are held, and what follows is seen;
`docs/locality.md` says what the tiers mean, how each kind of part is asked, and what was found of the built-in ones.
"""

from neuroplast.testing.locality.alone import example_of, measure_part
from neuroplast.testing.locality.found import ABOUT, FLAGS, TIERS, Finding, Locality, joined
from neuroplast.testing.locality.layers import LayerLocality, measure_layer
from neuroplast.testing.locality.told import PartLocality, locality_of

__all__ = [
    "ABOUT",
    "FLAGS",
    "TIERS",
    "Finding",
    "LayerLocality",
    "Locality",
    "PartLocality",
    "example_of",
    "joined",
    "locality_of",
    "measure_layer",
    "measure_part",
]
