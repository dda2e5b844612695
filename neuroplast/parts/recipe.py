"""A named bundle of parts for one layer."""

from abc import abstractmethod
from typing import Any, ClassVar

from neuroplast.component import Component


class Recipe(Component):
    """Defaults for the entries of a layer; every one can be overridden: `use = "softhebb"`."""

    family: ClassVar[str] = "recipe"

    @abstractmethod
    def parts(self) -> dict[str, Any]:
        """The layer's entries as in a scenario file, each a table with its `kind`."""
