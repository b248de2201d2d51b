"""The kernel and the shells of the notebook's tests, and a page in front of the kernel."""

from __future__ import annotations

import pytest

from tests.notebook.conftest import kernel, running_kernel, running_shell, session
from tests.notebook.kernel import Kernel
from tests.playground.page import Page, opened

__all__ = ["kernel", "running_kernel", "running_shell", "session"]


@pytest.fixture
def page(kernel: Kernel) -> Page:
    """The page of a playground ``p`` of one template with one variable."""
    cell = 'from kida_jupyter import Playground\ntitle = "Dream"\np = Playground("<h1>{{ title }}</h1>"); p'
    return opened(kernel, cell)
