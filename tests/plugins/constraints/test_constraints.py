"""What claims of constraints cannot say: parameters, counts in a layer, and how constraints go together."""

from math import nan

import pytest
import torch
from pydantic import ValidationError
from support.numbers import normal
from torch.testing import assert_close

import neuroplast
from neuroplast import Refusal, build_layer, registry
from neuroplast.recording.reader import open_run

DENSE = {"kind": "dense", "neurons": 6}
CONV = {"kind": "conv2d", "neurons": 4, "kernel": 3}


def made(kind, **parameters):
    return registry.current().get("constraint", kind).part(**parameters)


def hebbian(shape, synapse, constraints, eta=0.1, **entries):
    """A layer whose weights move a good deal at every step."""
    table = {
        "competition": "none",
        "rule": "oja",
        "scaling": "largest",
        "rate": {"kind": "constant", "eta": eta},
    }
    return build_layer(shape, synapse=synapse, constraints=constraints, **{**table, **entries})


@pytest.mark.parametrize(
    ("kind", "parameters", "told"),
    [
        ("clip", {}, "neither low nor high"),
        ("clip", {"low": 1.0, "high": 0.0}, "low"),
        ("clip", {"low": nan}, "finite"),
        ("mask", {"kept": 0.0}, "greater than 0"),
        ("mask", {"kept": nan}, "finite"),
        ("mask", {}, "required"),
        ("dale", {"ratio": 1.5}, "less than or equal to 1"),
        ("dale", {"ratio": nan}, "finite"),
        ("unit_norm", {"p": 0.5}, "greater than or equal to 1"),
        ("unit_norm", {"p": nan}, "finite"),
        ("non_negative", {"form": "square"}, "relu"),
        ("revival", {"after": 0}, "greater than or equal to 1"),
        ("prune_regrow", {"share": 1.0}, "less than 1"),
        ("prune_regrow", {"spread": nan}, "finite"),
        ("grow_active", {"kept": 1.0}, "less than 1"),
        ("grow_active", {"every": 0}, "greater than or equal to 1"),
        ("synaptic_scaling", {"target": 0.0}, "greater than 0"),
        ("synaptic_scaling", {"time_constant": 0.5}, "greater than or equal to 1"),
        ("synaptic_scaling_signed", {"rate": nan}, "finite"),
        ("no_autapses", {"kept": 1}, "kept"),
    ],
)
def test_parameters_without_a_meaning_are_refused(kind, parameters, told):
    with pytest.raises(ValidationError, match=told):
        made(kind, **parameters)


def test_dale_as_published_has_its_own_name():
    assert registry.current().get("constraint", "excitatory_only").part.kind == "non_negative"


def test_unit_norms_of_long_rows_in_float32():
    for p in (1.0, 2.0, 3.0, 8.0):
        layer = build_layer((4000,), synapse=DENSE, constraints=[{"kind": "unit_norm", "p": p}])
        lengths = layer.w.double().abs().pow(p).sum(1).pow(1 / p)
        assert_close(lengths, torch.ones(6, dtype=torch.float64), atol=1e-5, rtol=0.0)


def test_a_mask_holds_what_is_learned_and_other_constraints_follow_it():
    """Masked, then of unit length, as in Miconi's pruned layers: both hold after every step."""
    layer = hebbian((40,), DENSE, [{"kind": "mask", "kept": 0.3}, "unit_norm"])
    there = layer.w != 0
    for seed in range(5):
        layer.learn(normal(8, 40, seed=seed).float())
        assert torch.equal(layer.w != 0, there)
        assert_close(layer.w.norm(dim=1), torch.ones(6))
    assert 0.1 < there.float().mean() < 0.5


def test_masks_differ_by_seed_and_by_place_in_the_list():
    masks = [{"kind": "mask", "kept": 0.5}] * 2
    first = build_layer((30,), synapse=DENSE, constraints=masks, seed=0)
    other = build_layer((30,), synapse=DENSE, constraints=masks, seed=1)
    again = build_layer((30,), synapse=DENSE, constraints=masks, seed=0)
    own = [first.state[f"constraints.{i}.mask"] for i in range(2)]
    assert not torch.equal(*own)
    assert not torch.equal(own[0], other.state["constraints.0.mask"])
    assert torch.equal(own[0], again.state["constraints.0.mask"])
    assert torch.equal(first.w != 0, own[0] * own[1] == 1)


