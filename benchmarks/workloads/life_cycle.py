"""What comes before a render: compiling, with and without a cache on disk, importing, making an environment."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from harness.model import Api, Engine, Prepared, UnsupportedError, Workload

from workloads import shop

REPOSITORY = Path(__file__).resolve().parents[2]
CHILD_SECONDS = 120
TIMED_CHILD = """\
from time import perf_counter
start = perf_counter()
{statements}
seconds = perf_counter() - start
print(seconds)
"""


def sourced(engine: Engine) -> str:
    """The page to compile in the engine's dialect; raises UnsupportedError for code by hand."""
    if engine.dialect == "python":
        raise UnsupportedError("nothing to compile or import")
    return shop.source(engine.dialect)


def prepare_compile(engine: Engine, api: Api, workspace: Path) -> Prepared:
    """Compile from source, with no cache of any kind."""
    compile_source = api.compiler(workspace)
    source = sourced(engine)
    numbers = itertools.count()

    def run() -> object:
        # A comment of its own for each call, so that no engine can find the template in a cache.
        return compile_source(f"{source}<!-- {next(numbers)} -->")

    return Prepared(run, output=compile_source(source)(**shop.CONTEXT))


def prepare_cached(engine: Engine, api: Api, workspace: Path) -> Prepared:
    """Load the compiled form from disk, with no cache in memory."""
    load = api.cached_compiler(sourced(engine), workspace)
    return Prepared(load, output=load()(**shop.CONTEXT))


def prepare_environment(_engine: Engine, api: Api, workspace: Path) -> Prepared:
    """Make an environment."""
    return Prepared(api.constructor(workspace))


def child_timer(statements: str, workspace: Path) -> Callable[[], float]:
    """A call that runs `statements` in a fresh Python and returns the seconds that they took there.

    Bytecode of every module goes to, and comes from, one folder of the workload's own: whether some package's
    folder can be written to, or had been compiled before, makes no difference.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, (str(REPOSITORY), os.environ.get("PYTHONPATH"))))
    environment["PYTHONPYCACHEPREFIX"] = str(workspace / "bytecode")
    command = [sys.executable, "-c", TIMED_CHILD.format(statements=statements)]

    def run() -> float:
        child = subprocess.run(
            command,
            env=environment,
            cwd=workspace,
            capture_output=True,
            text=True,
            timeout=CHILD_SECONDS,
            check=False,
        )
        if child.returncode != 0:
            raise UnsupportedError(child.stderr.strip().splitlines()[-1])
        return float(child.stdout)

    run()
    return run


def prepare_import(engine: Engine, _api: Api, workspace: Path) -> Prepared:
    """Import in a fresh process."""
    sourced(engine)
    return Prepared(child_timer(engine.imports, workspace), self_timed=True)


def prepare_cold_start(engine: Engine, _api: Api, workspace: Path) -> Prepared:
    """Import, make an environment, compile and render one line, in a fresh process."""
    sourced(engine)
    check = "assert text == 'Hello World!', text"
    return Prepared(
        child_timer(f"{engine.imports}\n{engine.hello}\n{check}", workspace),
        self_timed=True,
    )


COMPILE = Workload("compile", "compile a 200-line template", prepare_compile)
COMPILE_CACHED = Workload("compile-cached", "the same from the bytecode cache", prepare_cached)
IMPORT = Workload("import", "import in a fresh process", prepare_import)
COLD_START = Workload("cold-start", "import, environment, one line, in a fresh process", prepare_cold_start)
ENVIRONMENT = Workload("environment", "make an environment", prepare_environment)
