"""All state comes back bit for bit from a checkpoint, and nothing else does."""

import random

import h5py
import pytest
import torch

from neuroplast.errors import DataError
from neuroplast.recording import checkpoint
from neuroplast.recording.folder import Segment

WHOLE = (
    *(torch.uint8, torch.uint16, torch.uint32, torch.uint64),
    *(torch.int8, torch.int16, torch.int32, torch.int64),
)
FLOATS = (
    *(torch.float64, torch.float32, torch.bfloat16, torch.float16),
    *(torch.float8_e4m3fn, torch.float8_e5m2),
)
COMPLEX = (torch.complex64, torch.complex128)
SEGMENT = Segment(3, 7)


def bits(tensor):
    """The bytes of a tensor, in order."""
    plain = torch.view_as_real(tensor.resolve_conj()) if tensor.is_complex() else tensor
    flat = plain.contiguous().flatten()
    return flat.view(torch.uint8).tolist() if flat.numel() else []


def stored(tmp_path, tree):
    path = tmp_path / "ckpt.h5"
    path.write_bytes(checkpoint.packed(7, SEGMENT, tree))
    return path


def back(tmp_path, tree):
    step, name, found = checkpoint.load(stored(tmp_path, tree))
    assert (step, name) == (7, SEGMENT.name)
    return found


def check_same(one, other):
    assert (one.dtype, one.shape) == (other.dtype, other.shape)
    assert bits(one) == bits(other)


def noise(dtype, *shape):
    """Random bits of a type, those of NaN with any payload among them; truth values are 0 or 1."""
    rng = torch.Generator().manual_seed(1)
    if dtype == torch.bool:
        return torch.rand(shape, generator=rng) < 0.5
    count = torch.Size(shape).numel() * dtype.itemsize
    raw = torch.randint(0, 256, (count,), generator=rng, dtype=torch.uint8)
    return raw.view(dtype).reshape(shape)


@pytest.mark.parametrize("dtype", [*WHOLE, *FLOATS, *COMPLEX, torch.bool], ids=str)
@pytest.mark.parametrize("shape", [(4, 3, 2), (5,), (), (0,), (3, 0, 2)], ids=str)
def test_tensors_of_every_type_and_shape_come_back(tmp_path, dtype, shape):
    tensor = noise(dtype, *shape)
    check_same(back(tmp_path, {"t": tensor})["t"], tensor)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (0, 2, 3, 1), (3, 1, 0, 2)])
def test_the_order_in_memory_comes_back(tmp_path, order):
    """The order of a sum, and so its last bit, depends on it."""
    back_again = [order.index(dim) for dim in range(4)]
    written = noise(torch.int32, 5, 3, 4, 2).permute(order).contiguous().permute(back_again)
    found = back(tmp_path, {"x": written})["x"]
    assert torch.equal(found, written)
    assert found.stride() == written.stride()


def test_not_a_number_keeps_its_payload(tmp_path):
    raw = torch.tensor([0x7FC00001, 0x7FFFFFFF, -4194303, 0x7F800000], dtype=torch.int32)
    tensor = raw.view(torch.float32)
    assert tensor.isnan().tolist() == [True, True, True, False]
    found = back(tmp_path, {"t": tensor})["t"]
    assert found.view(torch.int32).equal(raw)


def test_tensors_that_lie_otherwise_in_memory_come_back(tmp_path):
    whole = noise(torch.float32, 2, 3, 4, 5)
    phase = noise(torch.complex64, 3, 2)
    tree = {
        "channels_last": whole.to(memory_format=torch.channels_last),
        "transposed": whole.mT,
        "strided": whole[:, ::2, 1:],
        "expanded": whole[:1].expand(3, -1, -1, -1),
        "conjugated": phase.conj(),
        "transposed phase": phase.T,
        "with a gradient": whole.clone().requires_grad_(),
        "negative zero": torch.tensor(-0.0),
    }
    found = back(tmp_path, tree)
    assert list(found) == list(tree)
    for name, tensor in tree.items():
        check_same(found[name], tensor.detach())


