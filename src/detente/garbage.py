"""How often Python looks for garbage in cycles, in a process that ends with its work."""

from __future__ import annotations

import atexit
import gc

__all__ = ["collect_seldom"]

#: Containers made, beyond those freed, after which Python looks; by itself it looks after 700.
_CONTAINERS = 100_000


def collect_seldom() -> None:
    """Look for garbage in cycles seldom, never among what is there already, such as modules, and not when it ends.

    Exact mathematics makes many small objects and few cycles: at Python's own pace a tenth of the time goes into
    looking through them, and a third of a second at the end of a report into what the system takes back anyway.
    """
    gc.freeze()
    atexit.register(gc.freeze)
    gc.set_threshold(_CONTAINERS)
