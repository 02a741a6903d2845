"""Blueprints: what an input puts in, where its problems stand, what who uses one may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.check import check_files, narrowed, problems_of
from engine.problems import Problem
from engine.read.documents import read_document
from engine.review.pages import read_pages
from tests.read.projects import SOUND, load
from tests.read.test_schemas import validator

BLUEPRINT = """\
playbook: nudge
description: Somebody who did not log in.
inputs:
  event: {type: event, of: user, default: logged_in}
  days: {type: integer, default: 30, description: how long ago}
  plan: {type: text, example: pro}
priority: 5
segment:
  of: user
  where:
    - did_not: ${inputs.event}
      within: ${inputs.days} days
    - account.plan: ${inputs.plan}
entry: {per_run: "${inputs.days}"}
steps:
  - email: hello
    from: house.dana
"""
USE = """\
playbook: nudge-pro
use: nudge
with: {plan: pro}
"""
PLAIN_CHECKUP = f"{SOUND['playbooks/checkup.yaml']}    from: house.dana\n"
PLAIN = """\
playbook: nudge-pro
segment:
  of: user
  where:
    - did_not: logged_in
      within: 30 days
    - account.plan: pro
steps:
  - email: hello
    from: house.dana
"""


def told(tmp_path: Path, files: dict[str, str]) -> list[Problem]:
    """Every error of a project with these files."""
    project = load(tmp_path, {**SOUND, "playbooks/checkup.yaml": PLAIN_CHECKUP, **files})
    return [each for each in problems_of(project) if each.severity == "error"]


def files(blueprint: str = BLUEPRINT, use: str = USE) -> dict[str, str]:
    """A blueprint and what uses it; the file of the user comes first."""
    return {"playbooks/a.yaml": use, "playbooks/nudge.yaml": blueprint}


def test_a_use_is_the_playbook_that_it_stands_for(tmp_path: Path) -> None:
    assert told(tmp_path, files()) == []
    used = load(tmp_path / "used", {**SOUND, **files()})
    plain = load(tmp_path / "plain", {**SOUND, "playbooks/a.yaml": PLAIN})
    assert used.playbooks["nudge-pro"].declared == plain.playbooks["nudge-pro"].declared
    assert used.playbooks["nudge-pro"].entry.per_run == 30
    assert used.playbooks["nudge-pro"].priority == 5
    assert set(used.playbooks) == {"checkup", "nudge-pro"}
    assert set(used.blueprints) == {"nudge"}


@pytest.mark.parametrize(
    ("word", "attribute", "value"),
    [
        ("priority: 9", "priority", 9),
        ("owner: ops", "owner", "ops"),
        ("description: Ours.", "description", "Ours."),
        ("status: draft", "status", "draft"),
        ("formerly: [old]", "formerly", ("old",)),
        ("on_change: move", "on_change", "move"),
        ("on_exit: {tasks: close}", "open_tasks", "close"),
    ],
)
def test_who_uses_it_has_the_last_word(
    word: str, attribute: str, value: object, tmp_path: Path
) -> None:
    playbook = load(tmp_path, {**SOUND, **files(use=f"{USE}{word}\n")}).playbooks["nudge-pro"]
    assert getattr(playbook, attribute) == value


OF_THE_USE = [
    ("misspelt-input", "with: {plan: pro, dais: 3}", "3:19", "unknown-input", "did you mean days?"),
    ("missing-input", "", "2:6", "missing-input", "with: {plan: pro}"),
    ("empty-input", "with: {plan: }", "3:14", "wrong-input", "`plan` is empty"),
    ("wrong-type", "with: {plan: pro, days: soon}", "3:25", "wrong-input", "a whole number"),
    ("no-event", "with: {plan: pro, event: log_in}", "3:26", "wrong-input", "mean logged_in?"),
    ("segment", "with: {plan: pro}\nsegment: x", "4:1", "not-of-a-use", "the blueprint's to say"),
    ("steps", "with: {plan: pro}\nsteps: []", "4:1", "not-of-a-use", "copy it"),
    ("secret", 'with: {plan: "${env:PLAN}"}', "3:14", "misplaced-secret", "touchline.yaml"),
    ("reference", 'with: {plan: "${inputs.days}"}', "3:14", "unknown-input", "declares no inputs"),
    ("unknown-key", "with: {plan: pro}\nstatsu: draft", "4:1", "unknown-key", "mean status?"),
    ("not-a-mapping", "with: pro", "3:7", "wrong-type", "a mapping"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "place", "code", "fragment"),
    [row[1:] for row in OF_THE_USE],
    ids=[row[0] for row in OF_THE_USE],
)
def test_what_is_wrong_with_a_use_is_told_there(
    said: str, place: str, code: str, fragment: str, tmp_path: Path
) -> None:
    [problem] = told(tmp_path, files(use=f"playbook: mine\nuse: nudge\n{said}\n"))
    assert f"{problem.place}" == f"playbooks/a.yaml:{place}"
    assert problem.code == code
    assert fragment in f"{problem}"


USED = [
    ("no-such", "nugde", "unknown-blueprint", "did you mean nudge?"),
    ("no-such-play", "library/renewal", "unknown-blueprint", "library/renewal-notice"),
    ("a-playbook", "checkup", "unknown-blueprint", "no `inputs`"),
    ("itself", "mine", "unknown-blueprint", "no `inputs`"),
    ("a-path", "../nudge", "bad-name", "library/feature-checkup"),
]


@pytest.mark.parametrize(
    ("name", "code", "fragment"), [row[1:] for row in USED], ids=[row[0] for row in USED]
)
def test_a_use_names_a_blueprint(name: str, code: str, fragment: str, tmp_path: Path) -> None:
    [problem] = told(tmp_path, files(use=f"playbook: mine\nuse: {name}\n"))
    assert (problem.place.line, problem.place.column) == (2, 6)
    assert problem.code == code
    assert fragment in f"{problem}"


OF_THE_BLUEPRINT = [
    ("unknown", "${inputs.days} days", "${inputs.dais} days", "12:15", "did you mean days?"),
    ("unused", "${inputs.event}", "logged_in", "4:3", "nothing refers"),
    ("default", "default: 30", "default: soon", "5:34", "a whole number"),
    ("type", "type: integer", "type: int", "5:16", "did you mean integer"),
    ("of", "type: integer", "type: integer, of: user", "5:29", "says nothing"),
    ("in-a-name", "playbook: nudge", 'playbook: "a-${inputs.plan}"', "1:11", "small letters"),
    ("key", "priority: 5", "prioriti: 5", "7:1", "did you mean priority?"),
    ("word", "within:", "wihtin:", "12:7", "did you mean within?"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "wrong", "place", "fragment"),
    [row[1:] for row in OF_THE_BLUEPRINT],
    ids=[row[0] for row in OF_THE_BLUEPRINT],
)
def test_what_is_wrong_with_a_blueprint_is_told_there(
    word: str, wrong: str, place: str, fragment: str, tmp_path: Path
) -> None:
    text = BLUEPRINT.replace(word, wrong)
    found = told(tmp_path, {"playbooks/nudge.yaml": text})
    assert [f"{each.place}" for each in found][:1] == [f"playbooks/nudge.yaml:{place}"]
    assert any(fragment in f"{each}" for each in found)


def test_what_is_wrong_inside_says_who_uses_it(tmp_path: Path) -> None:
    blueprint = BLUEPRINT.replace(", example: pro", "").replace("email: hello", "email: helo")
    [problem] = told(tmp_path, files(blueprint))
    assert problem.place.path == "playbooks/nudge.yaml"
    assert problem.place.line == 16
    assert problem.message.endswith("(used by playbooks/a.yaml)")


def test_what_is_wrong_inside_a_play_of_the_library_stands_at_its_use(tmp_path: Path) -> None:
    use = "playbook: mine\nuse: library/no-login-7-days\nwith: {manager: house.dana}\n"
    found = told(tmp_path, {"playbooks/a.yaml": use})
    assert {f"{each.place}" for each in found} == {"playbooks/a.yaml:2:6"}
    assert all("(library/no-login-7-days.yaml:" in each.message for each in found)


def test_two_inputs_do_not_make_one_key(tmp_path: Path) -> None:
    blueprint = """\
