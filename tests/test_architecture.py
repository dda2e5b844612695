"""The core knows no plugin, and imports point one way: from what is seen down to what it is made of."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import neuroplast
from neuroplast import registry

ROOT = Path(__file__).resolve().parent.parent
CORE, PLUGINS = ROOT / "neuroplast", ROOT / "plugins"


# The core alone

ALONE = """
import importlib, pkgutil, sys

class Refused:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("neuroplast_plugins", "neuroplast_scenarios", "neuroplast_data"):
            raise AssertionError(f"the core imported {name}")

sys.meta_path.insert(0, Refused())
sys.path.insert(0, sys.argv[1])

import neuroplast
for info in pkgutil.walk_packages(neuroplast.__path__, "neuroplast."):
    if not info.name.endswith("__main__"):
        importlib.import_module(info.name)
for name in neuroplast.__all__:
    getattr(neuroplast, name)

from neuroplast import Network, registry
known = registry.load(disabled=["*"])
assert [p.status for p in known.plugins if p.name == "builtin"] == ["disabled"]
assert not any(known.kinds().values()), known.kinds()
registry.use(known)

import torch
from neuroplast.layer import PLASTIC
from support.doubles import spec
network = Network([spec(3), spec(2)], (4,))
network.adapt({"layer1": PLASTIC, "layer2": PLASTIC})
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(0))
before = {name: layer.w.clone() for name, layer in network.layers.items()}
network.learn(x)
u = x @ before["layer1"].T
torch.testing.assert_close(network.layers["layer1"].w, before["layer1"] + u.T @ x)
y = u @ before["layer2"].T
torch.testing.assert_close(network.layers["layer2"].w, before["layer2"] + y.T @ u)
print("learned")
"""


@pytest.mark.slow
def test_without_any_plugin_the_core_imports_and_a_layer_of_doubles_learns():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE, str(ROOT / "tests")],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["learned"]


# The core names no plugin


def syntax(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        yield path, ast.parse(path.read_text(encoding="utf-8"))


def strings(tree: ast.AST) -> Iterator[ast.Constant]:
    """Every string but docstrings: expressions that stand for themselves."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node


def test_no_string_of_the_core_is_the_kind_of_a_built_in():
    known = registry.current()
    kinds = {
        entry.part.kind
        for kind in known.kinds()
        if kind != "scenario"
        for entry in known.entries(kind)
        if entry.plugin.name == "builtin"
    } - {"none"}
    assert len(kinds) > 30
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.value!r}"
        for path, tree in syntax(CORE)
        for node in strings(tree)
        if node.value in kinds or "neuroplast_plugins" in node.value
    ]
    assert not found, "\n".join(found)


def test_the_walk_over_strings_sees_them_and_spares_docstrings():
    source = '"""oja"""\ndef f(kind="oja"):\n    """oja"""\n    return {"rule": "hebb"}\nx = 1\n"""dot"""\n'
    assert [n.value for n in strings(ast.parse(source))] == ["oja", "rule", "hebb"]


# Arrows. A group may import itself and the groups named here; what is in no group belongs to the engine.

GROUPS = {
    "ground": "errors shapes progress streams events functional latest tables component problems fit signatures replay",
    "sums": "delta view reference precision answers surrogate",
    "parts": "parts",
    "layers": "spec source settling rates projection layer network",
    "door": "hookspecs kinds discovery isolation provided registry",
    "scaffold": "scaffold",
    "build": "build",
    "probes": "probes monitor",
    "scenario": "scenario drafts schema",
    "recording": "recording",
    "analysis": "analysis",
    "report": "report",
    "testing": "testing",
    "cli": "cli __main__",
}
MODEL = "ground sums parts layers"
ARROWS = {
    "ground": "",
    "sums": "ground parts",
    "parts": "ground sums",
    "layers": "ground sums parts",
    "door": "ground sums parts",  # no layer, so that listing plugins builds nothing
    "scaffold": "ground door",  # writes text
    "build": f"{MODEL} door",
    "probes": f"{MODEL} recording",
    "scenario": f"{MODEL} door build probes",
    "recording": "ground",  # writes what it is given, and could stand alone
    "analysis": "ground recording",
    "report": "ground recording analysis",
    "testing": f"{MODEL} door build",
    "engine": f"{MODEL} door build probes scenario recording analysis report",
    "cli": f"{MODEL} door build probes scenario recording analysis report testing scaffold engine",
}
BELOW = ("torch", "numpy", "pydantic", "h5py", "PIL", "torchvision")


