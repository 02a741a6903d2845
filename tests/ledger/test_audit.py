"""The chain: canonical bytes, what tampering is found out, and checkpoints."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from engine.ledger.audit import (
    GENESIS,
    AuditRecord,
    Head,
    Kind,
    canonical,
    chained,
    record_hash,
    verify,
)
from engine.ledger.audit_tables import BLOCK_SIZE
from engine.ledger.database import Overtaken
from engine.ledger.log import (
    checkpoint,
    export_line,
    head_of,
    last_records,
    read_audit,
    verify_audit,
)
from engine.ledger.schema import adopt
from engine.ledger.statements import insert_rows
from engine.ledger.store import Ledger, _row
from engine.ledger.suppressions import suppress
from engine.ledger.tables import audit
from engine.problems import Refused
from tests.ledger.factories import (
    NOW,
    audited,
    claimed,
    keep,
    make_enrollment,
    make_task,
    outbox,
    permitted,
    reading,
    touching,
    writing,
)

# ---------------------------------------------------------------- canonical bytes

texts = st.text(st.characters(exclude_categories=["Cs"]))
names = st.text(st.characters(max_codepoint=127))
numbers = st.integers(-(2**53) + 1, 2**53 - 1)
leaves = st.none() | st.booleans() | numbers | texts
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(names, inner), max_leaves=20
)


@given(values)
def test_canonical_is_rfc_8785(value: object) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("value", "error"),
    [
        pytest.param(1.5, TypeError, id="a float"),
        pytest.param({"share": [0.0]}, TypeError, id="a float deep inside"),
        pytest.param({"é": 1}, TypeError, id="a name beyond ascii"),
        pytest.param({1: 1}, TypeError, id="a name that is no text"),
        pytest.param(NOW, TypeError, id="an instant"),
        pytest.param(2**53, ValueError, id="a number too large"),
    ],
)
def test_what_has_no_one_form_is_refused(value: object, error: type[Exception]) -> None:
    with pytest.raises(error):
        canonical(value)


records = st.builds(
    AuditRecord,
    seq=st.just(0),
    at=st.datetimes(timezones=st.timezones()),
    actor=texts,
    kind=texts,
    playbook=texts,
    key=texts,
    body=st.dictionaries(names, leaves).map(canonical),
    prev=st.just(""),
    hash=st.just(""),
)


@given(records)
def test_the_hash_is_over_the_canonical_json_of_the_rest(record: AuditRecord) -> None:
    import hashlib

    written = chained(record, Head())
    line = json.loads(export_line(written))
    claimed_hash = line.pop("hash")
    assert line["prev"] == GENESIS
    assert hashlib.sha256(rfc8785.dumps(line)).hexdigest() == claimed_hash


@given(st.lists(records, max_size=8))
def test_what_was_chained_verifies(listed: list[AuditRecord]) -> None:
    chain = link(listed)
    verdict = verify(chain, expected=Head(len(chain), chain[-1].hash) if chain else Head())
    assert verdict.valid
    assert verdict.records == len(chain)


@given(st.lists(records, min_size=1, max_size=8), st.data())
def test_no_record_can_change_unseen(listed: list[AuditRecord], data: st.DataObject) -> None:
    chain = link(listed)
    at = data.draw(st.integers(0, len(chain) - 1))
    changed = data.draw(
        st.sampled_from(
            [
                replace(chain[at], actor=chain[at].actor + "x"),
                replace(chain[at], body='{"other":1}'),
                replace(chain[at], at=chain[at].at + timedelta(microseconds=1)),
                replace(chain[at], key=chain[at].key + "x"),
                replace(chain[at], hash="f" * 64),
            ]
        )
    )
    verdict = verify([*chain[:at], changed, *chain[at + 1 :]])
    assert not verdict.valid
    assert verdict.first_bad in (at + 1, at + 2)


def link(listed: list[AuditRecord]) -> list[AuditRecord]:
    """The records as one chain."""
    head, chain = Head(), []
    for record in listed:
        chain.append(chained(record, head))
        head = Head(chain[-1].seq, chain[-1].hash)
    return chain


# ---------------------------------------------------------------- tampering

EDIT = "UPDATE audit SET body = '{}' WHERE seq = 3"
DELETE = "DELETE FROM audit WHERE seq = 3"
CUT = "DELETE FROM audit WHERE seq > 4"


@pytest.fixture
def history(ledger: Ledger) -> Ledger:
    """A ledger with a few records."""
    outbox(ledger, "1", "2", "3")
    assert len(audited(ledger)) == 10
    return ledger


def run_sql(*statements: str) -> Callable[[Ledger], None]:
    """Somebody with the database in hand."""

    def tamper(ledger: Ledger) -> None:
        with ledger.engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement))

    return tamper


def cut_with_head(ledger: Ledger) -> None:
    """Cut the tail, and say that it was always so."""
    keep_until(ledger, audited(ledger)[:4])


def rewrite(ledger: Ledger) -> None:
    """Chain the whole log anew, with one actor changed."""
    chain = [replace(each, actor="nobody") for each in audited(ledger)]
    keep_until(ledger, link(chain))


def swap(ledger: Ledger) -> None:
    """Two records change places, hashes and all."""
    with ledger.engine.begin() as connection:
        for old, new in ((3, 99), (4, 3), (99, 4)):
            connection.execute(text(f"UPDATE audit SET seq = {new} WHERE seq = {old}"))


def keep_until(ledger: Ledger, chain: list[AuditRecord]) -> None:
    """Replace the log."""
    with ledger.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit"))
    from engine.ledger.store import _row
    from engine.ledger.tables import audit, audit_head

    with ledger.engine.begin() as connection:
        connection.execute(audit.insert(), [_row(each) for each in chain])
        last = {"seq": chain[-1].seq, "hash": chain[-1].hash}
        connection.execute(audit_head.update().values(last))


@pytest.mark.parametrize(
    ("tamper", "alone", "pinned"),
    [
        pytest.param(run_sql(EDIT), 3, 3, id="a record is edited"),
        pytest.param(run_sql(DELETE), 3, 3, id="a record is deleted in the middle"),
        pytest.param(
            run_sql(DELETE, "UPDATE audit SET seq = seq - 1 WHERE seq > 3"), 3, 3, id="closed up"
        ),
        pytest.param(swap, 3, 3, id="two are swapped"),
        pytest.param(run_sql(CUT), 5, 5, id="the tail is cut"),
        pytest.param(cut_with_head, None, 5, id="the tail is cut, the head set back"),
        pytest.param(rewrite, None, 10, id="all is rewritten"),
        pytest.param(run_sql("DELETE FROM audit"), 1, 1, id="all is deleted"),
    ],
)
def test_tampering_is_found_out(
    history: Ledger, tamper: Callable[[Ledger], None], alone: int | None, pinned: int
) -> None:
    note = reading(history, checkpoint)
    tamper(history)
    assert reading(history, verify_audit).first_bad == alone
    against = reading(history, lambda unit: verify_audit(unit, against=note))
    assert (against.valid, against.first_bad) == (False, pinned)
    assert against.why


def test_a_sound_log_verifies_against_an_older_checkpoint(history: Ledger) -> None:
    note = reading(history, checkpoint)
    outbox(history, "4")
    verdict = reading(history, lambda unit: verify_audit(unit, against=note))
    assert (verdict.valid, verdict.records, verdict.why) == (True, 13, "")
    assert verdict.head == reading(history, head_of).hash


def test_a_checkpoint_of_an_empty_log_is_a_prefix_of_every_log() -> None:
    assert verify([], pinned=Head(), expected=Head()).valid


FOLLOWS = "does not end with the record that was written last"


@pytest.mark.parametrize(
    ("seq", "on", "error", "words"),
    [
        pytest.param(99, 4, Refused, FOLLOWS, id="beyond the end"),
        pytest.param(11, 4, Refused, FOLLOWS, id="at the end, on an earlier one"),
        pytest.param(12, 4, Refused, FOLLOWS, id="written with the one that follows"),
        pytest.param(99, 0, Refused, FOLLOWS, id="another beginning"),
        pytest.param(4, 3, Overtaken, "wrote the same", id="in the place of another"),
    ],
)
def test_a_fork_cannot_be_written(
    history: Ledger, seq: int, on: int, error: type[Refused], words: str
) -> None:
    told = AuditRecord(0, NOW, "engine", "entered", "checkup", "7", "{}", "", "")
    heads = [Head(), *(Head(each.seq, each.hash) for each in audited(history))]
    rows = [_row(chained(told, heads[10]))] if seq == 12 else []
    rows.append(_row(replace(chained(told, heads[on]), seq=seq)))
    with pytest.raises(error, match=words):
        writing(history, lambda unit: insert_rows(unit.connection, audit, rows))
    assert reading(history, verify_audit).valid


# ---------------------------------------------------------------- checkpoints


def test_a_checkpoint_is_a_signed_note(history: Ledger) -> None:
    head = reading(history, head_of)
    lines = reading(history, checkpoint).splitlines()
    name = f"touchline/{history.identity.ledger_id}"
    assert lines[:2] == [name, "10"]
    assert lines[3] == ""
    assert lines[4].startswith(f"— {name} ")
    assert head.seq == 10


@pytest.mark.parametrize(
    ("change", "words"),
    [
        pytest.param(lambda note: "hello", "no checkpoint", id="any text"),
        pytest.param(lambda note: note.replace("\n10\n", "\n9\n"), "signature", id="another size"),
        pytest.param(
            lambda note: note.replace("touchline/", "touchline/x", 1), "signature", id="another log"
        ),
        pytest.param(lambda note: note[:-8] + "AAAA=\n", "signature", id="a broken signature"),
        pytest.param(lambda note: note.split("—")[0] + "— x y\n", "signature", id="unsigned"),
    ],
)
def test_a_note_that_is_not_ours_is_refused(
    history: Ledger, change: Callable[[str], str], words: str
) -> None:
    note = change(reading(history, checkpoint))
    with pytest.raises(Refused, match=words):
        reading(history, lambda unit: verify_audit(unit, against=note))


def test_a_checkpoint_outlives_an_adoption_and_line_ends(history: Ledger) -> None:
    note = reading(history, checkpoint).replace("\n", "\r\n")
    moved = adopt(history, "there", named_id="live", at=NOW, actor="ann")
    assert reading(moved, lambda unit: verify_audit(unit, against=note)).valid


# ---------------------------------------------------------------- what stands in it


def test_nothing_personal_but_the_key_stands_in_the_log(ledger: Ledger) -> None:
    of = make_enrollment("7")
    keep(ledger, touching(of, *_personal(of)))
    touch = claimed(ledger)[0]
    permitted(ledger, touch)
    _tell_personal_things(ledger, touch.id, touch.epoch)
    exported = "\n".join(export_line(each) for each in audited(ledger)).lower()
    for word in ("person7", "casey", "example.com", "hello", "call them"):
        assert word not in exported, word
    assert '"key":"7"' in exported


def _personal(of):
    from tests.ledger.factories import make_touch

    return make_touch(of), make_task(of, step="task-1")


def _tell_personal_things(ledger: Ledger, touch: str, epoch: int) -> None:
    from engine.ledger import control, outbox, runs, tasks

    detail = "550 5.1.1 <person7@example.com>: no such user"
    with ledger.write() as unit:
        said = {"at": NOW, "actor": "ann"}
        given = {"epoch": epoch, "now": NOW, "actor": "w1"}
        outbox.settle_failed(unit, touch, reason="mailbox", detail=detail, **given)
        suppress(unit, "Person7@Example.com", why=detail, **said)
        task = tasks.list_tasks(unit)[0].id
        tasks.reassign_task(unit, task, "robin@example.com", name="Robin", **said)
        tasks.finish_task(unit, task, outcome="wrote to person7@example.com", **said)
        control.pause_channel(unit, "mail", why=detail, **said)
        start = runs.begin_run(unit, "p", "f", as_of=NOW, version="v", facts={}, **said)
        runs.fail_run(unit, start.id, f"row 3: {detail}", **said)
    control.halt(ledger, ["checkup"], why=detail, **said)


def test_a_record_that_cannot_be_written_undoes_its_act(ledger: Ledger) -> None:
    def act(unit):
        suppress(unit, "a@example.com", why="", at=NOW, actor="ann")
        unit.note(Kind.HALTED, {"share": 0.1}, at=NOW, actor="ann")

    with pytest.raises(TypeError):
        writing(ledger, act)
    assert len(audited(ledger)) == 1


@pytest.mark.parametrize(
    ("narrowed", "seen"),
    [
        pytest.param({}, 10, id="all"),
        pytest.param({"key": "2"}, 3, id="one key"),
        pytest.param({"playbook": "checkup"}, 9, id="one playbook"),
        pytest.param({"since": NOW + timedelta(seconds=1)}, 0, id="since later"),
    ],
)
def test_the_log_is_read_in_parts(history: Ledger, narrowed: dict[str, object], seen: int) -> None:
    found = reading(history, lambda unit: list(read_audit(unit, **narrowed)))  # type: ignore[arg-type]
    assert len(found) == seen
    assert [each.seq for each in found] == sorted(each.seq for each in found)
    assert all(record_hash(each) == each.hash for each in found)


def test_records_on_a_key_are_found_in_every_block(ledger: Ledger) -> None:
    """Far apart, at both ends of blocks, and by an index."""
    keys = ["7" if number % BLOCK_SIZE in (0, 1, 500) else "8" for number in range(2_700)]
    with ledger.write() as unit:
        bodies = ["{}"] * len(keys)
        unit.note_bodies(Kind.ENTERED, bodies, keys=keys, at=NOW, actor="a", playbook="checkup")
    wanted = [record.seq for record in audited(ledger) if record.key == "7"]
    assert len(wanted) == 9
    assert wanted == [
        record.seq for record in reading(ledger, lambda unit: list(read_audit(unit, key="7")))
    ]
    last = reading(
        ledger,
        lambda unit: last_records(
            unit, playbooks=["checkup"], key="7", kinds=[Kind.ENTERED], limit=2
        ),
    )
    assert [record.seq for record in last] == wanted[-2:]
