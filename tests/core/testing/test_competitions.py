"""Competitions that are broken on purpose, and the checks that must catch them."""

from math import exp
from typing import ClassVar

import pytest
import torch
from support.asking import catch, hold, skip
from support.sound import sound

from neuroplast import Competition, ConfigurationError, Memory
from neuroplast.functional import Axis, along, competitors
from neuroplast.testing import CompetitionClaims, Example

FORMULA = "equals its formula, looped, with drives"
HAND = "gives the numbers worked by hand"
WON = "says who won, with drives"
TIES = "gives ties to the lowest index, with drives"
LIMIT = "refuses more winners than competitors"
FINITE = "stays finite at very large and very small drives"
STIMULI = "lets each stimulus compete alone"
GROUPS = "lets each group compete alone"
LATER = "equals its formula, looped, with memory"
ADAPTS = ("adapts its own memory and nothing else", "adapts in the same way when asked again")
REMEMBERS = "remembers as its formula does"
USES = "changes and reads the memory that it declares"
GRADED = "declares truly whether it is graded"
WITHOUT_MEMORY = (*ADAPTS, LATER, REMEMBERS, USES)


class Best(Competition):
    """The k largest keep their drive."""

    kind = "best"
    k: int = 1
    axis: Axis = "channels"

    def check(self, fit):
        if self.k > competitors(self.axis, fit.response_shape):
            raise ConfigurationError("too many winners")

    def compete(self, v, memory):
        return along(self.axis, v, self.keep)

    def keep(self, v, dim):
        return torch.where(self.rank(v, dim) < self.k, v, 0.0)

    def rank(self, v, dim):
        return v.argsort(dim=dim, descending=True, stable=True).argsort(dim=dim)


class BestClaims(CompetitionClaims):
    of = "best"
    examples = (
        Example({"v": [1.0, 3.0, 2.0]}, [0.0, 3.0, 0.0]),
        Example({"v": [1.0, 3.0, 2.0]}, [0.0, 3.0, 2.0], {"k": 2, "axis": "space"}),
    )

    def compete(self, competition, v):
        winners = sorted(range(len(v)), key=lambda i: (-v[i], i))[: competition.k]
        return [v[i] if i in winners else 0.0 for i in range(len(v))]


class Shared(Competition):
    """exp(b v) / Σ exp(b v), b = 2."""

    kind = "shared"
    graded: ClassVar[bool] = True

    def compete(self, v, memory):
        return (2 * v).softmax(1)


class SharedClaims(CompetitionClaims):
    of = "shared"
    examples = (Example({"v": [0.0, 0.0]}, [0.5, 0.5]),)

    def compete(self, competition, v):
        top = max(v)
        powers = [2.718281828459045 ** (2 * (x - top)) for x in v]
        return [p / sum(powers) for p in powers]


@pytest.mark.parametrize("best", [Best(), Best(k=2), Best(axis="space"), Best(k=3, axis="space")])
def test_a_sound_hard_competition_passes(best):
    sound(best, "competitions", BestClaims(), but=WITHOUT_MEMORY)


def test_a_sound_soft_competition_passes():
    sound(Shared(), "competitions", SharedClaims(), but=(LIMIT, *WITHOUT_MEMORY))
    assert "no whole number" in skip(Shared(), LIMIT)
    assert "does not adapt" in skip(Shared(), ADAPTS[0])
    assert "no claims say what shared does" in skip(Shared(), FORMULA)


# Wrong winners


class LastOfTies(Best):
    def rank(self, v, dim):
        return super().rank(v.flip(dim), dim).flip(dim)


class OneMore(Best):
    def keep(self, v, dim):
        return torch.where(self.rank(v, dim) <= self.k, v, 0.0)


class Losers(Best):
    def keep(self, v, dim):
        return torch.where(self.rank(v, dim) < self.k, v, -v)


class Positive(Best):
    """Gives nobody anything where all drives are negative."""

    def keep(self, v, dim):
        return super().keep(v, dim).clamp_min(0)


