from math import sqrt
from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, hold_all, skip

from neuroplast import ConfigurationError, Constraint, Memory, Refusal
from neuroplast.testing import ConstraintClaims, Example, NotApplicable

SATISFIED = "holds from the start, and after every step"
FORMULA = "equals its formula, neuron by neuron"
EXAMPLE = "gives the numbers worked by hand"
AGAIN = "leaves alone weights that it has corrected"
SPARED = "leaves alone a neuron whose weights are allowed"
COUNT = "counts what it corrected"
PLACE = "works in place, and stays finite"
CHANCE = "takes chance from its own stream only"
REMEMBERS = "remembers as its formula does"
USES = "changes and reads the memory that it declares"
WITHOUT_MEMORY = (REMEMBERS, USES)
STARTS = "starts as its formula does"
CUTS = "takes synapses away if it says so"
SIGNS = "reads the signs of its inputs only if it says so"


class Double(Constraint):
    """A constraint."""

    kind: ClassVar[str] = "double"
    bound: float = 0.5

    def enforce(self, w, context):
        raise NotImplementedError


class Clipped(Double):
    """|w_ij| ≤ bound."""

    def enforce(self, w, context):
        beyond = (w.abs() > self.bound).sum()
        w.clamp_(-self.bound, self.bound)
        return beyond


class ClippedClaims(ConstraintClaims):
    of = "double"
    examples = (Example({"w": [[1.0, -0.25], [0.5, -3.0]]}, [[0.5, -0.25], [0.5, -0.5]]),)

    def allowed(self, constraint, w, signs):
        return all(abs(v) <= constraint.bound for v in w)

    def enforce(self, constraint, w, signs):
        return [max(-constraint.bound, min(v, constraint.bound)) for v in w]


class OfUnitLength(Double):
    """|w_i| = 1; a neuron without weights stays at zero."""

    def enforce(self, w, context):
        length = w.flatten(1).norm(dim=1)
        away = (length - 1).abs() > 1e-6
        w.div_((length + 1e-12).view(-1, *[1] * (w.dim() - 1)))
        return (away & (length > 0)).sum()


class OfUnitLengthClaims(ConstraintClaims):
    of = "double"
    examples = (Example({"w": [[3.0, 4.0], [0.0, 2.0]]}, [[0.6, 0.8], [0.0, 1.0]]),)

    def allowed(self, constraint, w, signs):
        length = sqrt(sum(v * v for v in w))
        return length == 0 or abs(length - 1) < 1e-9

    def enforce(self, constraint, w, signs):
        length = sqrt(sum(v * v for v in w))
        return [v / length if length else 0.0 for v in w]


class Dale(Double):
    """Each weight has the sign of its input, or is zero."""

    def enforce(self, w, context):
        if context.pre_signs is None:
            raise ConfigurationError("dale: needs the signs of its inputs")
        signs = context.pre_signs.to(w.dtype).view(1, -1, *[1] * (w.dim() - 2))
        wrong = w * signs < 0
        w.masked_fill_(wrong, 0.0)
        return wrong.sum()


class DaleClaims(ConstraintClaims):
    of = "double"
    examples = (Example({"w": [[2.0, 3.0]], "signs": [-1, 1]}, [[0.0, 3.0]]),)

    def allowed(self, constraint, w, signs):
        return all(v * s >= 0 for v, s in zip(w, signs, strict=True))

    def enforce(self, constraint, w, signs):
        return [v if v * s > 0 else 0.0 for v, s in zip(w, signs, strict=True)]


class Masked(Double):
    """A share of the synapses, drawn once, stays at zero."""

    cuts: ClassVar[bool] = True
    there = Memory("weights")

    def start(self, w, context):
        drawn = torch.rand(w.shape, generator=context.rng) < 0.5
        context.memory.there.copy_(drawn)
        self.enforce(w, context)

    def enforce(self, w, context):
        gone = (context.memory.there == 0) & (w != 0)
        w.mul_(context.memory.there)
        return gone.sum()


class MaskedClaims(ConstraintClaims):
    of = "double"

    def allowed(self, constraint, w, signs):
        return True


@pytest.mark.parametrize(
    ("part", "claims"),
    [
        (Clipped(), ClippedClaims()),
        (OfUnitLength(), OfUnitLengthClaims()),
        (Dale(), DaleClaims()),
    ],
)
def test_sound_constraints_pass_everything(part, claims):
    hold_all(part, "constraints", claims, but=WITHOUT_MEMORY)


