"""Fixtures of the tests of thread safety."""

from __future__ import annotations

import faulthandler
import os
import sys
from collections.abc import Iterator

import pytest

from tests.thread_safety.threads import TIMEOUT

LAST_RESORT = 5 * TIMEOUT
"""Seconds after which the process is ended with the stacks of all threads; tests fail long before that."""


@pytest.fixture(autouse=True)
def _end_of_waiting(capsys: pytest.CaptureFixture[str]) -> Iterator[None]:
    with capsys.disabled():
        outside = os.dup(2)  # where pytest catches no output
    faulthandler.dump_traceback_later(LAST_RESORT, exit=True, file=outside)
    yield
    faulthandler.cancel_dump_traceback_later()
    os.close(outside)


@pytest.fixture
def _restless() -> Iterator[None]:
    """Let the GIL change hands as often as it can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)
