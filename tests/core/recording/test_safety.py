"""Hostile files: each must be refused before any of its values is read."""

import ast
import json
import shutil
from pathlib import Path

import h5py
import numpy as np
import pytest
from h5py import h5d, h5p, h5s, h5t, h5z
from support.recordings import record

from neuroplast import recording
from neuroplast.cli import main
from neuroplast.errors import DataError
from neuroplast.recording import safety
from neuroplast.recording.check import check
from neuroplast.recording.reader import open_run

SECRET = "what stands in another file"


def external_link(file, other):
    file["layers/stolen"] = h5py.ExternalLink(other, "/secret")


def soft_link(file, other):
    file["layers/conv/alias"] = h5py.SoftLink("/layers/conv/w")


def soft_link_in_the_middle(file, other):
    del file["layers/both"]
    file["layers/both"] = h5py.SoftLink("/layers/conv")


def external_storage(file, other):
    shape, external = (len(SECRET),), [(other, 0, len(SECRET))]
    file["layers/conv"].create_dataset("stolen", shape, "u1", external=external)


def virtual(file, other):
    layout = h5py.VirtualLayout((3,), "f4")
    layout[:] = h5py.VirtualSource(other, "secret", (3,))
    file["layers/conv"].create_virtual_dataset("stolen", layout)


def vlen_text(file, other):
    file["layers/conv"].create_dataset("odd", (2,), h5py.string_dtype())


def vlen_array(file, other):
    file["layers/conv"].create_dataset("odd", (2,), h5py.vlen_dtype(np.int32))


def references(file, other):
    file["layers/conv"].create_dataset("odd", (2,), h5py.ref_dtype)


def compound(file, other):
    file["layers/conv"].create_dataset("odd", (2,), [("a", "f4"), ("b", "i4")])


def enumeration(file, other):
    file["layers/conv"].create_dataset("odd", data=np.array([True]))


def opaque(file, other):
    file["layers/conv"].create_dataset("odd", data=np.void(b"pickle"))


def half_floats(file, other):
    file["layers/conv"].create_dataset("odd", (2,), "f2")


def vlen_attribute(file, other):
    file["layers/conv"].attrs["odd"] = "variable"


def object_attribute(file, other):
    file.attrs["odd"] = file["layers"].ref


def named_type(file, other):
    file["layers/odd"] = np.dtype("f4")


def null_space(file, other):
    file["layers/conv"].create_dataset("odd", data=h5py.Empty("f4"))


def foreign_filter(file, other):
    file["layers/conv"].create_dataset("odd", data=np.zeros(100), compression="lzf", chunks=(10,))


def cycle(file, other):
    file["layers/conv/again"] = file["layers"]


def two_names(file, other):
    file["layers/conv/again"] = file["layers/conv/w"]


def depth(file, other):
    file.create_group("/".join(["layers/conv", *"abcdefghijklmnopqr"]))


def shape_bomb(file, other):
    file["layers/conv"].create_dataset("odd", (2**40,), "f8", chunks=(1024,))


def inflating(file, other):
    odd = file["layers/conv"].create_dataset("odd", (2**28,), "f8", chunks=(2**20,), compression=9)
    odd[: 2**20] = 0.0


def many_bombs(file, other):
    for i in range(4):
        file["layers/conv"].create_dataset(f"odd{i}", (2**26,), "f8", chunks=(1024,))


def contiguous_bomb(file, other):
    file["layers/conv"].create_dataset("odd", (2**28,), "f8")


def large_chunk(file, other):
    file["layers/conv"].create_dataset("odd", (1,), "f8", chunks=(2**26,), maxshape=(None,))


def many_attributes(file, other):
    for i in range(1001):
        file["layers"].attrs[f"a{i}"] = i


def array_type(file, other):
    file["layers/conv"].create_dataset("odd", (2,), np.dtype(("f4", (3,))))


def bit_field(file, other):
    low(file, h5t.STD_B8LE.copy())


def odd_integer(file, other):
    kind = h5t.STD_I32LE.copy()
    kind.set_precision(17)
    low(file, kind)


def odd_float(file, other):
    kind = h5t.IEEE_F32LE.copy()
    kind.set_ebias(100)
    low(file, kind)


def low(file, kind):
    """A data set of a type that h5py itself would not make."""
    space = h5s.create_simple((2,))
    h5d.create(file["layers/conv"].id, b"odd", kind, space)


def filter_twice(file, other):
    """Each pass may inflate a thousandfold."""
    filtered(file, lambda plan: [plan.set_deflate(9), plan.set_deflate(9)])


def filtered(file, add):
    plan = h5p.create(h5p.DATASET_CREATE)
    plan.set_chunk((10,))
    add(plan)
    space = h5s.create_simple((100,))
    h5d.create(file["layers/conv"].id, b"odd", h5t.IEEE_F32LE, space, plan)


def many_chunks(file, other):
    file["layers/conv"].create_dataset("odd", (2**26,), "f4", chunks=(1,))