def test_one_with_memory_and_chance_passes_what_can_be_asked():
    hold_all(
        Masked(),
        "constraints",
        None,
        but=(SATISFIED, FORMULA, EXAMPLE, SPARED, SIGNS, REMEMBERS, STARTS),
    )
    assert "to chance" in skip(
        Masked(), FORMULA, type("C", (MaskedClaims,), {"enforce": lambda *_: None})()
    )


def broken(base, enforce):
    return type("Broken", (base,), {"enforce": enforce})()


def clipped_above(self, w, context):
    beyond = (w > self.bound).sum()
    w.clamp_(max=self.bound)
    return beyond


def by_row_sum(self, w, context):
    """The norm over the wrong axis."""
    length = w.norm(dim=0, keepdim=True)
    w.div_(length + 1e-12)
    return torch.tensor(len(w))


def of_the_layer(self, w, context):
    w.div_(w.norm() + 1e-12)
    return torch.tensor(w.numel())


def of_length_one_in_the_other_norm(self, w, context):
    w.div_(w.flatten(1).abs().sum(1).add(1e-12).view(-1, *[1] * (w.dim() - 1)))
    return torch.tensor(w.numel())


def unsigned(self, w, context):
    Dale().enforce(w.clone(), context)
    w.abs_()
    return torch.tensor(0)


@pytest.mark.parametrize(
    ("base", "enforce", "claims"),
    [
        (Clipped, clipped_above, ClippedClaims()),
        (OfUnitLength, by_row_sum, OfUnitLengthClaims()),
        (OfUnitLength, of_the_layer, OfUnitLengthClaims()),
        (OfUnitLength, of_length_one_in_the_other_norm, OfUnitLengthClaims()),
        (Dale, unsigned, DaleClaims()),
    ],
)
def test_weights_that_are_not_allowed_are_caught(base, enforce, claims):
    assert "not within the constraint" in catch(broken(base, enforce), SATISFIED, claims)
    catch(broken(base, enforce), FORMULA, claims)
    catch(broken(base, enforce), EXAMPLE, claims)


def test_weights_that_are_allowed_at_the_start_only_are_caught():
    class AtTheStart(Clipped):
        def start(self, w, context):
            Clipped().enforce(w, context)

        def enforce(self, w, context):
            return torch.tensor(0)

    assert "after a change of size 1" in catch(AtTheStart(), SATISFIED, ClippedClaims())


def test_weights_that_are_not_allowed_at_the_start_are_caught():
    class Late(Clipped):
        def start(self, w, context):
            pass

    assert "after the start" in catch(Late(), SATISFIED, ClippedClaims())


def test_a_guard_that_is_not_claimed_shows_at_the_size_that_is_named():
    class Tiny(OfUnitLengthClaims):
        sizes = (1.0, 1e-12)

    hold(OfUnitLength(), FORMULA, OfUnitLengthClaims())
    assert "w: off by" in catch(OfUnitLength(), FORMULA, Tiny())


def test_zeroing_what_is_beyond_is_another_formula():
    def zeroed(self, w, context):
        beyond = w.abs() > self.bound
        w.masked_fill_(beyond, 0.0)
        return beyond.sum()

    hold(broken(Clipped, zeroed), SATISFIED, ClippedClaims())
    catch(broken(Clipped, zeroed), FORMULA, ClippedClaims())


def test_what_is_not_idempotent_is_caught():
    def shrinking(self, w, context):
        beyond = (w.abs() > self.bound).sum()
        w.clamp_(-self.bound, self.bound).mul_(0.9)
        return beyond

    assert "enforced twice" in catch(broken(Clipped, shrinking), AGAIN)
    hold(broken(Clipped, shrinking), SATISFIED, ClippedClaims())


def test_counting_what_needs_no_correction_is_caught():
    def at_the_bound(self, w, context):
        at = (w.abs() >= self.bound).sum()
        w.clamp_(-self.bound, self.bound)
        return at

    assert "again" in catch(broken(Clipped, at_the_bound), AGAIN)


def test_a_norm_too_strict_for_float32_is_caught():
    """After a division, a long row in float32 is off by more than 1e-9, however often it is divided."""

    def strict(self, w, context):
        length = w.flatten(1).norm(dim=1)
        w.div_((length + 1e-12).view(-1, *[1] * (w.dim() - 1)))
        return (((length - 1).abs() > 1e-9) & (length > 0)).sum()

    assert "float32" in catch(broken(OfUnitLength, strict), AGAIN)


