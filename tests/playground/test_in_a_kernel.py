"""The playground as a page has it: through a real kernel, by the messages of Jupyter's widgets."""

from __future__ import annotations

from typing import Any

import pytest

from kida_jupyter.playground.messages import (
    Answer,
    Completions,
    Early,
    Explanation,
    PythonCode,
    Result,
    Whole,
)
from tests.notebook.kernel import Kernel
from tests.playground.fitting import misfits, out_of_range
from tests.playground.page import Page, drain, opened

LONG = "import time\ndef wait(): time.sleep(600)"
"""A filter or function that blocks, which no budget can end."""


def test_a_cell_shows_the_widget_and_behind_it_the_form_for_pages_without_a_kernel(kernel: Kernel) -> None:
    run = kernel.run("from kida_jupyter import Playground\nPlayground('<i>{{ 1 + 1 }}</i>')")
    widget, static = run.shown
    assert widget.keys() == {"text/plain", "application/vnd.jupyter.widget-view+json"}
    assert "<pre>&lt;i&gt;2&lt;/i&gt;</pre>" in static["text/html"]


def test_the_state_that_opens_a_page_has_all_traits(page: Page) -> None:
    page.edit("{{ title }}")
    for name in ("templates", "main", "active", "edition", "format", "overrides", "show", "result", "busy"):
        assert name in page.state, name
    assert misfits(page.result, Result) == []


def test_an_edit_is_answered_with_its_result(page: Page) -> None:
    result = page.edit("<b>{{ title }} {{ 1 / 2 }}</b>")
    assert (result["edition"], result["ok"], result["output"]) == (1, True, "<b>Dream 0.5</b>")
    assert misfits(result, Result) == out_of_range(result) == []
    assert page.kernel.value("(p.source, p.output, p.edition)") == repr(
        ("<b>{{ title }} {{ 1 / 2 }}</b>", "<b>Dream 0.5</b>", 1)
    )
    assert [one["busy"] for one in page.updates if "busy" in one][-2:] == [True, False]


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("é 😀\t{{ title }}", "title"),
        ("👩‍🔬{# 😀 #}\n\t{{ title }}", "title"),
        ("ééé {{ title }} 🇫🇷", "title"),
    ],
)
def test_offsets_are_those_of_the_page_end_to_end(page: Page, text: str, expression: str) -> None:
    page.run("title = '🐧 & é'")
    result = page.edit(text)
    units, output = text.encode("utf-16-le"), result["output"].encode("utf-16-le")
    flat = result["segments"]
    seen = {}
    for at in range(0, len(flat), 4):
        start, end, span, _ = flat[at : at + 4]
        _, first, last, _, _ = result["spans"][span]
        seen[units[2 * first : 2 * last].decode("utf-16-le")] = output[2 * start : 2 * end].decode(
            "utf-16-le"
        )
    assert seen[expression] == "🐧 &amp; é"
    offset = len(text[: text.index("title")].encode("utf-16-le")) // 2
    told = page.ask(type="explain", template=page.name, offset=offset + 1, text=text)
    assert (told["from"], told["to"]) == (offset, offset + 5)
    assert "🐧" in told["text"]


def test_texts_with_the_line_ends_of_windows_are_plain_on_the_wire(kernel: Kernel) -> None:
    page = opened(
        kernel, "from kida_jupyter import Playground\np = Playground('a\\r\\n😀{{ 1 }}\\r\\n{{ 2 }}'); p"
    )
    assert page.state["templates"] == {"template.txt": "a\n😀{{ 1 }}\n{{ 2 }}"}
    result = page.edit("a\n😀{{ 1 }}\n{{ 3 }}")
    # the 3: behind a line that has an emoji, and two line ends
    assert [15, 16, 3, 4] in [span[1:] for span in result["spans"]]
    run = page.run(
        "import tempfile, pathlib\nwith tempfile.TemporaryDirectory() as d: print(p.save(d)[0].read_bytes())"
    )
    assert run.stdout == repr("a\r\n😀{{ 1 }}\r\n{{ 3 }}".encode()) + "\n"


def test_a_cell_that_changes_a_variable_is_followed_by_a_new_result_and_no_other_is(page: Page) -> None:
    page.edit("{{ title }}")
    before = len(page.updates)
    page.run("unread = 1")
    assert len(page.updates) == before
    page.run("title = 'Biscoe'")
    assert page.result["output"] == "Biscoe"
    assert page.result["edition"] == page.state["edition"]


