"""The mutator makes every fault that its operators name, by hand here, and the kit alone kills them."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest
import torch
from mutation import equivalents, faults
from mutation.alike import alike
from mutation.equivalents import Equivalent
from mutation.log import Log
from mutation.mutants import FOLDERS, Mutant, mutants, plugins, unchanged
from mutation.operators import OPERATORS
from mutation.operators.ties import choosing
from mutation.report import Report, share
from mutation.second import second_set
from mutation.source import Function, functions
from mutation.trial import KILLED, NOT_LOADED, SURVIVED, Order, Verdict

import neuroplast_plugins
from neuroplast import View
from neuroplast.testing import ladder
from neuroplast.testing.asking import all_checks

PLUGINS = Path(next(iter(neuroplast_plugins.__path__)))


def function(body: str, head: str = "def delta(self, view: View) -> Delta:") -> str:
    """A plugin's source with one method."""
    inner = "\n".join(f"        {line}" for line in dedent(body).strip().splitlines())
    return f"class Part(Rule):\n    k: int = Field(1)\n    eta: float = Field(0.5)\n\n    {head}\n{inner}\n"


def made(operator: str, source: str) -> list[str]:
    """What an operator makes of a plugin: the lines that are new, mutant by mutant."""
    tree = ast.parse(source)
    plain = ast.unparse(tree).splitlines()
    found = []
    for f in functions(tree):
        for edit in OPERATORS[operator](f):
            lines = ast.unparse(ast.fix_missing_locations(edit.of(tree))).splitlines()
            new = [line.strip() for line in lines if line not in plain]
            found.append(" / ".join(new))
    return [line for line in found if line]


def test_signs_turn_round():
    source = function("return a - (-b) + view.g")
    assert made("sign flipped", source) == [
        "return a - b + view.g",
        "return a - -b - view.g",
        "return a + -b + view.g",
        "return -(a - -b + view.g)",
        "return a - -b + -view.g",
    ]


def test_methods_that_add_in_place_turn_round_too():
    found = made("sign flipped", function("total.add_(y)\nreturn 0"))
    assert found == ["total.sub_(y)", "return -0"]


def test_terms_are_dropped():
    found = made("term dropped", function("view.memory.theta.mul_(a)\nreturn a - b * c / d"))
    assert found == [
        "return a",
        "return -(b * c / d)",
        "return a - b * c",
        "return a - 1 / d",
        "return a - b / d",
        "return a - c / d",
        "view.memory.theta",
        "pass",
    ]


def test_a_decay_gets_other_coefficients():
    found = made("decay by g instead of g·v", function("return view.decay(view.g * view.v)"))
    assert len(found) == 8
    assert found[:3] == [
        "return view.decay(view.g)",
        "return view.decay(view.u)",
        "return view.decay(view.v)",
    ]
    assert "return view.decay(1.0)" in found


def test_rates_are_applied_twice():
    found = made("rate applied twice", function("return self.eta * f", "def at(self, view, p):"))
    assert found == ["return self.eta * self.eta * f", "return (self.eta * f) ** 2"]


def test_roles_are_exchanged():
    found = made("roles transposed", function("return view.outer(view.g)"))
    assert found == [
        "return view.outer(view.x)",
        "return view.outer(view.u)",
        "return view.outer(view.v)",
        "return view.outer(view.x, view.g)",
    ]
    head = "def respond(self, u: Post, g: Post) -> Post:"
    assert made("roles transposed", function("return f(u, k) / k", head)) == [
        "return k / f(u, k)",
        "return f(k, u) / k",
        "return f(g, k) / k",
    ]


def test_sums_are_averaged_and_means_summed():
    assert made("sum for mean", function("return delta / view.count")) == [
        "return delta / view.u.shape[0]",
        "return delta / (view.count // view.u.shape[0])",
        "return delta / view.u.numel()",
        "return delta",
        "return delta / view.count / view.count",
    ]
    assert made("sum for mean", function("return u - u.mean(1)", "def f(u):")) == [
        "return u - u.sum(1)"
    ]


def test_whole_numbers_are_off_by_one():
    assert made("off by one", function("return largest(v, self.k) > 2")) == [
        "return largest(v, self.k + 1) > 2",
        "return largest(v, self.k - 1) > 2",
        "return largest(v, self.k) > 3",
        "return largest(v, self.k) > 1",
        "return largest(v, self.k) >= 2",
    ]


def test_the_last_of_equal_values_is_taken():
    source = function("return v.argmax(dim, keepdim=True), first_largest(v, 2, dim)")
    assert made("last tie for first", source) == [
        "return (faults.mirrored_index(lambda _v: _v.argmax(dim, keepdim=True), v, dim), "
        "first_largest(v, 2, dim))",
        "return (v.argmax(dim, keepdim=True), "
        "faults.mirrored(lambda _v: first_largest(_v, 2, dim), v, dim))",
    ]