def test_touching_a_neuron_that_is_allowed_is_caught():
    def all_or_none(self, w, context):
        beyond = (w.abs() > self.bound).sum()
        if beyond:
            w.mul_(self.bound / w.abs().max())
        return beyond

    part = broken(Clipped, all_or_none)
    hold(part, SATISFIED, ClippedClaims())
    assert "of neuron 0, allowed" in catch(part, SPARED, ClippedClaims())


COUNTS = {
    "none": lambda w, before: torch.tensor(0),
    "all": lambda w, before: torch.tensor(w.numel()),
    "one too many": lambda w, before: (w != before).sum() + 1,
    "neurons where values were, after the first": lambda w, before: (
        (w != before).flatten(1).any(1).sum() if w.numel() > 2 else (w != before).sum()
    ),
    "inputs": lambda w, before: (w != before).any(0).sum(),
}


@pytest.mark.parametrize("count", COUNTS.values(), ids=COUNTS.keys())
def test_a_wrong_count_is_caught(count):
    def enforce(self, w, context):
        before = w.clone()
        w.clamp_(-self.bound, self.bound)
        return count(w, before)

    assert "says it corrected" in catch(broken(Clipped, enforce), COUNT)


@pytest.mark.parametrize(
    ("result", "said"),
    [
        (lambda beyond: int(beyond.sum()), "returned"),
        (lambda beyond: beyond.sum().float(), "torch.float32"),
        (lambda beyond: beyond.sum(0, keepdim=True), "whole numbers"),
        (lambda beyond: None, "returned None"),
    ],
)
def test_a_count_that_is_no_whole_scalar_tensor_is_caught(result, said):
    def enforce(self, w, context):
        beyond = w.abs() > self.bound
        w.clamp_(-self.bound, self.bound)
        return result(beyond)

    assert said in catch(broken(Clipped, enforce), COUNT)


def test_a_count_of_values_where_neurons_are_claimed_is_caught():
    class OfNeurons(ClippedClaims):
        counts = "neurons"

    hold(Clipped(), COUNT, ClippedClaims())
    assert "says it corrected" in catch(Clipped(), COUNT, OfNeurons())


def test_a_neuron_without_weights_that_counts_as_corrected_is_caught():
    def counting_the_dead(self, w, context):
        length = w.flatten(1).norm(dim=1)
        w.div_((length + 1e-12).view(-1, *[1] * (w.dim() - 1)))
        return ((length - 1).abs() > 1e-6).sum()

    part = broken(OfUnitLength, counting_the_dead)
    assert "left a neuron without weights" in catch(part, COUNT)
    assert "left a neuron without weights" in catch(part, AGAIN)


def test_dead_weights_that_become_nan_are_caught():
    def unguarded(self, w, context):
        length = w.flatten(1).norm(dim=1)
        w.div_(length.view(-1, *[1] * (w.dim() - 1)))
        return ((length - 1).abs() > 1e-6).sum()

    assert "not finite" in catch(broken(OfUnitLength, unguarded), PLACE)


def test_weights_with_another_memory_order_are_caught():
    def moved(self, w, context):
        w.data = w.data.contiguous().clamp(-self.bound, self.bound)
        return torch.tensor(0)

    assert "in place" in catch(broken(Clipped, moved), PLACE)


def test_chance_from_elsewhere_is_caught():
    def from_torch(self, w, context):
        w.mul_((torch.rand(w.shape) < 0.5).to(w.dtype))
        return torch.tensor(0)

    assert "global generator" in catch(broken(Double, from_torch), CHANCE)
    own = torch.Generator().manual_seed(0)

    def from_a_generator_of_its_own(self, w, context):
        w.mul_(torch.rand(w.shape, generator=own).to(w.dtype))
        return torch.tensor(0)

    assert "another result" in catch(broken(Double, from_a_generator_of_its_own), CHANCE)
    hold(Masked(), CHANCE)


def test_signs_that_are_claimed_and_not_read_are_caught():
    def positive(self, w, context):
        wrong = (w < 0).sum()
        w.clamp_(min=0)
        return wrong

    assert "opposite signs" in catch(broken(Dale, positive), SIGNS, DaleClaims())


def test_signs_that_are_read_and_not_claimed_are_caught():
    assert "no example says" in catch(Dale(), SIGNS, ClippedClaims())


