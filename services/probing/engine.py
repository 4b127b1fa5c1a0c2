"""The loop: many looks at once, each given back when it is over, whatever the others do.

One per process, for as long as the process lives: libcurl reads the authorities once, and a handle is used again. A
sliding window, never batches: a target that hangs keeps its own place for its own time-out, and nobody waits for it.
"""

import datetime as dt
import logging
import os
import queue
import select
import time
from collections import deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pycurl

from services.models import Protocol, Reason
from services.probing import names
from services.probing.looks import Look, Seen, failed
from services.probing.transfer import Transfer

log = logging.getLogger(__name__)

AT_ONCE = 100
THREADS = 16  # for name servers
HELD_UP = 2.0  # seconds without listening, after which it may be we who were too late


class Engine:
    """Add looks, then `poll` again and again until `busy` is False."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self.at_once = at_once
        self.process = os.getpid()
        self.waiting: deque[Look] = deque()
        self.under_way: dict[Any, Transfer] = {}
        self.began: dict[
            int, tuple[dt.datetime, float]
        ] = {}  # by id of the look: on the wall, and for durations
        self.asked = 0  # name servers, in threads
        self.answers: queue.SimpleQueue[Seen] = queue.SimpleQueue()
        self.threads: ThreadPoolExecutor | None = None
        self.spare: list[Any] = []
        self.done: list[Seen] = []
        self.poller = select.epoll()
        self.bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self.poller.register(self.bell, select.EPOLLIN)
        self.wake_at: float | None = None
        self.listens_by = 0.0  # when it is back, unless something holds it up
        self.multi = pycurl.CurlMulti()
        self.multi.setopt(pycurl.M_SOCKETFUNCTION, self.mind)
        self.multi.setopt(pycurl.M_TIMERFUNCTION, self.wake_in)

    @property
    def busy(self) -> bool:
        return bool(self.waiting or self.under_way or self.asked or self.done)

    @property
    def room(self) -> int:
        return max(self.at_once - len(self.under_way) - self.asked - len(self.waiting), 0)

    def add(self, looks: Iterable[Look]) -> None:
        self.waiting.extend(looks)

    def poll(self, seconds: float) -> list[Seen]:
        """Wait at most so long for something to happen; what is over since the last call."""
        self.note_delay()
        self.fill()
        if not self.done:
            until = time.monotonic() + seconds
            self.turn(until)
        self.fill()
        over, self.done = self.done, []
        self.listens_by = time.monotonic()
        return over

    def note_delay(self) -> None:
        """A slow database, a machine that stood still: answers came, and nobody listened until their time was over."""
        late = time.monotonic() - self.listens_by
        if late >= HELD_UP:
            for transfer in self.under_way.values():
                transfer.held_up += late

    def fill(self) -> None:
        while self.waiting and len(self.under_way) + self.asked < self.at_once:
            self.begin(self.waiting.popleft())

    def begin(self, look: Look) -> None:
        self.began[id(look)] = dt.datetime.now(dt.UTC), time.monotonic()
        if look.protocol == Protocol.DNS:
            self.asked += 1
            self.threads = self.threads or ThreadPoolExecutor(THREADS, "names")
            self.threads.submit(self.ask, look)
            return
        handle = self.spare.pop() if self.spare else pycurl.Curl()
        try:
            transfer = Transfer(look, handle)
            self.multi.add_handle(handle)
        except (ValueError, pycurl.error, UnicodeError) as error:
            handle.close()
            self.end(failed(look, Reason.OURS, str(error)))
        else:
            self.under_way[handle] = transfer

    def ask(self, look: Look) -> None:
        try:
            seen = names.ask(look)
        except Exception as error:  # else nobody would ever hear of this look again
            log.exception("A name server could not be asked.")
            seen = failed(look, Reason.OURS, f"{type(error).__name__}: {error}")
        self.answers.put(seen)
        os.eventfd_write(self.bell, 1)

    def turn(self, until: float) -> None:
        """Let libcurl go on with whatever is ready, until something is over or the time is."""
        while not self.done:
            now = time.monotonic()
            if self.wake_at is not None and self.wake_at <= now:
                self.wake_at = None
                self.multi.socket_action(pycurl.SOCKET_TIMEOUT, 0)
                self.collect()
                continue
            wait = max(min(until, self.wake_at or until) - now, 0)
            if wait <= 0 and now >= until:
                break
            ready_now = self.poller.poll(wait)
            self.listens_by = now + wait
            self.note_delay()
            for number, events in ready_now:
                if number == self.bell:
                    os.eventfd_read(self.bell)
                    continue
                ready = (pycurl.CSELECT_IN if events & select.EPOLLIN else 0) | (
                    pycurl.CSELECT_OUT if events & select.EPOLLOUT else 0
                )
                self.multi.socket_action(number, ready or pycurl.CSELECT_ERR)
            self.collect()

    def collect(self) -> None:
        while True:
            more, over, broken = self.multi.info_read()
            for handle in over:
                self.finish(handle, 0, "")
            for handle, number, words in broken:
                self.finish(handle, number, words)
            if not more:
                break
        while not self.answers.empty():
            self.asked -= 1
            self.end(self.answers.get())

    def finish(self, handle: Any, number: int, words: str) -> None:
        transfer = self.under_way.pop(handle)
        try:
            seen = transfer.over(number, words)
        except (ValueError, pycurl.error) as error:
            seen = failed(transfer.look, Reason.OURS, str(error))
        self.multi.remove_handle(handle)
        if transfer.spoils_handle:
            handle.close()
        else:
            handle.reset()
            self.spare.append(handle)
        self.end(seen)

    def end(self, seen: Seen) -> None:
        seen.started_at, began = self.began.pop(id(seen.look))
        seen.seconds = time.monotonic() - began
        self.done.append(seen)

    def mind(self, what: int, number: int, multi: Any, _data: Any) -> None:
        """libcurl says which sockets it waits for."""
        if what == pycurl.POLL_REMOVE:
            try:
                self.poller.unregister(number)
            except OSError:  # closed already, and thereby forgotten
                pass
            return
        events = (select.EPOLLIN if what & pycurl.POLL_IN else 0) | (
            select.EPOLLOUT if what & pycurl.POLL_OUT else 0
        )
        try:
            self.poller.modify(number, events)
        except FileNotFoundError:
            self.poller.register(number, events)

    def wake_in(self, milliseconds: int) -> None:
        self.wake_at = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def close(self) -> None:
        for handle in self.under_way:
            self.multi.remove_handle(handle)
            handle.close()
        for handle in self.spare:
            handle.close()
        self.multi.close()
        if self.threads:
            self.threads.shutdown(wait=False, cancel_futures=True)
        self.poller.close()
        os.close(self.bell)
