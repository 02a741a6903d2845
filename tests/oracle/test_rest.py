"""Children, ranks, change, successors and computed fields: queries agree with plain Python.

On the data of the cases, in files, in SQLite, in Postgres and over two databases, with computed
fields of every form that hang on each other, and conditions made of them at random.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audience.contacts import NoContacts
from engine.audience.select import select_keys
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.bind import bind_catalog, bind_segment
from engine.bind.catalog import Catalog
from engine.language.project import Project
from engine.ports import Database
from engine.read.load import load_project
from tests.cases.layouts import DATA, as_files, as_postgres, as_sqlite, sqlite_with
from tests.cases.test_cases import AS_OF
from tests.oracle.amounts import examples
from tests.oracle.test_oracle import ZONE, tables
from tests.support.declare import with_entity, with_segment
from tests.support.oracle import Oracle, World
from tests.support.postgres import fresh_database

USER = """
  last_feature: {last: used_feature, of: feature}
  first_seconds: {first: used_feature, of: seconds, where: {seconds: {more_than: 0}}}
  last_use_at: {last: used_feature}
  since_login: {count: used_feature, since: last_login_at}
  before_use: {count: logged_in, until: first_use_at}
  used: {list: used_feature, of: feature, at_most: 2}
  most: {highest: used_feature, of: seconds}
  a_login: {ratio: [seconds, logins]}
  share_of_account: {ratio: [logins, account.seats]}
  signals:
    labels:
      quiet: {did_not: logged_in, within: 30 days}
      keen: {logins_30d: {at_least: 3}}
      crowded: {account.active_users: {more_than: 3}}
  mood:
    score:
      logging: {from: logins_30d, weight: 2, worst: 0, best: 10}
      breadth: {from: features, weight: 1, worst: 0, best: 3}
      points: {from: score, weight: 1, worst: 10, best: -10}
    missing: worst
  weeks_logged_in: {weeks: logged_in, within: 60 days}
  rise: {difference: [logins, account.seats]}
  certainty: {confidence: mood}
  rung:
    level:
      - [seen, {did: logged_in}]
      - [keen, {logins_30d: {at_least: 3}}]
      - [sure, {all: [{did_not: completed_training}, {certainty: {more_than: 0.5}}]}]
      - [leading, {top: {by: seconds, share: 20%}}]
  colour: {band: mood, of: [[high, {more_than: 60}], [middle, {between: [20, 60]}]]}
"""
ACCOUNT = """
  members: {list: user, of: role, where: {logins: {at_least: 1}}, at_most: 3}
  moods: {average: user, of: mood}
  seconds_in_all: {sum: user, of: seconds, where: {score: {set: true}}}
  quiet_users: {count: user, where: {signals: {includes: quiet}}}
  quiet_share: {ratio: [quiet_users, seats]}
  parts: {count: user, distinct: role, where: {logins: {at_least: 1}}}
  moods_apart: {count: user, distinct: mood}
  rung:
    level:
      - [any, {has: user}]
      - [many, {has: user, where: {rung: {at_least: 1}}, times: {at_least: 3}}]
      - [busy, {did: user.used_feature, within: 30 days}]
  spare: {difference: [seats, active_users]}
  newest: {highest: user, of: days_to_use}
