"""Daemon and workers of one ledger that read different states of the project are told so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.ledger.schema import create_ledger
from engine.ledger.store import Ledger
from engine.same_files import SameFiles, digest_of_files

START = datetime(2026, 3, 10, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return create_ledger(
        "sqlite:///ledger.db", root=tmp_path, project="p", place="here", at=START, actor="ann"
    )


class Machines:
    """Two checkouts, with a daemon on one and a worker on the other."""

    def __init__(self, root: Path, ledger: Ledger, patched: pytest.MonkeyPatch) -> None:
        self.roots = {name: root / name for name in ("daemon", "worker")}
        self.now = START
        self._patched = patched
        for checkout in self.roots.values():
            (checkout / "playbooks").mkdir(parents=True)
            (checkout / "playbooks/one.yaml").write_text("playbook: one\n")
        self.processes = {
            name: SameFiles(ledger, root, what=name, host=f"host-of-{name}")
            for name, root in self.roots.items()
        }

    def edit(self, name: str) -> None:
        """One checkout is updated, and its process takes the files up."""
        (self.roots[name] / "playbooks/one.yaml").write_text("playbook: one\npriority: 9\n")
        self.processes[name].taken_up()

    def go_on(self, minutes: int, *names: str) -> None:
        """So long, those processes look every few seconds."""
        for _ in range(minutes * 3):
            self.now += MINUTE / 3
            for name in names:
                self._patched.setattr("engine.same_files.this_worker", lambda name=name: name)
                self.processes[name].look(lambda: self.now)


@pytest.fixture
def machines(tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Machines:
    return Machines(tmp_path, ledger, monkeypatch)


def test_who_goes_by_other_files_is_told_once_with_both_versions(
    machines: Machines, caplog: pytest.LogCaptureFixture
) -> None:
    machines.go_on(5, "daemon", "worker")
    assert caplog.messages == []
    machines.edit("daemon")
    machines.go_on(9, "daemon", "worker")
    by_daemon, by_worker = sorted(caplog.messages)
    for told, own in ((by_daemon, "daemon"), (by_worker, "worker")):
        other = "worker" if own == "daemon" else "daemon"
        assert f"this {own} goes by other project files than the {other} on host-of-" in told
        for root in machines.roots.values():
            assert digest_of_files(root)[:12] in told
        assert "Bring both checkouts to the same commit" in told
    machines.edit("worker")
    machines.go_on(5, "daemon", "worker")
    assert len(caplog.messages) == 2, "they agree again"


def test_a_deployment_of_a_minute_and_a_restart_are_no_reason_to_warn(
    machines: Machines, caplog: pytest.LogCaptureFixture
) -> None:
    machines.go_on(5, "daemon", "worker")
    machines.edit("daemon")
    machines.go_on(1, "daemon", "worker")
    machines.edit("worker")
    machines.go_on(4, "worker")  # the daemon ended meanwhile, and is not asked any more
    machines.edit("worker")
    (machines.roots["worker"] / "playbooks/one.yaml").write_text("playbook: two\n")
    machines.processes["worker"].taken_up()
    machines.go_on(9, "worker")
    assert caplog.messages == []


def test_tests_of_playbooks_decide_nothing_and_mails_do(tmp_path: Path) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "playbooks").mkdir()
    before = digest_of_files(tmp_path)
    (tmp_path / "playbooks/one.test.yaml").write_text("test: one\n")
    assert digest_of_files(tmp_path) == before
    (tmp_path / "emails/hello.md").write_text("Hello")
    assert digest_of_files(tmp_path) != before
