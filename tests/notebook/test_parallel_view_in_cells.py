"""The parallel view in a notebook: named cells, ``%kida parallel``, progress, and an interrupt."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

import pytest

import kida
from kida_jupyter.parallel_view.progress import reporting
from tests.notebook.in_process import Session
from tests.notebook.kernel import Kernel, Run

CARD = "%%kida --name card.html --quiet --with dict(n=1)\n<b>{{ title }} {{ 6 // n }}</b>"


@pytest.fixture
def cards(session: Session) -> Session:
    """A notebook with a named cell that reads a variable of the notebook's and one of a context's."""
    session.names.update(title="Card", rows=[{"n": 1}, {"n": 2}, {"n": 3}])
    assert session.run(CARD).ok
    return session


def test_a_named_cell_is_rendered_with_the_notebooks_variables_behind_each_context(cards: Session) -> None:
    run = cards.run("from kida_jupyter import parallel\nrun = parallel('card.html', rows, rounds=0)")
    assert run.ok, run.stderr
    assert cards.names["run"].outputs == ["<b>Card 6</b>", "<b>Card 3</b>", "<b>Card 2</b>"]
    assert cards.names["run"].isolated


def test_a_context_goes_before_the_notebooks_variables(cards: Session) -> None:
    cards.run(
        "import kida_jupyter\nrun = kida_jupyter.parallel('card.html', [dict(n=1, title='Own')], rounds=0)"
    )
    assert cards.names["run"].outputs == ["<b>Own 6</b>"]


def test_a_template_of_pythons_own_sees_its_contexts_alone(cards: Session) -> None:
    cards.run(
        "import kida, kida_jupyter\ntemplate = kida.Environment().from_string('{{ title is defined }}')\n"
        "run = kida_jupyter.parallel(template, [{}], rounds=0)"
    )
    assert cards.names["run"].outputs == ["False"]


def test_with_an_executor_the_contexts_are_all_that_there_is(cards: Session) -> None:
    cards.run(
        "from concurrent.futures import ThreadPoolExecutor\nimport kida_jupyter\nwith ThreadPoolExecutor(2) as pool:\n"
        "    run = kida_jupyter.parallel('card.html', [dict(n=1, title='Own'), dict(n=1)], executor=pool, rounds=0)"
    )
    assert cards.names["run"].outputs == ["<b>Own 6</b>", None]


PAGE = "%%kida --name page.html --quiet --with dict(n=1)\n{% from 'row.txt' import row %}<b>{{ title }}{{ row(n) }}</b>"
ROW = "%%kida --name row.txt --quiet\n{% macro row(n) %}{{ 6 // n }}{% end %}"


@pytest.fixture(params=[method for method in ("fork", "spawn") if method in get_all_start_methods()])
def pool(request: pytest.FixtureRequest, cards: Session) -> Iterator[ProcessPoolExecutor]:
    cards.names["__spec__"] = None  # which a reset of IPython takes away, and a new process asks for
    with ProcessPoolExecutor(2, mp_context=get_context(request.param)) as made:
        yield made


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_named_cells_travel_to_other_processes_and_their_failures_come_home(
    cards: Session, pool: ProcessPoolExecutor
) -> None:
    assert cards.run(ROW).ok
    assert cards.run(PAGE).ok
    cards.names.update(pool=pool, rows=[{"n": 1, "title": "<"}, {"n": 0, "title": "b"}])
    run = cards.run("%kida parallel page.html --contexts rows --executor pool --rounds 1 --workers 2")
    assert run.ok, run.stderr
    assert "of a ProcessPoolExecutor, each as if it had been alone; 1 failed" in run.text
    assert "in macro `row` at row.txt 1:22" in run.text
    assert "macro row at row.txt 1:4" in run.data["text/html"]
    cards.run(
        "import kida_jupyter\nrun = kida_jupyter.parallel('page.html', rows, executor=pool, rounds=0)\n"
        "text = kida_jupyter.parallel('<i>{{ title }}</i>', rows, executor=pool, rounds=0)"
    )
    assert cards.names["run"].outputs == ["<b>&lt;6</b>", None]
    assert cards.names["text"].outputs == ["<i>&lt;</i>", "<i>b</i>"]
    (failure,) = cards.names["run"].failures
    assert [(span.kind, span.name) for span in failure.spans[0].walk() if span.failed] == [
        ("template", "page.html"),
        ("macro", "row"),
    ]


def test_templates_in_folders_and_of_another_environment_travel_with_the_cells(
    cards: Session, pool: ProcessPoolExecutor, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "filed.txt").write_text("[{{ n }}{{ '<' }}", encoding="utf-8")
    environment = kida.Environment(loader=kida.DictLoader({"own.html": "{{ '<' }}]"}), autoescape=True)
    cards.names.update(pool=pool, mine=environment)
    for line in ("%kida env mine", f"%kida path {tmp_path / 'folder'}"):
        assert cards.run(line).ok
    assert cards.run(
        "%%kida --name both.txt --quiet --with dict(n=1)\n{% include 'filed.txt' %}{{ '<' }}{% include 'own.html' %}"
    ).ok
    cards.run(
        "import kida_jupyter\nhere, there = (kida_jupyter.parallel('both.txt', rows, executor=one, rounds=0)\n"
        "    for one in (None, pool))"
    )
    here, there = cards.names["here"], cards.names["there"]
    assert here.isolated
    assert there.isolated, there.text()
    assert there.outputs == here.outputs
    assert here.outputs[0] == "[1&lt;<&lt;]"


def test_a_filter_of_the_notebook_that_does_not_pickle_is_named(
    cards: Session, pool: ProcessPoolExecutor
) -> None:
    cards.names.update(pool=pool)
    cards.run("import kida_jupyter\nkida_jupyter.filter('twice')(lambda value: value * 2)")
    run = cards.run("%kida parallel card.html --contexts rows --executor pool")
    assert not run.ok
    assert "the filter 'twice' does not pickle" in run.view


def test_the_command_shows_the_view(cards: Session) -> None:
    run = cards.run("%kida parallel card.html --contexts rows --workers 1,2 --rounds 1")
    assert run.ok, run.stderr
    assert 'class="kida-parallel"' in run.data["text/html"]
    assert "3 renders by" in run.text
    assert "2 workers" in run.text


def test_the_contexts_of_the_command_are_any_expression(cards: Session) -> None:
    run = cards.run("%kida parallel card.html --contexts [dict(n=i) for i in (1, 2)] --rounds 0 --limit 1")
    assert "1 render by" in run.text
    assert "No more than the first 1 contexts were taken" in run.text


def test_a_failing_context_does_not_fail_the_cell(cards: Session) -> None:
    run = cards.run("%kida parallel card.html --contexts [dict(n=0), dict(n=1)] --rounds 0")
    assert run.ok
    assert "ZeroDivisionError" in run.text


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("parallel", "name is missing; it is %kida parallel NAME --contexts EXPR"),
        ("parallel card.html", "--contexts is missing: %kida parallel card.html --contexts EXPR"),
        ("parallel car.html --contexts rows", "no template car.html. Did you mean card.html?"),
        ("parallel card.html --contexts row", "name 'row' is not defined. Did you mean rows?"),
        ("parallel card.html --contexts 3", "--contexts 3 gives no contexts: it is of type int"),
        ("parallel card.html --contexts rows[0]", "--contexts rows[0] is one dict, not several mappings"),
        ("parallel card.html --contexts rows[", "--contexts rows[: a ']' is missing"),
        ("parallel card.html --contexts 1/0", "--contexts 1/0 failed: ZeroDivisionError: division by zero"),
        (
            "parallel card.html --contexts rows --executor rows",
            "no executor of concurrent.futures: it is of type list",
        ),
        ("parallel card.html --contexts rows --executor pol", "--executor pol: name 'pol' is not defined"),
        ("parallel card.html --contexts rows --workers two", "--workers 'two' is no whole number"),
        ("parallel card.html --contexts rows --workers 0,2", "--workers must be at least 1, not 0"),
        ("parallel card.html --contexts rows --rounds -1", "--rounds must be at least 0, not -1"),
        ("parallel card.html --contexts rows --worker 2", "Did you mean --workers?"),
        ("parallel card.html --contexts rows --workers", "--workers needs a value: --workers 1,2,4"),
    ],
)
def test_what_cannot_be_meant_is_answered_in_a_line(cards: Session, line: str, answer: str) -> None:
    assert answer in cards.complaint(f"%kida {line}")


def test_the_help_of_the_command_has_its_options(cards: Session) -> None:
    assert "%kida parallel NAME --contexts EXPR" in cards.run("%kida help parallel").stdout
    assert "%kida parallel NAME" in cards.run("%kida").stdout


def test_a_template_that_does_not_compile_is_shown_by_the_error_view(cards: Session) -> None:
    cards.run("%%kida --name broken.html\n{% if %}")
    run = cards.run("%kida parallel broken.html --contexts rows")
    assert not run.ok


# --- a kernel ----------------------------------------------------------------------------------------------------


def test_a_kernel_shows_the_view_of_a_run_that_a_cell_ends_with(kernel: Kernel) -> None:
    run = kernel.run(
        "from kida_jupyter import parallel\nparallel('{{ n }}', [dict(n=n) for n in range(50)], workers=2, rounds=1)"
    )
    view = run.shown[-1]
    assert 'class="kida-parallel"' in view["text/html"]
    assert "50 renders by" in view["text/plain"]
    assert run.stderr == ""


def test_a_failing_render_of_a_named_cell_links_to_nothing_that_is_not_there(kernel: Kernel) -> None:
    kernel.run("%%kida --name parts.html\n{% macro row(n) %}{{ 1 // n }}{% end %}")
    run = kernel.run(
        "import kida_jupyter\nkida_jupyter.parallel('{% from \"parts.html\" import row %}{{ row(n) }}', [dict(n=0)], rounds=0)"
    )
    assert "in macro `row` at parts.html 1:22" in run.shown[-1]["text/plain"]


def progress_in(kernel: Kernel, clock: str) -> Run:
    """A report of three renders in a kernel whose clock is an iterator of seconds."""
    return kernel.run(
        "from kida_jupyter.parallel_view.progress import reporting\nfrom IPython import get_ipython\n"
        f"clock = iter({clock})\n"
        "with reporting(True, 3, get_ipython(), lambda: next(clock)) as tick:\n"
        "    for _ in range(3):\n        tick('Rendering', 1)"
    )


def test_progress_is_shown_while_a_long_run_lasts_and_is_gone_afterwards(kernel: Kernel) -> None:
    run = progress_in(kernel, "range(0, 200, 2)")
    assert run.ok, run.view
    assert "<progress" in run.shown[0]["text/html"]
    shown = [one["text/plain"] for one in (*run.shown, *run.updates)]
    assert shown == [*(f"Rendering: {done} of 3 renders" for done in (1, 2, 3)), ""]


def test_what_takes_no_time_shows_no_progress(kernel: Kernel) -> None:
    run = progress_in(kernel, "[0.0] * 100")
    assert (run.ok, run.shown, run.updates, run.stderr) == (True, [], [], "")


def test_an_interrupt_stops_a_run_and_the_next_cell_works(kernel: Kernel) -> None:
    reply = kernel.interrupt_when_busy(
        "import sys, threading, kida_jupyter\n"
        "before = threading.active_count()\n"
        "begun = []\n"
        "def busy():\n"
        "    if not begun and threading.current_thread() is not threading.main_thread():\n"
        "        begun.append(1)\n"
        "        print('begun', flush=True)\n"
        "    return sum(range(20_000))\n"
        "kida_jupyter.parallel('{{ busy() }}', [dict(busy=busy)] * 200, workers=2, rounds=1000)"
    )
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    assert kernel.value("threading.active_count() - before") == "0"
    assert kernel.value("kida_jupyter.parallel('{{ n }}', [dict(n=1)], rounds=0).outputs") == "['1']"


def test_an_interrupt_stops_a_run_on_processes_and_nothing_of_it_is_left(kernel: Kernel) -> None:
    kernel.run("%%kida --name work.txt --quiet --with dict(n=1)\n{{ range(n) | sum }}")
    reply = kernel.interrupt_when_busy(
        "import multiprocessing, threading, kida_jupyter\n"
        "__spec__ = None\n"  # which %reset takes away, and a new process asks for
        "from concurrent.futures import ProcessPoolExecutor\n"
        "before = set(threading.enumerate())\n"
        "def told(doing, done, total):\n"
        "    if doing.startswith('Rendering by') and done == 210:\n"
        "        print('begun', flush=True)\n"
        "with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context('spawn')) as pool:\n"
        "    kida_jupyter.parallel('work.txt', [dict(n=20_000)] * 200, executor=pool, rounds=1000, progress=told)"
    )
    assert (reply["status"], reply["ename"]) == ("error", "KeyboardInterrupt")
    # the interrupt is the workers' too, and a pool that lost them may leave the thread that feeds its queue (Python's)
    theirs = "one not in before and one.name != 'QueueFeederThread'"
    left = f"[one.name for one in threading.enumerate() if {theirs}], multiprocessing.active_children()"
    assert kernel.value(f"({left})") == "([], [])"
    assert kernel.value("kida_jupyter.parallel('work.txt', [dict(n=3)], rounds=0).outputs") == "['3']"


def test_progress_of_a_run_is_shown_while_it_lasts_and_what_follows_is_the_view(kernel: Kernel) -> None:
    run = kernel.run(
        "import time, kida_jupyter\n"
        "kida_jupyter.parallel('{{ wait(0.02) }}', [dict(wait=time.sleep)] * 60, workers=2, rounds=1)"
    )
    assert run.ok, run.view
    first, *others = run.shown
    assert "<progress" in first["text/html"]
    assert any('class="kida-parallel"' in one.get("text/html", "") for one in others)
    told = [one["text/plain"] for one in (first, *run.updates) if set(one) == {"text/plain", "text/html"}]
    assert told[-1] == ""
    counts = [int(one.partition(": ")[2].partition(" of ")[0]) for one in told[:-1]]
    assert counts == sorted(counts)
    assert all(one.endswith(" of 240 renders") for one in told[:-1])


def test_progress_ends_with_what_it_reports_of_however_that_ends() -> None:
    told: list[int] = []

    def interrupted() -> None:
        with reporting(lambda _doing, done, _total: told.append(done), 2, None) as tick:
            tick("Rendering", 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert told == [1]
