"""Settings of the whole process: seen when they change, and put back."""

import os

import numpy as np
import pytest
import torch

from neuroplast.testing import process

CHANGES = {
    "torch.set_grad_enabled": lambda: torch.set_grad_enabled(False),
    "torch.set_default_dtype": lambda: torch.set_default_dtype(torch.float64),
    "torch.set_default_device": lambda: torch.set_default_device("meta"),
    "torch.set_num_threads": lambda: torch.set_num_threads(torch.get_num_threads() + 1),
    "torch.use_deterministic_algorithms": lambda: torch.use_deterministic_algorithms(True),
    "torch.set_float32_matmul_precision": lambda: torch.set_float32_matmul_precision("medium"),
    "torch.autograd.set_detect_anomaly": lambda: torch.autograd.set_detect_anomaly(
        True, check_nan=False
    ),
    "torch.backends.cudnn": lambda: setattr(torch.backends.cudnn, "benchmark", True),
    "numpy.seterr": lambda: np.seterr(divide="raise"),
    "os.chdir": lambda: os.chdir("/"),
}


def test_every_switch_is_tried():
    assert CHANGES.keys() == process.SWITCHES.keys()


@pytest.mark.filterwarnings("ignore:Anomaly Detection has been enabled")
@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_by_its_name_and_put_back(name):
    before = process.settings()
    with process.kept():
        CHANGES[name]()
        (told,) = process.changed(before)
        assert told.startswith(f"{name} (was ")
    assert process.changed(before) == []
    assert torch.zeros(1).device == torch.device("cpu")


def test_what_is_put_back_where_an_error_leaves():
    before = process.settings()

    def leave():
        torch.set_default_dtype(torch.float64)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), process.kept():
        leave()
    assert process.settings() == before


def test_nothing_is_told_where_nothing_changed():
    before = process.settings()
    with process.kept(), torch.no_grad():
        torch.zeros(3).sum()
    assert process.changed(before) == []
