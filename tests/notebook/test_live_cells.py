"""Cells that are kept up to date: which render again, when, and where the result shows."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import kida
from kida_jupyter.live import fingerprints
from kida_jupyter.live.fingerprints import fingerprint_of
from tests.notebook.kernel import PATIENCE, Kernel


@dataclass
class Shown:
    """What a cell led to: outputs shown for the first time, and those put in place of others, by display id."""

    new: list[tuple[str | None, str]] = field(default_factory=list)
    updates: list[tuple[str, str]] = field(default_factory=list)
    stdout: str = ""
    stderr: str = ""
    status: str = ""

    @property
    def updated(self) -> list[str]:
        """The texts that were put in place of others, in order."""
        return [text for _, text in self.updates]


def run(kernel: Kernel, cell: str, cell_id: str | None = None) -> Shown:
    """Run a cell, with an identity where the front end gives one, and wait for all that comes of it."""
    shown = Shown()

    def collect(message: dict[str, Any]) -> None:
        content = message["content"]
        if message["msg_type"] in ("display_data", "update_display_data"):
            text = content["data"]["text/plain"]
            identity = content.get("transient", {}).get("display_id")
            if message["msg_type"] == "display_data":
                shown.new.append((identity, text))
            else:
                shown.updates.append((identity, text))
        elif message["msg_type"] == "stream" and content["name"] == "stderr":
            shown.stderr += content["text"]
        elif message["msg_type"] == "stream":
            shown.stdout += content["text"]

    client = kernel.client
    message = client.session.msg(
        "execute_request",
        {
            "code": cell,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": False,
            "stop_on_error": True,
        },
        metadata={} if cell_id is None else {"cellId": cell_id},
    )
    client.shell_channel.send(message)
    identity = message["header"]["msg_id"]
    while True:
        answer = client.get_iopub_msg(timeout=PATIENCE)
        if answer["parent_header"].get("msg_id") != identity:
            continue
        if answer["msg_type"] == "status" and answer["content"]["execution_state"] == "idle":
            break
        collect(answer)
    while True:
        reply = client.get_shell_msg(timeout=PATIENCE)
        if reply["parent_header"].get("msg_id") == identity:
            shown.status = reply["content"]["status"]
            return shown


@pytest.fixture
def live(kernel: Kernel) -> Kernel:
    """A kernel without live cells."""
    kernel.run("%kida live stop")
    return kernel


def test_a_live_cell_shows_its_result_anew_in_place_when_a_variable_it_read_changes(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    first = run(live, "%%kida --live\nHello {{ name }}")
    assert [text for _, text in first.new] == ["Hello Ada"]
    changed = run(live, "name = 'Bob'")
    assert changed.updates == [(first.new[0][0], "Hello Bob")]
    assert changed.new == []


def test_a_cell_that_changes_nothing_it_read_leaves_a_live_cell_alone(live: Kernel) -> None:
    run(live, "name, other = 'Ada', 1")
    run(live, "%%kida --live\nHello {{ name }}")
    for cell in ("other = 2", "1 + 1", "name = 'Ada'", "name"):
        assert run(live, cell).updates == []


@pytest.mark.parametrize(
    ("before", "template", "change", "after"),
    [
        ("xs = [1, 2]", "{{ xs | sum }}", "xs.append(3)", "6"),
        ("d = {'a': {'b': [1]}}", "{{ d.a.b[0] }}", "d['a']['b'][0] = 2", "2"),
        ("class C: pass\nc = C(); c.x = 1", "{{ c.x }}", "c.x = 2", "2"),
        ("class C: pass\nc = C(); c.inner = C(); c.inner.x = 1", "{{ c.inner.x }}", "c.inner.x = 2", "2"),
        ("class C:\n    __slots__ = ('x',)\nc = C(); c.x = 1", "{{ c.x }}", "c.x = 2", "2"),
        ("class C: x = 1\nc = C()", "{{ c.x }}", "C.x = 2", "2"),
        ("class C:\n    @property\n    def x(self): return rate\nrate = 1; c = C()", "{{ c.x }}", "rate = 2", "2"),
        ("rate = 1\ndef total(): return rate", "{{ total() }}", "rate = 2", "2"),
        ("def total(): return 1", "{{ total() }}", "def total(): return 2", "2"),
        ("xs = [-1]", "{{ xs[0] }}", "xs[0] = -2", "-2"),
        ("x = 1", "{{ x }}", "x = True", "True"),
        ("x = 1", "{{ x }}", "x = 1.0", "1.0"),
        ("x = 'a'", "{{ x ?? 'none' }}", "del x", "none"),
        ("pass", "{{ later ?? 'not yet' }}", "later = 'now'", "now"),
        ("import sqlite3\ndb = sqlite3.connect(':memory:')\n_ = db.execute('create table t (x)')",
         "{{ db.execute('select count(*) from t').fetchone()[0] }}", "_ = db.execute('insert into t values (1)')", "1"),
        ("import pandas as pd\ndf = pd.DataFrame({'x': [1, 2]})", "{{ df.x.sum() }}", "df.loc[0, 'x'] = 5", "7"),
        ("import numpy as np\na = np.zeros(3)", "{{ a.sum() }}", "a[1] = 4", "4.0"),
        ("big = list(range(100_000))", "{{ big[50_000] }}", "big[50_000] = 'x'", "x"),
        ("r = {}\nr['r'] = r; r['x'] = 1", "{{ r.r.x }}", "r['x'] = 2", "2"),
        ("import types\nconf = types.ModuleType('conf'); conf.x = 1", "{{ conf.x }}", "conf.x = 2", "2"),
    ],
)  # fmt: skip
def test_a_change_within_a_value_is_noticed(
    live: Kernel, before: str, template: str, change: str, after: str
) -> None:
    assert run(live, before).status == "ok"
    first = run(live, f"%%kida --live\n{template}")
    assert first.stderr == ""
    assert first.new[0][1] != after
    assert run(live, change).updated == [after]
    assert run(live, "pass").updated == []


def test_what_a_text_is_made_of_beside_variables_counts_too(live: Kernel) -> None:
    run(live, "import kida_jupyter\n@kida_jupyter.filter\ndef mark(x): return f'<{x}>'")
    run(live, "%%kida --name inner.txt\none")
    run(live, '%%kida --name outer.txt\n[{% include "inner.txt" %}]')
    run(live, '%%kida --live\n{% include "outer.txt" %}{{ 1 | mark }}')
    assert run(live, "%%kida --name inner.txt\ntwo").updated == ["[two]<1>"]
    assert run(live, "@kida_jupyter.filter\ndef mark(x): return f'({x})'").updated == ["[two](1)"]


def test_a_filter_of_the_notebook_that_reads_a_variable_is_followed(live: Kernel) -> None:
    run(live, "import kida_jupyter\nrate = 2\n@kida_jupyter.filter\ndef taxed(x): return x * rate")
    run(live, "%%kida --live\n{{ 1 | taxed }}")
    assert run(live, "rate = 3").updated == ["3"]


def test_a_file_that_is_included_is_followed(live: Kernel, tmp_path: Any) -> None:
    (tmp_path / "part.txt").write_text("one")
    run(live, f"%kida path {tmp_path}")
    run(live, '%%kida --live\n{% include "part.txt" %}')
    assert run(live, f"_ = open({str(tmp_path / 'part.txt')!r}, 'w').write('two, longer')").updated == [
        "two, longer"
    ]
    run(live, "%kida path --reset")


def test_configuring_the_environment_renders_again(live: Kernel) -> None:
    run(live, "%%kida --live\n[{{ missing }}]")
    assert run(live, "%kida config undefined=lenient").updated == ["[]"]
    run(live, "%kida config --reset")


def test_an_error_shows_in_the_live_cells_own_output_and_mends_itself(live: Kernel) -> None:
    run(live, "x = 1")
    first = run(live, "%%kida --live\n{{ 10 / x }}")
    broken = run(live, "x = 0")
    assert broken.status == "ok"
    ((identity, text),) = broken.updates
    assert identity == first.new[0][0]
    assert "division by zero" in text
    assert broken.stderr == ""
    assert run(live, "1").updates == []
    assert run(live, "x = 5").updates == [(identity, "2.0")]


def test_a_live_cell_whose_first_render_fails_mends_itself(live: Kernel) -> None:
    first = run(live, "%%kida --live\nHello {{ nobody_yet }}")
    ((identity, text),) = first.new
    assert "nobody_yet" in text
    assert run(live, "nobody_yet = 'Ada'").updates == [(identity, "Hello Ada")]


def test_a_filter_that_is_registered_later_mends_a_live_cell(live: Kernel) -> None:
    first = run(live, "%%kida --live\n{{ 1 | registered_later }}")
    assert "registered_later" in first.new[0][1]
    changed = run(live, "import kida_jupyter\n@kida_jupyter.filter\ndef registered_later(x): return x + 1")
    assert changed.updated == ["2"]


def test_live_cells_that_feed_each_other_render_once_in_the_order_of_their_results(live: Kernel) -> None:
    run(live, "a = 1\nb_text = c_text = ''")
    run(live, "%%kida --live --to c_text\nc:{{ b_text }}")
    run(live, "%%kida --live --to b_text\nb:{{ a }}")
    assert run(live, "a = 2").updated == ["b:2", "c:b:2"]
    assert live.value("c_text") == "'c:b:2'"


def test_a_live_cell_that_reads_its_own_result_does_not_feed_itself(live: Kernel) -> None:
    run(live, "n = 1\nlog = ''")
    run(live, "%%kida --live --to log\n{{ log }}{{ n }}")
    assert run(live, "1").updates == []
    assert run(live, "n = 2").updated == ["12"]
    assert run(live, "1").updates == []


def test_what_a_live_cell_stored_itself_is_no_change_for_it_whichever_name_is_looked_at_first(
    live: Kernel,
) -> None:
    run(live, "\n".join(f"n{number} = 1; log{number} = ''" for number in range(8)))
    for number in range(8):
        cell = f"{{{{ log{number} }}}}{{{{ n{number} }}}}"
        run(live, f"%%kida --live --to log{number}\n{cell}")
    assert run(live, "n0 = n1 = n2 = n3 = n4 = n5 = n6 = n7 = 2").updated == ["12"] * 8
    assert run(live, "1").updates == []


def test_live_cells_that_go_round_render_at_most_once_for_a_cell(live: Kernel) -> None:
    run(live, "left = right = ''\nn = 0")
    run(live, "%%kida --live --to left\n{{ n }}{{ right | length }}")
    run(live, "%%kida --live --to right\n{{ left }}{{ left | length }}")
    for number in range(3):
        assert len(run(live, f"n = {number + 7}").updates) <= 2


def test_running_a_cell_again_takes_the_place_of_its_live_self(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    run(live, "%%kida --live\nHello {{ name }}", "cell-1")
    again = run(live, "%%kida --live\nGood day {{ name }}", "cell-1")
    assert run(live, "name = 'Bob'").updates == [(again.new[0][0], "Good day Bob")]


def test_running_a_cell_again_without_the_option_stops_it(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    run(live, "%%kida --live\nHello {{ name }}", "cell-1")
    run(live, "%%kida\nHello {{ name }}", "cell-1")
    assert run(live, "name = 'Bob'").updates == []


def test_without_identities_the_same_text_or_name_is_the_same_cell(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    run(live, "%%kida --live\nHello {{ name }}")
    run(live, "%%kida --live\nHello {{ name }}")
    run(live, "%%kida --live --name x.txt\none {{ name }}")
    run(live, "%%kida --live --name x.txt\ntwo {{ name }}")
    assert run(live, "name = 'Bob'").updated == ["Hello Bob", "two Bob"]


def test_a_cell_that_takes_the_name_of_a_live_one_takes_its_place(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    run(live, "%%kida --live --name x.txt\none {{ name }}")
    run(live, "%%kida --name x.txt\ntwo")
    assert run(live, "name = 'Bob'").updates == []
    assert run(live, '%%kida\n{% include "x.txt" %}').new[0][1] == "two"


def test_live_cells_are_listed_and_stopped(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    run(live, "%%kida --live --name one.txt\n{{ name }}")
    run(live, "%%kida --live --name two.txt\n{{ name }}")
    cells = (
        "[(c.id, c.read) for c in get_ipython().magics_manager.registry['KidaMagics'].notebook.live.list()]"
    )
    assert live.value(cells) == "[('one.txt', ('name',)), ('two.txt', ('name',))]"
    run(live, "%kida live stop one.txt")
    assert run(live, "name = 'Bob'").updated == ["Bob"]
    run(live, "%kida live stop")
    assert run(live, "name = 'Eve'").updates == []


def test_the_mapping_of_a_live_cell_is_followed(live: Kernel) -> None:
    run(live, "rows = [{'x': 1}, {'x': 2}]\nindex = 0")
    run(live, "%%kida --live --with rows[index]\n{{ x }}")
    assert run(live, "index = 1").updated == ["2"]
    assert run(live, "rows[1]['x'] = 9").updated == ["9"]


def test_a_template_that_awaits_can_be_live(live: Kernel) -> None:
    run(live, "n = 1\nasync def later(): return n")
    first = run(live, "%%kida --live\n{{ await later() }}")
    assert first.new[0][1] == "1"
    assert run(live, "n = 2").updated == ["2"]


def test_a_generator_is_not_rendered_again_once_it_is_empty(live: Kernel) -> None:
    run(live, "xs = (n for n in range(3))")
    first = run(live, "%%kida --live\n{% for x in xs %}{{ x }}{% end %}")
    assert (first.new[0][1], first.updates) == ("012", [])
    assert run(live, "1").updates == []


def test_unloading_stops_live_cells_and_reloading_goes_on_with_them(live: Kernel) -> None:
    run(live, "name = 'Ada'")
    run(live, "%%kida --live\nHello {{ name }}")
    run(live, "%reload_ext kida_jupyter")
    assert run(live, "name = 'Bob'").updated == ["Hello Bob"]
    run(live, "%unload_ext kida_jupyter")
    assert run(live, "name = 'Eve'").updates == []


def test_of_two_hundred_live_cells_only_those_concerned_render(shell: InteractiveShell) -> None:
    rendered: list[int] = []

    def count(number: int) -> str:
        rendered.append(number)
        return ""

    shell.run_line_magic("load_ext", "kida_jupyter")
    notebook = shell.magics_manager.registry["KidaMagics"].notebook
    notebook.register("globals", "count", count)
    shell.run_cell("shared = list(range(1000))")
    for number in range(200):
        shell.push({f"v{number}": number})
        shell.run_cell_magic(
            "kida", "--live", f"{{{{ count({number}) }}}}{{{{ v{number} }}}}{{{{ shared[0] }}}}"
        )
    shell.run_cell("the_cell_that_starts_them = 'is over'")
    rendered.clear()
    shell.run_cell("1")
    assert rendered == []
    shell.run_cell("v7 = 'new'; v199 = 'new'")
    assert rendered == [7, 199]
    rendered.clear()
    shell.run_cell("shared[0] = 1")
    assert sorted(rendered) == list(range(200))
    shell.run_line_magic("unload_ext", "kida_jupyter")


def test_cells_that_feed_each_other_render_again_only_when_something_else_changed(live: Kernel) -> None:
    run(live, "%%kida --live --to ping\n{{ pong ?? '' }}x{{ word ?? '' }}")
    run(live, "%%kida --live --to pong\n{{ ping }}y")
    settled = run(live, "1").updated
    assert settled == []
    assert run(live, "2").updated == []
    assert run(live, "word = '!'").updated != []
    assert run(live, "3").updated == []


@pytest.mark.parametrize("leaving", ["SystemExit", "GeneratorExit", "asyncio.CancelledError"])
def test_an_exit_in_a_live_cell_is_its_own_error_and_leaves_the_kernel_alone(
    live: Kernel, leaving: str
) -> None:
    run(live, f"import asyncio\ndef leave(x):\n    raise {leaving}\n\nn = 1")
    run(live, "%%kida --live\n{{ leave(n) if n > 1 else 'here' }}")
    assert leaving.rpartition(".")[2] in "".join(run(live, "n = 2").updated)
    assert run(live, "n = 0").updated == ["here"]


def test_a_fingerprint_looks_at_each_shared_value_once_for_all_cells(
    shell: InteractiveShell, monkeypatch: pytest.MonkeyPatch
) -> None:
    from kida_jupyter.live import watching as module

    shell.run_line_magic("load_ext", "kida_jupyter")
    shell.run_cell("shared = [1]")
    for number in range(50):
        shell.run_cell_magic("kida", "--live", f"{number}{{{{ shared }}}}")
    shell.run_cell("the_cell_that_starts_them = 'is over'")
    looked: list[Any] = []

    def looking(value: Any, names: Any) -> Any:
        looked.append(value)
        return fingerprint_of(value, names)

    monkeypatch.setattr(module, "fingerprint_of", looking)
    shell.run_cell("other = 1")
    assert looked == [[1]]
    shell.run_line_magic("unload_ext", "kida_jupyter")


@pytest.mark.parametrize(
    "value", [1, "x", [1, [2]], {"a": {1, 2}}, None, 1.5, (1, b"x"), kida.Markup("x")], ids=repr
)
def test_a_value_that_stays_fits_its_fingerprint(value: Any) -> None:
    assert fingerprint_of(value, {}).fits(fingerprint_of(value, {}))


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, 2), (1, True), (1, 1.0), (-1, -2), ("1", 1), ([1], (1,)), ([[1], 2], [[1, 2]]), ({"a": 1}, {"b": 1}), ("a", b"a"),
     (["ab", "c"], ["a", "bc"]), (0.0, -0.0), (None, "None"), ([], [[]])],
)  # fmt: skip
def test_different_values_do_not_fit_each_others_fingerprints(one: Any, other: Any) -> None:
    assert not fingerprint_of(one, {}).fits(fingerprint_of(other, {}))


def test_an_object_that_took_the_place_of_another_does_not_fit() -> None:
    class Opaque:
        pass

    first = Opaque()
    before = fingerprint_of(first, {})
    del first
    assert not before.fits(fingerprint_of(Opaque(), {}))


def test_an_enormous_or_deep_value_gets_a_fingerprint() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    found = fingerprint_of(deep, {})
    assert (found.is_known, found.is_whole) == (True, False)
    assert fingerprint_of(10**100_000, {}).is_known
    while deep:
        deep = deep.pop()


# --- values that are too large to be looked at in full -----------------------------------------------------------------


class Row:
    def __init__(self, number: int) -> None:
        self.number = number
        self.names = {"one": str(number), "more": [number]}


def large_frame() -> Any:
    import numpy as np
    import pandas as pd

    numbers = np.arange(2_000_000)
    return pd.DataFrame({"x": numbers, "y": numbers / 2, "name": "a name"})


def large_array() -> Any:
    import numpy as np

    return np.zeros((3_000, 1_000)).T


LARGE: dict[str, Callable[[], Any]] = {
    "a list of numbers": lambda: list(range(3_000_000)),
    "a list of long texts": lambda: [f"{number:0500}" for number in range(100_000)],
    "a list of objects": lambda: [Row(number) for number in range(50_000)],
    "a dict": lambda: {number: str(number) for number in range(1_000_000)},
    "a dict of dicts of lists": lambda: {a: {b: [b] * 20 for b in range(100)} for a in range(300)},
    "a set": lambda: set(range(1_000_000)),
    "an array": large_array,
    "a data frame": large_frame,
    "a column": lambda: large_frame().name,
    "an object with a list": lambda: SimpleNamespace(inside=list(range(3_000_000))),
}


@pytest.fixture(scope="module")
def large() -> dict[str, Any]:
    """Large values by what they are, made once."""
    return {name: make() for name, make in LARGE.items()}


@pytest.mark.parametrize("name", LARGE)
def test_a_bounded_number_of_parts_of_a_large_value_is_looked_at(large: dict[str, Any], name: str) -> None:
    found = fingerprint_of(large[name], {})
    assert found.looked_at <= 2 * (fingerprints.OBJECTS + fingerprints.PLAIN)
    assert (found.is_known, found.is_whole) == (True, False)
    assert found.fits(fingerprint_of(large[name], {})), "what stays is not rendered again"


@pytest.mark.parametrize("name", [name for name in LARGE if "texts" not in name])
def test_no_copy_of_a_large_value_is_made_to_look_at_it(large: dict[str, Any], name: str) -> None:
    fingerprint_of(large[name], {})  # what is imported for it is no copy
    tracemalloc.start()
    try:
        fingerprint_of(large[name], {})
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 8 << 20, "of the values some are twenty, some more megabytes large"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("a list of numbers", lambda value: value.append(1)),
        ("a list of numbers", lambda value: value.__setitem__(0, "x")),
        ("a list of numbers", lambda value: value.__setitem__(-1, "x")),
        ("a list of numbers", lambda value: value.reverse()),
        ("a list of objects", lambda value: setattr(value[0], "number", "x")),
        ("a dict", lambda value: value.__setitem__("new", 1)),
        ("a set", lambda value: value.add("new")),
        ("an array", lambda value: value.__setitem__((0, 0), 1)),
        ("an array", lambda value: value.__setitem__((-1, -1), 1)),
        ("a data frame", lambda value: value.__setitem__("new", 1)),
        ("a data frame", lambda value: value.__setitem__("x", value["x"] * 2)),
        ("a data frame", lambda value: value.loc.__setitem__((0, "name"), "another")),
        ("an object with a list", lambda value: setattr(value, "inside", [])),
    ],
)
def test_a_change_of_a_large_value_that_the_sample_shows_is_noticed(
    name: str, change: Callable[[Any], Any]
) -> None:
    value = LARGE[name]()
    before = fingerprint_of(value, {})
    change(value)
    assert not fingerprint_of(value, {}).fits(before)


@pytest.mark.parametrize(
    "make",
    [
        lambda: list(range(200_000)),
        lambda: [{"id": number, "name": str(number), "x": number / 2} for number in range(9_000)],
        lambda: [Row(number) for number in range(2_000)],
        lambda: {number: str(number) for number in range(100_000)},
    ],
    ids=["numbers", "rows", "objects", "a dict"],
)
def test_what_fits_is_looked_at_in_full(make: Callable[[], Any]) -> None:
    assert fingerprint_of(make(), {}).is_whole


def test_every_item_of_what_fits_counts() -> None:
    rows = [{"id": number, "tags": [number]} for number in range(4_000)]
    before = fingerprint_of(rows, {})
    assert before.is_whole
    for at in (0, 1, 777, 3_998, 3_999):
        rows[at]["tags"].append("new")  # type: ignore[attr-defined]
        assert not fingerprint_of(rows, {}).fits(before)
        rows[at]["tags"].pop()  # type: ignore[attr-defined]
    assert fingerprint_of(rows, {}).fits(before)


def test_another_large_value_of_the_same_kind_is_another_one() -> None:
    one, other = list(range(3_000_000)), list(range(3_000_000))
    assert not fingerprint_of(one, {}).fits(fingerprint_of(other, {}))


def test_a_large_text_is_told_by_its_identity() -> None:
    text, same = "x" * 10_000_000, "x" * 10_000_000
    assert fingerprint_of(text, {}).fits(fingerprint_of(text, {}))
    assert fingerprint_of([text], {}).fits(fingerprint_of([text], {}))
    assert not fingerprint_of(text, {}).fits(fingerprint_of(same, {}))


def test_to_look_at_a_value_runs_no_code_of_its_class_or_metaclass() -> None:
    ran: list[str] = []

    class Meta(type):
        def __eq__(cls, other: object) -> bool:
            ran.append("eq")
            return True

        def __hash__(cls) -> int:
            ran.append("hash")
            return 1

        def __getattribute__(cls, name: str) -> Any:
            ran.append(name)
            return super().__getattribute__(name)

    class Odd(metaclass=Meta):
        def __getattribute__(self, name: str) -> Any:
            ran.append(name)
            return super().__getattribute__(name)

        def __len__(self) -> int:
            ran.append("len")
            return 0

        def __repr__(self) -> str:
            ran.append("repr")
            return ""

    class Items(list[Any], metaclass=Meta):
        def __iter__(self) -> Any:
            ran.append("iter")
            return super().__iter__()

        def __len__(self) -> int:
            ran.append("len")
            return 0

    values = [Odd(), Odd(), Items([1, Odd()]), {"a": Odd()}]
    ran.clear()
    fingerprint_of(values, {})
    assert ran == []


def test_a_cell_that_reads_something_large_does_not_render_again_without_a_change_and_says_so(
    shell: InteractiveShell,
) -> None:
    rendered: list[int] = []
    shell.run_line_magic("load_ext", "kida_jupyter")
    notebook = shell.magics_manager.registry["KidaMagics"].notebook
    notebook.register("globals", "count", lambda: rendered.append(1) or "")
    shell.run_cell("big = list(range(3_000_000)); small = [1]")
    shell.run_cell_magic("kida", "--live", "{{ count() }}{{ big | length }}{{ small[0] }}")
    shell.run_cell("the_cell_that_starts_it = 'is over'")
    rendered.clear()
    shell.run_cell("1")
    assert rendered == []
    shell.run_cell("big.append(1)")
    assert len(rendered) == 1
    [listed] = notebook.live.list()
    assert listed.in_part == ("big",)
    assert "big (in part)" in run_line(shell, "live")
    shell.run_line_magic("unload_ext", "kida_jupyter")


def run_line(shell: InteractiveShell, line: str) -> str:
    """What a command writes."""
    with capture_output() as captured:
        shell.run_line_magic("kida", line)
    return captured.stdout + "".join(str(output.data) for output in captured.outputs)
