"""The playground: a live editor of templates beside their live result, which knows where every character came from."""

from __future__ import annotations

from kida_jupyter.playground.widget import Playground

__all__ = ["Playground"]