def test_an_override_of_the_page_is_for_this_playground_alone(page: Page) -> None:
    result = page.edit(overrides={"title": '"Mine"'})
    assert result["output"] == "<h1>Mine</h1>"
    assert result["context"][0]["origin"] == "override"
    assert page.kernel.value("title") == "'Dream'"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.0", 1.0),
        ("12345678901234567890123", 12345678901234567890123),
        ('{"a": [1.50, -0.0]}', {"a": [1.5, -0.0]}),
        (r'"a\ud800b"', "a\ud800b"),
        ('"é 😀"', "é 😀"),
        ("null", None),
    ],
)
def test_an_override_arrives_as_it_was_written(page: Page, text: str, value: Any) -> None:
    result = page.edit("{{ title is defined }}", overrides={"title": text})
    assert page.kernel.value("p.overrides['title']") == repr(value)
    assert (result["output"], result["error"]) == ("True", None)
    page.run("p.overrides = {**p.overrides, 'other': 1}")
    assert page.state["overrides"] == {"title": text.replace("1.50", "1.5"), "other": "1"}
    json = {one["name"]: one["json"] for one in page.result["context"]}
    assert json["title"] == page.state["overrides"]["title"]


@pytest.mark.parametrize("text", ["9" * 5000, "[" * 100_000 + "]" * 100_000, "nothing"])
def test_an_override_that_python_cannot_read_changes_nothing(page: Page, text: str) -> None:
    page.edit(overrides={"title": '"Mine"'})
    result = page.edit(overrides={"title": text, "more": text})
    assert (result["output"], page.state["overrides"]) == ("<h1>Mine</h1>", {"title": '"Mine"'})


def test_an_override_that_is_no_json_stays_while_the_page_changes_others(page: Page) -> None:
    page.run("import datetime\np.overrides = {'title': datetime.date(2026, 1, 2)}")
    assert page.state["overrides"] == {"title": None}
    assert page.edit(overrides={"title": None, "more": "1"})["output"] == "<h1>2026-01-02</h1>"
    assert page.kernel.value("p.overrides") == "{'title': datetime.date(2026, 1, 2), 'more': 1}"


def test_what_is_shown_is_shared_and_makes_no_new_result(page: Page) -> None:
    before = page.kernel.value("id(p.result)")
    page.save({"show": {**page.state["show"], "panel": "trace"}, "active": page.name})
    assert page.kernel.value("id(p.result)") == before
    assert page.kernel.value("p.show['panel']") == "'trace'"


def test_the_latest_of_edits_that_queued_up_is_what_stays(page: Page) -> None:
    texts = [f"{number} {{{{ title }}}}" for number in range(1, 6)]
    last = ""
    for edition, text in enumerate(texts, 1):
        state = {"templates": {page.name: text}, "edition": edition}
        last = page.send({"method": "update", "state": state, "buffer_paths": []})
    page.wait(last)
    assert (page.result["edition"], page.result["output"]) == (5, "5 Dream")
    editions = [one["result"]["edition"] for one in page.updates if "result" in one]
    assert editions == sorted(editions)


def test_an_edit_that_was_made_before_a_change_from_python_does_not_undo_it(page: Page) -> None:
    page.run("p.source = 'from Python'\np.source = 'from Python {{ title }}'")
    assert page.state["edition"] == 2
    before = len(page.updates)
    page.save({"templates": {page.name: "older"}, "edition": 1, "active": page.name})
    assert page.kernel.value("(p.source, p.output)") == repr(("from Python {{ title }}", "from Python Dream"))
    told: dict[str, Any] = {}
    for one in page.updates[before:]:
        told |= one
    assert told["templates"] == {page.name: "from Python {{ title }}"}
    assert (told["edition"], told["result"]["output"]) == (2, "from Python Dream")


def test_a_render_without_end_is_stopped_and_the_kernel_goes_on(page: Page) -> None:
    result = page.edit("{% while true %}{% end %}")
    assert (result["ok"], result["error"]["code"]) == (False, "K-RUN-016")
    assert result["output"] == "<h1>Dream</h1>"
    assert page.edit("ok")["output"] == "ok"


def test_an_interrupt_ends_a_render_that_blocks_is_shown_and_leaves_the_kernel_usable(page: Page) -> None:
    page.run(LONG)
    page.state["edition"] += 1
    state = {"templates": {page.name: "{{ wait() }}"}, "edition": page.state["edition"]}
    identity = page.send({"method": "update", "state": state, "buffer_paths": []})
    page.wait_for_busy()
    page.kernel.interrupt()
    page.wait(identity)
    assert page.result["error"]["kind"] == "KeyboardInterrupt"
    assert page.result["output"] == "<h1>Dream</h1>"
    assert page.state["busy"] is False
    assert page.kernel.value("1 + 1") == "2"
    assert page.edit("on")["output"] == "on"


def test_an_interrupt_of_a_render_after_a_cell_leaves_the_kernel_usable(page: Page) -> None:
    page.run(LONG)
    page.run(
        "import sys\nblocks = False\ndef perhaps():\n    if blocks: print('in', flush=True); wait()\n    return 'no'"
    )
    assert page.edit("{{ perhaps() }}{{ blocks }}")["ok"]
    reply = page.kernel.interrupt_when_busy("blocks = True")
    assert reply["status"] == "ok"
    assert page.kernel.value("type(p.error).__name__") == "'KeyboardInterrupt'"
    drain(page.kernel)


def test_completions_are_those_of_cells(page: Page) -> None:
    found = page.ask(type="complete", template=page.name, offset=9, text="😀😀{{ ti }}")
    assert (found["from"], found["to"]) == (7, 9)
    assert "title" in [one["label"] for one in found["items"]]
    assert misfits(found, Completions) == []


