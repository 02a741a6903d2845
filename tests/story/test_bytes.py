"""Bytes that are no UTF-8 in a source: they stop the one mail that prints them, and no other."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.support.stage import Stage

CRM = '  crm: {type: sql, url: "sqlite:///crm.db"}\n'


def source(root: Path, *rows: tuple[object, bytes]) -> None:
    with sqlite3.connect(root / "crm.db") as connection:
        connection.execute("DROP TABLE IF EXISTS users")
        connection.execute("CREATE TABLE users (user_id, account_id, first_name, email)")
        for key, name in rows:
            values = (key, 1, name, f"u{key}@example.com" if isinstance(key, int) else None)
            connection.execute("INSERT INTO users VALUES (?, ?, CAST(? AS TEXT), ?)", values)
    connection.close()


def test_one_name_of_another_encoding(stage: Stage) -> None:
    stage.edit(
        "touchline.yaml", "channels:", '  crm: {type: sql, url: "sqlite:///crm.db"}\nchannels:'
    )
    stage.edit("catalog/user.yaml", "product.users", "crm.users")
    stage.edit("catalog/user.yaml", "  signed_up_at: timestamp\n  uses_reports: boolean\n", "")
    stage.write(
        "playbooks/checkup.yaml",
        "playbook: checkup\nsegment: {of: user, where: [{everyone: true}]}\n"
        "steps: [{email: hello}]\n",
    )
    source(stage.root, (1, b"Ann"), (2, b"Jos\xe9"), (3, "Zoë".encode()))
    (run,) = stage.run().data["runs"]
    assert run["touches"]["email"] == {"sent": 2, "failed": 1}
    assert stage.mailed == ["u1@example.com", "u3@example.com"]
    told = stage.do("audit", "show", "--for", "2", "--format", "json").data
    assert any(each["body"].get("reason") == "unsafe_value" for each in told)
    preview = stage.do("preview", "checkup", "--for", "2")
    assert "bytes that are no UTF-8: e9" in preview.out + preview.err
    shown = stage.do("explain", "checkup", "--for", "2")
    assert shown.status == 0


def test_such_bytes_in_a_key_stop_the_run(stage: Stage) -> None:
    stage.edit("touchline.yaml", "channels:", f"{CRM}channels:")
    stage.write(
        "catalog/user.yaml",
        "entity: user\nsource: crm.users\nkey: first_name\nfields: {first_name: text}\n",
    )
    stage.write("segments/all.yaml", "segment: all\nof: user\nwhere: {everyone: true}\n")
    source(stage.root, (1, b"Ann"), (2, b"Jos\xe9"))
    found = stage.do("segment", "all")
    assert found.status == 1
    assert "crm.users: the key `Jos\\udce9` holds bytes that are no UTF-8" in found.err
