"""Environments: configuration, loaders, registries and caches."""

from __future__ import annotations

from kida.environment.core import Environment

__all__ = ["Environment"]
