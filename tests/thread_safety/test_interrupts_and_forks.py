"""What ends a render from outside leaves nothing behind: an interrupt, and a fork while other threads are at work."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

INTERRUPTED = """
import random, signal
from kida import DictLoader, Environment
from kida.render_context import get_render_context

signal.signal(signal.SIGALRM, signal.default_int_handler)
chance = random.Random(11)
env = Environment(loader=DictLoader({"part": "{{ n }}", "page": "{% include 'part' %}{% block b %}{{ n }}{% end %}"}))
page = env.get_template("page")
page.render(n=1)
ways = (
    lambda: page.render(n=1),
    lambda: list(page.render_stream(n=1)),
    lambda: page.render_block("b", n=1),
)
left = interrupted = 0
for number in range(240):
    way = ways[number % len(ways)]
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0003 + chance.random() * 0.0005)
        while True:
            way()
    except KeyboardInterrupt:
        interrupted += 1
    left += get_render_context() is not None
print(interrupted, left)
"""

FORKED = """
import os, sys, threading
from kida import Environment, FunctionLoader

loading, go_on = threading.Event(), threading.Event()
parent = os.getpid()

def source(name):
    if os.getpid() == parent:
        loading.set()
        go_on.wait(30)
    return "text of " + name

env = Environment(loader=FunctionLoader(source))
thread = threading.Thread(target=env.get_template, args=("page",))
thread.start()
loading.wait(30)
child = os.fork()
if child == 0:
    os._exit(0 if env.get_template("page").render() == "text of page" else 1)
go_on.set()
thread.join()
import signal
signal.alarm(30)  # a child that waits for a thread it has not waits for ever
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), env.get_template("page").render())
"""


def output_of(script: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", script],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        check=False,
    )
    assert (done.stderr, done.returncode) == ("", 0)
    return done.stdout


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no signals and forks of this kind")
def test_an_interrupt_leaves_no_render_current() -> None:
    assert output_of(INTERRUPTED) == "240 0\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no signals and forks of this kind")
def test_the_child_of_a_fork_loads_what_a_thread_of_its_parent_was_loading() -> None:
    assert output_of(FORKED) == "0 text of page\n"
