"""The campaigns: random kills of a run, restarts of Postgres under it, many daemons at once."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.campaign.judge import Verdict, judge
from tests.campaign.launcher import Clock, Launcher
from tests.support.stage import AS_OF, Stage, open_stage

__all__ = ["daemons", "kills", "restarts"]

_PEOPLE = 60
_KILLS_OF_ONE = 8  # of one ledger: then a fresh one, so that every phase is hit
_SQLITE = "sqlite:///.touchline/ledger.db"

Url = Callable[[], str]
"""The address of a fresh ledger."""

_SLOT_SECONDS = 300
_SPEED = 100.0

_STEPS = """\
playbook: checkup
segment: {of: user, where: [{everyone: true}]}
steps:
  - {email: hello, from: account.csm}
  - {webhook: hook, body: {who: "{{ user.first_name }}"}}
  - {task: "Call {{ user.first_name }}", assign: account.csm}
"""

_SLOTS = """\
playbook: checkup
schedule: {cron: "*/5 * * * *", timezone: UTC}
segment: {of: user, where: [{everyone: true}]}
entry: {again: {after: 4 minutes}}
steps: [{email: hello, from: account.csm}]
"""


@contextmanager
def _stage(url: Url | None, playbook: str, people: int) -> Iterator[Stage]:
    with (
        tempfile.TemporaryDirectory(prefix="tl-") as folder,
        open_stage(Path(folder), ledger=url() if url else _SQLITE) as stage,
    ):
        stage.write("playbooks/checkup.yaml", playbook)
        stage.put_users(*({"user_id": key} for key in range(1, people + 1)))
        assert stage.do("ledger", "init").status == 0
        yield stage


def kills(number: int, url: Url | None, *, seed: int) -> Iterator[Verdict]:
    """Kill runs at random moments, a fresh ledger every few; a verdict after each ledger."""
    chance = random.Random(seed)
    horizon = 1.0
    with Launcher() as launcher:
        while number > 0:
            with _stage(url, _STEPS, _PEOPLE) as stage:
                verdict = Verdict()
                for _ in range(min(_KILLS_OF_ONE, number)):
                    process = launcher.start(stage.root / "log", *_run(stage))
                    time.sleep(chance.uniform(0, horizon))
                    os.kill(process, signal.SIGKILL)
                    verdict.broken += launcher.wait(process) == -signal.SIGKILL
                    if launcher_is_done := _all_arrived(stage):
                        break
                number -= max(verdict.broken, 1)
                began = time.monotonic()
                verdict.faults += _end(stage, launcher)
                horizon = 0.6 * horizon if launcher_is_done else max(time.monotonic() - began, 0.2)
                verdict.add(_all(stage, _PEOPLE))
            yield verdict


def _run(stage: Stage) -> tuple[str, ...]:
    return ("-C", str(stage.root), "run", "--as-of", AS_OF)


def _all_arrived(stage: Stage) -> bool:
    return len(stage.mail.received) >= _PEOPLE


def _end(stage: Stage, launcher: Launcher) -> list[str]:
    """Run to the end, undisturbed; what goes wrong with that."""
    process = launcher.start(stage.root / "log", *_run(stage))
    status = launcher.wait(process)
    return [] if status in (0, 1) else [f"the last run ended with {status}: {_log(stage)}"]


def _log(stage: Stage) -> str:
    return (stage.root / "log").read_text(errors="replace")[-2000:]


def _all(stage: Stage, people: int) -> Verdict:
    """The judge's verdict on the mails; hooks and tasks must be there for everyone, too."""
    verdict = judge(stage, people)
    hooks = {request.id for request in stage.hooks.received}
    tasks = {task["key"] for task in stage.do("tasks", "--format", "json").data}
    verdict.lost += 2 * people - len(hooks) - len(tasks)
    return verdict


def restarts(number: int, url: Url, restart: Callable[[], None], *, seed: int) -> Iterator[Verdict]:
    """Restart the server at once while a run sends; a verdict after each ledger."""
    chance = random.Random(seed)
    with Launcher() as launcher:
        while number > 0:
            with _stage(url, _STEPS, _PEOPLE) as stage:
                verdict = Verdict()
                process = launcher.start(stage.root / "log", *_run(stage))
                while number > verdict.broken < 5 and not _all_arrived(stage):
                    time.sleep(chance.uniform(0.05, 0.6))
                    restart()
                    verdict.broken += 1
                    if launcher.has_ended(process):
                        launcher.wait(process)
                        process = launcher.start(stage.root / "log", *_run(stage))
                launcher.wait(process)
                number -= max(verdict.broken, 1)
                verdict.faults += _end(stage, launcher)
                verdict.add(_all(stage, _PEOPLE))
            yield verdict


def daemons(number: int, slots: int, url: Url | None) -> Verdict:
    """So many daemons on one ledger, through so many slots of a clock that runs fast."""
    with Launcher() as launcher, _stage(url, _SLOTS, 3) as stage:
        now = time.time()
        began = now - now % _SLOT_SECONDS + _SLOT_SECONDS - 30  # a little before a slot
        clock = Clock(began, time.monotonic(), _SPEED)
        words = ("-C", str(stage.root), "daemon")
        log = stage.root / "log"
        started = [launcher.start(log, *words, clock=clock) for _ in range(number)]
        _wait_for_slots(stage, slots)
        for process in started:
            os.kill(process, signal.SIGTERM)
        ends = [launcher.wait(process) for process in started]
        verdict = judge(stage, _sent(stage))
        verdict.broken = number
        verdict.faults += [f"a daemon ended with {end}: {_log(stage)}" for end in ends if end]
        verdict.faults += _of_slots(stage, slots)
        return verdict


def _wait_for_slots(stage: Stage, slots: int) -> None:
    """Until so many slots have run or were passed over; on a slow machine that takes longer."""
    seconds = slots * _SLOT_SECONDS / _SPEED
    end = time.monotonic() + 10 * seconds + 60
    time.sleep(seconds)
    while len(_slots(stage)) < slots and time.monotonic() < end:
        time.sleep(0.5)


def _slots(stage: Stage) -> list[tuple[str, str]]:
    """What is on record of slots: started for the first time, or passed over, with the fire."""
    audit = stage.do("audit", "show", "--format", "json").data
    return [
        (each["kind"], each["body"]["fire"])
        for each in audit
        if each["kind"] == "run.skipped"
        or (each["kind"] == "run.started" and each["body"]["start"] == "new")
    ]


def _sent(stage: Stage) -> int:
    """What must have arrived: all that was made and neither waits nor was given up."""
    touches = stage.do("status", "--format", "json").data["touches"]
    return sum(touches.get(state, 0) for state in ("sent", "unknown"))


def _of_slots(stage: Stage, slots: int) -> list[str]:
    """Each slot has one run or a reason, and something went out."""
    found = _slots(stage)
    fires = [fire for kind, fire in found if kind == "run.started"]
    twice = sorted({fire for fire in fires if fires.count(fire) > 1})
    faults = [f"a slot ran twice: {fire}" for fire in twice]
    faults += [] if stage.mail.received else ["nothing went out at all"]
    if len(found) < slots:
        faults.append(f"of {slots} slots {len(found)} are on record")
    return faults
