"""docs/refusals.md lists exactly the reasons that the code can give."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def _given():
    for folder in ("neuroplast", "plugins"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refusal":
                    reason = node.args[0]
                    if isinstance(reason, ast.Constant):
                        yield reason.value
                    else:  # the error itself, told again with a name before it
                        assert ast.unparse(reason) == "self.reason", (path, ast.unparse(node))


def _listed():
    rows = [line.split("|") for line in (ROOT / "docs/refusals.md").read_text().splitlines()]
    cells = [row[1:-1] for row in rows if len(row) == 5]
    return {reason.strip().strip("`"): why.strip() for reason, _, why in cells[2:]}


def test_every_reason_is_listed_with_its_argument():
    assert set(_given()) == set(_listed())
    assert all(len(why) > 30 for why in _listed().values())
