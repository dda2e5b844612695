"""The loop that rules are compared with, itself compared with paper and pencil."""

import pytest
import torch
from support.numbers import assert_near
from support.rules_in_kit import Centred, Double, Ordered, OrderedClaims, Placed, Tracing

from neuroplast import Memory
from neuroplast.component import State
from neuroplast.registry import Registry
from neuroplast.testing import NotApplicable, RuleClaims, Setting, Subject
from neuroplast.testing.bench import Plain
from neuroplast.testing.checks.rules_loop import looped, remembered, sites
from neuroplast_plugins.synapses.depthwise import Depthwise


def subject(part, claims=None):
    return Subject(part, {}, claims, Registry())


def plain(part, w, x, g, **given):
    """A view of one stimulus at one position: w (post, pre), x (pre,), g (post,)."""
    w, x, g = (torch.tensor(t, dtype=torch.float64) for t in (w, x, g))
    setting = Setting(Plain(neurons=len(w)), (len(x), 1), 1)
    post = dict.fromkeys("uvg", g[None, :, None])
    return setting.view(part, x=x[None, :, None], w=w, w_e=w, **post, **given)


def test_a_rule_over_the_layer_by_hand():
    view = plain(Ordered(), [[1.0, 0.0], [0.5, 2.0]], [1.0, 2.0], [3.0, 4.0])
    # 3·1 - 9·1, 3·2 - 9·0; 4·1 - 12·1 - 16·0.5, 4·2 - 12·0 - 16·2
    expected = torch.tensor([[-6.0, 6.0], [-16.0, -24.0]], dtype=torch.float64)
    assert_near(looped(subject(Ordered(), OrderedClaims()), view), expected)


def test_every_site_shows_its_own_numbers():
    setting = Setting(Plain(neurons=2), (3, 2), 2)
    view = setting.view(Double())
    events = sites(Double(), view)
    assert [len(events), len(events[0]), len(events[0][0])] == [4, 3, 2]
    site = events[1 * 2 + 0][2][1]  # second stimulus, first position, third synapse, second neuron
    found = torch.tensor([site.x, site.w, site.w_e, site.u, site.v, site.g], dtype=torch.float64)
    at = [
        view.x[1, 2, 0],
        view.w[1, 2],
        view.w_e[1, 2],
        *(t[1, 1, 0] for t in (view.u, view.v, view.g)),
    ]
    assert_near(found, torch.stack(at))
    assert site.neuron == 1
    assert [other.neuron for other in site.layer] == [0, 1]
    assert site.layer[1] is site
    assert site.batch[1 * 2 + 0] is site
    assert [other.x for other in site.batch] == view.x[:, 2].flatten().tolist()


def test_a_neuron_of_a_group_sees_the_channels_and_the_memory_of_its_group():
    """Two channels with two neurons each, fields of one pixel: neurons 0, 1 see channel 0, neurons 2, 3 channel 1."""
    setting = Setting(Depthwise(kernel=1, multiplier=2), (2, 1, 1), 1)
    view = setting.view(Centred(), x=torch.tensor([[[[5.0]], [[7.0]]]], dtype=torch.float64))
    view.memory.mean.copy_(torch.tensor([0.5, 0.7]))
    ((layer,),) = sites(Centred(), view)
    assert [s.x for s in layer] == [5.0, 5.0, 7.0, 7.0]
    assert [round(s.memory["mean"], 6) for s in layer] == [0.5, 0.5, 0.7, 0.7]


def test_memory_of_synapses_and_places():
    setting = Setting(Plain(neurons=2), (2, 3), 1)
    trace = torch.arange(4.0, dtype=torch.float64).view(2, 2)
    view = setting.view().remembering(State({"trace": trace, "steps": torch.tensor(9.0)}))
    site = sites(Tracing(), view)[0][1][0]  # first position, second synapse, first neuron
    assert site.memory == {"trace": 1.0, "steps": 9.0}
    last = torch.arange(6.0, dtype=torch.float64).view(2, 3)
    view = setting.view().remembering(State({"last": last}))
    assert sites(Placed(), view)[2][0][1].memory == {"last": 5.0}  # third position, second neuron


def test_what_claims_leave_out_is_as_it_was():
    class Silent(RuleClaims):
        of = "double"

        def change(self, rule, s):
            return 0.0

        def remember(self, rule, n):
            return {"steps": n.memory["steps"] + 1}

    view = Setting(Plain(neurons=1), (2, 1), 1).view(Tracing())
    after = remembered(subject(Tracing(), Silent()), view)
    assert_near(after["steps"], torch.tensor(2.0, dtype=torch.float64))
    assert_near(after["trace"], torch.full((1, 2), 0.5, dtype=torch.float64))


def test_memory_that_no_formula_can_name_is_said():
    class Lateral(Double):
        between = Memory((2, "post"))

    view = Setting(Plain(neurons=2), (1, 1), 1).view(Lateral())
    with pytest.raises(NotApplicable, match="memory between has axes"):
        looped(subject(Lateral(), OrderedClaims()), view)
