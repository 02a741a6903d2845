"""A small project with examples, and a stage to try them on; no server, no data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

import cli
from engine.examples.coverage import Coverage, Watching
from engine.examples.stage import open_stage
from engine.language.examples import Example
from engine.read.documents import read_document
from engine.read.examples import read_example
from engine.read.reading import Reading
from engine.read.shapes import check_shape
from engine.testing import Case, try_one
from engine.workplace import open_workplace
from tests.support.stage import ACCOUNT, EMAIL, PLAYBOOK, SETTINGS, USER

__all__ = ["HEAD", "PATH", "Examples"]

PATH = "playbooks/asked.test.yaml"

HEAD = """\
test: checkup
as_of: 2026-03-10T09:00
given:
  account: [{id: 1, name: Acme, csm_name: Casey, csm_email: casey@acme.example.com}]
  user:
    - {user_id: 7, account: 1, first_name: Ann, email: ann@example.com, signed_up_at: 60 days ago}
    - {user_id: 8, account: 1, first_name: Ben, email: ben@example.com, signed_up_at: 9 days ago}
"""
"""Ann is in the segment, Ben is not; what follows begins on line 8."""

WAYS = """\
playbook: ways
segment: {of: user, where: [{everyone: true}]}
entry: {existing: enter, holdout: 90%, fuse: {matched: 1}}
status: draft
steps:
  - if: {did: logged_in, times: {at_least: 2}}
    then:
      - update: account
        set: {plan: pro}
    else:
      - email: hello
        only_if: {uses_reports: {is_not: true}}
  - task: "Look after {{ user.first_name }}"
    outcomes: [good, bad]
  - wait_for: {step: task-1, is: done}
    at_most: 9 days
    then:
      - webhook: hook
        only_if: {account.plan: pro}
        body: {plan: "{{ account.plan }}"}
"""

FELL = """\
playbook: fell
segment:
  of: account
  where: [{plan: {changed: {from: pro, to: free, within: 7 days}}}, {plan: {unchanged_for: 2 days}}]
entry: {again: always}
steps:
  - task: "Ask {{ account.name }}"
"""

DRAFTS = """\
playbook: drafts
segment: {of: user, where: [{everyone: true}]}
steps:
  - email: hello
    id: hello
    approve: account.csm
  - task: "Look after {{ user.first_name }}"
"""

ENDS = """\
playbook: ends
segment: {of: user, where: [{everyone: true}]}
steps:
  - task: "Look after {{ user.first_name }}"
    outcomes: [good, bad]
  - wait_for: {step: task-1, is: done}
    at_most: 9 days
  - if: {step: task-1, outcome: good}
    then:
      - exit: well looked after
  - wait: 9 days
"""

CLOSES = """\
playbook: closes
segment: {of: user, where: [{everyone: true}]}
exit_when: {did: logged_in, times: {at_least: 3}}
on_exit: {tasks: close}
steps:
  - task: "Look after {{ user.first_name }}"
    id: look
  - wait: 2 days
  - task: "Write to {{ user.first_name }}"
    id: write
    close_when: {did: logged_in}
"""

LIST = """\
playbook: list
segment: {of: user, where: [{everyone: true}]}
steps:
  - task: "{{ items | length }} to look at"
    notes: "{% for item in items %}{{ item.user.first_name }} {% endfor %}"
    digest: {by: account.csm, schedule: "0 12 * * *"}
"""


def write_project(root: Path) -> None:
    files = {
        "touchline.yaml": SETTINGS.replace("LEDGER", "sqlite:///ledger.db")
        .replace("{type: files, path: data, timezone: UTC}", "{type: sql, url: 'sqlite:///no.db'}")
        .replace("SMTP_PORT", "25")
        .replace("HOOK_URL", "https://hooks.example.com/x"),
        "catalog/account.yaml": ACCOUNT + "track: [plan]\n",
        "catalog/user.yaml": USER,
        "emails/hello.md": EMAIL,
        "playbooks/checkup.yaml": PLAYBOOK,
        "playbooks/closes.yaml": CLOSES,
        "playbooks/drafts.yaml": DRAFTS,
        "playbooks/ends.yaml": ENDS,
        "playbooks/list.yaml": LIST,
        "playbooks/ways.yaml": WAYS,
        "playbooks/fell.yaml": FELL,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")


@dataclass
class Examples:
    """Tries texts of examples, all on one stage."""

    try_: Callable[[str, Watching | None], Case]

    def case(self, text: str) -> Case:
        """What becomes of a test file that says `text`."""
        return self.try_(text, None)

    def coverage(self, *texts: str) -> Coverage:
        """What some files of one playbook leave untried."""
        watching = Watching()
        for text in texts:
            assert self.try_(text, watching).passed
        [found] = watching.coverage()
        return found


def example_of(text: str) -> Example:
    document = read_document(dedent(text), PATH)
    assert not document.problems
    reading = Reading(document.places)
    check_shape("test", document.data, reading)
    example = read_example(document.data, reading)
    assert example is not None, reading.problems
    return example


@pytest.fixture(scope="session")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    """The project on one stage for the whole session: no case sees what an earlier one left."""
    root = tmp_path_factory.mktemp("examples")
    write_project(root)
    workplace = open_workplace(root, root, cli._ports())
    with open_stage(workplace, cli._props()) as stage:
        yield Examples(lambda text, watching: try_one(PATH, example_of(text), stage, watching))
    assert not (root / "ledger.db").exists(), "an example reached the project's own ledger"
