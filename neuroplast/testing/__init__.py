"""The conformance kit: hold any plugin to its equation, to its locality, and to the manners of a part.

An author states what a part does, in scalars (`RuleClaims` and its like, through the hook `claims`); the kit does the
rest. The public names are listed in `__init__.pyi` and imported when first used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
