"""Reports of failures that hold lone surrogates, in a form that xdist's workers can send."""

from __future__ import annotations

from collections.abc import Generator

import pytest


def _sendable(text: str) -> str:
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Spell what UTF-8 has no bytes for."""
    report = yield
    told = report.longreprtext
    if told != _sendable(told):
        report.longrepr = _sendable(told)
    report.sections = [(name, _sendable(content)) for name, content in report.sections]
    return report
