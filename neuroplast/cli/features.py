"""`neuroplast features`: what a network that has learned answers to new stimuli."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from neuroplast.cli.output import RunPath


def features(
    run: RunPath,
    data: Annotated[
        str,
        typer.Argument(metavar="DATA", help="An .npz, .npy or .h5 file, or a kind of stimuli."),
    ],
    out: Annotated[
        Path, typer.Option(help="The .npz file to write: features, and labels if known.")
    ],
    layer: Annotated[str | None, typer.Option(help="Whose; the last layer's by default.")] = None,
) -> None:
    """Write the features of new stimuli.

    As the network of a run finds them, frozen, with labels where the data has them.

    Example: neuroplast features runs/my_run photos.npz --out features.npz
    """
    import numpy as np

    from neuroplast import runs
    from neuroplast.errors import ConfigurationError, DataError

    if out.suffix != ".npz" or out.exists() or not out.parent.is_dir():
        found = "does not end in .npz" if out.suffix != ".npz" else "exists"
        found = found if out.parent.is_dir() else "is in a folder that is not there"
        raise ConfigurationError(f"--out {out}: {found}; give a new .npz file")
    values, labels = runs.features(run, data, layer)
    try:
        if labels is None:
            np.savez(out, features=values.numpy(force=True))
        else:
            np.savez(out, features=values.numpy(force=True), labels=labels.numpy(force=True))
    except OSError as error:
        out.unlink(missing_ok=True)
        raise DataError(f"--out {out}: cannot be written ({error.strerror})") from None
    count, size = values.shape
    print(
        f"{out}: {size} features of {count} stimuli" + ("" if labels is None else ", with labels")
    )
