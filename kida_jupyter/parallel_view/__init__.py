"""The parallel view: a template rendered with many contexts at once, and each render beside its serial twin.

The package is not called ``parallel`` as `kida_jupyter.parallel` is the function: a package of that name would take its
place as soon as it is imported.
"""

from __future__ import annotations

from kida_jupyter.parallel_view.running import ParallelRun, parallel

__all__ = ["ParallelRun", "parallel"]