def test_signs_along_the_wrong_axis_are_caught():
    def transposed(self, w, context):
        signs = context.pre_signs.to(w.dtype)[: len(w)]
        signs = torch.cat([signs, torch.ones(len(w) - len(signs), dtype=w.dtype)])
        wrong = w * signs.view(-1, *[1] * (w.dim() - 1)) < 0
        w.masked_fill_(wrong, 0.0)
        return wrong.sum()

    class Turned(Dale):
        def enforce(self, w, context):
            if context.pre_signs is None:
                raise ConfigurationError("dale: needs the signs of its inputs")
            return transposed(self, w, context)

    catch(Turned(), SATISFIED, DaleClaims())


def test_refusing_everything_is_caught():
    def refusing(self, w, context):
        raise ConfigurationError("no")

    assert "refused weights of every shape" in catch(broken(Double, refusing), COUNT)


class Zeros(Clipped):
    """Has no answer where no weights are left."""

    def enforce(self, w, context):
        if not w.any():
            w.div_(w.abs().sum())
        return super().enforce(w, context)


class ZerosOfOne(Clipped):
    """Moves to new weights where a neuron has none left, but not where one has none in the middle of others."""

    def enforce(self, w, context):
        if w.numel() > 1 and not w.any():
            w.set_(w.clone())
        return super().enforce(w, context)


def test_a_step_that_leaves_no_weights_at_all_does_no_harm():
    hold(Clipped(), PLACE)
    told = catch(Zeros(), PLACE)
    assert "not finite after a change that left" in told
    assert "moved the weights" in catch(ZerosOfOne(), PLACE)


class Revived(Double):
    """A neuron that was silent for two steps has all weights at the bound; an active one is clipped."""

    silent = Memory("post")

    def start(self, w, context):
        w.clamp_(-self.bound, self.bound)

    def enforce(self, w, context):
        g, silent = context.view.g, context.memory.silent
        active = (g.transpose(0, 1).flatten(1) > 0).any(1)
        silent.add_(1).mul_((~active).to(silent.dtype))
        before, over = w.clone(), silent >= 2
        w.clamp_(-self.bound, self.bound)
        w[over] = self.bound
        silent[over] = 0
        return (w != before).sum()


class RevivedClaims(ConstraintClaims):
    of = "double"
    examples: ClassVar = ()

    def allowed(self, constraint, w, signs):
        return all(abs(v) <= constraint.bound for v in w)

    def _silent(self, n):
        return 0 if any(g > 0 for g in n.g) else n.memory["silent"] + 1

    def enforce_remembering(self, constraint, n, signs):
        if self._silent(n) >= 2:
            return [constraint.bound for _ in n.w]
        return [max(-constraint.bound, min(v, constraint.bound)) for v in n.w]

    def remember(self, constraint, n):
        silent = self._silent(n)
        return {"silent": 0 if silent >= 2 else silent}


def twisted(name, enforce):
    """A revival that is wrong."""
    return type(name, (Revived,), {"enforce": enforce})()


def test_counters_of_constraints_can_be_claimed():
    for name in (SATISFIED, FORMULA, REMEMBERS, USES):
        hold(Revived(), name, RevivedClaims())
    assert "state it in `remember`" in skip(Revived(), REMEMBERS, ClippedClaims())


def forgets_to_begin_again(self, w, context):
    found = Revived.enforce(self, w, context)
    context.memory.silent.sub_(1)
    return found


def counts_the_active(self, w, context):
    silent = context.memory.silent.clone()
    found = Revived.enforce(self, w, context)
    context.memory.silent.copy_(silent + 1)
    return found


def revives_the_next(self, w, context):
    context.memory.silent.copy_(context.memory.silent.roll(1))
    return Revived.enforce(self, w, context)


@pytest.mark.parametrize("enforce", [forgets_to_begin_again, counts_the_active, revives_the_next])
def test_counters_that_are_not_as_claimed_are_caught(enforce):
    assert "memory silent after" in catch(twisted("T", enforce), REMEMBERS, RevivedClaims())


def test_what_is_done_from_memory_is_held():
    class Early(Revived):
        def enforce(self, w, context):
            context.memory.silent.add_(1)
            return super().enforce(w, context)

    assert "off by" in catch(Early(), FORMULA, RevivedClaims())


