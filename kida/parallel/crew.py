"""The threads of one `render_many`: handed their work, and ended, in ways that an interrupt cannot break."""

from __future__ import annotations

from _thread import start_new_thread
from collections.abc import Callable
from queue import SimpleQueue
from threading import Thread, current_thread, get_ident
from typing import TypeAlias

Task: TypeAlias = "Callable[[], None]"


class Crew:
    """Threads that do what they are handed, in turn; a task raises nothing.

    Control-C may fall between any two steps of the thread that reads. Within one of ``threading``'s conditions, which
    are Python code, it would leave a lock held for ever. So that thread touches queues alone, each of whose steps is
    one of C; and the threads are started by one of their own, as signals reach the main thread only.

    Parameters: ``workers``, how many threads.
    """

    __slots__ = ("_ended", "_idents", "_launched", "_stopping", "_tasks", "_workers")

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._ended: SimpleQueue[Thread | None] = SimpleQueue()
        self._idents: set[int] = set()
        self._launched = False
        self._stopping = False

    def start(self) -> None:
        """Begin. Raises ``RuntimeError`` where the system has no thread left."""
        try:
            self._launched = True  # no interrupt comes between this and the call
            start_new_thread(self._launch, ())
        except RuntimeError:
            self._launched = False
            raise

    def put(self, task: Task) -> None:
        """Have a task done; after `stop` it is left undone."""
        self._tasks.put(task)

    def stop(self) -> None:
        """Leave undone what has not begun, and wait for what has, and for the threads to end.

        In a thread of the crew's own, where the garbage collector may call this, nothing is waited for.
        """
        self._stopping = True
        for _ in range(self._workers):
            self._tasks.put(None)
        if self._launched and get_ident() not in self._idents:
            for _ in range(self._workers):
                ended = self._ended.get()
                if ended is not None:
                    ended.join()  # it has nothing left to do
            self._launched = False

    def _launch(self) -> None:
        for number in range(self._workers):
            try:
                Thread(target=self._work, name=f"kida-render_{number}", daemon=True).start()
            except (
                RuntimeError
            ):  # no thread left: those there are have to do, and this one where there are none
                if number == 0:
                    self._do_tasks()
                self._ended.put(None)

    def _work(self) -> None:
        self._do_tasks()
        self._ended.put(current_thread())

    def _do_tasks(self) -> None:
        self._idents.add(get_ident())
        while (task := self._tasks.get()) is not None:
            if not self._stopping:
                task()
            del task  # what it rendered is not kept while this thread waits
