"""`validate` of a thousand playbooks in one process, beside Cloud Custodian's of policies.

Both read a file each and check it wholly: form, names, types; Touchline the templates of its
messages too, of which every playbook has one of its own. The time is after start-up.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.outside import outside
from bench.rounds import seconds_of
from connectors.demo.example import Ports, write_example
from engine.check import check_files
from engine.messages import compiled

COUNT = 1_000
POLICIES = 200  # theirs take a hundred times as long
ROUNDS = 5
PACKAGES = ("c7n==0.9.53",)
CHECKUP = "feature-checkup"

POLICY = """\
policies:
  - name: checkup-{number}
    resource: aws.ec2
    description: Running for long, and hardly used. Say so once, and stop it.
    metadata: {{owner: cs-ops@example.org, priority: 50}}
    mode:
      type: periodic
      schedule: "cron(0 9 ? * MON-FRI *)"
      role: arn:aws:iam::123456789012:role/custodian
      timeout: 200
    filters:
      - {{type: instance-age, op: ge, days: 30}}
      - {{type: instance-age, op: le, days: 90}}
      - "tag:Trained": present
      - type: metrics
        name: CPUUtilization
        days: 7
        value: 10
        op: less-than
      - type: value
        key: "tag:team-{number}"
        value: present
      - not:
          - {{type: value, key: "tag:contacted", value: present}}
      - or:
          - {{type: value, key: InstanceType, op: in, value: [m5.large, m5.xlarge]}}
          - {{type: value, key: "tag:plan", value: enterprise}}
    actions:
      - type: notify
        subject: "A quick question about {number}"
        to: [cs-ops@example.org]
        transport: {{type: sqs, queue: "https://sqs.us-east-1.amazonaws.com/123456789012/mail"}}
      - {{type: mark-for-op, op: stop, days: 5}}
      - {{type: tag, tags: {{contacted: "true"}}}}
"""


def write_policies(folder: Path) -> None:
    """One policy a file."""
    folder.mkdir()
    for number in range(POLICIES):
        (folder / f"checkup-{number}.yml").write_text(POLICY.format(number=number))


def write_playbooks(folder: Path) -> None:
    """The demo's project with its playbook and its template, a thousand times under other names."""
    write_example(folder, Ports(smtp=52525, webhook=58080))
    playbook = (folder / "playbooks" / f"{CHECKUP}.yaml").read_text()
    email = (folder / "emails" / f"{CHECKUP}.md").read_text()
    for number in range(COUNT - 1):
        name = f"{CHECKUP}-{number}"
        (folder / "playbooks" / f"{name}.yaml").write_text(playbook.replace(CHECKUP, name))
        (folder / "emails" / f"{name}.md").write_text(email.replace("reports", f"reports {number}"))


def share_template(folder: Path) -> None:
    """Let all playbooks send the same mail."""
    for path in (folder / "playbooks").glob("*.yaml"):
        path.write_text(path.read_text().replace(f"email: {path.stem}", f"email: {CHECKUP}"))
    for path in (folder / "emails").glob(f"{CHECKUP}-*.md"):
        path.unlink()


def check(folder: Path) -> None:
    """All files, as `touchline validate` does it; nothing is known from the round before."""
    compiled._read_email.cache_clear()  # as in a process that begins
    checked = check_files(folder, folder)
    if checked.problems:
        raise SystemExit(str(checked.problems[0]))


ALIKE = "touchline, one template"
OWN = "touchline, a template each"


def main() -> None:
    """Measure in turn and print the table."""
    with TemporaryDirectory(prefix="touchline-bench-") as name:
        own, shared, policies = (Path(name) / each for each in ("own", "shared", "policies"))
        write_playbooks(own)
        write_playbooks(shared)
        share_template(shared)
        write_policies(policies)
        script = "custodian_validate"
        with outside(script, PACKAGES, str(policies), environment="custodian") as custodian:
            custodian.round()  # which loads what a resource needs
            times: dict[str, list[float]] = {"Cloud Custodian": [], ALIKE: [], OWN: []}
            for _ in range(ROUNDS):
                times["Cloud Custodian"].append(custodian.round()["seconds"] / POLICIES)
                times[ALIKE].append(seconds_of(lambda: check(shared)) / COUNT)
                times[OWN].append(seconds_of(lambda: check(own)) / COUNT)
    print_table(times)


def print_table(times: Mapping[str, Sequence[float]]) -> None:
    """Milliseconds a file, and how many times as fast as Cloud Custodian."""
    medians = {name: statistics.median(taken) for name, taken in times.items()}
    theirs = medians["Cloud Custodian"]
    print(f"{COUNT:,} playbooks and {POLICIES} policies, medians of {ROUNDS}\n")
    print(f"{'':30}{'ms each':>9}{'least':>8}{'times as fast':>15}")
    for name, median in medians.items():
        each, least = median * 1_000, min(times[name]) * 1_000
        print(f"{name:30}{each:9.2f}{least:8.2f}{theirs / median:15.1f}")


if __name__ == "__main__":
    main()