class Traced(Double):
    """|w_ij| ≤ 1 + trace_ij; the trace of a synapse follows Σ g x, the mean of an input Σ x."""

    trace = Memory("weights")
    mean = Memory("pre")

    def enforce(self, w, context):
        view, memory = context.view, context.memory
        if view is not None:
            memory.trace.lerp_(view.outer(view.g).tensor(), 0.5)
            memory.mean.copy_(view.x.transpose(0, 1).flatten(1).mean(1))
        before = w.clone()
        bound = 1 + memory.trace.abs()
        torch.minimum(torch.maximum(w, -bound, out=w), bound, out=w)
        return (w != before).sum()


class TracedClaims(ConstraintClaims):
    of = "double"
    examples: ClassVar = ()

    def allowed(self, constraint, w, signs):
        return True

    def remember_synapse(self, constraint, s):
        return {"trace": 0.5 * s[0].memory["trace"] + 0.5 * sum(k.g * k.x for k in s)}

    def remember_input(self, constraint, n):
        return {"mean": sum(n.x) / len(n.x)}


def test_memory_of_synapses_and_inputs_of_constraints_can_be_claimed():
    hold(Traced(), REMEMBERS, TracedClaims())

    class OfPost(TracedClaims):
        def remember_synapse(self, constraint, s):
            return {"trace": 0.5 * s[0].memory["trace"] + 0.5 * sum(k.g for k in s)}

    assert "memory trace after" in catch(Traced(), REMEMBERS, OfPost())


def test_what_goes_on_with_every_step_need_not_stop():
    class Growing(Double):
        projects: ClassVar[bool] = False

        def enforce(self, w, context):
            w.mul_(1.01)
            return (w != 0).sum()

    assert "projects = False" in skip(Growing(), AGAIN)
    hold(Growing(), COUNT)
    Growing.projects = True
    assert "enforced twice" in catch(Growing(), AGAIN)


class Turning(Dale):
    """Initial weights keep their magnitude, where a step's are clipped."""

    def start(self, w, context):
        super().enforce(w.clone(), context)
        w.abs_().mul_(context.pre_signs.to(w.dtype).view(1, -1, *[1] * (w.dim() - 2)))


class TurningClaims(DaleClaims):
    def start(self, constraint, w, signs):
        return [abs(v) * s for v, s in zip(w, signs, strict=True)]


def test_another_start_is_caught():
    hold(Turning(), STARTS, TurningClaims())
    assert "w at the start" in catch(Turning(), STARTS, DaleClaims())
    assert "w at the start" in catch(Dale(), STARTS, TurningClaims())
    assert "leave the start to chance" in skip(
        Masked(), STARTS, type("C", (MaskedClaims,), {"start": lambda *_: None})()
    )


class Quiet(Double):
    """A process: shrinks the weights of every neuron that did not win in the step, and counts those steps."""

    projects: ClassVar[bool] = False
    lost = Memory("post")

    def start(self, w, context):
        """Nothing: nobody could win yet."""

    def enforce(self, w, context):
        if context.view is None:
            return torch.tensor(0)
        lost = ~(context.view.g > 0).transpose(0, 1).flatten(1).any(1)
        context.memory.lost.add_(lost)
        due = lost & (context.memory.lost >= 2)
        there = w.flatten(1).abs().sum(1) > 0
        w.mul_(torch.where(due, 0.5, 1.0).to(w.dtype).view(-1, *[1] * (w.dim() - 1)))
        return (due & there).sum()


class QuietClaims(ConstraintClaims):
    of = "double"

    def allowed(self, constraint, w, signs):
        raise NotApplicable("any weights will do")

    def enforce_remembering(self, constraint, n, signs):
        due = max(n.g) <= 0 and n.memory["lost"] >= 1
        return [v / 2 if due else v for v in n.w]

    def remember(self, constraint, n):
        return {"lost": n.memory["lost"] + (max(n.g) <= 0)}


def test_a_process_passes_what_can_be_asked():
    but = (SATISFIED, SPARED, AGAIN, EXAMPLE)
    hold_all(Quiet(), "constraints", QuietClaims(), but=but)
    assert "any weights will do" in skip(Quiet(), SATISFIED, QuietClaims())
    for name in (SPARED, AGAIN):
        assert "projects = False" in skip(Quiet(), name, QuietClaims())


class Hasty(Quiet):
    """Has its way before there was a step."""

    def start(self, w, context):
        w.mul_(0.5)


class Impatient(Quiet):
    """Does not wait until a neuron has lost before."""

    def enforce(self, w, context):
        context.memory.lost.add_(1)
        counted = super().enforce(w, context)
        context.memory.lost.sub_(1)
        return counted


