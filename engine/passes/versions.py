"""Versions: those inside go on with the playbook as it was when they entered.

What a version says is kept in the ledger as data, and bound to today's catalog when it is needed
(language, section 5, "Versions"). Where it no longer binds, its enrollments are held: `unbound`.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from engine.bind.acts import BoundEmail, every_step
from engine.bind.bind import bind_playbook
from engine.bind.catalog import Catalog
from engine.bind.playbook import BoundPlaybook
from engine.bind.version import named_segments
from engine.language.playbook import OnChange, Playbook
from engine.language.project import Project, Template
from engine.ledger.runs import version_content
from engine.ledger.store import Ledger
from engine.messages.check import check_playbook
from engine.problems import Invalid, Refused, errors_only
from engine.read.revive import names_of, revived_playbook, revived_segment

__all__ = ["Shelf", "content_of"]


def content_of(project: Project, playbook: BoundPlaybook) -> str:
    """Everything that a version says, as JSON: playbook, named segments, templates."""
    declared = project.playbooks[playbook.name]
    content = {
        "playbook": declared.declared,
        "segments": {
            name: project.segments[name].declared
            for name in sorted(named_segments(declared, project.segments))
        },
        "templates": {
            f"{template.name}.{template.locale}".rstrip("."): _template_content(template)
            for template in _templates(playbook)
        },
    }
    return json.dumps(content, sort_keys=True, ensure_ascii=False)


def _templates(playbook: BoundPlaybook) -> list[Template]:
    emails = [step for step in every_step(playbook.steps) if isinstance(step, BoundEmail)]
    return [template for step in emails for template in (step.template, *step.variants.values())]


def _template_content(template: Template) -> dict[str, object]:
    return {
        "subject": template.subject,
        "body": template.body,
        "preheader": template.preheader,
        "layout": template.layout,
        "topic": template.topic,
        "purpose": template.purpose,
        "locale": template.locale,
    }


class Shelf:
    """The versions of one playbook, each bound once: today's, and those of the ledger."""

    def __init__(
        self, project: Project, catalog: Catalog, ledger: Ledger | None, current: BoundPlaybook
    ) -> None:
        self._project = project
        self._catalog = catalog
        self._ledger = ledger
        self._current = current
        self._bound: dict[str, BoundPlaybook | None] = {current.version: current}

    def __call__(self, version: str) -> BoundPlaybook | None:
        """The playbook as it was; None where nobody goes on with it.

        It no longer binds to today's catalog, or it is an older one and `on_change` says `move`:
        who could not be moved is held.
        """
        moves = self._current.on_change is OnChange.MOVE
        return None if moves and version != self._current.version else self.as_it_was(version)

    def asked_of(self, version: str) -> BoundPlaybook | None:
        """The playbook whose goal and exit are asked: with `move` today's, else one's own."""
        return self._current if self._current.on_change is OnChange.MOVE else self(version)

    def as_it_was(self, version: str) -> BoundPlaybook | None:
        """The playbook as it was; None where it no longer binds to today's catalog."""
        if version not in self._bound:
            self._bound[version] = self._revived(version)
        return self._bound[version]

    def _revived(self, version: str) -> BoundPlaybook | None:
        if self._ledger is None:
            return None
        with self._ledger.read() as unit:
            content = version_content(unit, version)
        if content is None:
            return None
        try:
            return self._bind(version, json.loads(content))
        except (Invalid, Refused):
            return None  # `status` shows its enrollments as unbound

    def _bind(self, version: str, content: Mapping[str, object]) -> BoundPlaybook:
        project = _as_it_was(self._project, self._current.name, content)
        playbook = bind_playbook(self._current.name, project, self._catalog)
        if errors := errors_only(check_playbook(playbook, self._catalog)):
            raise Invalid(errors)
        # Status, schedule, priority and what changes do are no part of a version: today's hold.
        return dataclasses.replace(
            playbook,
            version=version,
            status=self._current.status,
            schedule=self._current.schedule,
            zone=self._current.zone,
            priority=self._current.priority,
            on_change=self._current.on_change,
            open_tasks=self._current.open_tasks,
            identity=self._current.identity,
            later=_ids_by_former(self._current),
        )


def _ids_by_former(current: BoundPlaybook) -> dict[str, tuple[str, ...]]:
    """By each earlier id of a step all that it has and had."""
    steps = current.route.steps.values()
    return {former: (*step.formerly, step.id) for step in steps for former in step.formerly}


def _as_it_was(project: Project, name: str, content: Mapping[str, object]) -> Project:
    names = names_of(project)
    segments, templates = content["segments"], content["templates"]
    assert isinstance(segments, dict)
    assert isinstance(templates, dict)
    then: Playbook = revived_playbook(name, str(content["playbook"]), names=names)
    return dataclasses.replace(
        project,
        playbooks={**project.playbooks, name: then},
        segments={
            **project.segments,
            **{each: revived_segment(each, text, names=names) for each, text in segments.items()},
        },
        templates={
            **project.templates,
            **{each: _template(each, said) for each, said in templates.items()},
        },
    )


def _template(name: str, said: Mapping[str, Any]) -> Template:
    """A template as it was; it stands in no file any more."""
    plain = name.removesuffix(f".{said['locale']}") if said["locale"] else name
    return Template(
        name=plain,
        path=f"emails/{name}.md",
        subject=said["subject"],
        body=said["body"],
        preheader=said["preheader"],
        layout=said["layout"],
        topic=said["topic"],
        purpose=said["purpose"],
        locale=said["locale"],
    )
