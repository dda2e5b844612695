"""`neuroplast inspect`: what is in a run, or in each run of a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from neuroplast.cli.output import AsJson, columns, print_json


def inspect(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run folder, a folder of runs, or a run.h5.")
    ],
    as_json: AsJson = False,
) -> None:
    """Show what is in a run: its state, layers, samples, snapshots and results. A folder of runs: a line each.

    Example: neuroplast inspect runs/my_run
    """
    from neuroplast.recording.reader import find_runs
    from neuroplast.recording.schema import RUN_FILE

    path = Path(run)
    inside = find_runs(path) if path.is_dir() and not (path / RUN_FILE).exists() else []
    if inside:
        _many(inside, as_json)
        return
    found = _summary(path)
    if as_json:
        print_json(found)
    else:
        print(_text(found))


def _summary(path: Path) -> dict[str, Any]:
    from neuroplast.recording.inspect import summary
    from neuroplast.recording.reader import open_run

    with open_run(path) as recording:
        return summary(recording)


def _many(paths: list[Path], as_json: bool) -> None:
    """A line for each run; exit code 1 where one cannot be read."""
    from neuroplast.errors import DataError

    found: list[dict[str, Any]] = []
    for path in paths:
        try:
            found.append(_summary(path))
        except DataError as error:
            found.append({"path": str(path), "error": str(error)})
    readable = [run for run in found if "error" not in run]
    failures = [run["error"] for run in found if "error" in run]
    if as_json:
        print_json(found)
    else:
        head = ("run", "state", "steps", "scenario", "condition", "seed", "results")
        print(columns(map(_line, readable), head), *map(_printable, failures), sep="\n")
    if failures:
        raise typer.Exit(1)


def _line(run: dict[str, Any]) -> list[str]:
    results = ", ".join(f"{name} {value}" for name, value in _results(run))
    cells = [Path(run["path"]).parent, _state(run), run["steps_done"], run["title"]]
    return [_printable(str(c)) for c in (*cells, run["condition"] or "-", run["seed"], results)]


def _text(run: dict[str, Any]) -> str:
    """Everything about one run."""
    facts = {
        "file": f"{run['path']}, {run['bytes'] / 1e6:.1f} MB",
        "state": f"{_state(run)}, {run['steps_done']} of {run['steps_total']} steps",
        "scenario": run["title"],
        "condition": run["condition"],
        "seed": run["seed"],
        "stimuli": ", ".join(f"{name} {text}" for name, text in run["data"].items() if text),
        "snapshots": "after step " + ", ".join(map(str, run["snapshot_steps"])),
        "content": run["content_sha256"],
    }
    blocks = [
        columns((name, _printable(str(text))) for name, text in facts.items() if text != ""),
        columns(map(_layer, run["layers"]), ("layer", "neurons", "weights", "samples", "series")),
    ]
    if results := _results(run):
        blocks.append(columns(results, ("result", "value")))
    if run["events"]:
        events = (
            (e["step"], _printable(e["kind"]), _printable(e["message"])) for e in run["events"]
        )
        blocks.append(columns(events, ("step", "event", "")))
    return "\n\n".join(blocks)


def _layer(layer: dict[str, Any]) -> list[str]:
    shapes = layer["weight_shapes"].items()
    weights = ", ".join(("" if n == "w" else f"{n} ") + "x".join(map(str, s)) for n, s in shapes)
    series = ", ".join(layer["series"])
    cells = (layer["name"], layer["neurons"], weights or "-", layer["samples"], series or "-")
    return [_printable(str(cell)) for cell in cells]


def _results(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (_printable(f"{group}.{name}"), "-" if value is None else f"{value:.5g}")
        for group, metrics in run["metrics"].items()
        for name, value in metrics.items()
    ]


def _state(run: dict[str, Any]) -> str:
    return "running, or killed" if run["state"] == "running" else str(run["state"])


def _printable(text: str) -> str:
    """A text from a file, without characters that a terminal would obey."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
