import torch

from neuroplast.streams import stream


def numbers(seed, name):
    return torch.randn(5, generator=stream(seed, name)).tolist()


def test_a_stream_follows_from_seed_and_name():
    assert numbers(0, "layer1.init") == numbers(0, "layer1.init")
    others = [(1, "layer1.init"), (0, "layer2.init"), (0, "layer1.ini"), (0, "ayer1.init")]
    assert all(numbers(*other) != numbers(0, "layer1.init") for other in others)
    assert numbers(1, "1") != numbers(11, "")


def test_streams_do_not_move_each_other_or_the_global_one():
    before = torch.random.get_rng_state()
    one, other = stream(0, "a"), stream(0, "b")
    first = torch.randn(5, generator=one).tolist()
    torch.randn(1000, generator=other)
    assert first == numbers(0, "a")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_large_seeds_are_seeds_too():
    assert numbers(2**40, "a") != numbers(2**40 + 1, "a")
