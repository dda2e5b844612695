"""Mutants that are no fault: nothing that can be observed differs. Each with the argument why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mutation.mutants import Mutant


@dataclass(frozen=True)
class Equivalent:
    """All mutants of a file by an operator that turn the lines `before` into the lines `after`.

    why: the argument that they cannot behave otherwise.
    """

    file: str
    operator: str
    before: str
    after: str
    why: str

    def covers(self, mutant: Mutant) -> bool:
        """Whether a mutant is one of these."""
        return (self.file, self.operator, self.before, self.after) == (
            *(mutant.file, mutant.operator, mutant.before, mutant.after),
        )


_ORDER = (
    "the norm of a neuron's weights does not depend on the order in which its own synapses stand"
)
_SIGN = "the norm of a neuron's weights does not depend on their signs"
_LINE = "the summed tensor has one axis, so the sum along that axis is the sum of all"
_LAYER = "the largest entry of the whole layer is the same however the entries are laid out"


def _norm(file: str, line: str, w: str) -> tuple[Equivalent, ...]:
    """The mutants of a line with |w| or |w|² that leave each neuron's sum of squares as it is."""
    rolls = (line.replace(f"({w}", f"({w}.roll(1, {dim})") for dim in (1, -1))
    return (
        *(Equivalent(file, "peek at the neighbour", line, rolled, _ORDER) for rolled in rolls),
        Equivalent(file, "sign flipped", line, line.replace(f"({w}", f"(-{w}"), _SIGN),
    )


def _same(
    file: str, operator: str, line: str, changes: Sequence[tuple[str, str]], why: str
) -> tuple[Equivalent, ...]:
    """Mutants of one line in which one piece is another, for the same reason."""
    return tuple(Equivalent(file, operator, line, line.replace(*c), why) for c in changes)


def _summed(file: str, line: str, end: str = ".sum()") -> tuple[Equivalent, ...]:
    """The mutants that sum a tensor with one axis along that axis."""
    along = [(end, end.replace("()", f"({dim})")) for dim in (0, -1)]
    return _same(file, "wrong axis", line, along, _LINE)


def _counted_first(file: str, line: str, why: str) -> Equivalent:
    """The mutant in which the statement before the result comes after it."""
    after = f"{line.replace('return', '_result =')}\nreturn _result"
    return Equivalent(file, "state before, not after", line, after, why)


def _truth(file: str, line: str) -> Equivalent:
    """The mutant that negates a truth value which is returned."""
    of = line.removeprefix("return ")
    negated = f"return -{of}" if of == "True" else f"return -({of})"
    return Equivalent(file, "sign flipped", line, negated, _TRUTH)


def _moved(file: str, line: str, why: str) -> Equivalent:
    """The mutants in which a statement stands elsewhere."""
    return Equivalent(file, "state before, not after", line, line, why)


_COUNT = "return (((length - 1).abs() > 1e-06) & (length > 0)).sum()"
_DISTANCE = "distance = norms(view.w).sub_(1.0).abs_().add_(1e-10)"
_LARGEST = "largest = largest_magnitude(computed.tensor())"
_SCALED = "return ((factor != 1) & (norms(w) > 0)).sum()"
_ROOM = "room = int((~there).sum())"
_REPLACED = "count = min(int(self.share * int(there.sum())), room)"
_CHANGED = "return (w != before).sum()"
_GROWING = "w.copy_(torch.where(growing, values, w))"
_AUTAPSES = "grown = (w[own] != 0).sum()"
_BOOST = "boost = torch.exp(self.strength * (self.k / v.shape[1] - memory.duty)).to(v.dtype)"
_LATER = "for later in projection.constraints[projection.constraints.index(self) + 1:]:"
_GROUPS = "each = by_group.expand(groups, len(w) // groups, w.shape[1]).reshape(len(w), w.shape[1])"
_LAST_WIN = "last = (won * torch.arange(1, stimuli + 1, device=won.device)).amax(1)"
_SEEN = "return view.outer(chosen.view(view.g.shape)).tensor()"
_CHANGE = "change = change / (largest_magnitude(change[:, None]) + 1e-30)"
_DENSITY = "return torch.exp(-squares / (2 * sigma ** 2)) / (2 * torch.pi * sigma ** 2)"
_UNIT = "unit = seen * per_neuron(norms(w) / length.clamp_min(1e-30), w)"
_MIDDLE_RANK = "return piecewise(torch.full_like(self.knots[0], (n + 1) / 2), below, self.knots)"
_QUANTILES = (
    "inner = [piecewise(torch.full_like(below[0], s * n + 0.5), below, self.knots) for s in SHARES]"
)