class OtherAxis(Best):
    """Lets channels compete, whatever its axis."""

    def compete(self, v, memory):
        return self.keep(v, 1)


class FirstAlways(Best):
    """Favours the first neuron by half a unit."""

    def compete(self, v, memory):
        bonus = torch.zeros_like(v)
        bonus[:, 0] = 0.5
        return along(self.axis, v + bonus, self.keep)


class AllTies(Best):
    """Keeps whoever is as large as the k-th largest."""

    keeps_ties = True

    def keep(self, v, dim):
        kth = v.topk(min(self.k, v.shape[dim]), dim).values.amin(dim, keepdim=True)
        return torch.where(v >= kth, v, 0.0)


class FirstOfTies(Best):
    keeps_ties = True


@pytest.mark.parametrize(
    ("part", "name", "told"),
    [
        (FirstOfTies(), TIES, "declares keeps_ties, and equal drives have another g"),
        (FirstOfTies(axis="space"), TIES, "declares keeps_ties"),
        (LastOfTies(), TIES, "let ties go to the lowest index"),
        (LastOfTies(k=2), TIES, "let ties go to the lowest index"),
        (LastOfTies(axis="space"), TIES, "axis=space"),
        (LastOfTies(), FORMULA, "v = [["),
        (OneMore(), FORMULA, "off by"),
        (OneMore(), HAND, "expected = [0.0, 3.0, 0.0]"),
        (Losers(), FORMULA, "off by"),
        (Positive(), FORMULA, "off by"),
        (OtherAxis(), FORMULA, "axis=space"),
        (OtherAxis(), HAND, "axis=space"),
        (FirstAlways(), "treats neurons alike", "rolled by one"),
    ],
)
def test_a_competition_with_other_winners_is_caught(part, name, told):
    assert told in catch(part, name, BestClaims())


@pytest.mark.parametrize("axis", ["channels", "space"])
def test_a_competition_may_keep_ties_if_it_says_so(axis):
    hold(AllTies(k=2, axis=axis), TIES, BestClaims())


def test_the_smallest_example_is_shown():
    """One neuron has nobody to lose against, so two are the least that shows what losers have."""
    told = catch(Losers(), FORMULA, BestClaims())
    assert next(line for line in told.splitlines() if line.startswith("v = ")).count(",") == 1


# Who counts as a winner


class Shunned(Best):
    """Losers have minus their drives, so that a negative one gives g > 0."""

    def keep(self, v, dim):
        return torch.where(self.rank(v, dim) < self.k, v, -v)


class Telling(Shunned):
    """Says itself who won."""

    def won(self, v, g):
        return (g > 0) & (v > 0)


class ShunnedClaims(BestClaims):
    def won(self, competition, v, g):
        winners = sorted(range(len(v)), key=lambda i: (-v[i], i))[: competition.k]
        return [i in winners and v[i] > 0 for i in range(len(v))]


class InFloats(Best):
    def won(self, v, g):
        return (g > 0).float()


class InPlace(Best):
    def won(self, v, g):
        return g.clamp_(min=0) > 0


def test_losers_with_a_positive_activity_that_count_as_winners_are_caught():
    hold(Telling(), WON, ShunnedClaims())
    assert "did not lose" in catch(Shunned(), WON, ShunnedClaims())
    hold(Best(k=2, axis="space"), WON)
    assert "did not lose" in catch(Telling(), WON), "without claims it is g > 0"


def test_a_mask_of_winners_that_is_none_is_caught():
    assert "torch.float32 of shape" in catch(InFloats(), WON)
    assert "won changed what it was handed" in catch(InPlace(), WON)


# Nobody wins where none stands out


class AboveMean(Competition):
    """The largest has 1 if it is above the mean of all."""

    kind = "above_mean"
    abstains = True

    def compete(self, v, memory):
        above = v > v.mean(1, keepdim=True) + 1e-12
        return (above & (v.argmax(1, keepdim=True) == _index(v))).to(v.dtype)


