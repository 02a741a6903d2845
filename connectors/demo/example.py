"""The project that `touchline demo` tells its story with, and the ports of its two servers.

The ports stand in the project's `touchline.yaml`, because its channels need them there. They are
free ones, other ones at every run, and are written into the two lines that bear the mark.
"""

from __future__ import annotations

import base64
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from connectors.demo.layout import copied, fresh_ledger_id, refuse_unless_empty, write
from engine.problems import Refused

__all__ = ["Ports", "is_example", "point_at", "write_example"]

SETTINGS = "touchline.yaml"
KEY_FILE = ".touchline/webhook-secret"
MARK = "# set by `touchline demo`"
PORT_LINES = {
    "smtp": re.compile(rf"^( +port: )(\d+)( +{MARK})$", re.MULTILINE),
    "webhook": re.compile(
        rf'^( +url: "http://127\.0\.0\.1:)(\d+)(/slack-cs" +{MARK})$', re.MULTILINE
    ),
}


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the demo's mail server and its webhook receiver listen, on 127.0.0.1."""

    smtp: int
    webhook: int


def is_example(folder: Path) -> bool:
    """Whether the folder holds a demo project from an earlier run."""
    settings = folder / SETTINGS
    return settings.is_file() and MARK in settings.read_text(encoding="utf-8")


def write_example(folder: Path, ports: Ports) -> list[Path]:
    """Write the demo project, without its data, into a new or empty folder.

    Gives the paths written. Raises Refused where something else is in the folder.
    """
    refuse_unless_empty(folder)
    files = {**_catalog(), **copied("project")}
    files[SETTINGS] = files[SETTINGS].replace("demo-00000000", fresh_ledger_id("demo"))
    files[SETTINGS] = _with_ports(files[SETTINGS], ports)
    paths = write(folder, files)
    return [*paths, _write_key(folder / KEY_FILE)]


def _catalog() -> dict[str, str]:
    return {path: text for path, text in copied("reference").items() if path.startswith("catalog/")}


def _write_key(path: Path) -> Path:
    """A signing key as Standard Webhooks writes it, for this user's eyes only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text("whsec_" + base64.b64encode(secrets.token_bytes(24)).decode("ascii"))
    return path


def point_at(folder: Path, ports: Ports) -> None:
    """Write other ports into the demo project; every other letter of the file stays.

    Raises Refused where the two lines are no longer there.
    """
    settings = folder / SETTINGS
    text = settings.read_text(encoding="utf-8")
    if not all(line.search(text) for line in PORT_LINES.values()):
        raise Refused(
            f"{settings} no longer has the two lines that end in `{MARK}`: "
            "put them back, or give `touchline demo` a new folder"
        )
    settings.write_text(_with_ports(text, ports), encoding="utf-8")


def _with_ports(text: str, ports: Ports) -> str:
    text = PORT_LINES["smtp"].sub(rf"\g<1>{ports.smtp}\g<3>", text)
    return PORT_LINES["webhook"].sub(rf"\g<1>{ports.webhook}\g<3>", text)