playbook: nudge
inputs: {one: {type: text, example: a}, two: {type: text, example: b}}
segment: trained
steps:
  - email: hello
    from: house.dana
    with: {"${inputs.one}": 1, "${inputs.two}": 2}
"""
    use = "playbook: mine\nuse: nudge\nwith: {one: a, two: a}\n"
    [problem] = told(tmp_path, files(blueprint, use))
    assert "the same key `a`" in problem.message


def test_a_reference_in_a_playbook_without_inputs_is_refused(tmp_path: Path) -> None:
    found = told(tmp_path, {"playbooks/a.yaml": PLAIN.replace("30 days", "${inputs.days} days")})
    assert "declares no inputs" in found[0].message


def test_a_blueprint_is_not_run_by_itself(tmp_path: Path) -> None:
    test = "test: nudge\nas_of: 2026-03-10\ngiven: {user: [{user_id: 1}]}\nexpect: {segment: []}\n"
    [problem] = told(tmp_path, {**files(), "playbooks/nudge.test.yaml": test})
    assert "is a blueprint" in problem.message


def test_an_email_of_the_library_is_sent_by_its_own_plays_alone(tmp_path: Path) -> None:
    mine = PLAIN.replace("nudge-pro", "mine").replace("hello", "no-login-7-days")
    use = "playbook: other\nuse: library/no-login-7-days\nwith: {manager: house.dana}\n"
    found = told(tmp_path, {"playbooks/mine.yaml": mine, "playbooks/a.yaml": use})
    unknown = [each for each in found if each.code == "unknown-template"]
    assert [each.place.path for each in unknown] == ["playbooks/mine.yaml"]


def test_an_email_of_the_project_goes_before_the_library_s(tmp_path: Path) -> None:
    use = "playbook: other\nuse: library/no-login-7-days\nwith: {manager: house.dana}\n"
    mine = {"playbooks/a.yaml": use, "emails/no-login-7-days.md": "---\nsubject: Mine\n---\nHi\n"}
    templates = load(tmp_path / "mine", {**SOUND, **mine}).templates
    assert templates["no-login-7-days"].subject == "Mine"
    assert templates["no-login-7-days-tour"].path == "library/emails/no-login-7-days-tour.md"
    broken = {**mine, "emails/no-login-7-days.md": "no front matter"}
    assert "no-login-7-days" not in load(tmp_path / "broken", {**SOUND, **broken}).templates


def test_what_is_wrong_with_an_email_of_the_library_is_told_with_any_file(tmp_path: Path) -> None:
    account = SOUND["catalog/account.yaml"].replace(
        "{plan: text}", "{plan: text, status: text, churn_reason: text, churned_on: date}"
    )
    use = """\
