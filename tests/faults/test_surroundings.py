"""Machines, terminals and accounts that are not as one would wish."""

from __future__ import annotations

import os
import resource
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import cli
from connectors.channels import greeting
from engine.dispatch import line
from engine.stopping import Stop
from tests.faults.sources import USER, in_sqlite
from tests.support.stage import Stage, make_user

OBEYED = "\x1b[2J\x07\x9b1m\u202eevil\u200b\u2066\u2028"


def test_046_controls_in_data_are_escaped_in_the_console(stage: Stage) -> None:
    """A name cannot turn, hide or clear what stands around it; JSON says what it said."""
    stage.edit("catalog/user.yaml", "  user_id: integer", "  user_id: text")
    stage.put_users(
        {"user_id": f"k{OBEYED}", "first_name": OBEYED, "email": f"a{OBEYED}@x.example"}
    )
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{first_name: {set: true}}]}\n"
        'steps: [{task: "Call {{ user.first_name }}", assign: account.csm}, {email: hello}]\n',
    )
    stage.run()
    key = f"k{OBEYED}"
    for words in (
        ["explain", "checkup", "--for", key],
        ["segment", "checkup", "--format", "json"],
        ["tasks"],
        ["enroll", "checkup", "--for", f"gone{OBEYED}"],
    ):
        told = stage.do(*words)
        raw = set(told.out + told.err) & set(OBEYED) - set("[2J1mevil")
        assert not raw, (words, raw)
        if words[0] == "segment":
            assert told.data["keys"] == [key]
            assert "\\u202e" in told.out


# ---------------------------------------------------------------- 143


@contextmanager
def few_files(number: int) -> Iterator[None]:
    """So many more open files than now, and no more."""
    limits = resource.getrlimit(resource.RLIMIT_NOFILE)
    opened = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (opened + number, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, limits)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.skipif(sys.platform != "linux", reason="counts files in /proc")
def test_143_file_descriptors_exhausted(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """However early it happens: no traceback, no bug, nothing lost and nothing double."""
    monkeypatch.setattr(line, "_SETTLE_WAITS_S", (0.01,))
    (stage.root / "catalog/account.yaml").unlink()
    stage.write("catalog/user.yaml", f"{USER}\n")
    in_sqlite(stage, [make_user(user_id=key) for key in (1, 2, 3)])
    everyone = "segment: {of: user, where: [{everyone: true}]}"
    hello = "steps: [{email: hello, from: house.dana}]"
    stage.write("playbooks/checkup.yaml", f"playbook: checkup\n{everyone}\n{hello}\n")
    assert stage.run("--dry-run").status == 0
    stage.do("ledger", "init")
    for number in (3, 6, 8, 9):
        with few_files(number), monkeypatch.context() as patched:
            # The mail server is in this process too, and says nothing where no file is left for it.
            patched.setattr(greeting, "_CONNECT_TIMEOUT_S", 1.0)
            told = stage.run()
        assert "Traceback" not in told.out + told.err
        assert "a bug of ours" not in told.out + told.err, (number, told)
    stage.run()
    assert stage.mailed == ["ann1@example.com", "ann2@example.com", "ann3@example.com"]
    assert stage.do("audit", "verify").status == 0


def test_143_dns_dead(stage: Stage) -> None:
    """The name of the mail server is not known: exit 3, nothing burnt, and all go later."""
    stage.edit("touchline.yaml", "host: 127.0.0.1", "host: nowhere.invalid")
    run = stage.run()
    assert (run.status, run.data["runs"][0]["touches"]) == (3, {"email": {"ready": 3}})
    stage.edit("touchline.yaml", "host: nowhere.invalid", "host: 127.0.0.1")
    assert stage.run(as_of="2026-03-10T12:00:00-04:00").status == 0
    assert len(stage.mailed) == 3


def test_143_no_home_and_no_current_folder(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert stage.do("validate").status == 0
    with pytest.raises(SystemExit) as end:
        cli.main(["status"])
    assert end.value.code == 2
    monkeypatch.chdir(tmp_path)


def test_143_umask_of_nothing(stage: Stage) -> None:
    """What is written under `.touchline` is its owner's alone, whatever the umask."""
    before = os.umask(0)
    try:
        stage.do("ledger", "init")
        stage.run()
        stage.do("halt", "--why", "wrong price")
    finally:
        os.umask(before)
    made = [stage.root / ".touchline", *(stage.root / ".touchline").iterdir()]
    assert len(made) >= 3
    for path in made:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name


def test_143_running_as_root_is_warned_of(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Stop, "sleep", lambda stop, _: stop.ask())
    for user, is_warned in ((0, True), (1000, False)):
        monkeypatch.setattr(os, "geteuid", lambda user=user: user)
        assert ("runs as root" in stage.do("daemon").err) is is_warned
