"""Cloud Custodian's `validate` over a folder of policies: one round a line, and its seconds.

Runs in the environment of `custodian.py`; `python custodian_validate.py FOLDER`.
"""

import json
import logging
import pathlib
import sys
import time
from types import SimpleNamespace

from c7n import deprecated
from c7n.commands import validate


def main(folder):
    logging.disable(logging.INFO)
    configs = sorted(map(str, pathlib.Path(folder).glob("*.yml")))
    options = SimpleNamespace(configs=configs, check_deprecations=deprecated.STRICT)
    for _ in sys.stdin:
        begun = time.perf_counter()
        validate(options)
        seconds = time.perf_counter() - begun
        print(json.dumps({"seconds": seconds, "found": len(configs)}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
