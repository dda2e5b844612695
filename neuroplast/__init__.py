"""neuroplast: learning by local synaptic plasticity, on PyTorch.

The public names are listed in `__init__.pyi` and imported when first used, so that the command line
starts without torch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
__version__ = "0.1.0"
