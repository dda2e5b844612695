"""`neuroplast run`: learn a scenario, and tell what came out."""

from __future__ import annotations

import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from neuroplast.cli.loading import insisted
from neuroplast.cli.output import AsJson, Sets, columns, print_json, say, settings
from neuroplast.cli.validate import ScenarioName

if TYPE_CHECKING:
    from neuroplast.results import RunSet
    from neuroplast.runs import Plan


class Device(StrEnum):
    """Where tensors live."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class Precision(StrEnum):
    """How exactly sums of products are computed."""

    fp32 = "fp32"
    tf32 = "tf32"
    bf16 = "bf16"


Jobs = Annotated[
    int,
    typer.Option(min=1, metavar="N", help="Up to N runs of a set at once."),
]

Eager = Annotated[
    bool,
    typer.Option("--eager", help="On a GPU, ask for each operation of a step; slower."),
]


def run(
    scenario: ScenarioName,
    sets: Sets = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Run this seed only.")] = None,
    seeds: Annotated[
        int | None, typer.Option(min=1, help="Run seeds 0 to N - 1.", metavar="N")
    ] = None,
    condition: Annotated[
        list[str] | None, typer.Option(help="Run this condition only; repeatable.")
    ] = None,
    device: Annotated[Device, typer.Option(help="auto takes a GPU if there is one.")] = Device.auto,
    threads: Annotated[
        int | None, typer.Option(min=1, help="CPU threads of a run; results depend on it.")
    ] = None,
    jobs: Jobs = 1,
    precision: Annotated[
        Precision,
        typer.Option(help="bf16 and tf32 (GPU) are faster, and round what is multiplied."),
    ] = Precision.fp32,
    eager: Eager = False,
    out: Annotated[
        Path | None, typer.Option(help="A new folder; runs/SCENARIO-... by default.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan, and stop.")] = False,
    as_json: AsJson = False,
) -> None:
    """Learn a scenario, and record it.

    Every seed in every condition is a run with a folder of its own. With --jobs several of them go on at once; they
    share the CPU threads, unless --threads says how many each has, and give the same numbers as one after the other.

    Example: neuroplast run quickstart --seeds 3 --set layer1.rate.eta=0.02
    """
    from neuroplast import runs
    from neuroplast.allocation import keep_freed_memory
    from neuroplast.cli.progress import Bars
    from neuroplast.drafts import draft
    from neuroplast.errors import ConfigurationError

    keep_freed_memory()
    insisted()
    if seed is not None and seeds is not None:
        raise ConfigurationError(f"--seed {seed} --seeds {seeds}: give one of them")
    chosen = range(seeds) if seeds else None if seed is None else [seed]
    given = draft(scenario, sets or [])
    plan = runs.plan(given, seeds=chosen, conditions=condition)
    if dry_run:
        print_json({"plan": plan.lines()}) if as_json else print("\n".join(plan.lines()))
        return
    if not as_json:
        say("\n".join(plan.lines()))
    bars = Bars(settings.quiet)
    try:
        done = runs.run_set(
            given,
            seeds=chosen,
            conditions=condition,
            out=out,
            device=device.value,
            threads=threads,
            precision=precision.value,
            eager=eager,
            jobs=jobs,
            listeners=[bars],
        )
    finally:
        bars.close()
    print_json(_data(done)) if as_json else _print(done, plan)


def _print(done: RunSet, plan: Plan) -> None:
    """The table of results, published numbers, what looks unhealthy, and what was written."""
    summary = done.summary()
    names = list(dict.fromkeys(name for values in summary.values() for name in values))
    rows = []
    for condition, values in summary.items():
        cells = [_cell(*values[n]) if n in values else "-" for n in names]
        rows.append([condition or done.title, *cells, max(n for *_, n in values.values())])
    if rows:
        print(columns(rows, head=["", *(name.replace(".", " ") for name in names), "n"]))
    for line in _differences(done):
        print(line)
    for number in next(iter(plan.scenarios.values())).published:
        spread = "" if number.sd is None else f" ± {number.sd:g}"
        print(f"published: {number.value:g}{spread} {number.what} ({number.source})")
    sick = [
        f"{r.condition or r.title}, seed {r.seed}: {line}" for r in done.runs for line in r.health
    ]
    for line in sick:
        print(f"unhealthy: {line}")
    if not sick:
        say("health: no dead units, saturation or runaway norms")
    files = [done.results_file] if done.results_file else []
    for path in [*files, *(r.file for r in done.runs)]:
        print(f"written: {path}")


def _differences(done: RunSet) -> list[str]:
    """The first condition minus each other one, paired by seed, on the last metric that they share."""
    from neuroplast.results import spread

    lines = []
    for other, (metric, values) in done.differences().items():
        over = sum(value > 0 for value in values)
        first = done.runs[0].condition
        mean, sd, n = spread(values)
        lines.append(
            f"difference: {first} - {other}, {metric.replace('.', ' ')}: {_cell(mean, sd, n)}, "
            f"positive in {over} of {n} seeds"
        )
    return lines


def _cell(mean: float, sd: float, n: int) -> str:
    """A mean with as many digits as its spread allows, which is given with two."""
    if math.isnan(sd) or sd == 0:
        return f"{mean:.5g}" + (" ± 0" if sd == 0 else "")
    digits = min(max(1 - math.floor(math.log10(sd)), 0), 9)
    return f"{mean:.{digits}f} ± {sd:.{digits}f}"


def _data(done: RunSet) -> dict[str, object]:
    """The same for programs; the spread of one run is null."""
    return {
        "title": done.title,
        "path": done.path,
        "summary": {
            condition: {name: spread._asdict() for name, spread in values.items()}
            for condition, values in done.summary().items()
        },
        "runs": [
            {
                "condition": r.condition,
                "seed": r.seed,
                "file": r.file,
                "results": r.results,
                "health": r.health,
            }
            for r in done.runs
        ],
    }