def false_scale(file, other):
    file["layers/conv/w"].attrs["REFERENCE_LIST"] = "variable"


HOSTILE = {
    array_type: "fixed-length",
    bit_field: "fixed-length",
    odd_integer: "fixed-length",
    odd_float: "fixed-length",
    filter_twice: "several times",
    many_chunks: "more than 16777216 chunks",
    false_scale: "dimension scales",
    external_link: "a link into another file",
    soft_link: "a soft link",
    soft_link_in_the_middle: "a soft link",
    external_storage: "values in another file",
    virtual: "virtual",
    vlen_text: "fixed-length",
    vlen_array: "fixed-length",
    references: "fixed-length",
    compound: "fixed-length",
    enumeration: "fixed-length",
    opaque: "fixed-length",
    half_floats: "fixed-length",
    vlen_attribute: "attribute 'odd'",
    object_attribute: "attribute 'odd'",
    named_type: "neither a group nor an array",
    null_space: "without any value",
    foreign_filter: "foreign filter 32000",
    cycle: "contains itself",
    two_names: "twice",
    depth: "deeper than 16",
    shape_bomb: "claims",
    inflating: "claims",
    many_bombs: "claim",
    contiguous_bomb: "claims",
    large_chunk: "chunks of more than",
    many_attributes: "1001 attributes",
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    run = record(tmp_path_factory.mktemp("safety") / "run")
    open_run(run).close()  # it is what is added that is refused
    return run


@pytest.fixture(scope="module")
def hostile(recorded):
    """A run for each kind of hostile file, in one folder."""
    folder, other = recorded.parent / "hostile", recorded.parent / "other.h5"
    with h5py.File(other, "w") as file:
        file["secret"] = np.frombuffer(SECRET.encode(), "u1")
    for make in HOSTILE:
        run = shutil.copytree(recorded, folder / make.__name__)
        with h5py.File(run / "run.h5", "r+") as file:
            make(file, str(other))
    return folder


@pytest.mark.parametrize("make", HOSTILE, ids=lambda f: f.__name__)
def test_hostile_files_are_refused(hostile, make):
    with pytest.raises(DataError, match=rf"run\.h5: refused, since .*{HOSTILE[make]}"):
        open_run(hostile / make.__name__)


def test_check_tells_of_each_hostile_file(hostile):
    found = list(check(hostile))
    assert {finding.severity for finding in found} == {"critical"}
    for make, told in HOSTILE.items():
        file = str(hostile / make.__name__ / "run.h5")
        assert any(told in finding.what for finding in found if finding.file == file), file


def test_inspect_shows_nothing_of_hostile_files(hostile, capsys):
    assert main(["inspect", str(hostile), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert len(told) == len(HOSTILE)
    assert all("refused, since" in run["error"] for run in told)


def test_all_that_is_unsafe_is_told_at_once(recorded, tmp_path):
    run = shutil.copytree(recorded, tmp_path / "run")
    with h5py.File(run / "run.h5", "r+") as file:
        soft_link(file, "")
        compound(file, "")
    found = [finding.what for finding in check(run)]
    assert len(found) == 2
    assert any("/layers/conv/alias is a soft link" in what for what in found)
    assert any("/layers/conv/odd is not of whole numbers" in what for what in found)


@pytest.mark.parametrize("parameters", [(10,), (6, 6)])
def test_odd_parameters_of_a_filter_are_told(parameters):
    """HDF5 itself sets none of them, so that they only come from a file that was made by hand."""

    class Plan:
        def get_nfilters(self):
            return 1

        def get_filter(self, index):
            return (h5z.FILTER_DEFLATE, 0, parameters, b"deflate")

    assert "odd parameters" in next(safety._filters(Plan(), "/odd"))


def test_too_many_objects_are_refused(recorded, monkeypatch):
    monkeypatch.setattr(safety, "MAX_OBJECTS", 20)
    with pytest.raises(DataError, match="beyond 20 objects"):
        open_run(recorded)


def test_a_link_whose_name_is_a_path_is_refused(tmp_path):
    """HDF5 would follow such a name through other links."""
    run = record(tmp_path)
    content = (run / "run.h5").read_bytes()
    assert b"\0corrected\0" in content
    (run / "run.h5").write_bytes(content.replace(b"\0corrected\0", b"\0corre/ted\0"))
    with pytest.raises(DataError, match="a name that is a path"):
        open_run(run)


def test_nothing_that_runs_code_from_a_file_is_imported():
    """Neither codecs that a file could ask for, nor pickle or what would use it."""
    imported = set()
    for module in Path(recording.__file__).parent.rglob("*.py"):
        if module.name == "guard.py":
            continue  # which starts this interpreter, with words of its own
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("load", "loadtxt", "eval"), module
    assert {"h5py", "json"} <= imported
    assert not imported & {"hdf5plugin", "pickle", "marshal", "importlib", "subprocess"}
