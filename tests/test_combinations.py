"""Parts combine freely: each combination learns, or is refused for a reason that the documentation lists."""

from collections import Counter
from itertools import combinations, product

import pytest
import torch

from neuroplast import Refusal, registry
from neuroplast.build import layer_spec
from neuroplast.layer import PLASTIC
from neuroplast.network import Network

BATCH, CHANNELS, SIDE, NEURONS = 6, 4, 6, 8
FEATURES = 12
KNOWN = registry.current()

GEOMETRIES = {
    "dense": {"kind": "dense", "neurons": NEURONS},
    "conv2d": {"kind": "conv2d", "neurons": NEURONS, "kernel": 3},
    "conv2d, no padding": {"kind": "conv2d", "neurons": NEURONS, "kernel": 3, "padding": 0},
    "conv2d, stride 2": {"kind": "conv2d", "neurons": NEURONS, "kernel": 3, "stride": 2},
    "conv2d, dilation 2": {"kind": "conv2d", "neurons": NEURONS, "kernel": 3, "dilation": 2},
    "conv2d, groups 2": {"kind": "conv2d", "neurons": NEURONS, "kernel": 3, "groups": 2},
    "conv2d, one pixel": {"kind": "conv2d", "neurons": NEURONS, "kernel": 1},
    "locally connected": {"kind": "locally_connected", "neurons": NEURONS, "kernel": 3},
    "depthwise": {"kind": "depthwise", "kernel": 3, "multiplier": 2},
}

# Parameters that bring a part to act within three steps of six stimuli, where its first case does not.
ACTING = {
    ("rule", "bcm_fixed_threshold"): {"threshold": 0.3},
    ("competition", "hard_wta"): {"activity": "drive"},
    ("dynamics", "plastic_bias"): {"inverse_temperature": 20.0},
    ("competition", "statistical"): {"deviations": 1.0},
    ("competition", "statistical_squared"): {"deviations": 1.0},
    ("rule", "statistical_double_padded"): {"deviations": 1.0},
    ("constraint", "dale"): {"ratio": 0.75},
    ("constraint", "clip"): {"low": -2.0, "high": 2.0},
    ("constraint", "mask"): {"kept": 0.5},
    ("normalisation", "per_patch"): {"kernel": 3},
    ("pool", "max"): {"size": 2, "stride": 2},
    ("pool", "average"): {"size": 2, "stride": 2},
}


def kinds(family):
    return [entry.part.kind for entry in KNOWN.entries(family)]


def table(family, kind):
    """A part as in a scenario: with the parameters of the first case that is claimed of it."""
    claims = KNOWN.claims(family, kind)
    given = ACTING.get((family, kind), dict(claims.cases[0]) if claims else {})
    return {"kind": kind, **given}


def stimuli(shape, seed=0):
    """Distinct, not negative, without structure that a rule could rest on."""
    return torch.rand(BATCH, *shape, generator=torch.Generator().manual_seed(seed))


def signals():
    return {"reward": "reward", "teacher": "teacher"}


def shape_for(geometry):
    return (FEATURES,) if geometry == "dense" else (CHANNELS, SIDE, SIDE)


def outcome(entries, shape):
    """ "learned", the reason of a refusal, or what else happened."""
    sample = stimuli(shape)
    try:
        spec = layer_spec(name="layer", signals=signals(), **entries)
        network = Network([spec], shape, sample=lambda: sample)
    except Refusal as refusal:
        return refusal.reason
    layer = network.layers["layer"]
    layer.adapts = PLASTIC
    before = {p.name: p.w.clone() for p in layer.projections}
    for step in range(3):
        layer.learn(stimuli(shape, seed=step), labels=torch.arange(BATCH) % NEURONS)
    if not all(t.isfinite().all() for t in layer.state.values()):
        return "not finite"
    if any(torch.equal(p.w, before[p.name]) for p in layer.projections):
        return "nothing changed"
    return "learned"


DEFAULTS = {
    "scaling": "mean",
    "rate": {"kind": "constant", "eta": 0.01},
    "initialisation": {"kind": "normal", "radius": 1.0},
}
LISTED = ("dynamics", "constraint")


def entries(chosen):
    """A layer's entries from the kinds chosen on each axis; "-" leaves an axis as it is by default."""
    found = {**DEFAULTS}
    for axis, kind in chosen.items():
        if axis == "geometry":
            found["synapse"] = GEOMETRIES[kind]
        elif axis == "space":
            continue
        elif kind != "-":
            part = table(FAMILIES.get(axis, axis), kind)
            found[{"constraint": "constraints"}.get(axis, axis)] = (
                [part] if axis in LISTED else part
            )
    if (
        chosen.get("space") == "space"
        and "axis" in KNOWN.get("competition", chosen["competition"]).part.model_fields
    ):
        found["competition"] = {**found["competition"], "axis": "space"}
    if chosen.get("dynamics") == "leaky":
        found["settle"] = {"steps": 3}
    return found


FAMILIES = {"response_similarity": "similarity"}
AXES = {
    **{family: kinds(family) for family in ("rule", "competition", "scaling", "rate", "step")},
    # not constant weights: neurons that are all equal have nothing to compete about
    "initialisation": [k for k in kinds("initialisation") if k != "constant"],
    **{family: kinds(family) for family in ("normalisation", "effective")},
    **{family: kinds(family) for family in ("similarity", "population", "pool")},
    "response_similarity": ["-", *kinds("similarity")],
    "dynamics": ["-", *kinds("dynamics")],
    "constraint": ["-", *(k for k in kinds("constraint") if k != "no_autapses")],
    "geometry": list(GEOMETRIES),
    "space": ["channels", "space"],
}


PLAIN = {"rule": "hebb", "competition": "hard_wta", "geometry": "conv2d"}


def told(found, capsys, what):
    """Print the counts, and what was neither learned nor refused for a listed reason."""
    counts = Counter(result for _, result in found)
    with capsys.disabled():
        print(f"\n{what}: {len(found)} combinations; {dict(counts.most_common())}")
    odd = [(c, r) for c, r in found if r in ("not finite", "nothing changed")]
    refused = len(found) - counts["learned"] - len(odd)
    assert not odd, "\n".join(f"{result}: {chosen}" for chosen, result in odd[:20])
    assert refused <= len(found) / 10, counts


@pytest.mark.slow
def test_every_rule_with_every_competition_on_every_geometry(capsys):
    found = []
    for rule, competition, geometry in product(AXES["rule"], AXES["competition"], AXES["geometry"]):
        chosen = {"rule": rule, "competition": competition, "geometry": geometry}
        found.append((chosen, outcome(entries(chosen), shape_for(geometry))))
    told(found, capsys, "rule x competition x geometry")


@pytest.mark.slow
def test_every_two_parts(capsys):
    """Any two values of any two axes, the other axes as they are by default."""
    found = []
    for one, other in combinations(AXES, 2):
        if {one, other} <= {"rule", "competition", "geometry"}:
            continue  # in full above
        for a, b in product(AXES[one], AXES[other]):
            chosen = {**PLAIN, one: a, other: b}
            found.append((chosen, outcome(entries(chosen), shape_for(chosen["geometry"]))))
    told(found, capsys, "pairs of parts")
