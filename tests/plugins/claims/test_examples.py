"""Two statements of each part's claims, its formula and the numbers worked by hand, agree with no plugin's code run."""

from collections.abc import Callable
from typing import Any

import pytest

from neuroplast import registry
from neuroplast.testing import Claims, ConstraintClaims, Example, Neuron, NotApplicable, Site
from neuroplast.testing.numbers import BY_HAND


def rule(claims: Any, part: Any, given: dict[str, Any]) -> Any:
    """The change by the formula, every synapse with its neuron's signals, its memory, its layer and its batch."""
    w, xs = given["w"], given["x"]
    w_e = given.get("w_e", w)
    gs, us, vs = (given.get(name, given["g"]) for name in ("g", "u", "v"))
    signals = given.get("signals", {})
    dw = [[0.0] * len(row) for row in w]
    for j in range(len(w[0])):
        batches: list[list[Site]] = [[] for _ in w]
        for b, (x, g, u, v) in enumerate(zip(xs, gs, us, vs, strict=True)):
            layer: list[Site] = []
            for i in range(len(w)):
                heard = {n: s[b][i] if isinstance(s[b], list) else s[b] for n, s in signals.items()}
                memory = _remembered(part, given, i, j)
                numbers = x[j], w[i][j], w_e[i][j], u[i], v[i], g[i]
                layer.append(Site(*numbers, i, heard, memory, layer, 0, batches[i]))
                batches[i].append(layer[i])
        for i, batch in enumerate(batches):
            dw[i][j] = sum(claims.change(part, site) for site in batch)
    return dw


def _remembered(part: Any, given: dict[str, Any], i: int, j: int) -> dict[str, float]:
    """What one synapse knows of the memory that an example gives, or of new memory."""
    found = {}
    for name, memory in part.memories().items():
        values = given.get("memory", {}).get(name)
        if values is None:
            found[name] = memory.init
        else:
            for index in {"scalar": [], "post": [i], "pre": [j], "weights": [i, j]}[memory.shape]:
                values = values[index]
            found[name] = values
    return found


def rate(claims: Any, part: Any, given: dict[str, Any]) -> Any:
    counts = {
        n: given.get(n, d) for n, d in (("step", 0), ("steps", 1), ("epoch", 0), ("epochs", 1))
    }
    neuron = Neuron(
        given.get("w", [1.0]), given.get("g", []), [], [], memory=given.get("memory", {})
    )
    return claims.at(part, neuron, **counts)


def scaling(claims: Any, part: Any, given: dict[str, Any]) -> Any:
    return claims.scale(part, given["dw"], given["count"], given.get("g", []))


def population(claims: Any, part: Any, given: dict[str, Any]) -> Any:
    return claims.respond(part, given["v"], given.get("g", given["v"]))


def normalisation(claims: Any, part: Any, given: dict[str, Any]) -> Any:
    return claims.normalise(part, given["x"], given["memory"], given["adapting"])[0]


def enforced(claims, part, given):
    """Each neuron's weights; a formula that reads signs, memory or the step is held to its part by the kit alone."""
    if type(claims).enforce is ConstraintClaims.enforce or "signs" in given:
        pytest.skip(
            "its formula reads more than weights; the kit holds formula and numbers to the part"
        )
    return [claims.enforce(part, row, None) for row in given["w"]]


ANSWERS: dict[str, Callable[[Any, Any, dict[str, Any]], Any]] = {
    "rule": rule,
    "competition": lambda claims, part, given: (
        claims.compete_remembering(part, given["v"], given["memory"])
        if "memory" in given
        else claims.compete(part, given["v"])
    ),
    "scaling": scaling,
    "rate": rate,
    "step": lambda claims, part, given: claims.apply(part, **given)[0],
    "constraint": lambda claims, part, given: enforced(claims, part, given),
    "population": population,
    "pool": lambda claims, part, given: claims.pool(part, given["y"]),
    "normalisation": normalisation,
    "effective": lambda claims, part, given: claims.effective(part, given["w"]),
    "similarity": lambda claims, part, given: claims.drive(part, given["x"], given["w"]),
}
"""What each family's formula answers to what its examples give."""


def claimed() -> list[tuple[type, Claims]]:
    known = registry.current()
    entries = [entry for family in ANSWERS for entry in known.entries(family)]
    found = [(e.part, known.claims(e.part.family, e.part.kind)) for e in entries]
    return [(part, claims) for part, claims in found if claims is not None]


def examples() -> list[Any]:
    return [
        pytest.param(part, claims, example, id=f"{part.family}-{part.kind}-{n}")
        for part, claims in claimed()
        for n, example in enumerate(claims.examples, start=1)
    ]


@pytest.mark.parametrize(("part", "claims", "example"), examples())
def test_formula_gives_the_numbers_worked_by_hand(part: Any, claims: Any, example: Example):
    parameters = claims.cases[0] if example.parameters is None else example.parameters
    try:
        answer = ANSWERS[part.family](claims, part(**parameters), dict(example.given))
    except NotApplicable as reason:
        pytest.skip(str(reason))
    assert flat(answer) == pytest.approx(flat(example.expected), rel=BY_HAND, abs=1e-9)


def test_every_family_with_examples_has_some():
    assert {part.family for part, _ in claimed()} == set(ANSWERS)


def flat(values: Any) -> list[float]:
    if not isinstance(values, list):
        return [values]
    return [value for row in values for value in flat(row)]
