"""Local plugin files that came with a record: loaded for a while, where the user trusts them."""

from __future__ import annotations

import io
import sys
import tokenize
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from neuroplast import discovery, registry
from neuroplast.errors import ConfigurationError
from neuroplast.recording.damage import shown
from neuroplast.recording.recorder import SourceFile


@contextmanager
def files_loaded(
    path: Path, files: Sequence[SourceFile], trusted: bool, tell: Callable[[str], object]
) -> Iterator[None]:
    """Have these files as plugins beside those that are loaded, from a private folder that is removed afterwards.

    What was given with --plugin and has the same text stands for itself. path: the record, for messages.
    ConfigurationError where any other file is not trusted; PluginError where one cannot be loaded.
    """
    before = registry.current()
    known = {SourceFile("", text).sha256 for text in before.texts.values()}
    unknown = [file for file in files if file.sha256 not in known]
    if not unknown:
        yield
        return
    names = ", ".join(shown(file.name) for file in unknown)
    if not trusted:
        raise ConfigurationError(
            f"{path}: holds local plugin files ({names}), whose code a rerun executes with all that you may do; "
            "read it first, and give --trust-plugins if you trust whoever made the record, or give your own copies "
            "of the files with --plugin"
        )
    with TemporaryDirectory(prefix="neuroplast-plugins-") as folder:
        written = [_written(Path(folder), file) for file in unknown]
        tell(f"{path}: executes the code of {names} from the record, in {folder}")
        choice = discovery.chosen()
        loaded = registry.load([*choice.files, *written], choice.disabled)
        loaded.insist()
        registry.use(loaded)
        try:
            yield
        finally:
            registry.use(before)
            for file in written:
                sys.modules.pop(discovery.describe_file(file).module, None)


def _written(folder: Path, file: SourceFile) -> Path:
    """The file in a folder, under a name of its own, and in the encoding that its text states."""
    path = folder / f"recorded_{file.sha256[:16]}.py"
    encoding, _ = tokenize.detect_encoding(io.BytesIO(file.text.encode()).readline)
    path.write_text(file.text, encoding=encoding)
    return path
