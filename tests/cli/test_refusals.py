"""Every combination that docs/refusals.md lists is refused by `neuroplast validate`, in words that say what to do."""

import re
from pathlib import Path

import pytest

PAGE = Path(__file__).resolve().parents[2] / "docs/refusals.md"

NOISE = 'stimuli = { kind = "white_noise", side = 8, channels = 2, train = 40 }'
LINES = 'stimuli = { kind = "bars", train = 40 }'
"""Not negative, and without signs."""
CONV = 'synapse = { kind = "conv2d", neurons = 4, kernel = 3 }'
DENSE = 'synapse = { kind = "dense", neurons = 4 }'
BELOW = '[[layers]]\nname = "below"\nsynapse = { kind = "dense", neurons = 4 }\npopulation = '
DALE = 'constraints = ["dale"]'
DRAWN = 'constraints = [{ kind = "dale", ratio = 0.5 }]'

REFUSED = [
    (
        "space_without_positions",
        {"more": 'competition = { kind = "hard_wta", axis = "space" }'},
        "layer1: competition: neurons cannot compete along space in a response (1,) without positions; "
        'set axis = "channels", or use a convolution',
    ),
    (
        "synapse_without_rivals",
        {"synapse": DENSE, "more": 'effective = { kind = "presynaptic", axis = "spatial" }'},
        'layer1: presynaptic: along axis = "spatial" no weight of shape (4, 4) competes with another; '
        "choose another axis",
    ),
    (
        "no_shared_input",
        {
            "stimuli": NOISE,
            "synapse": 'synapse = { kind = "depthwise", kernel = 3 }',
            "more": 'effective = "presynaptic"',
        },
        "layer1: presynaptic: a group of the synapse sees 1 of 2 channels",
    ),
    (
        "no_shared_input",
        {
            "stimuli": NOISE,
            "synapse": 'synapse = { kind = "locally_connected", neurons = 6, kernel = 3 }',
            "more": 'effective = "presynaptic"',
        },
        "layer1: presynaptic: positions have weights of their own, 384 rows for 6 neurons",  # 6 · 8 · 8
    ),
    (
        "neurons_without_rivals",
        {
            "stimuli": NOISE,
            "synapse": CONV,
            "more": 'dynamics = ["thresh"]\ncompetition = { kind = "hard_wta", axis = "space" }',
        },
        "layer1: adaptive_threshold: the positions of a channel compete, so that neurons have no wins to share; "
        "set target",
    ),
    (
        "order_cut_by_missing_synapses",
        {
            "synapse": DENSE,
            "rule": 'rule = "sanger"',
            "more": 'constraints = [{ kind = "mask", kept = 0.5 }]',
        },
        "layer1: sanger: constraint 'mask' leaves neurons with different synapses",
    ),
    (
        "positions_without_weights",
        {
            "stimuli": NOISE,
            "synapse": 'synapse = { kind = "locally_connected", neurons = 6, kernel = 3 }',
            "rule": 'rule = "statistical_double_padded"',
        },
        "layer1: statistical_double_padded: padded again, the input has more positions than the",
    ),
    (
        "nobody_can_stand_out",
        {"synapse": DENSE, "more": 'competition = "statistical"'},
        "layer1: statistical: none of 4 competitors can be 2 standard deviations above their mean; "
        "set deviations below 1.5,",  # 3 / √4
    ),
    (
        "surround_without_positions",
        {"synapse": DENSE, "more": 'dynamics = ["surround"]'},
        "layer1: surround: a response (4,) has no neighbouring positions",
    ),
    (
        "autapses_of_others",
        {"synapse": DENSE, "more": 'constraints = ["no_autapses"]'},
        "layer1: no_autapses: the projection comes from other neurons",
    ),
    (
        "dale_on_signed_activity",
        {"synapse": DENSE, "more": DRAWN},
        "layer1: dale: presynaptic activity may be negative here",
    ),
    (
        "dale_on_signed_activity",
        {"stimuli": LINES, "measures": 'preprocessing = ["zca"]', "more": DRAWN},
        "layer1: dale: presynaptic activity may be negative here, by its stimuli, population, preprocessing or "
        "normalisation; make rates non-negative",
    ),
    (
        "dale_on_signed_activity",
        {"stimuli": LINES, "more": f'{DRAWN}\nnormalisation = "batch_norm"'},
        "layer1: dale: presynaptic activity may be negative here",
    ),
    (
        "dale_on_signed_activity",
        {"layers": f'{BELOW}"tanh"\n[[layers]]', "more": DRAWN},
        "layer2: dale: presynaptic activity may be negative here",
    ),
    (
        "dale_without_populations",
        {"layers": f'{BELOW}"relu"\n[[layers]]', "more": DALE},
        "layer2: dale: its inputs have no signs; feed it by a population with signs, or set ratio",
    ),
    (
        "dale_of_magnitudes",
        {
            "layers": f'{BELOW}"excitatory_inhibitory"\n[[layers]]',
            "more": f'{DALE}\neffective = "abs"',
        },
        "layer2: dale: the drive uses weights without their sign (effective = 'absolute')",
    ),
    (
        "dale_of_magnitudes",
        {"stimuli": LINES, "synapse": DENSE, "more": f'{DRAWN}\neffective = "presynaptic_inverse"'},
        "layer1: dale: the drive uses weights without their sign (effective = 'presynaptic_inverse')",
    ),
    (
        "pool_without_positions",
        {"more": 'pool = { kind = "max", size = 2, stride = 2 }'},
        'layer1: max pool: needs a response (post, height, width), found (1,); set pool = "none"',
    ),
    (
        "surround_without_kernel",
        {"synapse": DENSE, "more": 'initialisation = "centre_surround"'},
        "layer1: centre_surround: weights of shape (4, 4) have no square kernels of 3 x 3 or more",
    ),
    (
        "patches_without_image",
        {"more": 'normalisation = { kind = "per_patch", kernel = 3 }'},
        "layer1: per_patch: an input of shape (4,) has no patches; give it images",
    ),
]
"""The reason, a scenario that gives it, and what is said."""


