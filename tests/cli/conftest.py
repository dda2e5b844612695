"""The command line called in this process, with a cache of its own and plugins that look installed."""

import logging
import sys
from collections import namedtuple

import pytest
from support.installed import install

from neuroplast import discovery, registry
from neuroplast.cli import main

Answer = namedtuple("Answer", "code out err")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    folder = tmp_path / "cache"
    monkeypatch.setenv("NEUROPLAST_CACHE", str(folder))
    return folder


@pytest.fixture
def site(tmp_path, monkeypatch):
    """A folder that Python looks for packages in; what is imported from it is forgotten again."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    before = set(sys.modules)
    yield folder
    for name in set(sys.modules) - before:
        if str(folder) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


@pytest.fixture
def plugin(site):
    """Install a plugin: plugin("name", source)."""
    return lambda name, source, **more: install(site, name, source, **more)


@pytest.fixture
def cli(capsys, monkeypatch, tmp_path):
    """Call the command line as a new process would: cli("list", "rules")."""
    monkeypatch.chdir(tmp_path)
    discovery.choose()

    def call(*arguments):
        registry.use(None)
        discovery.choose()
        capsys.readouterr()
        code = main([str(a) for a in arguments])
        return Answer(code, *capsys.readouterr())

    yield call
    registry.use(None)
    discovery.choose()
    logger = logging.getLogger("neuroplast")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


@pytest.fixture
def scenario(tmp_path):
    """Write a scenario of one small layer on generated stimuli, with some lines changed or added."""
    top = {"about": ""}
    lines = {
        "stimuli": 'stimuli = { kind = "gaussian", inputs = 4, train = 40 }',
        "presentations": "presentations = 40",
        "measures": 'measures = ["principal_component"]',
        "layers": "[[layers]]",
        "synapse": 'synapse = { kind = "dense", neurons = 1 }',
        "rule": 'rule = "oja"',
        "scaling": 'scaling = "mean"',
        "rate": "rate = { kind = 'constant', eta = 0.01 }",
    }

    def write(name="mine.toml", **changes):
        path = tmp_path / name
        more = {k: v for k, v in changes.items() if not v.startswith("[")}
        tables = {k: v for k, v in changes.items() if v.startswith("[")}
        path.write_text("\n".join({**top, **lines, **more, **tables}.values()))
        return path

    return write
