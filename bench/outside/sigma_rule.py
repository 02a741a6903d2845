"""pySigma converting a rule to SQLite: one round a line, seconds of reading and of converting.

Runs in an environment of its own. The rule has as many conditions as the check-up segment.
"""

import json
import sys
import time

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection

RULE = r"""
title: Check-up
status: test
logsource: {category: process_creation, product: windows}
detection:
  selection:
    CommandLine|contains: [' -enc ', ' -nop ']
    Image|endswith: '\powershell.exe'
    ParentImage: ['a.exe', 'b.exe']
  other:
    User|startswith: 'adm'
    Count|gte: 10
  filter:
    Company: 'Microsoft'
    Product: 'Windows'
  condition: selection and other and not filter
"""
TIMES = 50


def main():
    backend = sqliteBackend()
    for _ in sys.stdin:
        rules = [SigmaCollection.from_yaml(RULE) for _ in range(TIMES)]
        begun = time.process_time()
        for each in rules:
            backend.convert(each)
        print(json.dumps({"seconds": (time.process_time() - begun) / TIMES}), flush=True)


if __name__ == "__main__":
    main()
