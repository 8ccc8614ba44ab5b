"""A real Slurm on this machine alone, for the tests of the cluster profile."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

CONFIG_FILE = Path("/etc/slurm/slurm.conf")
MUNGE_PID = Path("/run/munge/munged.pid")
# The first line of what these tests write there, by which a later session knows its leftovers.
OURS = "# Written by the tests of poolprop for one session; safe to remove. Folder: "
CONF = """\
{ours}{folder}
ClusterName=local
SlurmctldHost={host}(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
MinJobAge=600
KillWait=5
SlurmctldPort=16817
SlurmdPort=16818
StateSaveLocation={folder}/ctld
SlurmdSpoolDir={folder}/slurmd
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory=2000 State=UNKNOWN
PartitionName=local Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""
PROGRAMS = ("sbatch", "slurmctld", "slurmd", "munged", "setpriv")


class Cluster:
    """Slurm with one node, started and stopped by hand: no service manager is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.host = os.uname().nodename.split(".")[0]

    def start(self) -> None:
        """Start munge, controller and node, and wait until the node is idle."""
        for part in ("ctld", "slurmd"):
            (self.folder / part).mkdir(exist_ok=True)
        CONFIG_FILE.parent.mkdir(exist_ok=True)
        conf = CONF.format(ours=OURS, host=self.host, folder=self.folder, cpus=os.cpu_count())
        CONFIG_FILE.write_text(conf)
        for part in ("/run/munge", "/var/log/munge", "/var/lib/munge"):
            subprocess.run(["install", "-d", "-o", "munge", "-g", "munge", part], check=True)
        if _running(MUNGE_PID) is None:
            who = ["setpriv", "--reuid", "munge", "--regid", "munge", "--clear-groups"]
            subprocess.run([*who, "munged"], check=True)
        self.start_controller("-c")
        subprocess.run(["slurmd"], check=True)
        self.wait_until_idle()

    def start_controller(self, *options: str) -> None:
        """Start the controller; ``-c`` forgets what an earlier one knew."""
        subprocess.run(["slurmctld", *options], check=True)

    def stop_controller(self) -> None:
        """End the controller, as a crash of its machine would."""
        self._end("slurmctld")

    def wait_until_idle(self) -> None:
        """Wait until the node takes jobs."""
        for _ in range(120):
            if self.ask("sinfo", "-h", "-o", "%T").startswith(("idle", "mixed", "alloc")):
                return
            time.sleep(0.25)
        raise RuntimeError(self.folder.joinpath("slurmctld.log").read_text()[-2000:])

    def ask(self, *command: str) -> str:
        """Run a command of Slurm and return what it printed."""
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()

    def jobs(self) -> list[str]:
        """Return the ids of running jobs."""
        return self.ask("squeue", "-h", "-t", "running", "-o", "%i").split()

    def stop(self) -> None:
        """End everything that was started, and take the configuration away."""
        self.ask("scancel", "--user", "root")
        for name in ("slurmd", "slurmctld"):
            self._end(name)
        _end(MUNGE_PID)
        CONFIG_FILE.unlink(missing_ok=True)

    def _end(self, name: str) -> None:
        _end(self.folder / f"{name}.pid")


def _running(file: Path) -> int | None:
    """Return the running process that a file names; daemons take their file away as they end."""
    try:
        pid = int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return pid if Path("/proc", str(pid)).exists() else None


def _end(file: Path) -> None:
    """End the process that a file names, and wait until it is gone."""
    pid = _running(file)
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        for _ in range(80):
            if not Path("/proc", str(pid)).exists():
                break
            time.sleep(0.1)
    file.unlink(missing_ok=True)


def of_another() -> bool:
    """Return whether the machine has a Slurm that is not one of these tests'."""
    return CONFIG_FILE.exists() and not CONFIG_FILE.read_text().startswith(OURS)


def clear_leftover() -> None:
    """End what a session that was killed has left: daemons, munge and configuration."""
    if CONFIG_FILE.exists():
        folder = CONFIG_FILE.read_text().partition("\n")[0].removeprefix(OURS)
        Cluster(Path(folder)).stop()


@contextmanager
def alone_on_the_machine() -> Iterator[None]:
    """Wait until no other session of these tests uses Slurm, whose configuration is one file."""
    with Path(tempfile.gettempdir(), "poolprop-tests-slurm.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Return a running Slurm of one node, or skip."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if os.geteuid() != 0:
        missing.append("the right to start it (root)")
    if of_another():
        missing.append("a machine without a Slurm of its own")
    if missing:
        if os.environ.get("CI") == "true":
            pytest.fail(f"Slurm cannot be started: no {', '.join(missing)}")
        pytest.skip(f"Slurm cannot be started: no {', '.join(missing)}")
    with alone_on_the_machine():
        clear_leftover()
        found = Cluster(tmp_path_factory.mktemp("slurm"))
        try:
            found.start()
            yield found
        finally:
            found.stop()
