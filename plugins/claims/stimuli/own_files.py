"""A user's own files: parameters to try their kinds with. What is in the files is the user's."""

from neuroplast import hookimpl
from neuroplast.testing import Claims, StimuliClaims


class ArraysClaims(StimuliClaims):
    """A file that is not there."""

    of = "arrays"
    cases = ({"file": "no_such_file.npz"},)


class ImageFolderClaims(StimuliClaims):
    """A folder that is not there."""

    of = "image_folder"
    cases = ({"folder": "no_such_folder"},)


@hookimpl
def claims() -> list[type[Claims]]:
    """Provide the claims."""
    return [ArraysClaims, ImageFolderClaims]
