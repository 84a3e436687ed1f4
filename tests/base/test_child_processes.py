"""A child that ends when its parent is killed, also where the kernel does not see to it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PARENT = """
import signal, subprocess, sys, time
from gerbang.base.child_processes import start_watcher
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
start_watcher(child.pid, signal.SIGTERM)
print(child.pid, flush=True)
time.sleep(60)
"""


def lives(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_child_ends_with_a_parent_that_is_killed_by_looking_alone() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        time.sleep(0.7)
        assert lives(child)
        os.kill(parent.pid, signal.SIGKILL)
        deadline = time.monotonic() + 20
        while lives(child):
            assert time.monotonic() < deadline, "the child outlived its parent"
            time.sleep(0.05)
