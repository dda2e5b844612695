"""Where a part's code can keep something that no layer knows of, and what is no hiding place."""

import sys
import types
from textwrap import dedent

import pytest
import torch

from neuroplast import Population
from neuroplast.testing.hidden import hidden, moved

FRAME = """
import functools, itertools, random
from collections import Counter, defaultdict, deque
from types import SimpleNamespace

import numpy as np
import torch

from neuroplast import Population

{before}

class Odd(Population):
    '''y = v, and something beside.'''

    kind = "odd"
{inside}
    def respond(self, v, g):
{respond}
        return v
"""


@pytest.fixture
def part(monkeypatch):
    """Makes a part in a module of its own, from what stands before the class, in it and in `respond`."""

    def make(respond="pass", before="", inside="", name="odd_module"):
        module = types.ModuleType(name)
        monkeypatch.setitem(sys.modules, name, module)
        lines = [" " * 8 + line for line in dedent(respond).strip().splitlines()]
        own = [" " * 4 + line for line in dedent(inside).strip().splitlines()]
        source = FRAME.format(
            before=dedent(before), inside="\n".join(own), respond="\n".join(lines)
        )
        exec(compile(source, f"{name}.py", "exec"), vars(module))
        return module.Odd()

    return make


def found(part, calls=1):
    """What is found to have moved by calls of the part."""
    before = hidden(part)
    for _ in range(calls):
        part.respond(torch.ones(2, 3), None)
    return moved(before, hidden(part))


HIDING = {
    "a global": ("global N; N += 1", "N = 0", "", "odd_module.N (was 0, is 1)"),
    "a global by its table": ("globals()['N'] += 1", "N = 0", "", "odd_module.N (was 0, is 1)"),
    "a new global": ("global N; N = 1", "", "", "odd_module.N (was absent, is 1)"),
    "a list": ("L.append(1)", "L = []", "", "odd_module.L (was list of 0, is list of 1)"),
    "an entry": ("D['n'] = 2", "D = {'n': 1}", "", "odd_module.D (dict of 1, changed)"),
    "a nested entry": ("D['n'][0] += 1", "D = {'n': [1]}", "", "odd_module.D (dict of 1, changed)"),
    "a default entry": ("D['n'] += 1", "D = defaultdict(int)", "", "odd_module.D"),
    "a set": ("S.add(2)", "S = {1}", "", "odd_module.S (was set of 1, is set of 2)"),
    "a queue": (
        "Q.append(2)",
        "Q = deque([1], maxlen=1)",
        "",
        "odd_module.Q (deque of 1, changed)",
    ),
    "a counter": ("next(C)", "C = itertools.count()", "", "(was count(0), is count(1))"),
    "a tensor": ("T.add_(1)", "T = torch.zeros(2)", "", "odd_module.T (a tensor of shape (2,)"),
    "a tensor's data": ("T.data.add_(1)", "T = torch.zeros(2)", "", "odd_module.T"),
    "an array": ("A[0] += 1", "A = np.zeros(2)", "", "odd_module.A (ndarray, changed)"),
    "a generator": (
        "torch.rand(1, generator=R)",
        "R = torch.Generator()",
        "",
        "odd_module.R (Generator, changed)",
    ),
    "Python's generator": ("R.random()", "R = random.Random(0)", "", "odd_module.R"),
    "numpy's generator": ("R.random()", "R = np.random.default_rng(0)", "", "odd_module.R"),
    "a namespace": ("S.n += 1", "S = SimpleNamespace(n=0)", "", "odd_module.S"),
    "an object of its own": (
        "B.n += 1",
        "class Box:\n    n = 0\nB = Box()",
        "",
        "odd_module.B (Box, changed)",
    ),
    "an object with slots": (
        "B.n += 1",
        "class Box:\n    __slots__ = ('n',)\nB = Box()\nB.n = 0",
        "",
        "odd_module.B (Box, changed)",
    ),
    "a class of its module": (
        "Box.n += 1",
        "class Box:\n    n = 0",
        "",
        "odd_module.Box.n (was 0, is 1)",
    ),
    "a network": (
        "M.weight.data.add_(1)",
        "M = torch.nn.Linear(1, 1)",
        "",
        "odd_module.M (Linear, changed)",
    ),
    "an attribute of its class": (
        "type(self).calls = getattr(type(self), 'calls', 0) + 1",
        "",
        "",
        "odd_module.Odd.calls (was absent, is 1)",
    ),
    "a list of a base": (
        "self.calls.append(1)",
        "from typing import ClassVar\nclass Base(Population):\n    calls: ClassVar[list] = []\n"
        "Population = Base",
        "",
        "odd_module.Base.calls",
    ),
    "itself": ("object.__setattr__(self, '_n', 3)", "", "", "self._n (was absent, is 3)"),
    "a closure": (
        "_f()",
        "def _make():\n    n = 0\n    def f():\n        nonlocal n\n        n += 1\n    return f\n"
        "_f = _make()",
        "",
        "odd_module._make.<locals>.f, which closes over n (was 0, is 1)",
    ),
    "a decorator's own cache": (
        "_f(1)",
        "def memo(f):\n    kept = {}\n    @functools.wraps(f)\n    def g(x):\n"
        "        return kept.setdefault(x, f(x))\n    return g\n@memo\ndef _f(x): return x",
        "",
        "which closes over kept",
    ),
    "a default": (
        "self.note()",
        "",
        "def note(self, seen=[]): seen.append(1)",
        "odd_module.Odd.note, the default of seen (was list of 0, is list of 1)",
    ),
    "a function's attribute": (
        "_f.n += 1",
        "def _f(): pass\n_f.n = 0",
        "",
        "odd_module._f.n (was 0, is 1)",
    ),
    "a static method's closure": (
        "self.tick()",
        "def _make():\n    n = []\n    return lambda: n.append(1)",
        "tick = staticmethod(_make())",
        "which closes over n",
    ),
    "a property's closure": (
        "self.tick",
        "def _make():\n    n = []\n    return lambda self: n.append(1)",
        "tick = property(_make())",
        "which closes over n",
    ),
    "a cached function's globals": (
        "_f(object())",
        "N = [0]\n@functools.cache\ndef _f(x): N[0] += 1",
        "",
        "odd_module.N (list of 1, changed)",
    ),
    "a bound method": (
        "_tick()",
        "class Box:\n    n = 0\n    def tick(self): self.n += 1\n_tick = Box().tick",
        "",
        "odd_module._tick",
    ),
}