class LastAboveMean(AboveMean):
    def compete(self, v, memory):
        return super().compete(v.flip(1), memory).flip(1)


class AtMean(AboveMean):
    def compete(self, v, memory):
        return (v.argmax(1, keepdim=True) == _index(v)).to(v.dtype)


def _index(v):
    return torch.arange(v.shape[1]).view(-1, *[1] * (v.dim() - 2))


class AboveMeanClaims(CompetitionClaims):
    of = "above_mean"

    def compete(self, competition, v):
        winner = max(range(len(v)), key=lambda i: (v[i], -i))
        return [float(i == winner and v[i] > sum(v) / len(v) + 1e-12) for i in range(len(v))]


def test_a_competition_may_have_no_winner_if_it_says_so():
    hold(AboveMean(), TIES, AboveMeanClaims())
    assert "lowest index" in catch(LastAboveMean(), TIES, AboveMeanClaims())
    assert "declares abstains, and somebody wins" in catch(AtMean(), TIES, AboveMeanClaims())


# Wrong shares


class Over(Shared):
    dim: int = 1

    def compete(self, v, memory):
        return (2 * v).softmax(self.dim)


class Twice(Shared):
    def compete(self, v, memory):
        return (2 * 2 * v).softmax(1)


class Naive(Shared):
    def compete(self, v, memory):
        powers = (2 * v).exp()
        return powers / powers.sum(1, keepdim=True)


class OfTheSum(Shared):
    def compete(self, v, memory):
        return v / v.sum(1, keepdim=True)


@pytest.mark.parametrize(
    ("part", "name", "told"),
    [
        (Over(dim=0), FORMULA, "off by"),
        (Over(dim=-1), FORMULA, "off by"),
        (Over(dim=0), STIMULI, "stimulus 0 alone"),
        (Over(dim=-1), GROUPS, "position (0, 0)"),
        (Twice(), FORMULA, "off by"),
        (Naive(), FINITE, "not finite at drives of 10000"),
        (OfTheSum(), FINITE, "not finite at drives of"),
    ],
)
def test_a_competition_with_other_shares_is_caught(part, name, told):
    assert told in catch(part, name, SharedClaims())


class Neighbours(Best):
    """Positions of a channel compete, and what the next channel does is taken off."""

    axis: Axis = "space"

    def compete(self, v, memory):
        return super().compete(v - v.roll(1, 1), memory)


def test_channels_that_influence_each_other_where_positions_compete_are_caught():
    assert "neuron 0" in catch(Neighbours(), GROUPS)


class Declared(Over):
    couples_batch: ClassVar[bool] = True
    couples_positions: ClassVar[bool] = True


def test_what_is_declared_to_couple_must_couple():
    hold(Declared(dim=0), STIMULI)
    hold(Declared(dim=-1), GROUPS)
    assert "couples_batch, and no stimulus changed" in catch(Declared(dim=1), STIMULI)
    assert "couples_positions, and no group changed" in catch(Declared(dim=1), GROUPS)


# Too many winners


class Unchecked(Best):
    def check(self, fit):
        """Lets `compete` fail."""

    def rank(self, v, dim):
        v.topk(self.k, dim)
        return super().rank(v, dim)


class Clamped(Best):
    def check(self, fit):
        """Keeps as many as there are."""


class Strict(Best):
    def check(self, fit):
        if self.k >= competitors(self.axis, fit.response_shape):
            raise ConfigurationError("too many winners")


class OneTooMany(Best):
    def check(self, fit):
        if self.k > competitors(self.axis, fit.response_shape) + 1:
            raise ConfigurationError("too many winners")


class Patient(Shared):
    """A whole number that has nothing to do with how many compete."""

    delay: int = 1


@pytest.mark.parametrize(
    ("part", "told"),
    [
        (Unchecked(), "compete raises RuntimeError"),
        (Clamped(), "competitors passes for"),
        (Strict(), "k=1 among 1 competitors is refused"),
        (OneTooMany(), "competitors passes for"),
    ],
)
def test_winners_beyond_the_competitors_must_be_refused_and_no_others(part, told):
    assert told in catch(part, LIMIT)