def test_clipped_values_are_counted_in_a_layer():
    layer = hebbian((3,), {"kind": "dense", "neurons": 1}, [{"kind": "clip", "high": 0.5}])
    assert int(layer.projections[0].corrected) == 0
    layer.w.copy_(torch.tensor([[0.9, 0.2, 0.8]]))
    layer.learn(torch.zeros(1, 3))  # changes nothing by itself
    assert_close(layer.w, torch.tensor([[0.5, 0.2, 0.5]]))
    assert int(layer.projections[0].corrected) == 2
    layer.learn(torch.zeros(1, 3))
    assert int(layer.projections[0].corrected) == 2


# -- autapses ----------------------------------------------------------------------------------------------------------


def recurrent(outside, inside, shape):
    return build_layer(
        shape,
        projections=[
            {"name": "in", "synapse": outside},
            {
                "name": "among",
                "from": "self",
                "synapse": inside,
                "rule": "hebb",
                "scaling": "mean",
                "rate": {"kind": "constant", "eta": 0.1},
                "constraints": ["no_autapses"],
            },
        ],
        competition="none",
        settle={"steps": 2},
    )


def test_a_projection_from_elsewhere_has_no_autapses():
    with pytest.raises(Refusal) as refused:
        build_layer((6,), synapse=DENSE, constraints=["no_autapses"])
    assert refused.value.reason == "autapses_of_others"


def test_the_diagonal_stays_empty():
    layer = recurrent(DENSE, DENSE, (3,))
    for seed in range(3):
        layer.learn(normal(4, 3, seed=seed).float())
    w = layer.state["among.w"]
    assert torch.equal(w == 0, torch.eye(6, dtype=torch.bool))
    assert int(layer.projections[1].corrected) == 3 * 6


@pytest.mark.parametrize("groups", [1, 2, 4])
def test_a_kernel_loses_the_middle_of_its_own_channel(groups):
    """Nobody hears itself at its own position; of others, and of itself elsewhere, it does."""
    among = {**CONV, "groups": groups}
    layer = recurrent(CONV, among, (2, 6, 6))
    layer.learn(normal(2, 2, 6, 6).float())
    w, each = layer.state["among.w"], 4 // groups
    empty = (w == 0).nonzero().tolist()
    assert empty == [[i, i % each, 1, 1] for i in range(4)]
    # and so a response at one position alone does not come back to where it was
    projection = layer.projections[1]
    for i in range(4):
        y = torch.zeros(1, 4, 6, 6)
        y[0, i, 3, 3] = 1.0
        back = projection.drive(projection.prepare(y, False), projection.effective())
        assert back[0, i, 3, 3] == 0
        assert back[0, i].abs().max() > 0


def test_depthwise_neurons_have_one_channel_which_is_their_own():
    layer = recurrent({**CONV, "neurons": 2}, {"kind": "depthwise", "kernel": 3}, (2, 6, 6))
    layer.learn(normal(2, 2, 6, 6).float())
    assert (layer.state["among.w"] == 0).nonzero().tolist() == [[0, 0, 1, 1], [1, 0, 1, 1]]


# -- revival -----------------------------------------------------------------------------------------------------------


def dead(after, x, batches=1, **entries):
    """A layer in which neuron 1 wins always, and 2 and 3 never; after some batches."""
    layer = hebbian(
        (2,),
        {"kind": "dense", "neurons": 3},
        [{"kind": "revival", "after": after}],
        eta=1e-12,
        competition="hard_wta",
        rule="instar",
        **entries,
    )
    layer.w.copy_(torch.tensor([[1.0, 1.0], [-3.0, 0.0], [0.0, -0.5]]))
    for _ in range(batches):
        layer.learn(x)
    return layer


def test_a_neuron_without_weights_has_no_length_to_come_back_with():
    x = torch.tensor([[3.0, 4.0]])
    layer = dead(9, x)
    layer.w[1].zero_()
    for _ in range(9):
        layer.learn(x)
    assert layer.w[1].tolist() == [0, 0]
    assert int(layer.projections[0].corrected) == 1  # the third alone


def test_a_neuron_that_never_won_comes_back_on_a_stimulus_and_wins():
    x = torch.tensor([[3.0, 4.0], [4.0, 3.0]])
    layer = dead(4, x, batches=2)
    directions = layer.w[1:] / layer.w[1:].norm(dim=1, keepdim=True)
    for direction in directions:
        assert min((direction - unit).norm() for unit in x / 5) < 1e-6
    assert_close(layer.w[1:].norm(dim=1), torch.tensor([3.0, 0.5]))
    assert_close(layer.w[0], torch.tensor([1.0, 1.0]))
    assert int(layer.projections[0].corrected) == 2
    wins = layer.present(x, compete=True)[0][0].g
    assert (wins[:, 1] > 0).all()  # the longer of the two, on 3 |x| against √2 |x|


