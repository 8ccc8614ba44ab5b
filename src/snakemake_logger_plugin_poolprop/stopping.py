"""End a run when ``poolprop build`` says so, or is no more: a thread inside Snakemake listens.

The jobs get SIGTERM, Snakemake itself SIGINT: it then cancels what it has sent to a cluster and
ends in order. (Its own way with SIGTERM is to wait for all running jobs.)
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

import psutil  # what Snakemake itself depends on

LINE = "POOLPROP_LINE"
PATIENCE = 20.0  # seconds, then everything is killed


def stop_when_told(stopping: Callable[[], bool]) -> None:
    """Listen on the line to ``poolprop build``; without one do nothing.

    Parameters
    ----------
    stopping : callable
        Called first, so that nothing is said of jobs that fail because they are stopped; returns
        whether any job has been started.
    """
    # Taken out of the environment: in a job the number would be that of another file.
    number = os.environ.pop(LINE, None)
    if number is not None:
        line = socket.socket(fileno=int(number))
        line.set_inheritable(False)
        threading.Thread(target=_listen, args=(line, stopping), daemon=True).start()


def _listen(line: socket.socket, stopping: Callable[[], bool]) -> None:
    """Wait for a word, or for the end of the process that could have said it."""
    try:
        line.send(b"r")
        line.recv(1)
    except OSError:  # it has ended already
        pass
    begun = stopping()
    sys.excepthook = lambda *_: None  # an interrupt is no error
    if not begun:  # nothing to end in order
        os.killpg(os.getpgrp(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGINT)
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:  # a job may be about to start; this thread ends with Snakemake
        for job in _jobs():
            try:
                job.terminate()
            except psutil.NoSuchProcess:
                continue
        time.sleep(0.1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


def _jobs() -> Iterator[psutil.Process]:
    """Yield the processes of running jobs: not, for instance, what cancels jobs on a cluster."""
    for child in psutil.Process().children():
        try:
            if any("poolprop" in word for word in child.cmdline()):
                yield from child.children(recursive=True)
                yield child
        except psutil.NoSuchProcess:
            continue