def test_a_whole_number_that_counts_nothing_is_left_alone():
    hold(Patient(), LIMIT)


# Memory


class Counting(Competition):
    """Counts steps; its memory slows the drive."""

    kind = "counting"
    steps = Memory("post")

    def compete(self, v, memory):
        return v.clone()

    def adapt(self, view):
        view.memory.steps.add_(1)


class CountsPresentations(Counting):
    def compete(self, v, memory):
        memory.steps.add_(1)
        return v.clone()


class ChangesDrives(Counting):
    def adapt(self, view):
        view.v.mul_(0.5)


class Endless(Counting):
    def adapt(self, view):
        view.memory.steps.div_(view.memory.steps)


class Drifting(Counting):
    seen: ClassVar = []

    def adapt(self, view):
        self.seen.append(view)
        view.memory.steps.add_(len(self.seen))


def test_memory_is_for_adapt_alone():
    for name in ADAPTS:
        hold(Counting(), name)
    told = catch(CountsPresentations(), "changes nothing it is handed")
    assert "changed memory.steps" in told
    assert "changed v" in catch(ChangesDrives(), ADAPTS[0])
    assert "memory steps is not finite" in catch(Endless(), ADAPTS[0])
    assert "gave other memory" in catch(Drifting(), ADAPTS[1])


class Tiring(Competition):
    """Drives less what each neuron has had so far, half of it forgotten each step."""

    kind = "tiring"
    had = Memory("post")

    def compete(self, v, memory):
        return v - memory.had.view(-1, *[1] * (v.dim() - 2))

    def adapt(self, view):
        view.memory.had.lerp_(view.average(view.g), 0.5)


class TiringClaims(CompetitionClaims):
    of = "tiring"
    examples = (Example({"v": [1.0, 2.0], "memory": {"had": [0.5, -1.0]}}, [0.5, 3.0]),)

    def compete(self, competition, v):
        return list(v)

    def compete_all(self, competition, v, memory):
        return [
            [[x - had for x in row] for row, had in zip(rows, memory["had"], strict=True)]
            for rows in v
        ]

    def remember(self, competition, n):
        return {"had": n.memory["had"] + (sum(n.g) / len(n.g) - n.memory["had"]) / 2}


class Tireless(Tiring):
    def compete(self, v, memory):
        return v.clone()


class Doubled(Tiring):
    def adapt(self, view):
        super().adapt(view)
        super().adapt(view)


def test_memory_is_held_to_its_claims():
    for name in (FORMULA, LATER, REMEMBERS, HAND):
        hold(Tiring(), name, TiringClaims())


@pytest.mark.parametrize(
    ("part", "name"), [(Tireless(), LATER), (Tireless(), HAND), (Doubled(), REMEMBERS)]
)
def test_memory_that_is_not_as_claimed_is_caught(part, name):
    assert "off by" in catch(part, name, TiringClaims())


class Conscience(Competition):
    """The largest v_i - bias · (p_i - 1/n) wins; p_i follows the share of the stimuli that neuron i has won."""

    kind = "conscience"
    bias: float = 1.0
    tau: float = 4.0
    axis: Axis = "channels"
    share = Memory("post")

    def compete(self, v, memory):
        competitors(self.axis, v.shape[1:])
        return along(self.axis, v - self.handicap(v, memory), self.winning)

    def handicap(self, v, memory):
        return self.bias * (memory.share - 1 / len(memory.share)).view(-1, *[1] * (v.dim() - 2))

    def winning(self, v, dim):
        return torch.zeros_like(v).scatter(dim, v.argmax(dim, keepdim=True), 1.0)

    def adapt(self, view):
        view.memory.share.add_((view.average(view.g) - view.memory.share) / self.tau)