def test_silence_is_counted_in_stimuli_whatever_the_batch():
    """Twelve stimuli, of which neuron 2 wins the fifth alone: it has been silent for the last seven."""
    x = torch.tensor([[1.0, 1.0]] * 4 + [[-1.0, 0.0]] + [[1.0, 1.0]] * 7)
    for size in (1, 2, 3, 4, 6, 12):
        layer = dead(100, x[:0].new_zeros(1, 2), batches=0)
        for batch in x.split(size):
            layer.learn(batch)
        assert layer.state["constraints.0.silent"].tolist() == [0.0, 7.0, 12.0]


def test_nobody_comes_back_on_nothing():
    """An empty stimulus is no direction: the dead wait for one that is."""
    layer = dead(2, torch.zeros(2, 2), batches=3)
    assert_close(layer.w, torch.tensor([[1.0, 1.0], [-3.0, 0.0], [0.0, -0.5]]))
    layer.learn(torch.tensor([[3.0, 4.0]]))
    assert_close(layer.w[1:], torch.tensor([[1.8, 2.4], [0.3, 0.4]]))


@pytest.mark.parametrize("groups", [1, 2])
def test_a_kernel_comes_back_on_a_patch_that_it_sees(groups):
    layer = hebbian(
        (2, 5, 5),
        {**CONV, "neurons": 2, "padding": 0, "groups": groups},
        [{"kind": "revival", "after": 1}],
        eta=1e-12,
        competition={"kind": "threshold", "threshold": 1e6},
        rule="instar",
    )
    x = normal(1, 2, 5, 5).float()
    layer.learn(x)
    patches = torch.nn.functional.unfold(x, 3)[0].T.view(9, 2, 9)
    for i in range(2):
        seen = patches if groups == 1 else patches[:, i : i + 1]
        seen = seen.flatten(1) / seen.flatten(1).norm(dim=1, keepdim=True)
        own = layer.w[i].flatten() / layer.w[i].norm()
        assert (seen @ own).max() > 1 - 1e-5


def test_revived_weights_are_those_of_the_seed():
    x = normal(8, 2).float().abs()
    assert torch.equal(dead(4, x).w, dead(4, x).w)


# -- structural plasticity ---------------------------------------------------------------------------------------------


def test_growth_by_activity_by_hand():
    """Two of eight synapses go, the weakest, and two come where activity coincided most; three steps of counting."""
    layer = hebbian(
        (4,),
        {"kind": "dense", "neurons": 4},
        [{"kind": "grow_active", "kept": 0.5, "share": 0.25, "every": 2}],
        eta=1e-12,
        competition={"kind": "threshold", "threshold": 0.0, "activity": "drive"},
        rule="hebb",
    )
    present = torch.tensor([[1, 0, 1, 0], [0, 1, 0, 1], [1, 0, 1, 0], [0, 1, 0, 1.0]])
    layer.state["constraints.0.present"].copy_(present)
    strong = torch.tensor([[0.2, 0, 3, 0], [0, 4, 0, 5], [6, 0, -0.1, 0], [0, 7, 0, 8.0]])
    layer.w.copy_(strong)
    # x_2 is largest and neuron 4 is most active (16): then neurons 2 (12), 3 (4.2) and 1 (0.8)
    layer.learn(torch.tensor([[1.0, 4.0, 2.0, -1.0]]))
    assert_close(layer.w, strong)
    layer.learn(torch.tensor([[1.0, 4.0, 2.0, -1.0]]))
    # (4, 3) with 20 · 2 and (2, 3) with 11 · 2; x_1 has half of these, (3, 2) with 5.8 · 4 = 23.2 more than 22
    expected = strong.clone()
    expected[0, 0] = expected[2, 2] = 0.0
    assert_close(layer.w, expected)
    now = present.clone()
    now[0, 0] = now[2, 2] = 0.0
    now[3, 2] = now[0, 1] = 1.0
    assert torch.equal(layer.state["constraints.0.present"], now)
    assert [int(layer.state[f"constraints.0.{n}"]) for n in ("pruned", "grown")] == [2, 2]
    assert layer.state["constraints.0.activity"].abs().max() == 0


def test_synapses_that_came_by_activity_learn():
    layer = hebbian(
        (30,), DENSE, [{"kind": "grow_active", "kept": 0.3, "share": 0.2, "every": 5}], eta=0.01
    )
    before = layer.state["constraints.0.present"].clone()
    for seed in range(24):
        layer.learn(normal(8, 30, seed=seed).float())
    now = layer.state["constraints.0.present"]
    assert int(now.sum()) == int(before.sum())
    came = (now == 1) & (before == 0)
    assert came.any()
    assert (layer.w[came] != 0).all()
    assert (layer.w[now == 0] == 0).all()


