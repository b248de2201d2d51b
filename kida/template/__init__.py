"""Templates: compiled, immutable, safe to share between threads."""

from __future__ import annotations

from kida.template.core import Template

__all__ = ["Template"]