class ConscienceClaims(CompetitionClaims):
    of = "conscience"
    cases = ({}, {"bias": 3.0, "tau": 2.0})
    examples = (Example({"v": [1.0, 1.5], "memory": {"share": [0.0, 1.0]}}, [1.0, 0.0]),)

    def compete(self, competition, v):
        return self.compete_remembering(competition, v, {"share": [0.0] * len(v)})

    def compete_remembering(self, competition, v, memory):
        left = [x - competition.bias * p for x, p in zip(v, memory["share"], strict=True)]
        return [float(i == left.index(max(left))) for i in range(len(v))]

    def remember(self, competition, n):
        share, won = n.memory["share"], sum(n.g) / len(n.g)
        return {"share": share + (won - share) / competition.tau}


class Placewise(Conscience):
    """The same with a share for each neuron at each position, where positions can compete too."""

    kind = "placewise"
    share = Memory(("post", "positions"))

    def handicap(self, v, memory):
        return self.bias * memory.share

    def adapt(self, view):
        view.memory.share.lerp_(view.g.mean(0), 1 / self.tau)


@pytest.mark.parametrize("part", [Conscience(), Placewise(), Placewise(axis="space")])
def test_a_sound_competition_with_memory_passes(part):
    sound(part, "competitions", ConscienceClaims(), but=(LIMIT, HAND))


def test_memory_in_examples_is_that_of_the_competitors():
    for part in (Conscience(), Placewise(axis="space")):
        hold(part, HAND, ConscienceClaims())


class WrongSign(Conscience):
    def adapt(self, view):
        view.memory.share.sub_((view.average(view.g) - view.memory.share) / self.tau)


class OffTarget(Conscience):
    def adapt(self, view):
        view.memory.share.add_((view.average(view.g) - view.memory.share + 0.1) / self.tau)


class Timeless(Conscience):
    def adapt(self, view):
        view.memory.share.copy_(view.average(view.g))


class OfTheDrive(Conscience):
    def adapt(self, view):
        view.memory.share.lerp_(view.average(view.v), 1 / self.tau)


class Before(Conscience):
    """Remembers who would have won without a conscience, and only then competes."""

    def adapt(self, view):
        first = self.winning(view.v, 1)
        view.memory.share.add_((view.average(first) - view.memory.share) / self.tau)


class OfAll(Conscience):
    def adapt(self, view):
        view.memory.share.add_((view.g.mean() - view.memory.share) / self.tau)


@pytest.mark.parametrize("part", [WrongSign, OffTarget, Timeless, OfTheDrive, Before, OfAll])
def test_a_conscience_that_remembers_otherwise_is_caught(part):
    assert "memory share after step" in catch(part(), REMEMBERS, ConscienceClaims())


class Rewarding(Conscience):
    def handicap(self, v, memory):
        return -super().handicap(v, memory)


class OfTheNext(Conscience):
    def handicap(self, v, memory):
        return super().handicap(v, memory).roll(1, 0)


class Unmoved(Conscience):
    def handicap(self, v, memory):
        return 0 * super().handicap(v, memory)


class OfTheNextPosition(Placewise):
    def handicap(self, v, memory):
        return super().handicap(v, memory).roll(1, -1)


@pytest.mark.parametrize(
    "part",
    [
        Rewarding(),
        OfTheNext(),
        Unmoved(),
        OfTheNextPosition(),
        OfTheNextPosition(axis="space"),
    ],
)
def test_a_conscience_that_reads_its_memory_otherwise_is_caught(part):
    assert "off by" in catch(part, LATER, ConscienceClaims())


def test_missing_claims_of_memory_are_told():
    class Silent(CompetitionClaims):
        of = "conscience"

        def compete(self, competition, v):
            return ConscienceClaims.compete_remembering(
                self, competition, v, {"share": [0] * len(v)}
            )

    assert "state it in `remember`" in skip(Conscience(), REMEMBERS, Silent())
    told = skip(Conscience(), LATER, Silent())
    assert "no claims say what conscience makes of memory that has adapted" in told
    assert "compete_remembering" in told
    assert "declares no memory" in skip(Best(), LATER, BestClaims())


