import pytest
import torch
from support.numbers import assert_near, normal
from support.views import conv_view, dense_view, depthwise_view
from torch.testing import assert_close

from neuroplast import Constraint, Fit, LayerSpec, Refusal, registry
from neuroplast_plugins.rules.oja import Oja
from neuroplast_plugins.rules.sanger import Sanger


def test_delta_by_hand():
    w, x = torch.tensor([[1.0, 0.0], [0.5, 2.0]]), torch.tensor([[2.0, 1.0]])
    dw = Sanger().delta(dense_view(w, x, g=torch.tensor([[2.0, 3.0]]))).tensor()
    # neuron 0: 2·([2 1] - 2·[1 0]);  neuron 1: 3·([2 1] - 2·[1 0] - 3·[.5 2])
    assert_close(dw, torch.tensor([[0.0, 2.0], [-4.5, -15.0]]))


def test_the_first_neuron_follows_oja():
    view = conv_view(normal(3, 2, 3, 3), normal(2, 2, 5, 5, seed=1))
    assert_near(Sanger().delta(view).tensor()[0], Oja().delta(view).tensor()[0])


def test_components_in_order_are_a_fixed_point_and_in_another_order_are_not():
    x = torch.diag(torch.tensor([3.0, 2.0, 1.0], dtype=torch.float64))
    axes = torch.eye(3, dtype=torch.float64)
    dw = Sanger().delta(dense_view(axes, x)).tensor()
    assert_close(dw, torch.zeros_like(dw))
    turned = axes[[0, 2, 1]] + 0.1 * axes[[0, 1, 2]]
    assert float(Sanger().delta(dense_view(turned, x)).tensor()[1, 1]) > 0  # towards the second


def test_finds_the_components_in_order():
    scales = torch.tensor([3.0, 2.0, 1.0, 0.5], dtype=torch.float64)
    basis = torch.linalg.qr(normal(4, 4, seed=5))[0]
    x, w = normal(500, 4) * scales @ basis, 0.3 * normal(3, 4, seed=3)
    for _ in range(1500):
        (Sanger().delta(dense_view(w, x)) * (0.05 / len(x))).add_to(w)
    components = torch.linalg.eigh(x.T @ x)[1].flip(1).T[:3]
    assert_near((w @ components.T).abs(), torch.eye(3, dtype=w.dtype), 1e-3)


def test_neurons_that_see_other_channels_have_no_say():
    """On a depthwise layer with one neuron per channel each is the first of its group, and follows Oja's rule."""
    view = depthwise_view(normal(3, 1, 3, 3), normal(2, 3, 5, 5, seed=1))
    assert_near(Sanger().delta(view).tensor(), Oja().delta(view).tensor())


def test_groups_are_layers_of_their_own():
    w, x = normal(4, 1, 3, 3), normal(2, 2, 5, 5, seed=1)
    found = Sanger().delta(conv_view(w, x, groups=2)).tensor()
    apart = [
        Sanger().delta(conv_view(w[2 * i : 2 * i + 2], x[:, i : i + 1])).tensor() for i in (0, 1)
    ]
    assert_near(found, torch.cat(apart))


@pytest.mark.parametrize("name", ["gha", "hpca"])
def test_other_names(name):
    assert registry.current().get("rule", name).part is Sanger


@pytest.mark.parametrize("name", ["mask", "no_autapses", "prune_regrow", "grow_active"])
def test_a_constraint_that_takes_synapses_away_is_refused(name):
    class Cutting(Constraint):
        kind = name

        def enforce(self, w, context):
            return torch.zeros(())

    cut = LayerSpec.model_construct(constraints=(Cutting(),))
    with pytest.raises(Refusal, match=rf"'{name}' .*leave the constraint out") as refused:
        Sanger().check(Fit((3,), projection=cut))
    assert refused.value.reason == "order_cut_by_missing_synapses"
    Sanger().check(Fit((3,), projection=LayerSpec.model_construct(constraints=())))
    Sanger().check(Fit((3,)))
