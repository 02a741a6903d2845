"""Cloud Custodian's filters over customers in memory: one round a line, seconds and matches.

Runs in an environment of its own; `python custodian.py CUSTOMERS.jsonl`.
"""

import json
import sys
import time

from c7n.filters import ValueFilter

CONDITIONS = [
    {"type": "value", "key": "plan", "op": "in", "value": ["team", "enterprise"]},
    {"type": "value", "key": "seats", "op": "gte", "value": 5},
    {"type": "value", "key": "country", "value": "US"},
    {"type": "value", "key": "email", "value": "present"},
    {"type": "value", "key": "seats", "op": "lt", "value": 40},
]


def matching(customers, filters):
    """As a policy does it: each filter takes what the one before left."""
    for each in filters:
        customers = each.process(customers)
    return customers


def main(path):
    with open(path, encoding="utf-8") as lines:
        customers = [json.loads(line) for line in lines]
    for _ in sys.stdin:
        fresh = [dict(each) for each in customers]  # a filter notes in them what matched
        filters = [ValueFilter(each) for each in CONDITIONS]
        begun = time.perf_counter()
        found = matching(fresh, filters)
        seconds = time.perf_counter() - begun
        print(json.dumps({"seconds": seconds, "found": len(found)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
