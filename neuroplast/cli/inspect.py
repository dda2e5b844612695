"""`neuroplast inspect`: what is in a run, or in each run of a folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from neuroplast.cli.output import AsJson, columns, print_json


def inspect(
    run: Annotated[
        str, typer.Argument(metavar="RUN", help="A run folder, a folder of runs, or a run.h5.")
    ],
    follow: Annotated[
        bool, typer.Option("--follow", help="Print what is new, until the run ends.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what is in a run: its state, layers, samples, snapshots, results and tree. A folder of runs: a line each.

    It works while the run is written. With --follow it prints samples, metrics and events as they are committed, until
    the run ends; with --json too, a line of JSON for each.

    Example: neuroplast inspect runs/my_run --follow
    """
    from neuroplast.cli.following import print_news
    from neuroplast.recording.guard import answer
    from neuroplast.recording.opening import find_runs, is_run

    path = Path(run)
    if follow:
        print_news(path, as_json)
        return
    inside = find_runs(path) if path.is_dir() and not is_run(path) else []
    if inside:
        _many(inside, as_json)
        return
    found = answer("inspect", {"path": run})
    if as_json:
        print_json(found)
    else:
        print(_text(found))


def _many(paths: list[Path], as_json: bool) -> None:
    """A line for each run; exit code 1 where one cannot be read."""
    from neuroplast.recording.guard import answers

    found: list[dict[str, Any]] = []
    for told in answers("inspect", [{"path": str(path)} for path in paths]):
        failure = {"path": told.item["path"], "error": told.error}
        found.append(failure if told.error else {**told.given, "folder": told.item["path"]})
    readable = [run for run in found if "error" not in run]
    failures = [run["error"] for run in found if "error" in run]
    if as_json:
        print_json(found)
    else:
        head = ("run", "state", "steps", "scenario", "condition", "seed", "results")
        print(columns(map(_line, readable), head), *map(printable, failures), sep="\n")
    if failures:
        raise typer.Exit(1)


def _line(run: dict[str, Any]) -> list[str]:
    results = ", ".join(f"{name} {value}" for name, value in _results(run))
    cells = [run["folder"], _state(run), run["steps_done"], run["title"]]
    return [printable(str(c)) for c in (*cells, run["condition"] or "-", run["seed"], results)]


def _text(run: dict[str, Any]) -> str:
    """Everything about one run."""
    kept = ", ".join(map(str, run["snapshot_steps"]))
    pieces = f" in {run['segments']} segments" if run["segments"] else ""
    facts = {
        "file": f"{run['path']}, {run['bytes'] / 1e6:.1f} MB{pieces}",
        "state": f"{_state(run)}, {run['steps_done']} of {run['steps_total']} steps",
        "scenario": run["title"],
        "condition": run["condition"],
        "seed": run["seed"],
        "stimuli": ", ".join(f"{name} {text}" for name, text in run["data"].items() if text),
        "snapshots": f"after step {kept}" if kept else "none",
        "content": run["content_sha256"],
    }
    blocks = [
        columns((name, printable(str(text))) for name, text in facts.items() if text != ""),
        columns(map(_layer, run["layers"]), ("layer", "neurons", "weights", "samples", "series")),
    ]
    if results := _results(run):
        blocks.append(columns(results, ("result", "value")))
    if run["events"]:
        events = ((e["step"], printable(e["kind"]), printable(e["message"])) for e in run["events"])
        blocks.append(columns(events, ("step", "event", "")))
    blocks.append(columns(map(_node, run["tree"]), ("in the file", "", "", "")))
    return "\n\n".join(blocks)


def _layer(layer: dict[str, Any]) -> list[str]:
    shapes = layer["weight_shapes"].items()
    weights = ", ".join(("" if n == "w" else f"{n} ") + "x".join(map(str, s)) for n, s in shapes)
    series = ", ".join(layer["series"])
    cells = (layer["name"], layer["neurons"], weights or "-", layer["samples"], series or "-")
    return [printable(str(cell)) for cell in cells]


def _node(node: Mapping[str, Any]) -> list[str]:
    """A group, or a data set with its dimensions."""
    name = "  " * node["depth"] + node["name"]
    dims = ", ".join(f"{dim} {size}" for dim, size in node.get("dims", {}).items())
    units = "" if node.get("units", "1") == "1" else f" [{node['units']}]"
    cells = (
        name,
        f"({dims})" if dims else "",
        node.get("type", ""),
        node.get("long_name", "") + units,
    )
    return [printable(str(cell)) for cell in cells]


def _results(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (printable(f"{group}.{name}"), "-" if value is None else f"{value:.5g}")
        for group, metrics in run["metrics"].items()
        for name, value in metrics.items()
    ]


def _state(run: dict[str, Any]) -> str:
    """Of a file that says "running" nobody knows whether it still is; of a folder the lock tells."""
    unknown = run["state"] == "running" and not run["segments"]
    return "running, or killed" if unknown else str(run["state"])


def printable(text: str) -> str:
    """A text from a file, without characters that a terminal would obey."""
    from neuroplast.recording.damage import shown

    return shown(text)
