"""Child processes that never outlive the process that started them."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Iterable, Sequence
from typing import Any

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True)


def start(
    argv: Sequence[str | os.PathLike[str]], *, farewell: signal.Signals, **options: Any
) -> subprocess.Popen:
    """Start `argv` in a process group of its own; the kernel sends it `farewell` should we die first.

    To be called from the main thread: the kernel's promise is tied to the thread that forks.
    """
    parent = os.getpid()

    def in_the_child() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(farewell))
        signal.pthread_sigmask(signal.SIG_SETMASK, ())
        if os.getppid() != parent:  # died before the promise was made
            os._exit(1)

    return subprocess.Popen(
        argv, process_group=0, preexec_fn=in_the_child, **{"stdin": subprocess.DEVNULL} | options
    )


def tell(pids: Iterable[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue  # gone meanwhile


def kill_group(process: subprocess.Popen) -> None:
    """Take the whole family down: a killed parent may leave children that hold its port."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # all gone already, which is what was wanted


def stop(process: subprocess.Popen, steps: Sequence[tuple[signal.Signals, float]]) -> None:
    """Ask with each signal in turn, waiting so many seconds after it, and kill what is left."""
    for number, patience in steps:
        if process.poll() is None:
            process.send_signal(number)
            try:
                process.wait(patience)
            except subprocess.TimeoutExpired:
                continue
    kill_group(process)
    process.wait()