def test_tables_lists_numbers_and_texts_come_back(tmp_path):
    tree = {
        "": {"a/b": [], "tensor": 3, "table": {"float": "nan"}, "π \ud800": "ß\0"},
        "list": [None, True, False, 0, -1, 2**70, 0.1, 5e-324, [[{}]], "", {"tensor": "0"}],
        "odd floats": [float("inf"), float("-inf")],
    }
    found = back(tmp_path, tree)
    assert found == tree
    assert [type(v) for v in found["list"]] == [type(v) for v in tree["list"]]
    nothing = back(tmp_path, {"x": float("nan"), "pair": (1, torch.ones(2))})
    assert nothing["x"] != nothing["x"]
    assert nothing["pair"][0] == 1
    assert nothing["pair"][1].tolist() == [1, 1]
    assert back(tmp_path, {}) == {}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (b"bytes", "bytes b'bytes'"),
        ({1: 2}, "dict {1: 2}"),
        ({1, 2}, "set"),
        (1j, "complex 1j"),
        (random.Random(1), "Random"),
        (torch.ones(2).numpy(), "ndarray"),
        (torch.ones(2).to_sparse(), "layout torch.sparse_coo"),
        (torch.ones(2, device="meta"), "on meta"),
        (torch.float32, "dtype torch.float32"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_cannot_come_back_is_refused_by_its_place(value, told):
    with pytest.raises(ValueError, match=r"checkpoint: a\.b\[1\] is") as refused:
        checkpoint.packed(1, SEGMENT, {"a": {"b": [0, value]}})
    assert told in str(refused.value)


def test_a_flipped_byte_is_refused(tmp_path):
    """Wherever it is: the file is refused, or holds what was written."""
    tree = {"t": noise(torch.float32, 8), "u": [noise(torch.int8, 3)], "text": "some text", "n": 5}
    path = stored(tmp_path, tree)
    content, refused = path.read_bytes(), 0
    rng = random.Random(0)
    with h5py.File(path) as file:
        places = [file["tensors/0"].id.get_chunk_info(0).byte_offset, file["tree"].id.get_offset()]
    places += [content.index(b"neuroplast-checkpoint"), content.index(SEGMENT.name.encode())]
    for n, place in enumerate([*places, *rng.sample(range(len(content)), 150)]):
        flipped = bytearray(content)
        flipped[place] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        try:
            step, name, found = checkpoint.load(path)
        except DataError:
            refused += 1
            continue
        assert n >= len(places), f"byte {place} is not looked at"
        assert (step, name, found["text"], found["n"]) == (7, SEGMENT.name, "some text", 5)
        check_same(found["t"], tree["t"])
        check_same(found["u"][0], tree["u"][0])
    assert refused > len(places)


def test_a_checkpoint_cut_short_is_refused(tmp_path):
    path = stored(tmp_path, {"t": torch.ones(100)})
    content = path.read_bytes()
    for length in (0, 8, 100, len(content) // 2, len(content) - 1):
        path.write_bytes(content[:length])
        with pytest.raises(DataError, match="no whole checkpoint"):
            checkpoint.load(path)
    path.unlink()
    with pytest.raises(DataError, match="no whole checkpoint"):
        checkpoint.load(path)


def test_another_file_is_no_checkpoint(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["tree"] = 1
    with pytest.raises(DataError, match="no whole checkpoint"):
        checkpoint.load(tmp_path / "x.h5")


def test_copies_do_not_change_with_what_was_copied():
    tensor = torch.ones(2)
    tree = {"a": [tensor, {"b": tensor}], "c": (tensor, 1)}
    found = checkpoint.copied(tree)
    tensor.zero_()
    assert [t.tolist() for t in (found["a"][0], found["a"][1]["b"], found["c"][0])] == [[1, 1]] * 3
