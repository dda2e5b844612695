"""Memory that the process keeps, instead of giving it back to the system after every step."""

import ctypes
import sys

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # from malloc.h
_NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Let the allocator reuse large blocks; False where it is not glibc's, and nothing was changed.

    By default glibc maps every large tensor anew and unmaps it when it is freed, and the system clears each page before
    it is used again. With it the quickstart's random condition took 11.0 to 11.5 s of CPU time instead of 14.5 to 17.3
    (two runs each, on a busy machine). Memory once taken stays with the process.
    It is a setting of the whole process, so programs set it, and the library never does.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, 1 << 30)) and bool(mallopt(_M_TRIM_THRESHOLD, _NEVER))
