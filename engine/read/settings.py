"""`touchline.yaml` as declared settings. Language, sections 1 and 6."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.language.project import (
    Connector,
    DkimKey,
    Freshness,
    HousePerson,
    LedgerSettings,
    LintSettings,
    Secret,
    Settings,
    SmtpChannel,
    Unsubscribe,
    WebhookChannel,
)
from engine.moments import parse_duration
from engine.places import DocumentPath
from engine.read.formats import parse_share
from engine.read.policy import read_policy
from engine.read.reading import Reading

__all__ = ["read_settings"]

_Data = Mapping[str, Any]
_Made = TypeVar("_Made")

_USUAL_PORT = {"none": 25, "starttls": 587, "implicit": 465}


def read_settings(data: object, reading: Reading) -> Settings:
    """The settings that `data` declares, as far as they are sound.

    A part with a problem is left out, or stands as if it were not written: with problems in
    `touchline.yaml` nothing may run, and the rest of the project can still be checked.
    """
    words: _Data = data if isinstance(data, dict) else {}
    policy = words.get("policy") if reading.is_sound(("policy",)) else None
    return Settings(
        name=_sound(words, "name", "unnamed", reading),
        timezone=_sound(words, "timezone", "UTC", reading),
        ledger=_ledger(_sound(words, "ledger", None, reading), reading),
        connectors=_each(words, "connectors", _connector, reading),
        channels=_each(words, "channels", _channel, reading),
        people=_each(words, "people", _person, reading),
        policy=read_policy(policy or {}, ("policy",), reading),
        lint=_lint(_sound(words, "lint", {}, reading)),
        place=reading.place(()),
    )


def _lint(data: _Data) -> LintSettings:
    plain, most = LintSettings(), data.get("at_most", {})
    return LintSettings(
        off=frozenset(data.get("off", ())),
        words=data.get("words", {}),
        most_words=most.get("words", plain.most_words),
        most_links=most.get("links", plain.most_links),
    )


def _sound(words: _Data, key: str, otherwise: Any, reading: Reading) -> Any:
    return words[key] if key in words and reading.is_sound((key,)) else otherwise


def _each(
    words: _Data,
    key: str,
    make: Callable[[str, _Data, DocumentPath, Reading], _Made],
    reading: Reading,
) -> dict[str, _Made]:
    entries = words.get(key)
    if not isinstance(entries, dict):
        return {}
    return {
        name: make(name, entry, (key, name), reading)
        for name, entry in entries.items()
        if reading.is_sound((key, name))
    }


def _secret(data: _Data, key: str, path: DocumentPath, reading: Reading) -> Secret | None:
    return Secret(data[key], reading.place((*path, key))) if key in data else None


def _url(data: _Data, path: DocumentPath, reading: Reading) -> Secret:
    return Secret(data["url"], reading.place((*path, "url")))


def _ledger(data: Any, reading: Reading) -> LedgerSettings:
    place = reading.place(("ledger",))
    if data is None:
        return LedgerSettings()
    if isinstance(data, str):
        return LedgerSettings(Secret(data, place), place=place)
    return LedgerSettings(_url(data, ("ledger",), reading), data.get("id"), place)


def _connector(name: str, data: _Data, path: DocumentPath, reading: Reading) -> Connector:
    fresh = data.get("freshness")
    return Connector(
        name=name,
        type=data["type"],
        path=data.get("path"),
        url=_secret(data, "url", path, reading),
        schema=data.get("schema"),
        timezone=data.get("timezone", "UTC"),
        freshness=_freshness(fresh, (*path, "freshness"), reading) if fresh else None,
        volume={table: _limits(limits) for table, limits in data.get("volume", {}).items()},
        place=reading.place(path),
    )


def _limits(limits: _Data) -> dict[str, float]:
    """Shares, but for the number of rows that `at_least` says."""
    return {
        word: float(limit) if word == "at_least" else parse_share(limit)
        for word, limit in limits.items()
    }


def _freshness(data: _Data, path: DocumentPath, reading: Reading) -> Freshness:
    return Freshness(
        data["table"], data["column"], parse_duration(data["at_most"]), reading.place(path)
    )


def _channel(
    name: str, data: _Data, path: DocumentPath, reading: Reading
) -> SmtpChannel | WebhookChannel:
    if data["type"] == "smtp":
        return _smtp(name, data, path, reading)
    _refuse_open_web(data, path, reading)
    return WebhookChannel(
        name=name,
        url=_url(data, path, reading),
        secret=_secret(data, "secret", path, reading),
        allow_private=data.get("allow_private", False),
        on_unknown=data.get("on_unknown", "resend"),
        timeout=float(data.get("timeout", 20)),
        place=reading.place(path),
    )


def _refuse_open_web(data: _Data, path: DocumentPath, reading: Reading) -> None:
    """Say now what no request could be sent by; what a reference holds is seen when it is used."""
    allowed = ("https://", "http://") if data.get("allow_private") else ("https://",)
    if not data["url"].lower().startswith(("${", *allowed)):
        reading.report(
            (*path, "url"),
            "bad-url",
            "a webhook's `url` begins with https://",
            "within your own network, http:// goes with `allow_private: true`",
        )


def _smtp(name: str, data: _Data, path: DocumentPath, reading: Reading) -> SmtpChannel:
    tls = data.get("tls", "starttls")
    sender, unsubscribe = data.get("from"), data.get("unsubscribe", {})
    return SmtpChannel(
        name=name,
        host=data["host"],
        port=data.get("port", _USUAL_PORT[tls]),
        tls=tls,
        verify=data.get("verify", True),
        username=data.get("username"),
        password=_secret(data, "password", path, reading),
        sender=_person("", sender, (*path, "from"), reading) if sender else None,
        postal_address=data.get("postal_address", ""),
        unsubscribe=_unsubscribe(unsubscribe, (*path, "unsubscribe"), reading),
        return_path=data.get("return_path", ""),
        provider=data.get("provider", ""),
        dkim=_dkim(data["dkim"], (*path, "dkim"), reading) if "dkim" in data else None,
        on_unknown=data.get("on_unknown", "hold"),
        answer_timeout=float(data.get("answer_timeout", 600)),
        connections=data.get("connections", 4),
        messages_per_connection=data.get("messages_per_connection", 1000),
        place=reading.place(path),
    )


def _unsubscribe(data: _Data, path: DocumentPath, reading: Reading) -> Unsubscribe:
    url, one_click = data.get("url") or "", data.get("one_click", False)
    if one_click and (not url.startswith("https://") or "#" in url):
        reading.report(
            (*path, "one_click"),
            "bad-url",
            "`one_click` needs `url`, an address that begins with https:// and has no #",
            "RFC 8058 knows no other way",
        )
    return Unsubscribe(url or None, data.get("mailto"), one_click)


def _dkim(data: _Data, path: DocumentPath, reading: Reading) -> DkimKey:
    key = Secret(data["key"], reading.place((*path, "key")))
    return DkimKey(data["domain"], data["selector"], key, reading.place(path))


def _person(name: str, data: _Data, path: DocumentPath, reading: Reading) -> HousePerson:
    return HousePerson(data["name"], data["email"], reading.place(path))