def test_shared_functions_that_choose_are_found():
    assert "first_largest" in choosing()
    assert not choosing() & {"softmax", "norms", "triangle"}


def test_mirrored_choices_take_the_last():
    v = torch.tensor([[1.0, 3.0, 3.0, 2.0]])
    index = faults.mirrored_index(lambda v: v.argmax(1), v, 1)
    assert index.tolist() == [2]
    first_two = faults.mirrored(lambda v: v.flip(1).cumsum(1) > 0, v, 1)
    assert first_two.shape == v.shape
    best = faults.mirrored_index(lambda v: v.max(1), v, 1)
    assert (best.values.tolist(), best.indices.tolist()) == ([3.0], [2])


def test_inputs_are_padded_twice():
    assert made("padding twice", function("return view.outer(view.g) + f(view.x)")) == [
        "return view.outer(view.g) + f(view.geometry.prepare(view.x))",
        "return view.outer(view.g, view.geometry.prepare(view.x)) + f(view.x)",
    ]


def test_axes_are_others():
    assert made("wrong axis", function("return softmax(v, dim) + v.sum(1)")) == [
        "return softmax(v, 0) + v.sum(1)",
        "return softmax(v, 1) + v.sum(1)",
        "return softmax(v, 2) + v.sum(1)",
        "return softmax(v, -1) + v.sum(1)",
        "return softmax(v, dim) + v.sum(0)",
        "return softmax(v, dim) + v.sum(2)",
        "return softmax(v, dim) + v.sum(-1)",
    ]
    assert made("wrong axis", function("return norms(w)", "def at(self, view, progress):")) == [
        "return norms(w.transpose(0, 1))",
        "return faults.whole(lambda _w: norms(_w), w)",
    ]
    assert made("wrong axis", function("return largest_magnitude(w)")) == [
        "return largest_magnitude(w.transpose(0, 1))",
        "return faults.whole(lambda _w: largest_magnitude(_w), w)",
        "return faults.each(lambda _w: largest_magnitude(_w), w)",
    ]


def test_norms_along_other_axes_by_hand():
    w = torch.tensor([[3.0, 4.0], [0.0, 12.0]])
    assert faults.whole(lambda w: w.norm(dim=1), w).tolist() == [13.0, 13.0]
    assert faults.each(lambda w: w.abs().max(), w).tolist() == [4.0, 12.0]
    assert faults.spread_over_inputs(torch.tensor([1.0, 2.0]), w).tolist() == [[1.0, 2.0]]


def test_state_is_updated_before_or_after():
    source = function("""
        theta = view.memory.theta
        dw = view.outer(view.g - theta)
        view.memory.theta.lerp_(y, 0.1)
        return dw + theta
    """)
    assert made("state before, not after", source) != []
    tree = ast.parse(source)
    (f,) = functions(tree)
    bodies = [
        [ast.unparse(s) for s in functions(e.of(tree))[0].body]
        for e in OPERATORS["state before, not after"](f)
    ]
    theta, dw = "theta = view.memory.theta", "dw = view.outer(view.g - theta)"
    update, result = "view.memory.theta.lerp_(y, 0.1)", "return dw + theta"
    assert bodies == [
        [update, theta, dw, result],
        [theta, dw, "_result = dw + theta", update, "return _result"],
        [theta, dw, update, theta, result],
        [theta, dw, update, dw, result],
    ]


def test_what_adapts_after_the_step_adapts_before_it():
    source = dedent("""
        class Part(Dynamics):
            def integrate(self, u, memory):
                return u - memory.theta

            def adapt(self, view):
                view.memory.theta.add_(view.v.mean())
    """)
    found = made("state before, not after", source)
    assert found == ["memory.theta.add_(u.mean())"]


def test_what_a_rate_remembers_after_the_step_is_remembered_before_it():
    source = dedent("""
        class Part(Rate):
            def at(self, view, progress):
                return 1 / view.memory.wins

            def adapt(self, seen):
                seen.memory.wins.add_(seen.g.sum())
    """)
    found = made("state before, not after", source)
    assert found == ["view.memory.wins.add_(view.g.sum())"]


def test_neighbours_are_looked_at():
    found = made("peek at the neighbour", function("return view.outer(view.g)"))
    assert found == [
        "return view.outer(view.g.roll(1, 0))",
        "return view.outer(view.g.roll(1, 1))",
        "return view.outer(view.g.roll(1, -1))",
        "return view.outer(view.g, view.x.roll(1, 0))",
        "return view.outer(view.g, view.x.roll(1, 1))",
        "return view.outer(view.g, view.x.roll(1, -1))",
    ]


