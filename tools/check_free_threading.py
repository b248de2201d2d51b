"""Importing Kida leaves the GIL off, and so does a notebook kernel: run by a free-threaded Python, in its environment.

The packages are imported by interpreters of their own, with ``PYTHON_GIL`` unset: a module that does not declare that it
can do without the GIL turns it on when it is imported, and ``PYTHON_GIL=0`` would hide that.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig

PACKAGES = ("markupsafe", "kida", "kida_jupyter")

IMPORT_ALL = """
import importlib, pkgutil, sys

def names(package):
    module = importlib.import_module(package)
    yield package
    for found in pkgutil.walk_packages(getattr(module, "__path__", ()), package + "."):
        yield found.name

count = 0
for name in names(sys.argv[1]):
    importlib.import_module(name)
    count += 1
    if sys._is_gil_enabled():
        sys.exit(f"importing {name} turns the GIL on")
print(f"{sys.argv[1]}: {count} modules imported, the GIL is off")
"""

ASK = "import kida, kida_jupyter, sys; print(sys._is_gil_enabled(), end='')"
PATIENCE = 120
"""Seconds until a kernel that says nothing is taken for dead."""


def imports_leave_the_gil_off(package: str) -> bool:
    """Whether an interpreter that imports all of a package, with warnings as errors, still runs without the GIL."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHON_GIL"}
    return (
        subprocess.run(
            [sys.executable, "-W", "error", "-c", IMPORT_ALL, package], env=environment, check=False
        ).returncode
        == 0
    )


def kernel_runs_without_the_gil() -> bool:
    """Whether a kernel of this interpreter, started with ``PYTHON_GIL=0``, runs a cell without the GIL."""
    from jupyter_client.manager import KernelManager

    manager = KernelManager(kernel_name="python3")
    manager.start_kernel(env=os.environ | {"PYTHON_GIL": "0"}, stderr=subprocess.DEVNULL)
    client = manager.blocking_client()
    client.start_channels()
    written: list[str] = []
    try:
        client.wait_for_ready(timeout=PATIENCE)
        client.execute_interactive(
            ASK,
            timeout=PATIENCE,
            output_hook=lambda message: written.append(str(message["content"].get("text", ""))),
        )
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    answer = "".join(written)
    print(
        "a notebook kernel: the GIL is off" if answer == "False" else f"a notebook kernel answers {answer!r}"
    )
    return answer == "False"


def main() -> int:
    """Run all checks, print a line for each, and give the exit status."""
    if not sysconfig.get_config_var("Py_GIL_DISABLED"):
        print(f"{sys.executable} is a build with the GIL", file=sys.stderr)
        return 1
    return 0 if all([*map(imports_leave_the_gil_off, PACKAGES), kernel_runs_without_the_gil()]) else 1


if __name__ == "__main__":
    sys.exit(main())
