"""SQLMesh's unit tests of one model, as many as asked for: who has gone quiet, by three tables.

Runs with SQLMesh alone; `bench/examples.py` starts it. Each line read is one round.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ["SQLMESH__DISABLE_ANONYMIZED_ANALYTICS"] = "1"

from sqlmesh import Context

CONFIG = """
gateways: {local: {connection: {type: duckdb}}}
default_gateway: local
model_defaults: {dialect: duckdb, start: 2026-01-01}
"""
MODEL = """
MODEL (name bench.gone_quiet, kind FULL);
SELECT u.id
FROM bench.users AS u
JOIN bench.accounts AS a ON a.id = u.account_id AND a.plan IN ('pro', 'enterprise')
JOIN bench.events AS e ON e.user_id = u.id AND e.name = 'login'
WHERE e.occurred_at <= TIMESTAMP '2026-03-10 13:00:00'
GROUP BY u.id
HAVING COUNT(*) >= 3 AND MAX(e.occurred_at) < TIMESTAMP '2026-02-24 04:00:00'
"""
EXTERNAL = """
- name: bench.users
  columns: {id: int, account_id: int, email: text}
- name: bench.accounts
  columns: {id: int, name: text, plan: text}
- name: bench.events
  columns: {id: int, user_id: int, name: text, occurred_at: timestamp}
"""
TEST = """
test_{n}:
  model: bench.gone_quiet
  inputs:
    bench.accounts:
      rows: [{{id: 1, name: Acme, plan: pro}}, {{id: 2, name: Barn, plan: free}}]
    bench.users:
      rows:
        - {{id: 7, account_id: 1, email: ann@example.com}}
        - {{id: 8, account_id: 1, email: ben@example.com}}
        - {{id: 9, account_id: 2, email: cleo@example.com}}
    bench.events:
      rows:
{events}
  outputs:
    query:
      rows: [{{id: 7}}]
"""


def events() -> str:
    """Three logins each: of the second one they are recent."""
    days = {7: "2026-02-18", 8: "2026-03-08", 9: "2026-02-18"}
    row = "        - {{id: {n}, user_id: {user}, name: login, occurred_at: '{day} 13:00:00'}}"
    users = [user for user in days for _ in range(3)]
    return "\n".join(row.format(n=n, user=user, day=days[user]) for n, user in enumerate(users))


def write(folder: Path, number: int) -> None:
    """The project with so many tests."""
    files = {
        "config.yaml": CONFIG,
        "models/gone_quiet.sql": MODEL,
        "external_models.yaml": EXTERNAL,
        "tests/test_gone_quiet.yaml": "".join(
            TEST.format(n=n, events=events()) for n in range(number)
        ),
    }
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")


def main(number: int) -> None:
    """Time `number` tests for each line read."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, number)
        with contextlib.redirect_stdout(io.StringIO()):
            context = Context(paths=[str(folder)])
        for _ in sys.stdin:
            with contextlib.redirect_stdout(io.StringIO()):
                began = time.perf_counter()
                result = context.test()
                seconds = time.perf_counter() - began
            passed = result.testsRun if result.wasSuccessful() else 0
            print(json.dumps({"passed": passed, "seconds": seconds}), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