def group_of(module: str) -> str:
    """The group of a module of neuroplast, given with its full name; the package itself is ground."""
    if module == "neuroplast":
        return "ground"
    first = module.split(".")[1]
    return next((group for group, names in GROUPS.items() if first in names.split()), "engine")


def imported(tree: ast.AST, always: bool = True) -> Iterator[str]:
    """Full names of what is imported when the code runs, so not for type checkers alone.

    always: also inside functions.
    """
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from imported(ast.Module(node.orelse, []), always)
        elif always or not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from imported(node, always)


def modules() -> dict[str, ast.Module]:
    """The core by the full names of its modules."""
    found = {}
    for path, tree in syntax(CORE):
        words = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(words).removesuffix(".__init__")] = tree
    return found


def inside(name: str, known: dict[str, ast.Module]) -> str | None:
    """The module of the core that an imported name is, or lies in; None where it is none."""
    while name and name not in known:
        name = name.rpartition(".")[0]
    return name or None


def test_the_core_imports_along_the_arrows():
    known = modules()
    wrong = []
    for name, tree in known.items():
        group = group_of(name)
        allowed = {group, *ARROWS[group].split()}
        for target in imported(tree):
            module = inside(target, known)
            if module and group_of(module) not in allowed:
                wrong.append(f"{name} ({group}) imports {module} ({group_of(module)})")
    assert not wrong, "\n".join(sorted(set(wrong)))


def test_no_module_of_the_core_imports_itself_in_a_circle():
    known = modules()
    graph = {
        name: {m for t in imported(tree, always=False) if (m := inside(t, known)) and m != name}
        for name, tree in known.items()
    }
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError, with the circle
    assert set(order) == set(known)


def test_no_file_of_the_core_imports_a_plugin():
    wrong = [
        f"{name} imports {target}"
        for name, tree in modules().items()
        for target in [*imported(tree), *(t for n in ast.walk(tree) for t in aliases(n))]
        if target.startswith(("neuroplast_", "plugins."))
    ]
    assert not wrong, wrong


def aliases(node: ast.AST) -> list[str]:
    """What an import statement names, those for type checkers included."""
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_the_command_line_starts_without_anything_heavy():
    """Verbs import what they need inside."""
    code = "import sys, neuroplast.cli; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert "neuroplast.cli" in loaded
    assert not set(BELOW) & set(loaded)


# Built-in plugins use the same door as any other

PUBLIC = ("neuroplast.functional", "neuroplast.shapes", "neuroplast.testing")
DATA = ("neuroplast_scenarios", "neuroplast_data")


def test_plugins_import_public_names_and_their_own_package_alone():
    wrong = []
    for path, tree in syntax(PLUGINS):
        for target in (t for node in ast.walk(tree) for t in aliases(node)):
            package, _, name = target.partition(".")
            if package == "neuroplast":
                public = name in neuroplast.__all__ or target.startswith(PUBLIC)
            elif package.startswith("neuroplast"):
                public = package == "neuroplast_plugins" or package in DATA
            else:
                public = True
            if not public:
                wrong.append(f"{path.relative_to(ROOT)} imports {target}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_public_names_are_exported_lazily_and_all_there():
    for name in neuroplast.__all__:
        assert getattr(neuroplast, name) is not None
    code = "import sys, neuroplast; print('torch' in sys.modules); neuroplast.Layer; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]


def test_every_group_has_its_arrows_and_exists_or_is_to_come():
    assert set(ARROWS) == {*GROUPS, "engine"}
    there = {group_of(name) for name in modules()}
    assert set(ARROWS) - there <= {"report", "testing"}
    for names in ARROWS.values():
        assert set(names.split()) <= set(ARROWS)
