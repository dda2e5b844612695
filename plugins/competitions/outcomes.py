"""What winners and losers learn with, shared by all competitions that have some."""

from math import sqrt

import torch
from torch import Tensor

from neuroplast import Refusal
from neuroplast.functional import first_largest, softmax


def outcome(
    height: Tensor, winners: Tensor, anti_hebbian: bool, otherwise: Tensor | float = 0.0
) -> Tensor:
    """Winners have `height`; losers have -height where they are anti-Hebbian, else `otherwise`.

    height: what each would have as a winner. winners: a bool mask. Both of the drive's shape.
    """
    return torch.where(winners, height, -height if anti_hebbian else otherwise)


def won(v: Tensor, g: Tensor, minus_drives: bool) -> Tensor:
    """Who won: g > 0. Where losers have minus their drives, a negative one gives g > 0 too, and has not won."""
    return (g > 0) & (v > 0) if minus_drives else g > 0


def at_rank(v: Tensor, rank: int, dim: int) -> Tensor:
    """Mark the entry of this rank along `dim`, 1 the largest; of equal entries the lowest index ranks higher."""
    marked = first_largest(v, rank, dim)
    return marked if rank == 1 else marked & ~first_largest(v, rank - 1, dim)


def compete_above(
    v: Tensor,
    threshold: Tensor,
    dim: int,
    winners: str,
    activity: str,
    inverse_temperature: float,
    anti_hebbian: bool,
) -> Tensor:
    """Let those above the threshold compete, hard or soft; the others have 0. Where nobody is above, nobody learns.

    Hard: the largest has 1 (binary) or v (drive), the other competitors 0. Soft: competitors have their share of the
    softmax among them, times v for drive. Anti-Hebbian losers are competitors that are not the largest.
    """
    among = v > threshold
    soft = winners == "soft"
    height = _shares(v, among, inverse_temperature, dim) if soft else torch.ones_like(v)
    if activity == "drive":
        height = height * v
    g = outcome(height, first_largest(v, 1, dim), anti_hebbian, height if soft else 0.0)
    return torch.where(among, g, 0.0)


def _shares(v: Tensor, among: Tensor, inverse_temperature: float, dim: int) -> Tensor:
    """The softmax over those who compete, 0 for the others."""
    kept = torch.where(among, v * inverse_temperature, -torch.inf)
    return torch.where(among, softmax(kept, dim), 0.0)


def squared_above(v: Tensor, threshold: Tensor, dim: int) -> Tensor:
    """The published form of competition above a threshold: z top1(z), z = v above the threshold and 0 elsewhere."""
    z = torch.where(v > threshold, v, 0.0)
    return torch.where(first_largest(z, 1, dim), z * z, 0.0)


def outstanding(v: Tensor, deviations: float, dim: int) -> Tensor:
    """The mean of those who compete along `dim` plus so many of their standard deviations (n - 1), keeping `dim`."""
    spread, mean = torch.std_mean(v, dim, keepdim=True)
    return mean + deviations * spread


def check_outstanding(kind: str, n: int, deviations: float) -> None:
    """Refuse a threshold that none of n competitors can be above, whatever their drives.

    Of n numbers none is more than (n - 1) / √n standard deviations (n - 1) above their mean: one large among equals is.
    """
    if deviations * sqrt(n) >= n - 1:
        raise Refusal(
            "nobody_can_stand_out",
            f"{kind}: none of {n} competitors can be {deviations:g} standard deviations above their mean; "
            f"set deviations below {(n - 1) / sqrt(n):.3g}, or give the layer more neurons",
        )
