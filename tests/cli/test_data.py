import json

import numpy as np
import pytest


@pytest.fixture
def root(tmp_path, monkeypatch):
    folder = tmp_path / "sets"
    monkeypatch.setenv("NEUROPLAST_DATA", str(folder))
    return folder


def test_list_tells_what_is_here_where_and_which_copy(cli, root):
    answer = cli("data", "list")
    assert answer.code == 0
    rows = {line.split()[0]: line for line in answer.out.splitlines()}
    assert rows["cifar10"].split()[1:3] == ["missing", "original"]
    assert rows["cifar10_jpeg"].split()[1:3] == ["missing", "jpeg"]
    assert rows["mnist"].endswith(str(root / "MNIST" / "raw"))
    assert rows["fashion_mnist_small"].split()[1] == "here"
    assert not root.exists()


def test_list_as_json(cli, root):
    found = {row["name"]: row for row in json.loads(cli("data", "list", "--json").out)}
    assert found["mnist"]["present"] is False
    assert found["mnist"]["detail"] == "download it with: neuroplast data fetch mnist"
    assert found["fashion_mnist_small"]["state"] == "here"


def test_check_reads_what_is_here(cli, root):
    answer = cli("data", "check")
    assert answer.code == 0
    assert [line.split()[:2] for line in answer.out.splitlines()[1:]] == [
        ["fashion_mnist_small", "whole"],
        ["patches", "whole"],
    ]


def test_check_fails_where_a_set_is_damaged(cli, root):
    root.mkdir()
    np.savez(root / "cifar10_jpeg.npz", x_train=np.zeros((1, 32, 32, 3), np.uint8))
    answer = cli("data", "check", "--json")
    assert answer.code == 1
    assert {row["name"]: row["whole"] for row in json.loads(answer.out)} == {
        "cifar10_jpeg": False,
        "fashion_mnist_small": True,
        "patches": True,
    }
    assert answer.err.startswith("data check: cifar10_jpeg is damaged: ")
    assert "Traceback" not in answer.err
    assert cli("data", "list").code == 0


def test_check_fails_where_the_named_set_is_missing(cli, root):
    answer = cli("data", "check", "stl10")
    assert answer.code == 1
    assert "stl10 is missing: download it with: neuroplast data fetch stl10" in answer.err


def test_names_may_be_short_and_have_hyphens(cli, root):
    assert cli("data", "check", "fashion-mnist-small").code == 0
    assert cli("data", "check", "fashion_mnist_s").code == 0
    answer = cli("data", "check", "cif")
    assert answer.code == 2
    assert "ambiguous; it may be cifar10, cifar100, cifar10_jpeg" in answer.err


def test_fetch_of_what_is_never_published(cli, root):
    answer = cli("data", "fetch", "gaussian")
    assert (answer.code, answer.err) == (1, "gaussian: there is nothing to download\n")


def test_fetch_of_what_is_here(cli, root):
    answer = cli("data", "fetch", "fashion_mnist_small", "--json")
    assert answer.code == 0
    assert json.loads(answer.out)["files"][0].endswith("fashion_mnist_small.npz")


@pytest.mark.parametrize("verb", [(), ("list",), ("check",), ("fetch",)])
def test_help_has_an_example(cli, verb):
    answer = cli("data", *verb, "--help")
    assert answer.code == 0
    assert "Example: neuroplast data" in answer.out