def test_pruning_to_a_balance_with_growth():
    """A tenth is absent after each pruning; a tenth of that comes back, so 9 in 100 are absent after every step."""
    layer = hebbian((100,), {"kind": "dense", "neurons": 100}, ["prune_regrow"], eta=1e-12)
    for seed in range(3):
        layer.learn(normal(4, 100, seed=seed).float())
        absent = (layer.w == 0).float().mean()
        assert abs(absent - 0.09) < 0.005


def test_rules_that_need_all_inputs_refuse_what_takes_synapses_away():
    for constraint in ({"kind": "mask", "kept": 0.5}, "prune_regrow", "grow_active"):
        with pytest.raises(Refusal) as refused:
            hebbian((6,), DENSE, [constraint], rule="sanger")
        assert refused.value.reason == "order_cut_by_missing_synapses"


# -- synaptic scaling --------------------------------------------------------------------------------------------------


def test_scaling_brings_activity_to_its_target():
    """Weights 10 times too large and too small: both end with a mean activity of 0.5, in the same direction."""
    layer = hebbian(
        (3,),
        {"kind": "dense", "neurons": 2},
        [{"kind": "synaptic_scaling", "target": 0.5, "rate": 0.1, "time_constant": 10.0}],
        eta=1e-12,
    )
    x = normal(50, 3).float().abs()
    start = torch.tensor([[3.0, 2.0, 1.0], [0.03, 0.01, 0.02]])
    layer.w.copy_(start)
    for _ in range(3000):
        layer.learn(x)
    assert_close((x @ layer.w.T).mean(0), torch.tensor([0.5, 0.5]), atol=5e-3, rtol=0.0)
    cosine = torch.nn.functional.cosine_similarity(layer.w, start)
    assert_close(cosine, torch.ones(2))


def test_scaling_never_turns_a_weight():
    layer = hebbian(
        (3,), DENSE, [{"kind": "synaptic_scaling", "target": 0.1, "rate": 1e6}], eta=1e-12
    )
    signs = layer.w.sign()
    for seed in range(50):
        before = layer.w.clone()
        layer.learn(100 * normal(4, 3, seed=seed).float())
        ratio = layer.w / before
        assert ratio.min() > 0.9899
        assert ratio.max() < 1.0101
    assert torch.equal(layer.w.sign(), signs)


def test_scaling_in_batches_goes_as_far_as_one_by_one():
    """The activity that is remembered after 8 equal stimuli is the same in batches of 1, 2, 4 and 8."""
    for size in (1, 2, 4, 8):
        layer = hebbian((3,), DENSE, ["synaptic_scaling"], eta=1e-12)
        layer.w.copy_(torch.ones(6, 3))
        for _ in range(8 // size):
            layer.w.copy_(torch.ones(6, 3))
            layer.learn(torch.full((size, 3), 2.0))
        # from 0.1, an eighth part of a thousandth of the way to 6 each: 0.1 + 5.9 (1 - 0.999^8) = 0.14703...
        expected = 0.1 + 5.9 * (1 - 0.999**8)
        assert_close(
            layer.state["constraints.0.activity"], torch.full((6,), expected), rtol=1e-4, atol=0
        )


# -- in a run ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("constraint", ["prune_regrow", {"kind": "grow_active", "every": 4}])
def test_synapses_that_went_and_came_are_recorded_in_a_run(tmp_path, constraint):
    entries = {
        "synapse": {"kind": "dense", "neurons": 20},
        "rule": "oja",
        "competition": "none",
        "scaling": "mean",
        "rate": {"kind": "constant", "eta": 0.01},
        "constraints": [constraint],
    }
    scenario = {
        "about": "Synapses that come and go",
        "seed": 0,
        "presentations": 200,
        "batch": 10,
        "stimuli": {"kind": "gaussian", "scales": [1.0] * 20},
        "layers": [entries],
    }
    run = neuroplast.run(scenario, out=tmp_path / "run")
    with open_run(run.path) as recording:
        layer = recording.layers["layer1"]
        state = recording.final_state()["layer1"]
        corrected = float(layer.series["corrected_count"].values.sum())
    pruned, grown = (float(state[f"constraints.0.{name}"]) for name in ("pruned", "grown"))
    assert pruned > 0
    assert grown > 0
    if constraint == "prune_regrow":  # what goes and grows at once is one value, not two
        assert 0 < corrected <= pruned + grown
    else:  # beside what goes, all that the rule would make of absent synapses is corrected at every step
        assert pruned == grown < corrected