_OWN = "which are counted is told by a tensor of its own, made before, that the statement does not change"
_COUNTER = "nothing else in the function reads what is counted or begun anew there"
_CHANCE = (
    "values are drawn independently of each other, of which ones are used, and alike for both signs, "
    "so that any order of them, and their negatives, are as likely"
)
_COMMON = "all boosts are multiplied by the same positive number, and whoever is largest stays so"
_SHAPE = "only the shape of one row is read there, which all rows share"
_TRUTH = "what is asked is whether it holds, and minus a truth value holds where that does"
_ALL = "the largest entry of one column is the same however it is laid out, and 1e-30 is lost beside it"
_BESIDE = "the mean of all neurons does not depend on their order"
_LARGEST_IS_1 = (
    "both Gaussians have the same factor, and their difference is divided by its largest entry"
)
_HIMSELF = "the first of the list is then Dale itself, which turns no signs"
_ROWS = "only the shape is read there, which all of the knots share, and there are nine"

EQUIVALENTS: tuple[Equivalent, ...] = (
    Equivalent(
        "constraints/unit_norm.py",
        "off by one",
        _COUNT,
        _COUNT.replace("> 1e-06", ">= 1e-06"),
        "no length is off by just that: near 1 lengths are multiples of 2^-53, in float32 of 2^-24, and the number "
        "nearest to 1e-6 is no multiple of either",
    ),
    Equivalent(
        "rules/instar.py",
        "peek at the neighbour",
        "return view.outer(view.g) - view.decay(view.g)",
        "return view.outer(view.g) - view.decay(view.g.roll(1, 0))",
        "a decay sums its coefficient over all stimuli, and a sum does not depend on their order",
    ),
    *_norm("rules/instar.py", "return u - half_square(w, u)", "w"),
    *_norm("rules/oja.py", "return u - half_square(w, u) * g", "w"),
    *(
        Equivalent("constraints/unit_norm.py", "wrong axis", _COUNT, _COUNT[:-1] + f"{dim})", _LINE)
        for dim in (0, -1)
    ),
    Equivalent(
        "constraints/unit_norm.py",
        "state before, not after",
        _COUNT,
        _COUNT.replace("return", "_result =") + "\nreturn _result",
        "the count is made from the length, a tensor of its own, which dividing the weights does not change",
    ),
    Equivalent(
        "constraints/unit_norm.py",
        "roles transposed",
        _COUNT,
        _COUNT.replace("length - 1", "1 - length"),
        "the absolute value of a difference does not depend on its sign",
    ),
    *_norm("constraints/unit_norm.py", "length = norms(w, self.p)", "w"),
    *_norm("rates/weight_norm.py", _DISTANCE, "view.w"),
    *(
        Equivalent("scalings/largest.py", "wrong axis", _LARGEST, other, _LAYER)
        for other in (
            "largest = largest_magnitude(computed.tensor().transpose(0, 1))",
            "largest = faults.whole(lambda _w: largest_magnitude(_w), computed.tensor())",
        )
    ),
    *_same(
        "competitions/k_winners.py",
        "off by one",
        _BOOST,
        (
            ("self.k /", "(self.k + 1) /"),
            ("self.k /", "(self.k - 1) /"),
            ("v.shape[1]", "v.shape[0]"),
        ),
        _COMMON,
    ),
    *_same(
        "competitions/k_winners.py",
        "term dropped",
        _BOOST,
        (("(self.k / v.shape[1] - memory.duty)", "-memory.duty"), ("self.k /", "1 /")),
        _COMMON,
    ),
    *_same(
        "competitions/streaming_median.py",
        "off by one",
        _MIDDLE_RANK,
        (("knots[0]", "knots[1]"), ("knots[0]", "knots[-1]")),
        _ROWS,
    ),
    *_same(
        "competitions/streaming_median.py",
        "off by one",
        _QUANTILES,
        (("below[0]", "below[1]"), ("below[0]", "below[-1]")),
        _ROWS,
    ),
    *_same("constraints/dale.py", "off by one", _LATER, [("+ 1:", "+ 0:")], _HIMSELF),
    *_same("constraints/dale.py", "term dropped", _LATER, [(" + 1:", ":")], _HIMSELF),
    _counted_first("constraints/dale.py", "return other.sum()", _OWN),
    *_same(
        "constraints/dale.py",
        "peek at the neighbour",
        "return other.sum()",
        [("other", "other.roll(1, 1)")],
        "the sum over all entries does not depend on their order",
    ),
    *_same(
        "constraints/dale.py",
        "peek at the neighbour",
        _GROUPS,
        [("by_group.expand", "by_group.roll(1, 1).expand")],
        "there is one entry along that axis, which is its own neighbour",
    ),
    *_same(
        "constraints/grow_active.py",
        "off by one",
        "gone = torch.zeros_like(there).index_fill_(0, weakest, True)",
        [("(0, ", "(-1, ")],
        "the tensor has one axis, the first and the last",
    ),
    *_summed("constraints/grow_active.py", _ROOM),
    *_summed("constraints/grow_active.py", _REPLACED),
    _moved("constraints/grow_active.py", "memory.steps.zero_()", _COUNTER),
    _moved("constraints/grow_active.py", "memory.pruned.add_(count)", _COUNTER),
    _moved("constraints/grow_active.py", "memory.grown.add_(count)", _COUNTER),
    *_summed("constraints/no_autapses.py", _AUTAPSES),
    *_same(
        "constraints/no_autapses.py",
        "sign flipped",
        _AUTAPSES,
        [("w[own]", "(-w)[own]")],
        "whether a weight is 0 does not depend on its sign",
    ),
    _moved("constraints/prune_regrow.py", "memory.pruned.add_((there & absent).sum())", _COUNTER),
    _moved("constraints/prune_regrow.py", "memory.grown.add_(growing.sum())", _COUNTER),
    _counted_first("constraints/prune_regrow.py", _CHANGED, _COUNTER),
    *_same(
        "constraints/prune_regrow.py",
        "peek at the neighbour",
        _GROWING,
        [("values", f"values.roll(1, {dim})") for dim in (0, 1, -1)],
        _CHANCE,
    ),
    *_same(
        "constraints/prune_regrow.py", "sign flipped", _GROWING, [("values", "-values")], _CHANCE
    ),
    *_summed("constraints/revival.py", "if not dead.any():", ".any()"),
    *_summed("constraints/revival.py", "return dead.sum()"),
    *_same(
        "constraints/revival.py",
        "wrong axis",
        _LAST_WIN,
        [("amax(1)", "amax(-1)")],
        "the tensor has two axes, of which the second is the last",
    ),
    _counted_first("constraints/revival.py", "return dead.sum()", _OWN),
    *_same(
        "constraints/revival.py",
        "sum for mean",
        _SEEN,
        [
            (
                "view.outer(chosen.view(view.g.shape))",
                "(view.outer(chosen.view(view.g.shape)) / view.count)",
            )
        ],
        "what is seen is divided by its own length, so that its unit does not matter",
    ),
    *_same(
        "constraints/revival.py",
        "peek at the neighbour",
        _SEEN,
        [("view.g.shape)", "view.g.shape), view.x.roll(1, 0)")],
        "a stimulus is drawn, and the one before it is as likely to be drawn",
    ),
    *_same(
        "constraints/revival.py",
        "term dropped",
        _UNIT,
        [(".clamp_min(1e-30)", "")],
        "the guard is for inputs of length 0, whose result is not taken, since such neurons stay as they are",
    ),
    *_summed("constraints/synaptic_scaling.py", _SCALED),
    *_summed("constraints/synaptic_scaling_signed.py", _SCALED),
    _counted_first(
        "constraints/synaptic_scaling.py",
        _SCALED,
        "a factor between 0.99 and 1.01 leaves a neuron with weights some, and one without none",
    ),
    _truth("competitions/statistical.py", "return self.winners == 'soft'"),
    _truth("competitions/temporal.py", "return self.winners == 'soft'"),
    _truth("constraints/non_negative.py", "return self.form == 'abs'"),
    _truth("constraints/prune_regrow.py", "return self.regrow > 0"),
    _truth("constraints/revival.py", "return True"),
    _truth("constraints/synaptic_scaling_signed.py", "return True"),
    *_same(
        "competitions/k_winners.py",
        "term dropped",
        _BOOST,
        [("self.k / v.shape[1]", "self.k")],
        _COMMON,
    ),
    *_same(
        "rules/means.py",
        "peek at the neighbour",
        "return activity - per_neuron(mean, activity[0])",
        [("activity[0]", "activity.roll(1, 1)[0]")],
        _SHAPE,
    ),
    *_same(
        "competitions/lagani_soft_wta.py",
        "peek at the neighbour",
        "return r * (r / per_neuron(whole, r[0]))",
        [("r[0]", "r.roll(1, 1)[0]")],
        _SHAPE,
    ),
    *_same(
        "competitions/outcomes.py",
        "off by one",
        "return (g > 0) & (v > 0) if minus_drives else g > 0",
        [("v > 0", "v >= 0")],
        "activities are drives there, or minus drives, so that a drive of 0 has no activity above 0",
    ),
    *_same(
        "competitions/outcomes.py",
        "roles transposed",
        "height = _shares(v, among, inverse_temperature, dim) if soft else torch.ones_like(v)",
        [("v, among, inverse_temperature", "inverse_temperature, among, v")],
        "the two are read in their product only",
    ),
    *_same(
        "dynamics/difference_of_gaussians.py",
        "roles transposed",
        "along = torch.arange(size, dtype=torch.float64) - (size - 1) / 2",
        [
            (
                "torch.arange(size, dtype=torch.float64) - (size - 1) / 2",
                "(size - 1) / 2 - torch.arange(size, dtype=torch.float64)",
            )
        ],
        "only the squares of the distances are read",
    ),
    *_same(
        "dynamics/difference_of_gaussians.py",
        "peek at the neighbour",
        "return F.conv2d(u, weights, padding=len(kernel) // 2, groups=u.shape[1])",
        [("u, weights", f"u, weights.roll(1, {dim})") for dim in (0, 1)],
        "all channels have the same kernel, and each has one",
    ),
    *_same(
        "dynamics/difference_of_gaussians.py",
        "off by one",
        _DENSITY,
        [("/ (2 * torch.pi", "/ (3 * torch.pi"), ("/ (2 * torch.pi", "/ (1 * torch.pi")],
        _LARGEST_IS_1,
    ),
    *_same(
        "dynamics/difference_of_gaussians.py",
        "term dropped",
        _DENSITY,
        [
            ("/ (2 * torch.pi * sigma ** 2)", "/ sigma ** 2"),
            ("/ (2 * torch.pi * sigma ** 2)", "/ (2 * sigma ** 2)"),
            ("/ (2 * torch.pi * sigma ** 2)", "/ (torch.pi * sigma ** 2)"),
        ],
        _LARGEST_IS_1,
    ),
    *_same(
        "dynamics/plastic_bias.py",
        "peek at the neighbour",
        "share = total(softmax(view.v * t)) * (view.v.shape[1] / view.v.numel())",
        [("softmax(view.v", "softmax(view.v.roll(1, 0)")],
        "the sum over stimuli does not depend on their order",
    ),
    *_same("dynamics/plastic_bias.py", "sign flipped", _CHANGE, [("+ 1e-30", "- 1e-30")], _ALL),
    *_same(
        "dynamics/plastic_bias.py", "roles transposed", _CHANGE, [("[:, None]", "[None, :]")], _ALL
    ),
    *_same(
        "dynamics/plastic_bias.py",
        "wrong axis",
        _CHANGE,
        [
            ("[:, None])", "[:, None].transpose(0, 1))"),
            (
                "largest_magnitude(change[:, None])",
                "faults.whole(lambda _w: largest_magnitude(_w), change[:, None])",
            ),
        ],
        _ALL,
    ),
    *_same(
        "dynamics/plastic_bias.py",
        "wrong axis",
        "return per_neuron(factor, view.v[0]).reshape(view.v.shape[1], -1).mean(1)",
        [(".mean(1)", ".mean(-1)")],
        "the tensor has two axes, of which the second is the last",
    ),
    *_same(
        "rules/statistical_double_padded.py",
        "peek at the neighbour",
        "r = self._squared(view.geometry.drive(again, view.w_e), view.w_e)",
        [("view.w_e), view.w_e)", f"view.w_e), view.w_e.roll(1, {dim}))") for dim in (1, -1)],
        _ORDER,
    ),
    *_same(
        "rules/statistical_double_padded.py",
        "sign flipped",
        "r = self._squared(view.geometry.drive(again, view.w_e), view.w_e)",
        [("view.w_e), view.w_e)", "view.w_e), -view.w_e)")],
        _SIGN,
    ),
    *_same(
        "rules/statistical_double_padded.py",
        "peek at the neighbour",
        "q = drive / per_neuron(norms(w) + 1e-10, drive[0])",
        [("drive[0]", "drive.roll(1, 1)[0]")],
        _SHAPE,
    ),
    *_same(
        "rules/statistical_double_padded.py",
        "peek at the neighbour",
        "mean = q.mean(1, keepdim=True)",
        [("q.mean", "q.roll(1, 1).mean")],
        _BESIDE,
    ),
    *_same(
        "rules/statistical_double_padded.py",
        "peek at the neighbour",
        "spread = ((q - mean).square().sum(1, keepdim=True) / max(q.shape[1] - 1, 1)).sqrt()",
        [("((q - mean)", "((q.roll(1, 1) - mean)")],
        _BESIDE,
    ),
)
