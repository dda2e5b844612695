"""The ways in which a plugin can go wrong, by name. Where two give the same copy, the first in this list has it."""

from mutation.edit import Operator
from mutation.operators.arithmetic import sign_flipped, term_dropped
from mutation.operators.axes import wrong_axis
from mutation.operators.counts import off_by_one, sum_for_mean
from mutation.operators.factors import decay_by_another, rate_twice
from mutation.operators.neighbours import padded_twice, peek_at_neighbour
from mutation.operators.order import other_order
from mutation.operators.roles import roles_transposed
from mutation.operators.ties import last_tie

OPERATORS: dict[str, Operator] = {
    "decay by g instead of g·v": decay_by_another,
    "rate applied twice": rate_twice,
    "sum for mean": sum_for_mean,
    "off by one": off_by_one,
    "last tie for first": last_tie,
    "padding twice": padded_twice,
    "wrong axis": wrong_axis,
    "state before, not after": other_order,
    "peek at the neighbour": peek_at_neighbour,
    "roles transposed": roles_transposed,
    "sign flipped": sign_flipped,
    "term dropped": term_dropped,
}
