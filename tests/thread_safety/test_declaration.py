"""The package tells that it needs no GIL, and nothing that it imports turns the GIL on."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import kida
from kida.utils.workers import is_free_threading_build, is_gil_enabled

_IMPORT_ALL = """
import importlib, pkgutil, sys
import kida, markupsafe
for module in pkgutil.walk_packages(kida.__path__, "kida."):
    importlib.import_module(module.name)
assert kida.Environment().from_string("{{ x }}").render(x="<") == "&lt;"
print(getattr(sys, "_is_gil_enabled", lambda: True)())
"""


def test_the_package_declares_that_it_needs_no_gil() -> None:
    assert kida._Py_mod_gil == 0
    assert kida.__getattr__("_Py_mod_gil") == 0


def test_the_package_has_no_other_attribute_by_that_way() -> None:
    with pytest.raises(AttributeError, match="_Py_mod_nothing"):
        _ = kida._Py_mod_nothing


def test_importing_every_module_leaves_the_gil_off_where_there_is_a_choice() -> None:
    # without PYTHON_GIL=0, which would keep it off whatever was imported; and Python warns when it turns it on
    environ = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _IMPORT_ALL],
        env={**environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip() == str(not is_free_threading_build())


def test_the_tests_themselves_run_without_the_gil_where_there_is_a_choice() -> None:
    wanted = is_free_threading_build() and os.environ.get("PYTHON_GIL") != "1"
    if wanted:
        assert sys._is_gil_enabled() is False
    assert is_gil_enabled() is not wanted
    assert kida._Py_mod_gil == 0