playbook: mine
use: library/win-back
with: {reason: price, news: It is cheaper., champion: a@example.com, seller: house.dana}
"""
    load(tmp_path, {**SOUND, "catalog/account.yaml": account, "playbooks/a.yaml": use})
    found = narrowed(check_files(tmp_path, tmp_path), [Path("playbooks/a.yaml")], tmp_path).problems
    assert {each.place.path for each in found} == {"playbooks/a.yaml", "library/emails/win-back.md"}
    assert all("name" in each.message for each in found)


def test_what_a_blueprint_says_wrong_by_itself_is_told_once(tmp_path: Path) -> None:
    [problem] = told(tmp_path, files(BLUEPRINT.replace("email: hello", "email: helo")))
    assert problem.place.path == "playbooks/nudge.yaml"
    assert "used by" not in problem.message


def test_a_change_is_told_of_what_a_use_stands_for(tmp_path: Path) -> None:
    project = load(tmp_path, {**SOUND, **files()})
    page = read_pages(tmp_path, project).playbooks["nudge-pro"]
    assert page["segment"]["where"][0] == {"did_not": "logged_in", "within": "30 days"}


@pytest.mark.parametrize("text", [BLUEPRINT, USE], ids=["blueprint", "use"])
def test_any_validator_takes_them(text: str) -> None:
    validator("playbook").validate(read_document(text, "p.yaml").data)


def test_a_blueprint_that_is_broken_is_not_told_as_missing(tmp_path: Path) -> None:
    found = told(tmp_path, files(BLUEPRINT.replace("type: integer", "type: int")))
    assert {each.code for each in found} == {"bad-value", "unreadable-blueprint"}