"""


@cache
def project() -> tuple[Project, Catalog]:
    """The project of the cases with more computed fields."""
    loaded = load_project(DATA)
    for name, fields in (("user", USER), ("account", ACCOUNT)):
        text = (DATA / "catalog" / f"{name}.yaml").read_text(encoding="utf-8")
        loaded = with_entity(loaded, text.replace("\nfields:\n", f"\nfields:{fields}", 1))
    catalog, problems = bind_catalog(loaded)
    assert problems == ()
    return loaded, catalog


@cache
def oracle() -> Oracle:
    return Oracle(World(project()[1], tables()), AS_OF, ZONE)


@pytest.fixture(scope="module")
def snapshots(
    postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Mapping[str, Snapshot]]:
    """An open snapshot of each layout."""
    folder = tmp_path_factory.mktemp("rest")
    files = as_files()
    apart = sqlite_with(folder / "users.db", ("users", "events"), names=("product",))
    accounts = sqlite_with(folder / "accounts.db", ("accounts",), names=("crm",))
    layouts: Mapping[str, Mapping[str, Database]] = {
        "files": files,
        "SQLite": as_sqlite(folder),
        "Postgres": as_postgres(fresh_database(postgres)),
        "product in SQLite": {"crm": files["crm"], "product": apart},
        "accounts in SQLite": {"crm": accounts, "product": files["product"]},
    }
    with ExitStack() as stack:
        yield {
            name: stack.enter_context(open_sources(databases, NoContacts(), project()[1]))
            for name, databases in layouts.items()
        }


def agree(of: str, condition: str, snapshots: Mapping[str, Snapshot]) -> None:
    """Every layout gives those that the oracle gives."""
    asked, catalog = with_segment(project()[0], condition, of=of), project()[1]
    audience = bind_segment("asked", asked, catalog)
    expected = oracle().members(audience.condition, audience.entity)
    found = {name: select_keys(audience, each, AS_OF) for name, each in snapshots.items()}
    assert found == dict.fromkeys(snapshots, expected), condition


# ---------------------------------------------------------------- conditions at random

NUMBERS = st.sampled_from(["0", "1", "2", "3", "5", "50", "-1", "0.5", "33.333333333"])
OPERATORS = st.sampled_from(["more_than", "at_least", "less_than", "at_most", "is", "is_not"])
COMPARED = st.builds("{{{}: {}}}".format, OPERATORS, NUMBERS)
TESTS = st.one_of(
    COMPARED,
    st.sampled_from(["{set: true}", "{set: false}"]),
)
OF_USER = [
    "first_seconds", "since_login", "before_use", "most", "a_login", "share_of_account", "mood",
    "weeks_logged_in", "rise", "certainty", "rung", "logins", "logins_30d",
    "features", "seconds", "days_to_use", "score",
]  # fmt: skip
OF_ACCOUNT = [
    "parts", "moods_apart", "rung", "spare", "moods", "seconds_in_all",
    "quiet_users", "quiet_share", "newest", "active_users",
    "utilisation", "health", "top_score", "seats",
]  # fmt: skip
EVENTS = st.sampled_from(["logged_in", "used_feature", "completed_training"])
LENGTHS = st.sampled_from(["1 day", "3 days", "1 week", "4 weeks", "2 hours"])
MONTHS = st.sampled_from(["7 days", "2 weeks", "1 month", "1 quarter"])
SIGNS = st.sampled_from(["did", "did_not"])
FOLLOWED = st.sampled_from(["followed_by", "not_followed_by"])
EDGES = st.one_of(
    st.builds("share: {}%".format, st.integers(1, 100)),
    st.builds("count: {}".format, st.integers(1, 20)),
)
USER_LEAVES = st.one_of(
    st.builds("{}: {}".format, st.sampled_from(OF_USER), TESTS),
    st.builds("account.{}: {}".format, st.sampled_from(OF_ACCOUNT), TESTS),
    st.builds(
        "last_feature: {}".format,
        st.sampled_from(["api", "{is_not: reports}", "{set: false}"]),
    ),
    st.builds(
        "signals: {{{}}}".format,
        st.sampled_from(
            ["includes: keen", "includes_all: [quiet, crowded]", "includes_any: [keen, crowded]"]
        ),
    ),
    st.builds("used: {{includes: {}}}".format, st.sampled_from(["api", "export", "reports"])),
    st.builds("colour: {}".format, st.sampled_from(["high", "middle", "{set: false}"])),
    st.builds(
        "{}: {{days_ago: {}}}".format, st.sampled_from(["last_use_at", "last_login_at"]), COMPARED
    ),
    st.builds("{}: logged_in, since: last_use_at, times: {}".format, SIGNS, TESTS),
    st.builds(
        "{}: {}, change: {{over: {}, against: {}, by: {}}}".format,
        SIGNS,
        EVENTS,
        MONTHS,
        MONTHS,
        TESTS,
    ),
    st.builds(
        "{}: {}, {}: {{did: {}, within: {}}}".format, SIGNS, EVENTS, FOLLOWED, EVENTS, LENGTHS
    ),
    st.builds(
        "{}: {{by: {}, {}}}".format,
        st.sampled_from(["top", "bottom"]),
        st.sampled_from(OF_USER),
        EDGES,
    ),
)
ACCOUNT_LEAVES = st.one_of(
    st.builds("{}: {}".format, st.sampled_from(OF_ACCOUNT), TESTS),
    st.builds("members: {{includes: {}}}".format, st.sampled_from(["admin", "member", "guest"])),
    st.builds(
        "{}: user, where: {{{}}}, times: {}".format,
        st.sampled_from(["has", "has_no"]),
        USER_LEAVES,
        TESTS,
    ),
    st.builds("{}: user, where: {{{}}}".format, st.sampled_from(["has", "has_no"]), USER_LEAVES),
    st.builds("{}: user.{}, change: {{over: {}, by: {}}}".format, SIGNS, EVENTS, MONTHS, TESTS),
    st.builds(
        "{}: user.{}, {}: {{did: user.{}, within: {}}}".format,
        SIGNS,
        EVENTS,
        FOLLOWED,
        EVENTS,
        LENGTHS,
    ),
    st.builds(
        "{}: {{by: {}, {}}}".format,
        st.sampled_from(["top", "bottom"]),
        st.sampled_from(OF_ACCOUNT),
        EDGES,
    ),
)
OF_PARENT = st.builds("account: {{{}}}".format, ACCOUNT_LEAVES)


def _with_others(leaves: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Conditions of a segment: one by itself, or two joined, the second turned round."""
    return st.one_of(
        st.builds("- {{{}}}".format, leaves),
        st.builds("- {{any: [{{{}}}, {{not: {{{}}}}}]}}".format, leaves, leaves),
        st.builds("- {{{}}}\n- {{not: {{{}}}}}".format, leaves, leaves),
    )


@given(condition=_with_others(st.one_of(USER_LEAVES, OF_PARENT)))
@examples(quick=40)
def test_users(condition: str, snapshots: Mapping[str, Snapshot]) -> None:
    agree("user", condition, snapshots)


@given(condition=_with_others(ACCOUNT_LEAVES))
@examples(quick=40)
def test_accounts(condition: str, snapshots: Mapping[str, Snapshot]) -> None:
    agree("account", condition, snapshots)
