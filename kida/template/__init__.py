"""Templates: compiled, immutable, safe to share between threads."""

from __future__ import annotations

from kida.template.cached_blocks import CachedBlocksDict
from kida.template.core import Template

__all__ = ["CachedBlocksDict", "Template"]