def test_the_decay_of_a_neighbour_reads_its_weights():
    view: View = next(s for s in ladder() if s.synapse.neurons == 3).view()
    found = faults.decay_of_neighbour(view, lambda v: v.decay(1.0), 0).tensor()
    torch.testing.assert_close(found, view.count * view.w_e[[2, 0, 1]])


def test_memory_and_what_is_made_of_an_activity_are_read_shapes_are_not():
    head = "def compete(self, v: Post, memory: State) -> Post:"
    source = function("s = v * memory.gain\nreturn torch.zeros_like(s) + s.sum(len(v))", head)
    (f,) = functions(ast.parse(source))
    assert isinstance(f, Function)
    assert sorted((ast.unparse(r.node), r.kind) for r in f.reads) == [
        ("memory.gain", "memory"),
        ("s", "derived"),
        ("v", "activity"),
    ]


def test_hooks_docstrings_annotations_defaults_and_errors_are_left_alone(tmp_path):
    source = dedent('''
        class Part(Competition):
            """1 + 1."""

            k: int = Field(1 + 1, ge=1)

            def check(self, shape: Shape = 1 + 1) -> None:
                """1 + 1."""
                if wrong:
                    raise ConfigurationError(f"{self.k + 1} of {1 + 1}")

        @hookimpl
        def competitions():
            return [Part][0 - 0]
    ''')
    path = tmp_path / "part.py"
    path.write_text(source)
    assert mutants(path) == []


def test_each_mutant_is_made_once_and_says_what_differs(tmp_path):
    path = tmp_path / "part.py"
    path.write_text(function("return view.decay(view.g * view.v)"))
    found = mutants(path)
    sources = [m.source for m in found]
    assert len(set(sources)) == len(sources)
    assert unchanged(path).source not in sources
    dropped = [m for m in found if m.after == "return view.decay(view.g)"]
    assert [m.operator for m in dropped] == ["decay by g instead of g·v"]
    assert str(dropped[0]).splitlines()[1:] == [
        "    - return view.decay(view.g * view.v)",
        "    + return view.decay(view.g)",
    ]
    assert (dropped[0].line, dropped[0].where) == (6, "Part.delta")


@pytest.fixture(scope="module")
def made_of():
    """All mutants of all plugins, by file."""
    return {f"{p.parent.name}/{p.name}": mutants(p) for p in plugins(PLUGINS)}


def test_every_plugin_of_the_folders_has_mutants(made_of):
    folders = {file.partition("/")[0] for file in made_of}
    assert folders == {f for f in FOLDERS if (PLUGINS / f).is_dir()}
    assert all(made_of.values())


ASKED = """
from mutation.mutants import Mutant, mutants, plugins, unchanged
from mutation.trial import Order, tried
path = next(p for p in plugins(PLUGINS) if p.parts[-2:] == ("scalings", "mean.py"))
off = next(m for m in mutants(path) if m.after == "return delta / (view.count + 1)")
broken = Mutant(path, "none", "", 0, "", "", "import nothing_of_that_name")
asked = [unchanged(path), off, broken]
found = {mutant.source: verdict for mutant, verdict in tried(asked, {path: Order()}, jobs=1)}
for mutant in asked:
    verdict = found[mutant.source]
    print(verdict.result, verdict.check, verdict.message, sep="|")
"""


def test_the_kit_passes_a_plugin_kills_its_mutants_and_reports_what_does_not_load():
    # in a process with one thread, as `make mutants` has it: a process with more cannot be forked safely
    tests = str(Path(__file__).parents[2])
    script = f"from pathlib import Path\nPLUGINS = Path({str(PLUGINS)!r})\n{ASKED}"
    env = {**os.environ, "PYTHONPATH": tests, "OMP_NUM_THREADS": "1"}
    words = [sys.executable, "-c", script]
    done = subprocess.run(words, env=env, capture_output=True, text=True, check=True)
    plain, off, broken = (line.split("|") for line in done.stdout.splitlines())
    assert plain == [SURVIVED, "", ""]
    assert off[0] == KILLED
    assert off[1].partition(" [")[0] in {check.name for check in all_checks()}
    assert broken[0] == NOT_LOADED
    assert "nothing_of_that_name" in broken[2]


def mutant(after: str) -> Mutant:
    return Mutant(Path("rules/oja.py"), "term dropped", "Oja.delta", 1, "return a", after, after)