def test_a_reason_stands_for_a_formula_of_memory():
    class Reasoned(ConscienceClaims):
        unclaimed: ClassVar = {"share": "drawn at random"}

    assert "no formula for memory share: drawn at random" in skip(
        WrongSign(), REMEMBERS, Reasoned()
    )


class Boosted(Competition):
    """The largest exp(1/n - d_i) v_i keeps its drive; d_i follows the share of stimuli and positions that i wins."""

    kind = "boosted"
    duty = Memory("post")

    def compete(self, v, memory):
        boost = (1 / v.shape[1] - memory.duty).exp().view(-1, *[1] * (v.dim() - 2))
        first = (v * boost).argmax(1, keepdim=True)
        return torch.zeros_like(v).scatter(1, first, v.gather(1, first))

    def adapt(self, view):
        view.memory.duty.lerp_(view.average((view.g != 0).to(view.g.dtype)), 0.25)


class BoostedClaims(CompetitionClaims):
    of = "boosted"

    def compete(self, competition, v):
        return self.compete_remembering(competition, v, {"duty": [0.0] * len(v)})

    def compete_remembering(self, competition, v, memory):
        boosted = [x * exp(1 / len(v) - d) for x, d in zip(v, memory["duty"], strict=True)]
        winner = boosted.index(max(boosted))
        return [x if i == winner else 0.0 for i, x in enumerate(v)]

    def remember(self, competition, n):
        active = sum(g != 0 for g in n.g) / len(n.g)
        return {"duty": n.memory["duty"] + 0.25 * (active - n.memory["duty"])}


def test_boosting_by_duty_cycles_can_be_claimed():
    for name in (FORMULA, LATER, REMEMBERS, USES):
        hold(Boosted(), name, BoostedClaims())

    class Summed(Boosted):
        def adapt(self, view):
            view.memory.duty.lerp_(view.average(view.g), 0.25)

    assert "memory duty after step" in catch(Summed(), REMEMBERS, BoostedClaims())


class Ungraded(Shared):
    graded: ClassVar[bool] = False


class Lonely(Best):
    graded: ClassVar[bool] = True


class Sharp(Shared):
    """So cold that one has all, for one of its cases."""

    cold: bool = False

    def compete(self, v, memory):
        return along("channels", v, self.first) if self.cold else super().compete(v, memory)

    def first(self, v, dim):
        return torch.zeros_like(v).scatter(dim, v.argmax(dim, keepdim=True), 1.0)


class Above(Competition):
    """Drives above 3.5: close ones are none, then the largest is alone, then there are more."""

    kind = "above"

    def compete(self, v, memory):
        return (v - 3.5).clamp_min(0)


def test_what_is_graded_says_so_and_nothing_else():
    for part in (Shared(), Best(), Best(k=2), Best(axis="space"), Above()):
        hold(part, GRADED)
    assert "declare graded = True" in catch(Ungraded(), GRADED)
    assert "leave graded out" in catch(Lonely(), GRADED)
    assert "leave graded out" in catch(Lonely(axis="space"), GRADED)

    class Cases(CompetitionClaims):
        cases = ({}, {"cold": True})

    assert "it is graded as sharp" not in catch(Sharp(cold=True), GRADED)
    assert "one neuron take all" in skip(Sharp(cold=True), GRADED, Cases())


def test_graded_is_asked_of_more_where_few_are_refused():
    class Crowd(Shared):
        def check(self, fit):
            if fit.response_shape[0] < 10:
                raise ConfigurationError("too few")

    class Masses(Crowd):
        def check(self, fit):
            raise ConfigurationError("too few")

    hold(Crowd(), GRADED)
    assert "refuses 4 competitors, and 70" in skip(Masses(), GRADED)


def test_claims_are_not_asked_of_what_is_refused():
    class OfTwo(BestClaims):
        def compete(self, competition, v):
            assert len(v) >= competition.k
            return super().compete(competition, v)

    hold(Best(k=3), FORMULA, OfTwo())
