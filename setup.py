"""Names the packages of the wheel; everything else is in pyproject.toml.

pyproject.toml can search folders for packages, or give a folder another name, but not both at once.
This file does both, so that a new sub-folder of `plugins/` is installed without being listed.
"""

import tomllib
from pathlib import Path

from setuptools import find_namespace_packages, setup

ROOT = Path(__file__).parent
RENAMED = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "setuptools"
]["package-dir"]


def packages(name: str, folder: str) -> list[str]:
    """Return a package and all its sub-packages, under the name they are installed as."""
    # Absolute, because this file may be run from anywhere. Folders without code are packages too
    # (`scenarios`, `data`); __pycache__ is the one kind that is not.
    inside = find_namespace_packages(str(ROOT / folder), exclude=["*__pycache__*"])
    return [name, *(f"{name}.{package}" for package in inside)]


setup(
    packages=[
        package
        for name, folder in {"neuroplast": "neuroplast", **RENAMED}.items()
        for package in packages(name, folder)
    ]
)
