"""A project that was opened: its files read and bound, its ledger and sources within reach.

`cli.py` opens one with the ports of the outside; everything below gets the parts it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine.audience.contacts import ContactLog, EnrollmentLog, NoContacts, NoEnrollments
from engine.audience.history import HistoryLog, NoHistory
from engine.audience.snapshot import Snapshot, open_sources
from engine.bind.acts import UPDATE_CHANNEL
from engine.bind.bind import bind_catalog, bind_playbook, bind_segment
from engine.bind.catalog import Catalog
from engine.bind.former import not_run_by_itself
from engine.bind.playbook import Audience, BoundPlaybook
from engine.bind.policy import BoundPolicy, bind_policy
from engine.dispatch.unopened import Unopened
from engine.language.project import Project, Secret, Settings, SmtpChannel, WebhookChannel
from engine.ledger.contacts import LedgerContacts
from engine.ledger.database import ledger_file, ledger_url, shown
from engine.ledger.enrolled import LedgerEnrollments
from engine.ledger.history import LedgerHistory
from engine.ledger.names import is_known
from engine.ledger.schema import (
    AlreadyMade,
    DryOnly,
    create_ledger,
    liveness,
    new_ledger_id,
    open_ledger,
)
from engine.ledger.store import Ledger
from engine.messages.check import check_playbook
from engine.places import Place
from engine.ports import Channel, Clock, Database
from engine.problems import Invalid, Problem, Refused, did_you_mean, errors_only
from engine.read.load import load_project, project_root
from engine.read.secrets import resolve

__all__ = ["Ports", "Workplace", "open_workplace"]

Resolve = Callable[[Secret], str]


@dataclass(frozen=True, slots=True)
class Ports:
    """The outside, as `cli.py` ties it: what connects, the environment, the host and the time.

    `paper` gives databases of a dialect that nothing can be read from, to write statements for.
    `writer` is the channel by which updates go to the sources. `host` is a stable text for the
    machine; a ledger copied to another one only dry-runs.
    """

    databases: Callable[[Settings, Path, Resolve], Mapping[str, Database]]
    paper: Callable[[Settings, Catalog, str], Mapping[str, Database]]
    channels: Callable[
        [Mapping[str, SmtpChannel | WebhookChannel], Resolve, Clock],
        Mapping[str, Channel | Invalid],
    ]
    writer: Callable[[Settings, Path, Resolve], Channel]
    environ: Mapping[str, str]
    host: str
    actor: str
    clock: Clock


@dataclass(frozen=True, slots=True)
class Workplace:
    """A project with a sound `touchline.yaml`; other files may be broken, and are found so."""

    root: Path
    project: Project
    catalog: Catalog
    ports: Ports
    opened: ExitStack = field(default_factory=ExitStack, compare=False)

    def close(self) -> None:
        """End the connections to ledgers that were opened here."""
        self.opened.close()

    def _closing(self, ledger: Ledger) -> Ledger:
        self.opened.callback(ledger.close)
        return ledger

    def by(self, clock: Clock) -> Workplace:
        """The same, where another clock tells what time it is."""
        return replace(self, ports=replace(self.ports, clock=clock))

    @property
    def settings(self) -> Settings:
        """What `touchline.yaml` says."""
        return self.project.settings

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the project's days."""
        return ZoneInfo(self.settings.timezone)

    @property
    def policy(self) -> BoundPolicy:
        """The contact policy; Invalid where it does not bind: then nothing may go out."""
        return bind_policy(self.project, self.catalog)

    def resolve(self, secret: Secret) -> str:
        """The text behind a reference; Invalid where it is missing or empty."""
        return resolve(secret, root=self.root, environ=self.ports.environ)

    # ------------------------------------------------------------ what is asked by name

    def playbook(self, name: str) -> BoundPlaybook:
        """A playbook by name; Invalid where it does not bind, Refused where there is none."""
        if name not in self.project.playbooks:
            self._refuse_unknown(name, "playbook", self.project.playbooks)
        return bind_playbook(name, self.project, self.catalog)

    def runnable(self, name: str) -> BoundPlaybook:
        """A playbook whose templates are sound too: what may run or be previewed."""
        playbook = self.playbook(name)
        if errors := errors_only(check_playbook(playbook, self.catalog)):
            raise Invalid(errors)
        return playbook

    @property
    def unreadable_playbooks(self) -> Mapping[str, Invalid]:
        """Files that could not even be read as playbooks, by path, with what is wrong."""
        read = {playbook.place.path for playbook in self.project.playbooks.values()}
        lost: dict[str, list[Problem]] = {}
        for problem in errors_only(self.project.problems):
            path = problem.place.path
            if path.startswith("playbooks/") and path not in read:
                lost.setdefault(path, []).append(problem)
        return {path: Invalid(found) for path, found in sorted(lost.items())}

    def audience(self, name: str) -> Audience:
        """The segment of a playbook, or a named segment."""
        if name in self.project.playbooks:
            return bind_playbook(name, self.project, self.catalog).audience
        if name in self.project.segments:
            return bind_segment(name, self.project, self.catalog)
        both = {**self.project.playbooks, **self.project.segments}
        return self._refuse_unknown(name, "playbook or segment", both)

    def place_of_segment(self, name: str) -> Place:
        """Where a playbook's segment, or a named one, is written."""
        playbooks, segments = self.project.playbooks, self.project.segments
        segment = playbooks[name].segment if name in playbooks else name
        return (segments[segment] if isinstance(segment, str) else segment).place

    def _refuse_unknown(self, name: str, kind: str, known: Mapping[str, object]) -> Audience:
        broken = [
            problem
            for problem in errors_only(self.project.problems)
            if Path(problem.place.path).stem == name
        ]
        if broken:
            raise Invalid(broken)
        if name in self.project.blueprints:
            raise Refused("; ".join(not_run_by_itself(name)))
        hint = did_you_mean(name, known) or "this project has none"
        raise Refused(f"there is no {kind} `{name}`; {hint}")

    def check_known(self, playbooks: Iterable[str]) -> None:
        """Refuse names that neither the files nor the ledger know.

        A playbook whose file is broken or gone may have people inside, and a daemon that goes on
        with what it had sends its mail: it is asked about, halted and left like any other.
        """
        lost = [name for name in playbooks if name not in self.project.playbooks]
        ledger = self.ledger_or_none() if lost else None
        if ledger is not None:
            with ledger.read() as unit:
                lost = [name for name in lost if not is_known(unit, name)]
        if lost:
            hint = did_you_mean(lost[0], self.project.playbooks) or "this project has none"
            raise Refused(f"there is no playbook `{lost[0]}`; {hint}")

    # ------------------------------------------------------------ sources

    @contextmanager
    def sources(self, ledger: Ledger | None) -> Iterator[Snapshot]:
        """All sources and what the ledger knows of the past, as one snapshot."""
        databases = self.ports.databases(self.settings, self.root, self.resolve)
        with self._snapshot(databases, ledger) as snapshot:
            yield snapshot

    @contextmanager
    def on_paper(self, dialect: str, ledger: Ledger | None) -> Iterator[Snapshot]:
        """The sources as if all lay in one database of a dialect: for statements, not for answers.

        Raises:
            Misuse: there is no such dialect, or it is not installed.
        """
        databases = self.ports.paper(self.settings, self.catalog, dialect)
        with self._snapshot(databases, ledger) as snapshot:
            yield snapshot

    @contextmanager
    def _snapshot(
        self, databases: Mapping[str, Database], ledger: Ledger | None
    ) -> Iterator[Snapshot]:
        contacts: ContactLog = LedgerContacts(ledger) if ledger else NoContacts()
        journeys: EnrollmentLog = LedgerEnrollments(ledger) if ledger else NoEnrollments()
        history: HistoryLog = LedgerHistory(ledger) if ledger else NoHistory()
        with open_sources(
            databases, contacts, self.catalog, enrollments=journeys, history=history
        ) as snapshot:
            yield snapshot

    def channels(self) -> Mapping[str, Channel]:
        """All declared channels and the one that writes back, none of them connected yet.

        One that cannot be opened is `Unopened`: nothing goes out by it.
        """
        declared = self.settings.channels
        found = self.ports.channels(declared, self.resolve, self.ports.clock)
        opened = {
            name: Unopened(name, each, on_unknown=declared[name].on_unknown)
            if isinstance(each, Invalid)
            else each
            for name, each in found.items()
        }
        writer = self.ports.writer(self.settings, self.root, self.resolve)
        return {**opened, UPDATE_CHANNEL: writer}

    # ------------------------------------------------------------ the ledger

    @property
    def ledger_url(self) -> str:
        """Where the ledger lies, secrets resolved."""
        return self.resolve(self.settings.ledger.url)

    @property
    def place(self) -> str:
        """The place that a ledger here runs in: this host and file, or the database server."""
        url = ledger_url(self.ledger_url, self.root)
        file = ledger_file(url)
        return f"{self.ports.host}:{file.resolve()}" if file else shown(url)

    def ledger_or_none(self) -> Ledger | None:
        """The ledger, or None where it is a file that does not exist yet."""
        file = ledger_file(ledger_url(self.ledger_url, self.root))
        if file is not None and not file.exists():
            return None
        return self._closing(open_ledger(self.ledger_url, root=self.root))

    def ledger(self) -> Ledger:
        """The ledger; Unreachable, with what to do, where there is none."""
        return self._closing(open_ledger(self.ledger_url, root=self.root))

    def new_ledger(self, *, ledger_id: str, at: datetime) -> Ledger:
        """Make the ledger, in this place."""
        made = create_ledger(
            self.ledger_url,
            root=self.root,
            project=self.settings.name,
            place=self.place,
            at=at,
            actor=self.ports.actor,
            ledger_id=ledger_id,
        )
        return self._closing(made)

    def known_ledger(self) -> tuple[Ledger | None, str]:
        """The ledger if there is one, and why nothing may be sent with it; nothing is made.

        Where none is and `touchline.yaml` names no id, the first run makes it and sends.
        """
        found = self.ledger_or_none()
        if found is None:
            makes_one = self.settings.ledger.id is None
            return None, "" if makes_one else "there is no ledger here yet"
        live = liveness(found, named_id=self.settings.ledger.id, place=self.place)
        return found, live.reason if isinstance(live, DryOnly) else ""

    def sending_ledger(self, at: datetime) -> tuple[Ledger | None, str]:
        """The ledger, and why only dry runs may use it; an empty text where it may send.

        Where `touchline.yaml` names no ledger id and there is no ledger yet, one is made. Where
        it names one, a ledger that does not exist here is not the live one (delivery page).
        """
        found = self.ledger_or_none()
        named = self.settings.ledger.id
        if found is None and named is None:
            try:
                return self.new_ledger(ledger_id=new_ledger_id(), at=at), ""
            except AlreadyMade:  # by another first run at the same moment: go on with that one
                return self.known_ledger()
        if found is None:
            return None, (
                f"touchline.yaml names the ledger {named}, and there is none here: only a dry "
                "run. Where this is to be the live one: `touchline ledger init`, then "
                "`touchline ledger adopt`"
            )
        return self.known_ledger()

    def live_ledger(self, at: datetime, *, otherwise: str) -> Ledger:
        """The ledger, for what must not happen in a place that only dry-runs.

        Raises:
            Refused: this is such a place; it says what does not happen (`otherwise`), and why.
        """
        ledger, why_not = self.sending_ledger(at)
        if ledger is None or why_not:
            raise Refused(f"{otherwise}: {why_not}")
        return ledger


def open_workplace(folder: Path | None, start: Path, ports: Ports) -> Workplace:
    """Open the project in `folder`, or the nearest one upwards from `start`.

    Raises:
        Misuse: there is no project.
        Invalid: its `touchline.yaml` is broken, so that nothing can be done with it.
    """
    root = project_root(folder, start)
    project = load_project(root)
    settings_problems = [
        problem
        for problem in errors_only(project.problems)
        if problem.place.path == "touchline.yaml"
    ]
    if settings_problems:
        raise Invalid(settings_problems)
    catalog, _ = bind_catalog(project)
    return Workplace(root, project, catalog, ports)
