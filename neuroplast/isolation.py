"""Runs the code of plugins so that what fails in one stays its own: imported module by module, each by itself."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
import tokenize
import traceback
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import partial
from pathlib import Path
from typing import Any

import pluggy

from neuroplast.discovery import Failure, Plugin
from neuroplast.errors import PluginError


def isolated(plugin: Plugin, name: str, action: Callable[[], Any]) -> Any:
    """The result of running a plugin's code; a failure is kept with the plugin and None returned.

    What the code prints goes to stderr, so that it does not stand in the middle of an answer.
    """
    try:
        with redirect_stdout(sys.stderr):
            return action()
    except (Exception, SystemExit) as error:
        failure = Failure(name, f"{name}: {first_line(error)}", traceback.format_exc())
        plugin.failures.append(failure)
        return None


def first_line(error: BaseException) -> str:
    """An error in one line; of pluggy's, the line that says what is wrong."""
    if isinstance(error, SystemExit):
        return f"called sys.exit({error.code!r})"
    lines = str(error).strip().splitlines() or [""]
    if isinstance(error, PluginError):
        return lines[0]
    if isinstance(error, pluggy.PluginValidationError):
        return lines[-1]
    return f"{type(error).__name__}: {lines[0]}".removesuffix(": ")


def import_all(target: str, plugin: Plugin) -> list[str]:
    """Import a module, or every module of a package, each on its own; the names of those that imported."""
    module = importlib.import_module(target)
    found = [target]
    for info in pkgutil.iter_modules(getattr(module, "__path__", []), f"{target}."):
        if not info.name.endswith(".__main__"):  # a program, which importing would start
            found += isolated(plugin, info.name, partial(import_all, info.name, plugin)) or []
    return found


def source_text(path: Path) -> str:
    """A source file as Python reads it, in the encoding that it states."""
    with tokenize.open(path) as file:
        return file.read()


def import_file(name: str, path: Path) -> object:
    """Import a source file as a module of this name."""
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise PluginError("is no Python file; give one that ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module
