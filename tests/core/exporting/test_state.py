"""safetensors and torch, read by their own readers."""

import json

import pytest
import torch

import neuroplast
from neuroplast.recording.reader import open_run

NAMES = [
    "a%2Eb%2Fc.w",
    "both.competition.correlation",
    "both.far.w",
    "both.near.normalisation.mean",
    "both.near.w",
]


def check(found, recorded):
    """All tensors that were kept last, bit for bit, in their own shapes and types."""
    assert sorted(found)[:5] == NAMES
    for layer, tensors in recorded.state.items():
        for name, tensor in tensors.items():
            kept = found[f"{layer}.{name}"]
            assert kept.shape == tensor.shape
            assert kept.dtype == tensor.dtype
            assert kept.equal(tensor)
    assert found["a%2Eb%2Fc.w"].equal(torch.full((2, 2), 0.1))
    assert found["conv.competition.count"].item() == 8


def test_safetensors(run, tmp_path, recorded):
    safetensors = pytest.importorskip("safetensors", reason="safetensors is an optional extra")
    neuroplast.export(run, "safetensors", tmp_path / "run.safetensors")
    with safetensors.safe_open(tmp_path / "run.safetensors", "pt") as file:
        check({name: file.get_tensor(name) for name in file.keys()}, recorded)  # noqa: SIM118
        about = file.metadata()
    assert (about["step"], about["seed"], about["title"]) == ("8", "7", "a small run")
    assert json.loads(about["scenario"])["about"] == "θ and ü"
    assert json.loads(about["layers"]) == ["conv", "both", "sum", "a.b/c"]
    with open_run(run) as recording:
        assert about["content_sha256"] == recording.provenance["content_sha256"] != ""


def test_torch_without_running_code(run, tmp_path, recorded):
    neuroplast.export(run, "torch", tmp_path / "run.pt")
    found = torch.load(tmp_path / "run.pt", weights_only=True)
    check(found["state_dict"], recorded)
    assert found["metadata"]["step"] == "8"


def test_a_snapshot_by_its_step(run, tmp_path):
    neuroplast.export(run, "torch", tmp_path / "run.pt", step=0)
    found = torch.load(tmp_path / "run.pt", weights_only=True)
    assert found["state_dict"]["a%2Eb%2Fc.w"].equal(torch.ones(2, 2))
    assert found["metadata"]["step"] == "0"
