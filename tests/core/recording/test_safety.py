"""Hostile files: each must be refused before any of its values is read."""

import ast
from pathlib import Path

import h5py
import numpy as np
import pytest
from support.recordings import record

from neuroplast import recording
from neuroplast.errors import DataError
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


HOSTILE = {
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


@pytest.mark.parametrize("make", HOSTILE, ids=lambda f: f.__name__)
def test_hostile_files_are_refused(tmp_path, make):
    run, other = record(tmp_path / "run"), tmp_path / "other.h5"
    open_run(run).close()  # it is the addition that is refused
    with h5py.File(other, "w") as file:
        file["secret"] = np.frombuffer(SECRET.encode(), "u1")
    with h5py.File(run / "run.h5", "r+") as file:
        make(file, str(other))
    with pytest.raises(DataError, match=rf"run\.h5: refused, since .*{HOSTILE[make]}"):
        open_run(run)


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
    for module in Path(recording.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module)
            elif isinstance(node, ast.Attribute):
                assert node.attr not in ("load", "loadtxt", "eval"), module
    assert {"h5py", "json"} <= imported
    assert not imported & {"hdf5plugin", "pickle", "marshal", "importlib", "subprocess"}