def test_overrides_are_completed_too(page: Page) -> None:
    page.edit(overrides={"tilted": '{"inner": 1}'})
    found = page.ask(type="complete", template=page.name, offset=10, text="{{ tilted.")
    assert "inner" in [one["label"] for one in found["items"]]


def test_the_word_at_the_cursor_is_explained(page: Page) -> None:
    told = page.ask(type="explain", template=page.name, offset=12, text="{{ title | upper }}")
    assert (told["from"], told["to"]) == (11, 16)
    assert "upper" in told["text"]
    assert misfits(told, Explanation) == []
    nothing = page.ask(type="explain", template=page.name, offset=0, text="")
    assert (nothing["from"], nothing["to"], nothing["text"]) == (0, 0, None)


def test_the_python_of_a_template_is_linked_line_by_line(page: Page) -> None:
    page.edit("<h1>\n{{ title }}\n{% for x in 'ab' %}\n{{ x }}\n{% end %}")
    told = page.ask(type="python", template=page.name)
    assert misfits(told, PythonCode) == []
    lines = told["text"].split("\n")
    linked = {template for python, template in told["lines"] if "for x" in lines[python - 1]}
    assert linked == {3}
    page.edit("\n{% for %}")
    broken = page.ask(type="python", template=page.name)
    assert (broken["text"], broken["lines"]) == ("", [])
    assert "2:" in broken["error"]


def test_an_output_that_was_cut_is_sent_whole_when_asked_for(page: Page) -> None:
    page.run("n = 200_000")
    result = page.edit("{% for x in range(n) %}0123456789{% end %}")
    assert result["cut"] == {"shown": 300_000, "whole": 2_000_000}
    told = page.ask(type="whole")
    assert len(told["output"]) == 2_000_000
    assert misfits(told, Whole) == []


@pytest.mark.parametrize(
    "content",
    [
        {"type": "unheard of", "id": "1"},
        {"type": "complete", "id": "1", "template": "x", "offset": "5", "text": "x"},
        {"type": "complete"},
        {"id": 5},
        [],
        None,
    ],
)
def test_what_is_no_question_is_not_answered(page: Page, content: Any) -> None:
    page.wait(page.send({"method": "custom", "content": content}))
    assert page.answers == []
    assert page.edit("still {{ title }}")["output"] == "still Dream"


def test_a_large_output_comes_before_all_that_is_told_of_it(page: Page) -> None:
    before = len(page.updates)
    result = page.edit("{{ '<p>' * 10_000 }}{{ title }}")
    told = [(name, one[name]) for one in page.updates[before:] for name in ("early", "result") if name in one]
    assert [name for name, _ in told] == ["early", "early", "result"]
    early = told[0][1]
    assert misfits(early, Early) == []
    assert {name: result[name] for name in early} == early
    assert len(early["output"]) > 30_000
    assert page.state["early"] == {}


def test_two_playgrounds_do_not_disturb_each_other(page: Page) -> None:
    other = opened(page.kernel, "q = Playground('{{ title }} too'); q")
    assert other.edit("{{ title }} 2")["output"] == "Dream 2"
    assert page.edit("{{ title }} 1")["output"] == "Dream 1"
    page.run("title = 'both'")
    assert page.kernel.value("(p.output, q.output)") == "('both 1', 'both 2')"


def test_a_cell_that_runs_again_lets_the_playground_go_that_it_made_before(kernel: Kernel) -> None:
    cell = "p = Playground('{{ x }}')\nall = globals().setdefault('all', [])\nall.append(p)"
    kernel.run("from kida_jupyter import Playground\nx = 1\nall = []")
    for _ in range(2):
        client = kernel.client
        content = {
            "code": cell.split("\nall =", maxsplit=1)[0] + "\nall.append(p)",
            "silent": False,
            "allow_stdin": False,
        }
        message = client.session.msg("execute_request", content, metadata={"cellId": "one"})
        client.shell_channel.send(message)
        while client.get_shell_msg(timeout=60)["parent_header"].get("msg_id") != message["header"]["msg_id"]:
            pass
    drain(kernel)
    kernel.run("x = 2")
    assert kernel.value("[one.output for one in all]") == "['1', '2']"


def test_closing_takes_the_views_from_the_page_and_lets_the_notebook_go(page: Page) -> None:
    page.run("p.close()")
    assert page.is_closed
    before = len(page.updates)
    page.run("title = 'later'")
    assert len(page.updates) == before


def test_what_a_notebook_keeps_is_the_last_state(page: Page) -> None:
    page.edit("<i>{{ title }}</i>")
    run = page.run("'another cell'")
    (kept,) = run.updates
    assert "&lt;i&gt;Dream&lt;/i&gt;" in kept["text/html"]
    assert page.run("'and another'").updates == []


def test_the_answers_are_of_the_types_that_are_written_down() -> None:
    assert {Completions, Explanation, PythonCode, Whole} == set(Answer.__args__)
