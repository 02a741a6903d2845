"""Binding the catalog: what is broken is a problem, and stops only what depends on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from engine.bind.bind import bind_catalog, bind_segment, check
from engine.language.catalog import Kind
from engine.language.project import Project
from engine.problems import Invalid, Misuse, Problem, Severity
from engine.read.load import load_project
from engine.tables import ColumnRef, TableRef
from tests.bind.samples import project
from tests.support.declare import with_entity, with_segment

PROJECT = Path(__file__).parent / "project"


def test_columns_have_their_types_and_tables_their_rows() -> None:
    catalog, problems = bind_catalog(project())
    user = catalog.entities["user"]
    assert problems == ()
    assert user.table == TableRef("product", "users", (("is_deleted", (False,)),))
    assert user.key == ColumnRef("user_id", Kind.INTEGER)
    assert user.fields["signed_up_at"].column == ColumnRef("created_at", Kind.TIMESTAMP)
    assert user.fields["role"].values == ("admin", "member", "guest")
    assert user.events["completed_training"].table.where == (
        ("name", ("training_completed", "course_completed")),
    )
    assert user.contact is not None
    assert user.contact.timezone == ColumnRef("tz", Kind.TEXT)
    assert (user.fields["logins"].kind, user.fields["logins"].path) == (Kind.INTEGER, "logins")
    assert user.fields["logins"] not in user.stored


def test_people_and_team_are_told_apart() -> None:
    people = bind_catalog(project())[0].entities["account"].people
    assert {name: person.is_team for name, person in people.items()} == {
        "champion": False,
        "csm": True,
    }


def test_the_sample_project_has_nothing_to_tell_but_its_ring() -> None:
    assert {problem.code for problem in check(project())} == {"segment-cycle"}


def test_tracked_are_the_fields_that_can_be() -> None:
    catalog, _ = bind_catalog(project())
    assert catalog.entities["account"].tracked == ("plan", "seats")
    text = "entity: device\nsource: product.devices\nkey: id\ntrack: [model, modell]\n"
    declared = with_entity(project(), text + "fields: {model: text}")
    found, problems = bind_catalog(declared)
    assert found.entities["device"].tracked == ("model",)
    assert [problem.code for problem in problems] == ["unknown-field"]


BROKEN: dict[str, tuple[str, str, str]] = {
    "track-misspelt": (
        "entity: device\nsource: product.devices\nkey: id\ntrack: [modell]\nfields: {model: text}",
        "4:9 unknown-field",
        "device has no such field (did you mean model?)",
    ),
    "track-of-a-list-of-events": (
        "entity: device\nsource: product.devices\nkey: id\ntrack: [seen]\n"
        "events: {was_seen: {source: product.seen, key: id, at: at, properties: {by: text}}}\n"
        "fields: {seen: {list: was_seen, of: by}}",
        "4:9 unfit-field",
        "such a list has no history",
    ),
    "role-found-by-a-text": (
        "entity: site\nsource: product.sites\nkey: id\npeople: {best: {device: {highest: n}}}\n",
        "4:17 unknown-entity",
        "there is no entity `device`",
    ),
    "unknown-connector": (
        "entity: device\nsource: produkt.devices\nkey: id",
        "2:9 unknown-connector",
        "did you mean product?",
    ),
    "key-of-a-wrong-type": (
        "entity: device\nsource: product.devices\nkey: at\nfields: {at: date}",
        "3:6 wrong-type",
        "a key is integer or text",
    ),
    "link-to-nowhere": (
        "entity: device\nsource: product.devices\nkey: id\nlinks: {usr: user_id}",
        "4:9 unknown-entity",
        "did you mean user?",
    ),
    "contact-of-a-wrong-type": (
        "entity: device\nsource: product.devices\nkey: id\n"
        "contact: {email: n}\nfields: {n: integer}",
        "4:1 wrong-type",
        "what tells of a person is text",
    ),
    "event-of-an-unknown-connector": (
        "entity: device\nsource: product.devices\nkey: id\n"
        "events: {seen: {source: cmr.seen, key: id, at: at}}",
        "4:25 unknown-connector",
        "did you mean crm?",
    ),
    "format-of-text": (
        "entity: device\nsource: product.devices\nkey: id\n"
        "fields: {name: {type: text, format: epoch}}",
        "4:10 unfit-option",
        "for dates and timestamps",
    ),
    "values-of-another-type": (
        "entity: device\nsource: product.devices\nkey: id\n"
        "fields: {size: {type: integer, values: [big]}}",
        "4:10 wrong-type",
        "found the text `big`",
    ),
}


@pytest.mark.parametrize(("text", "told", "fragment"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_told(text: str, told: str, fragment: str) -> None:
    (problem,) = bind_catalog(with_entity(project(), text))[1]
    assert f"{problem.place} {problem.code}" == f"catalog/asked.yaml:{told}"
    assert fragment in str(problem)


DEVICE = """
entity: device
source: product.devices
key: id
links: {user: user_id, owner: {to: usr, column: owner_id}}
fields: {name: text, size: {type: integer, values: [big]}}
events: {seen: {source: product.seen, key: id, at: at}, lost: {source: x.lost, key: id, at: at}}
"""


def _problems(declared: Project, name: str = "asked") -> tuple[Problem, ...]:
    try:
        bind_segment(name, declared, bind_catalog(declared)[0])
    except Invalid as invalid:
        return invalid.problems
    return ()


STOPPED = {
    "field": ("- size: 3", True),
    "link": ("- owner.role: admin", True),
    "event": ("- did: lost", True),
    "another-field": ("- name: x", False),
    "another-link": ("- user.role: admin", False),
    "another-event": ("- did: seen", False),
}


@pytest.mark.parametrize(("text", "stops"), STOPPED.values(), ids=STOPPED)
def test_only_what_uses_the_broken_part_is_stopped(text: str, stops: bool) -> None:
    declared = with_segment(with_entity(project(), DEVICE), text, of="device")
    codes = {problem.code for problem in _problems(declared)}
    assert codes == ({"wrong-type", "unknown-entity", "unknown-connector"} if stops else set())


def test_a_broken_neighbour_stops_nobody() -> None:
    declared = with_entity(project(), DEVICE)
    assert _problems(declared, "trained") == ()


def test_an_entity_without_a_source_is_nobodys() -> None:
    declared = with_entity(project(), "entity: account\nsource: nowhere.x\nkey: id")
    assert "account" not in bind_catalog(declared)[0].entities
    assert {problem.code for problem in _problems(declared, "trained")} == {"unknown-connector"}


def test_a_name_from_outside_that_nothing_has_is_misuse() -> None:
    with pytest.raises(Misuse, match="did you mean trained"):
        bind_segment("traned", project(), bind_catalog(project())[0])


# ---------------------------------------------------------------- files that could not be read


@pytest.mark.parametrize("broken", ["catalog/account.yaml", "segments/trained.yaml"])
def test_who_needs_an_unreadable_file_is_told_of_that_file(broken: str, tmp_path: Path) -> None:
    root = _copy(tmp_path, broken, "segment: [")
    declared = load_project(root)
    declared = with_segment(declared, "- segment: trained\n- account.plan: pro")
    problems = _problems(declared)
    assert problems
    assert {problem.place.path for problem in problems} == {broken}
    assert not any(problem.code.startswith("unknown") for problem in check(declared))


def test_an_unreadable_touchline_yaml_is_told_once(tmp_path: Path) -> None:
    declared = load_project(_copy(tmp_path, "touchline.yaml", "name: ["))
    assert declared.problems
    assert check(declared) == ()


def _copy(root: Path, broken: str, text: str) -> Path:
    for path in PROJECT.rglob("*.*"):
        name = path.relative_to(PROJECT)
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text if str(name) == broken else path.read_text("utf-8"), "utf-8")
    return root


# ---------------------------------------------------------------- touchline.yaml


def test_a_ledger_without_an_id_is_a_warning() -> None:
    declared = project()
    ledger = replace(declared.settings.ledger, id=None)
    declared = replace(declared, settings=replace(declared.settings, ledger=ledger))
    (warning,) = (problem for problem in check(declared) if problem.code == "no-ledger-id")
    assert warning.severity is Severity.WARNING
    assert warning.place.path == "touchline.yaml"


ZONES = {
    "misspelt": ("America/New_Yrok", "did you mean America/New_York?"),
    "lower-case": ("america/new_york", "did you mean America/New_York?"),
    "a-path": ("../etc/passwd", "expected an IANA name"),
    "a-folder": ("America", "expected an IANA name"),
}


@pytest.mark.parametrize(("zone", "fragment"), ZONES.values(), ids=ZONES)
def test_a_zone_is_an_iana_name(zone: str, fragment: str) -> None:
    declared = project()
    declared = replace(declared, settings=replace(declared.settings, timezone=zone))
    problems = [problem for problem in check(declared) if problem.code == "unknown-zone"]
    assert len(problems) == 1
    assert fragment in str(problems[0])
    assert _problems(declared, "trained") == tuple(problems)


FIRM = "entity: firm\nsource: product.firms\nkey: id\npeople: {best: {person: {%s}}}\n"
PERSON = (
    "entity: person\nsource: product.persons\nkey: id\nlinks: {firm: firm_id}\n"
    "%sfields: {score: number, tier: text}\n"
)
CONTACT = "contact: {email: email}\n"
UNFOUND = {
    "by-a-text": ("highest: tier", CONTACT, "wrong-type", "expected a number, a date or a time"),
    "by-a-misspelt-field": ("lowest: scor", CONTACT, "unknown-field", "did you mean score?"),
    "where-misspelt": (
        "highest: score, where: {teir: gold}",
        CONTACT,
        "unknown-field",
        "did you mean tier?",
    ),
    "of-rows-without-contact": ("highest: score", "", "no-contact", "person, which has no contact"),
}


@pytest.mark.parametrize(("role", "contact", "code", "told"), UNFOUND.values(), ids=UNFOUND)
def test_a_role_that_cannot_be_found(role: str, contact: str, code: str, told: str) -> None:
    declared = with_entity(project(), FIRM % role)
    declared = with_entity(declared, PERSON % contact)
    catalog, (problem,) = bind_catalog(declared)
    assert problem.code == code
    assert told in str(problem)
    assert "best" not in catalog.entities["firm"].people