@pytest.mark.parametrize("place", HIDING)
def test_what_is_kept_is_found_where_it_is(part, place):
    respond, before, inside, told = HIDING[place]
    assert told in " and ".join(found(part(respond, before, inside)))


INNOCENT = {
    "nothing": ("pass", "", ""),
    "a cache of a function": ("_f(v.dim())", "@functools.cache\ndef _f(n): return [n]", ""),
    "a cache of a method": (
        "self.size(v.dim())",
        "",
        "@functools.lru_cache\ndef size(self, n): return n",
    ),
    "a cached property": (
        "self.size",
        "",
        "@functools.cached_property\ndef size(self): return [2]",
    ),
    "what is made and dropped": ("L = [1]; L.append(2)", "L = []", ""),
    "a warning told once": (
        "with warnings.catch_warnings():\n    warnings.simplefilter('default')\n    "
        "warnings.catch_warnings(record=True)",
        "import warnings",
        "",
    ),
    "a value that is no number": ("pass", "N = float('nan'); T = torch.tensor([N])", ""),
    "what holds itself": ("pass", "L = []; L.append(L)", ""),
    "a path, which remembers its words": (
        "str(P), hash(P)",
        "import pathlib\nP = pathlib.Path('a') / 'b'",
        "",
    ),
    "a logger, which remembers its level": (
        "G.isEnabledFor(10)",
        "import logging\nG = logging.getLogger('odd')",
        "",
    ),
    "a function that is compiled when first called": (
        "_f(v)",
        "@functools.partial(torch.compile, backend='eager')\ndef _f(v): return v + 1",
        "",
    ),
}


@pytest.mark.parametrize("use", INNOCENT)
def test_what_follows_from_arguments_alone_may_be_kept(part, use):
    assert not found(part(*INNOCENT[use]), calls=2)


def test_modules_of_the_same_package_count_where_they_are_used(part, monkeypatch):
    for name in ("odd_package", "odd_package.helper", "odd_package.other"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    helper, other = sys.modules["odd_package.helper"], sys.modules["odd_package.other"]
    exec("N = []\ndef tick(): N.append(1)", vars(helper))
    exec("N = []", vars(other))
    used = part("tick()", "from odd_package.helper import tick", name="odd_package.parts")
    before = hidden(used)
    used.respond(torch.ones(1, 1), None)
    other.N.append(1)
    assert moved(before, hidden(used)) == ["odd_package.helper.N (was list of 0, is list of 1)"]


def test_what_others_keep_is_theirs(part, monkeypatch):
    library = types.ModuleType("some_library")
    library.CACHE = []
    monkeypatch.setitem(sys.modules, "some_library", library)
    assert not found(part("some_library.CACHE.append(1)", "import some_library"))


def test_large_tensors_are_known_by_their_version(part):
    large = "T = torch.zeros(1_000_001)"
    assert not found(part("T.sum()", large))
    assert found(part("T.add_(0)", large))


def test_parts_of_this_package_keep_nothing_that_is_looked_for():
    class Own(Population):
        kind = "own"
        __module__ = "neuroplast.somewhere"

        def respond(self, v, g):
            return v

    assert hidden(Own()) == {}