@pytest.mark.parametrize(("reason", "changes", "told"), REFUSED)
def test_is_refused_at_validation(cli, scenario, reason, changes, told):
    answer = cli("validate", scenario(**{"measures": "", **changes}))
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.rstrip().endswith(f"(reason: {reason})")


def test_every_reason_of_the_page_is_tried():
    listed = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(), re.MULTILINE)
    assert {reason for reason, *_ in REFUSED} == set(listed)


# What does not fit, but has a meaning: told by the same command, without a reason


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {
                "stimuli": LINES,
                "more": 'constraints = [{ kind = "dale", ratio = 0.5 }, { kind = "revival", after = 9 }]',
            },
            "layer1: dale: revival(after=9) comes after it and may turn the signs that it has set; "
            "put dale after that one",
        ),
        (
            {
                "stimuli": LINES,
                "more": 'constraints = [{ kind = "dale", ratio = 0.5 }, { kind = "clip", low = 0.1 }]',
            },
            "layer1: dale: clip(low=0.1, high=None) comes after it and may turn",
        ),
        (
            {
                "layers": f'{BELOW}{{ kind = "excitatory_inhibitory" }}\n[[layers]]',
                "more": DRAWN,
            },
            "layer2: dale: ratio is 0.5, and the population that feeds it has signs of its own; leave ratio out",
        ),
        ({"measures": 'preprocessing = ["flip"]'}, "flip: stimuli of shape (4,) are no images"),
        ({"measures": 'preprocessing = ["crop"]'}, "crop: stimuli of shape (4,) are no images"),
    ],
)
def test_what_does_not_fit_is_told_at_validation(cli, scenario, changes, told):
    answer = cli("validate", scenario(**{"measures": "", **changes}))
    assert answer.code == 2
    assert told in answer.err
    assert "reason:" not in answer.err


@pytest.mark.parametrize("constraints", ['["dale", "unit_norm"]', '["prune_regrow", "dale"]'])
def test_what_keeps_signs_may_stand_after_dale_and_all_before(cli, scenario, constraints):
    made = constraints.replace('"dale"', '{ kind = "dale", ratio = 0.5 }')
    answer = cli("validate", scenario(measures="", stimuli=LINES, more=f"constraints = {made}"))
    assert answer.code == 0


def test_negative_numbers_of_a_user_s_own_are_found_before_learning(cli, scenario, tmp_path):
    """What is in a file is known when it is read, and refused then as it would be of a kind that says so."""
    import numpy as np

    x = np.abs(np.random.default_rng(0).normal(size=(40, 4)))
    more = {"measures": "", "more": DRAWN}
    for name, code in (("fine", 0), ("signed", 2)):
        np.savez(tmp_path / f"{name}.npz", x_train=x if name == "fine" else x - 0.5)
        stimuli = f'stimuli = {{ kind = "arrays", file = "{tmp_path / name}.npz" }}'
        answer = cli("run", scenario(stimuli=stimuli, **more), "--out", tmp_path / name)
        assert answer.code == code, answer.err
    assert "dale: presynaptic activity may be negative here" in answer.err