def test_the_report_counts_and_refuses_wrong_equivalents():
    found = [(mutant(f"return {n}"), Verdict(KILLED, "looped")) for n in range(18)]
    found += [(mutant("b"), Verdict(SURVIVED)), (mutant("c"), Verdict(SURVIVED))]
    assert share(found) == pytest.approx(0.9)
    assert not Report(found, [], 0.95)

    alike = Equivalent("rules/oja.py", "term dropped", "return a", "b", "b is a")
    assert share(Report(found, [alike], 0.95).faults) == pytest.approx(18 / 19)
    assert not Report(found, [alike], 0.95)

    other = Equivalent("rules/oja.py", "term dropped", "return a", "c", "c is a")
    assert Report(found, [alike, other], 0.95)
    assert "| rules  | 20      | 2          | 18     |" in str(Report(found, [alike, other], 0.95))

    killed = Equivalent("rules/oja.py", "term dropped", "return a", "return 1", "")
    gone = Equivalent("rules/oja.py", "term dropped", "return a", "return 99", "")
    refused = Report(found, [alike, other, killed, gone], 0.95)
    assert not refused
    assert [line.split(":")[0] for line in refused.refused] == [
        "no equivalent, killed by looped",
        "no such mutant",
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = torch.zeros_like(view.u)", "y = torch.zeros_like(view.g)"),
        ("n = len(view.x)", "n = len(view.v)"),
        ("s = view.g.sum(0)", "s = view.g.roll(1, 0).sum(0)"),
        ("s = view.g.square()", "s = (-view.g).square()"),
        ("s = view.u * view.v", "s = view.v * view.u"),
        ("a = norms(view.w)", "a = norms(view.w.roll(1, 1))"),
        ("if view.g != 0:", "if -view.g != 0:"),
        ("", "g, theta, n = (view.g, view.memory.theta, len(view.g))"),
        ("", "memory = context.memory"),
    ],
)
def test_what_has_no_meaning_where_it_stands_is_alike(before, after):
    assert alike(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("y = torch.zeros_like(view.u)", "y = torch.zeros_like(view.x)"),
        ("n = len(view.x)", "n = len(view.w)"),
        ("s = view.g.sum(1)", "s = view.g.roll(1, 0).sum(1)"),
        ("s = view.g.sum(0)", "s = view.g.roll(1, 1).sum(0)"),
        ("s = view.g.exp()", "s = (-view.g).exp()"),
        ("s = view.u - view.v", "s = view.v - view.u"),
        ("a = norms(view.w)", "a = norms(view.w.roll(1, 0))"),
        ("if view.g != 1:", "if -view.g != 1:"),
        ("y = x", "y = x"),
        ("", "n = len(view.w)"),
        ("", "g = view.g.clone()"),
        ("", "theta.add_(view.g)"),
        ("", "g = theta"),
        ("y = (", "y = ("),
    ],
)
def test_what_has_one_and_lines_that_were_moved_are_not_alike(before, after):
    assert not alike(before, after)


def test_an_alike_mutant_is_no_fault_and_fails_the_run_where_it_is_killed():
    def turned(result: str) -> tuple[Mutant, Verdict]:
        before, after = "return view.u * view.v", "return view.v * view.u"
        made = Mutant(Path("rules/oja.py"), "roles transposed", "Oja.f", 1, before, after, after)
        return made, Verdict(result, "looped")

    found = [(mutant("return 1"), Verdict(KILLED, "looped"))]
    assert share(Report([*found, turned(SURVIVED)], [], 0.95).faults) == 1
    assert Report([*found, turned(SURVIVED)], [], 0.95)
    assert not Report([*found, turned(KILLED)], [], 0.95)


def test_verdicts_are_found_again_by_what_the_mutant_is(tmp_path):
    log = Log(tmp_path / "log.jsonl")
    killed = Verdict(KILLED, "looped", "oja", "{}", "g is 1")
    timed = Verdict(SURVIVED, seconds={("oja", "{}", "looped"): 0.5})
    log.add(mutant("a"), killed)
    log.add(mutant("b"), timed)
    asked = [mutant("a"), mutant("b"), mutant("c")]
    assert log.known(asked) == [], "what it finds is what was there when it was opened"
    assert Log(log.path).known(asked) == [(asked[0], killed), (asked[1], timed)]
    assert Log(None).known(asked) == []


def test_what_killed_most_is_asked_first_then_what_takes_least_time():
    order = Order()
    order.learn(Verdict(KILLED, "looped", "oja", "{}"))
    order.learn(Verdict(SURVIVED, seconds={("oja", "{}", "slow"): 2.0, ("oja", "{}", "fast"): 0.1}))
    asked = [("oja", "{}", name) for name in ("slow", "fast", "looped")]
    assert [name for *_, name in sorted(asked, key=order)] == ["looped", "fast", "slow"]


def test_every_equivalent_is_there_and_says_why(made_of):
    for equivalent in equivalents.EQUIVALENTS:
        assert any(equivalent.covers(m) for m in made_of.get(equivalent.file, [])), equivalent
        assert len(equivalent.why.split()) > 5, equivalent


def test_the_second_set_fits_the_plugins_as_they_are():
    found = second_set(PLUGINS)
    assert len(found) == 20
    assert all(m.before and m.after for m in found)
    assert len({m.source for m in found}) == 20
