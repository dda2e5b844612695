from typing import ClassVar

import pytest
import torch
from pydantic import Field, ValidationError

from neuroplast import Component, Memory, PluginError, State


class Part(Component):
    family: ClassVar[str] = "part"
    kind: ClassVar[str] = "sample"
    parameter_aliases: ClassVar[dict[str, str]] = {"lr": "eta", "rate": "eta"}
    eta: float = Field(0.1, gt=0)
    steps: int = 3
    theta = Memory("post", init=1.0)
    trace = Memory(("pre", 2))


class Child(Part):
    kind: ClassVar[str] = "child"
    theta = Memory("scalar")
    more = Memory()


# Parameters


def test_a_part_is_frozen():
    part = Part()
    with pytest.raises(ValidationError):
        part.eta = 0.2
    with pytest.raises(ValidationError):
        part.other = 1
    assert part.eta == 0.1


def test_parameters_are_validated():
    for wrong in (
        {"eta": 0},
        {"eta": float("nan")},
        {"eta": float("inf")},
        {"steps": 1.5},
        {"steps": "many"},
    ):
        with pytest.raises(ValidationError):
            Part(**wrong)


def test_unknown_parameters_name_the_nearest():
    with pytest.raises(ValidationError, match=r"unknown key; did you mean 'steps'\?"):
        Part(step=2)
    with pytest.raises(ValidationError, match=r"unknown key; known: eta, steps"):
        Part(zzzzzz=2)


def test_memory_is_no_parameter():
    with pytest.raises(ValidationError, match="unknown key"):
        Part(theta=2)
    assert set(Part.model_fields) == {"eta", "steps"}


def test_aliases_of_parameters_give_plain_names():
    assert Part.plain({"lr": 0.5, "steps": 2}) == {"eta": 0.5, "steps": 2}
    assert Part.plain({"eta": 0.1, "lr": 0.5}) == {"eta": 0.5}  # what came on top wins
    assert Part.plain({"other": 1}) == {"other": 1}


def test_a_part_is_written_with_its_kind():
    assert Part(eta=0.5).model_dump() == {"kind": "sample", "eta": 0.5, "steps": 3}
    assert Part(eta=0.5).model_dump(mode="json") == {"kind": "sample", "eta": 0.5, "steps": 3}
    assert str(Part(eta=0.5)) == "sample(eta=0.5, steps=3)"


def test_parts_of_equal_parameters_are_equal():
    assert Part(eta=0.5) == Part(eta=0.5)
    assert Part(eta=0.5) != Part(eta=0.6)
    assert Part() != Child()


# Memory


def test_declared_memories_are_found_and_inherited():
    assert Part.memories() == {"theta": Memory("post", 1.0), "trace": Memory(("pre", 2))}
    assert Child.memories() == {
        "theta": Memory("scalar"),
        "trace": Memory(("pre", 2)),
        "more": Memory(),
    }


def test_sizes_follow_from_the_axes():
    axes = {"scalar": (), "pre": (3,), "post": (4,), "positions": (5, 6), "weights": (4, 3, 2, 2)}
    sizes = {
        "scalar": (),
        "post": (4,),
        "positions": (5, 6),
        "weights": (4, 3, 2, 2),
        7: (7,),
        ("post", "pre"): (4, 3),
        ("post", "positions"): (4, 5, 6),
        (2, "post"): (2, 4),
        (): (),
    }
    for shape, size in sizes.items():
        assert Memory(shape).size(axes) == size


def test_an_unknown_axis_is_named_with_the_known_ones():
    with pytest.raises(PluginError, match=r"no axis 'neurons' here.*scalar, post"):
        Memory(("post", "neurons")).size({"scalar": (), "post": (4,)})


def test_a_part_holds_no_tensor():
    """What a class declares is not a tensor, and its instances have none: state has one owner."""
    assert isinstance(Part.theta, Memory)
    assert not any(isinstance(v, torch.Tensor) for v in vars(Part()).values())


# State


def test_state_is_changed_in_place_and_never_replaced():
    theta = torch.zeros(3)
    state = State({"theta": theta})
    state.theta.add_(1)
    assert torch.equal(theta, torch.ones(3))
    with pytest.raises(AttributeError, match=r"in place: use memory.theta.copy_"):
        state.theta = torch.zeros(3)
    with pytest.raises(AttributeError, match="in place"):
        state.theta += 1
    with pytest.raises(AttributeError, match="in place"):
        state.other = torch.zeros(3)
    assert state.theta is theta


def test_what_was_not_declared_says_how_to_declare_it():
    with pytest.raises(AttributeError, match=r"'thta'.*declared: theta.*thta = Memory"):
        _ = State({"theta": torch.zeros(3)}).thta
    with pytest.raises(AttributeError, match=r"declared: none"):
        _ = State({}).theta


def test_a_state_does_not_follow_the_table_that_it_was_made_from():
    tensors = {"theta": torch.zeros(3)}
    state = State(tensors)
    tensors["theta"] = torch.ones(3)
    assert (state.theta == 0).all()
