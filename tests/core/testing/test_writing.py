"""What is written while a call lasts, whichever way, and what is only read."""

import os
import shutil
import socket
import subprocess
import tempfile
import threading

import numpy as np
import pytest
import torch

from neuroplast.testing.writing import written


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "there").write_text("x")
    return tmp_path


def seen(call):
    with written() as found:
        call()
    return found


WAYS = {
    "open": lambda f: (f / "new").open("w").close(),
    "open to append": lambda f: open(f / "there", "a").close(),
    "open to change": lambda f: open(f / "there", "r+").close(),
    "open by bytes": lambda f: open(os.fsencode(f / "new"), "xb").close(),
    "os.open": lambda f: os.close(os.open(f / "new", os.O_CREAT | os.O_WRONLY)),
    "pathlib": lambda f: (f / "new").write_text("x"),
    "numpy": lambda f: np.save(f / "new.npy", np.ones(2)),
    "torch": lambda f: torch.save(torch.ones(2), f / "new.pt"),
    "torch, in the old format": lambda f: torch.save(
        torch.ones(2), f / "new.pt", _use_new_zipfile_serialization=False
    ),
    "remove": lambda f: os.remove(f / "there"),
    "rename": lambda f: (f / "there").rename(f / "new"),
    "mkdir": lambda f: (f / "new").mkdir(),
    "copy": lambda f: shutil.copy(f / "there", f / "new"),
    "a link": lambda f: (f / "new").symlink_to(f / "there"),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_written_is_named(folder, way):
    found = seen(lambda: WAYS[way](folder))
    assert found
    assert str(folder) in found[0]


def test_other_programs_and_connections_are_named():
    assert "called subprocess.Popen('true'" in seen(lambda: subprocess.run(["true"]))[0]
    assert "called os.system(b'true')" in seen(lambda: os.system("true"))[0]

    def connect():
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))

    assert "called socket.bind" in seen(connect)[0]


def test_one_file_is_named_once(folder):
    assert len(seen(lambda: [(folder / "new").write_text("x") for _ in range(3)])) == 1


def test_reading_is_no_fault(folder):
    def read():
        (folder / "there").read_text()
        os.close(os.open(folder / "there", os.O_RDONLY))
        list(folder.iterdir())
        np.ones(3).sum()
        torch.ones(3).sum()
        with open(os.devnull, "w") as nowhere:
            nowhere.write("x")

    assert seen(read) == []


def test_what_is_written_before_after_and_by_others_is_not_told(folder):
    def elsewhere():
        thread = threading.Thread(target=lambda: (folder / "new").write_text("x"))
        thread.start()
        thread.join()

    with written() as found:
        elsewhere()
    (folder / "after").write_text("x")
    torch.save(torch.ones(1), folder / "after.pt")
    assert found == []
    assert (folder / "new").exists()


def test_caches_of_compiled_code_are_no_files_of_the_part(folder, monkeypatch):
    monkeypatch.syspath_prepend(folder)
    (folder / "odd_import.py").write_text("N = 1")

    def lazily():
        import odd_import

        assert odd_import.N == 1

    assert seen(lazily) == []
    assert seen(lambda: tempfile.mkdtemp(dir=folder))  # but folders of the part's own are
