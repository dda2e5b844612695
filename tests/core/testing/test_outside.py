"""Parts of every family that do something to the rest of the program, and the check that finds it."""

import inspect
from typing import ClassVar

import pytest
import torch
from support import doubles
from support.asking import catch, hold, skip

from neuroplast import Competition, Rule, registry
from neuroplast.kinds import KINDS
from neuroplast.registry import Registry
from neuroplast.testing import SynapseClaims, process

ALONE = "leaves the rest of the program alone"
COUNT = 0


class FlatClaims(SynapseClaims):
    """The shapes to try a synapse on."""

    cases = ({},)
    shapes = ((4,),)


def asked(of, part):
    claims = FlatClaims() if part.family == "synapse" else None
    return of(part, ALONE, claims, registry=registry.current(), family="any")


def first(family):
    """The first built-in part of a family that can be made by default and used here; a double for a synapse."""
    if family == "synapse":
        return doubles.Matrix
    for entry in registry.current().entries(family):
        try:
            part = entry.part()
            asked(hold, part)
        except BaseException:
            continue
        return entry.part
    raise AssertionError(f"no {family} can be used")


def doing(base, then):
    """A part that does what another does, and something before it, in every method of its interface."""
    named = {"__module__": __name__, "__doc__": base.__doc__}
    interface = KINDS[base.family].interface
    for name, _ in inspect.getmembers(interface, inspect.isfunction):
        if name in vars(interface) and not name.startswith("_"):
            named[name] = _after(getattr(base, name), then)
    return type("Doing", (base,), named)()


def _after(method, then):
    def told(self, *given, **named):
        then()
        return method(self, *given, **named)

    return told


def count():
    global COUNT
    COUNT += 1


@pytest.mark.parametrize("family", KINDS)
def test_a_counter_is_found_in_every_family(family):
    said = asked(catch, doing(first(family), count))
    assert "keeps what no layer knows of in" in said
    assert f"{__name__}.COUNT (was " in said
    assert "declare what evolves as Memory" in said


@pytest.mark.parametrize("family", ["competition", "stimuli"])
def test_files_and_settings_are_found(family, tmp_path):
    before = process.settings()
    written = doing(first(family), (tmp_path / "log").touch)
    assert f"wrote {tmp_path / 'log'} while it was used" in asked(catch, written)
    single = doing(first(family), lambda: torch.set_default_dtype(torch.float64))
    said = asked(catch, single)
    assert "by torch.set_default_dtype (was torch.float32, is torch.float64); name dtype" in said
    assert process.settings() == before


class Meddling(Competition):
    """Everybody learns, and what it does is its own."""

    kind: ClassVar[str] = "meddling"
    then: ClassVar = None

    def compete(self, v, memory):
        type(self).then()
        return v.clone()


def meddling(then):
    return type("Meddler", (Meddling,), {"__module__": "builtins", "then": staticmethod(then)})()


def test_gradients_switched_on_in_a_step_are_found():
    """A layer learns without them, and puts them back: within the step they would build a graph of everything."""
    said = asked(catch, meddling(lambda: torch.set_grad_enabled(True)))
    assert "torch.set_grad_enabled (was False, is True)" in said


def test_a_number_of_threads_is_found_even_where_it_is_the_one_there_was():
    threads = torch.get_num_threads()
    said = asked(catch, meddling(lambda: torch.set_num_threads(threads)))
    assert "torch.set_num_threads (was " in said
    assert torch.get_num_threads() == threads


def test_blocks_that_put_back_what_they_set_are_no_fault():
    def block():
        with torch.enable_grad(), torch.random.fork_rng():
            torch.zeros(1)

    asked(hold, meddling(block))


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    def all_of_it():
        count()
        torch.set_default_dtype(torch.float64)
        (tmp_path / "log").touch()

    said = asked(catch, doing(first("competition"), all_of_it))
    assert all(words in said for words in ("COUNT", "set_default_dtype", "wrote"))


def test_the_loss_of_a_rule_is_used_too():
    class Counting(Rule):
        """Δw = Σ g x, by its equation and as a loss."""

        kind: ClassVar[str] = "counting"

        def delta(self, view):
            return view.outer(view.g)

        def surrogate(self, u, w, g):
            count()
            return u

    assert "COUNT" in asked(catch, Counting())


def test_without_companions_there_is_nothing_to_use_a_part_in():
    assert "no plugin provides a default" in skip(
        Meddling(), ALONE, registry=Registry(), family="any"
    )
