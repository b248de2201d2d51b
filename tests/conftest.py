"""For all tests: no test fails for being slow, and coroutines run in one thread."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import HealthCheck, settings

# on a busy machine any example may take longer than hypothesis expects of it
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


@pytest.hookimpl(tryfirst=True)
def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark coroutines: pytest-asyncio runs each in the one event loop that it made for it."""
    if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
        item.add_marker(pytest.mark.thread_unsafe(reason="a coroutine has one event loop"))
