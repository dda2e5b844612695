"""Every built-in part is claimed for, by other hands than the part's: the claims borrow nothing from it."""

import ast
import inspect
from pathlib import Path
from typing import Any, get_args

import pytest

import neuroplast.testing as kit
from neuroplast import registry
from neuroplast.testing import Claims

HELPERS = {
    "groups.py",
    "histories.py",
    "linear_neurons.py",
    "many_streams.py",
    "replacements.py",
    "standardised_zca.py",
    "streams.py",
    "torch_sgd.py",
}
"""What claims share that is no formula, and may use torch."""

ROOT = Path(__file__).resolve().parents[3] / "plugins"
FAMILIES = sorted(
    claims.family
    for name in kit.__all__
    if name.endswith("Claims") and (claims := getattr(kit, name)) is not Claims
    if any(inspect.isfunction(m) for m in vars(claims).values()) or "examples" in vars(claims)
)
"""Those whose claims state a formula or numbers; of the others claims only say which parameters to try."""


def parts() -> list[Any]:
    known = registry.current()
    return [
        pytest.param(entry.part, id=f"{family}-{entry.part.kind}")
        for family in FAMILIES
        for entry in known.entries(family)
        if entry.plugin.name == "builtin"
    ]


@pytest.mark.parametrize("part", parts())
def test_every_part_is_claimed_for(part: Any):
    claims = registry.current().claims(part.family, part.kind)
    assert claims is not None, "write plugins/claims/<family>/<kind>.py, from the source"
    if hasattr(claims, "examples"):
        assert len(claims.examples) >= 2
        assert all(example.note for example in claims.examples)


@pytest.mark.parametrize("part", parts())
def test_cases_choose_every_parameter_otherwise_than_by_default(part: Any):
    """A parameter that stays at its default in all cases is a parameter that nothing holds to its meaning."""
    cases = registry.current().claims(part.family, part.kind).cases
    for name, field in part.model_fields.items():
        chosen = {getattr(part(**case), name) for case in cases}
        assert len(chosen) > 1, name
        options = get_args(field.annotation)
        if options and all(isinstance(option, str) for option in options):
            assert chosen == set(options), name


@pytest.mark.parametrize("family", ["conv2d", "depthwise", "dense"])
def test_geometries_are_small(family: str):
    """Every rule is looped over every synapse of every geometry."""
    claims = registry.current().claims("synapse", family)
    part = registry.current().get("synapse", family).part
    for parameters, shape in zip(claims.cases, claims.shapes, strict=True):
        synapse = part(**parameters)
        positions = 1
        for size in claims.positions(synapse, shape):
            positions *= size
        neurons = claims.neurons(synapse, shape)
        corner = tuple(0 for _ in claims.positions(synapse, shape))
        synapses = len(claims.sees(synapse, shape, 0, corner))
        assert neurons * positions * synapses <= 1000


def files() -> list[Any]:
    return [
        pytest.param(path, id=str(path.relative_to(ROOT)))
        for path in sorted((ROOT / "claims").rglob("*.py"))
    ]


@pytest.mark.parametrize("path", files())
def test_claims_share_no_code_with_the_parts(path: Path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            assert module != "neuroplast.functional", "a formula is scalars, not shared tensor code"
            assert node.level == 0
            if module.startswith("neuroplast_plugins"):
                assert module.startswith("neuroplast_plugins.claims.")
        elif isinstance(node, ast.Import):
            assert not any(alias.name.startswith("neuroplast_plugins") for alias in node.names)


@pytest.mark.parametrize("path", files())
def test_formulas_are_plain_numbers(path: Path):
    """Torch is for statements about the part; what claims say of a formula uses none of it."""
    helpers = path.name in HELPERS
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.FunctionDef) or helpers or _is_statement(node):
            continue
        names = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        assert not names & {"torch", "Tensor", "assert_close"}, node.name


def _is_statement(node: ast.FunctionDef) -> bool:
    return any(isinstance(d, ast.Name) and d.id == "holds" for d in node.decorator_list)