class Forgetting(Quiet):
    def enforce(self, w, context):
        counted = super().enforce(w, context)
        context.memory.lost.zero_()
        return counted


class Silent(Quiet):
    """Says nothing of what it did."""

    def enforce(self, w, context):
        return super().enforce(w, context) * 0


def test_broken_processes_are_caught():
    assert "w at the start" in catch(Hasty(), STARTS, QuietClaims())
    assert "w: off by" in catch(Impatient(), FORMULA, QuietClaims())
    assert "memory lost" in catch(Forgetting(), REMEMBERS, QuietClaims())
    assert "says it corrected 0" in catch(Silent(), COUNT, QuietClaims())


def test_only_what_chance_leaves_open_is_not_held():
    """One neuron of which nothing is claimed does not excuse the others."""

    class First(QuietClaims):
        def enforce_remembering(self, constraint, n, signs):
            return None if n.neuron == 0 else super().enforce_remembering(constraint, n, signs)

    hold(Quiet(), FORMULA, First())
    assert "w: off by" in catch(Impatient(), FORMULA, First())


def test_what_takes_synapses_away_says_so():
    class Unsaid(Masked):
        cuts: ClassVar[bool] = False

    class Boasting(Clipped):
        cuts: ClassVar[bool] = True

    assert "declare cuts = True" in catch(Unsaid(), CUTS)
    assert "leave the declaration out" in catch(Boasting(), CUTS)
    hold(broken(Double, lambda self, w, context: w.clamp_(min=0).sum() < 0), CUTS)


def test_parameters_with_which_nothing_is_cut_are_left_to_others():
    class OfShare(Masked):
        share: float = 0.5

        def start(self, w, context):
            drawn = torch.rand(w.shape, generator=context.rng) < self.share
            context.memory.there.copy_(drawn)
            self.enforce(w, context)

    class Cases(MaskedClaims):
        cases = ({"share": 0.5}, {"share": 1.0})

    class Whole(MaskedClaims):
        cases = ({"share": 1.0},)

    hold(OfShare(), CUTS, Cases())
    assert "with double(" in skip(OfShare(share=1.0), CUTS, Cases())
    assert "leave the declaration out" in catch(OfShare(share=1.0), CUTS, Whole())


class Among(Double):
    """Within a layer alone: nobody is connected to itself."""

    cuts: ClassVar[bool] = True

    def check(self, fit):
        if not fit.recurrent:
            raise Refusal("of_others", "double: nobody is connected to itself here")

    def enforce(self, w, context):
        own = torch.arange(len(w))
        gone = (w[own, own] != 0).sum()
        w[own, own] = 0
        return gone


class AmongClaims(ConstraintClaims):
    of = "double"

    def allowed(self, constraint, w, signs):
        raise NotApplicable("which weight it is depends on the neuron")

    def start(self, constraint, w, signs):
        return None

    def enforce_remembering(self, constraint, n, signs):
        each = len(n.w) // len(n.layer)
        return [0.0 if j // each == n.neuron else v for j, v in enumerate(n.w)]


def test_what_is_meant_for_neurons_among_themselves_is_tried_there():
    hold(Among(), FORMULA, AmongClaims())
    hold(Among(), CUTS, AmongClaims())

    def after(self, w, context):
        w[torch.arange(len(w)), (torch.arange(len(w)) + 1) % len(w)] = 0
        return torch.tensor(len(w))

    assert "w: off by" in catch(broken(Among, after), FORMULA, AmongClaims())


# -- signs -------------------------------------------------------------------------------------------------------------

TURNS = "turns signs only if it says so"


class OfBothSigns(Double):
    """w ← -w."""

    def enforce(self, w, context):
        w.neg_()
        return (w != 0).sum()


class Emptied(Double):
    """A start without weights, which a step may leave in part."""

    def start(self, w, context):
        w.zero_()

    def enforce(self, w, context):
        negative = w < 0
        w.masked_fill_(negative, self.bound)
        return negative.sum()


def test_a_sign_that_is_turned_is_found():
    assert "turned the sign" in catch(OfBothSigns(), TURNS)
    assert "say so in turns_signs" in catch(Emptied(), TURNS)


def test_what_keeps_signs_passes_and_what_says_so_is_not_asked():
    hold(Clipped(), TURNS)
    honest = type("Honest", (OfBothSigns,), {"turns_signs": lambda self: True})
    assert "may turn signs" in skip(honest(), TURNS)
