"""What a proof of the audit log proves, and what it does not."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.stage import AS_OF, Stage


def verified(stage: Stage, *words: str) -> str:
    told = stage.do("audit", "verify", *words)
    assert told.status == 0, told
    return told.out


def test_136_verify_states_what_is_not_covered(stage: Stage, tmp_path: Path) -> None:
    """A checkpoint proves what was before it; the rest is said to hang on the next one."""
    stage.do("ledger", "init")
    note = tmp_path / "note"
    note.write_text(stage.do("audit", "checkpoint").out)
    assert "covers the first 1 record: all" in verified(stage, "--against", str(note))
    stage.run()
    records = stage.do("audit", "verify", "--format", "json").data["records"]
    told = verified(stage, "--against", str(note))
    assert f"covers the first 1 record; {records - 1} after them" in told
    assert "no checkpoint was given" in verified(stage)
    covered = stage.do("audit", "verify", "--against", str(note), "--format", "json").data[
        "covered"
    ]
    assert covered == 1


@pytest.mark.parametrize(
    ("encoding", "status"), [("utf-8-sig", 0), ("utf-16", 1)], ids=["a mark", "two bytes each"]
)
def test_a_checkpoint_that_another_system_has_written_anew(
    stage: Stage, tmp_path: Path, encoding: str, status: int
) -> None:
    """What `>` makes of it on Windows: read where it can be, and told in a sentence where not."""
    stage.do("ledger", "init")
    note = tmp_path / "note"
    note.write_text(stage.do("audit", "checkpoint").out, encoding=encoding, newline="\r\n")
    told = stage.do("audit", "verify", "--against", str(note))
    assert told.status == status, told
    assert ("is not UTF-8" in told.err) == bool(status)


def test_136_signature_key_lost(stage: Stage, tmp_path: Path) -> None:
    """Without the key the chain still verifies, and no checkpoint of before does: that is told."""
    stage.run("--as-of", AS_OF)
    note = tmp_path / "note"
    note.write_text(stage.do("audit", "checkpoint").out)
    with closing(sqlite3.connect(stage.root / ".touchline/ledger.db")) as connection:
        connection.execute("UPDATE meta SET signing_key = ?", ["ab" * 32])
        connection.commit()
    assert "valid" in verified(stage)
    told = stage.do("audit", "verify", "--against", str(note))
    assert (told.status, "does not bear the signature" in told.err) == (1, True)


def test_132_last_three_removed_with_the_head_set_back(stage: Stage, tmp_path: Path) -> None:
    """The one forgery that a chain alone cannot show, and a checkpoint does."""
    stage.run()
    note = tmp_path / "note"
    note.write_text(stage.do("audit", "checkpoint").out)
    with closing(sqlite3.connect(stage.root / ".touchline/ledger.db")) as connection:
        connection.execute("DELETE FROM audit WHERE seq > (SELECT max(seq) - 3 FROM audit)")
        last = connection.execute("SELECT seq, hash FROM audit ORDER BY seq DESC").fetchone()
        connection.execute("UPDATE audit_head SET seq = ?, hash = ?", last)
        connection.commit()
    assert "no checkpoint was given" in verified(stage)
    told = stage.do("audit", "verify", "--against", str(note))
    assert (told.status, "only" in told.out) == (1, True)
