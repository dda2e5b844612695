"""Draw the figure of a dynamics scenario: python scripts/draw_dynamics.py NAME FOLDER [FILE].

NAME: a scenario, and the module of scripts/figures that draws it. FOLDER: its runs, as `neuroplast run NAME --out
FOLDER` leaves them. FILE: docs/figures/NAME.svg by default. The same runs give the same file, byte by byte.
"""

import importlib
import sys
from contextlib import ExitStack
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot as plt

from neuroplast.drafts import draft
from neuroplast.errors import NeuroplastError
from neuroplast.recording.reader import find_runs, open_run
from neuroplast.recording.recording import Recording

SCRIPTS = Path(__file__).resolve().parent

STYLE = {
    "svg.hashsalt": "neuroplast",
    "svg.fonttype": "none",
    "font.size": 8,
    "font.family": "sans-serif",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "figure.constrained_layout.use": True,
}


def gathered(name: str, folder: str, stack: ExitStack) -> dict[str, list[Recording]]:
    """The runs in a folder by condition, in the order of the scenario, seeds rising."""
    runs = [stack.enter_context(open_run(path)) for path in find_runs(folder)]
    found: dict[str, list[Recording]] = {}
    for run in sorted(runs, key=lambda run: run.seed):
        found.setdefault(run.condition, []).append(run)
    return {c: found[c] for c in draft(name).conditions if c in found}


def main(name: str, folder: str, file: str | None = None) -> int:
    """Draw, and say where the figure is."""
    target = Path(file or SCRIPTS.parent / "docs" / "figures" / f"{name}.svg")
    sys.path.insert(0, str(SCRIPTS))
    try:
        draw = importlib.import_module(f"figures.{name}").draw
        with ExitStack() as stack, plt.rc_context(STYLE):
            figure = draw(gathered(name, folder, stack))
            plain = {"metadata": {"Date": None}} if target.suffix == ".svg" else {}
            figure.savefig(target, dpi=100, **plain)
            plt.close(figure)
    except (NeuroplastError, OSError, ModuleNotFoundError) as error:
        print(f"draw_dynamics: {error}", file=sys.stderr)
        return 1
    print(f"written: {target}, {target.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
