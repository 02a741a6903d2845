"""Conditions that nobody can meet are told of, and no others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from engine.bind.bind import check
from engine.read.load import load_project
from tests.check.test_mistakes import PROJECT, SEGMENT
from tests.read.projects import write


def codes(root: Path, where: str, more: Mapping[str, str]) -> list[str]:
    """What is said of the segment."""
    text = f"segment: paying\nof: user\nwhere: {where}\n"
    return [
        each.code for each in check(load_project(write(root, {**PROJECT, SEGMENT: text, **more})))
    ]


NEVER = [
    "[{account.plan: pro}, {account.plan: free}]",
    "[{account.plan: pro}, {account: {plan: free}}]",
    "[{account.plan: [pro, free]}, {account.plan: {none_of: [pro, free]}}]",
    "[{account.seats: {more_than: 5}}, {account.seats: {at_most: 5}}]",
    "{account.seats: {at_least: 5, less_than: 5}}",
    "[{account.seats: 3}, {account.seats: {more_than: 3}}]",
    "[{account.plan: pro}, {account.plan: {set: false}}]",
    "{account.plan: {set: false, is: pro}}",
    "{any: [{account.plan: free}, {all: [{account.seats: 1}, {account.seats: 2}]}]}",
    "{not: {all: [{account.seats: 1}, {account.seats: 2}]}}",
]
SOMETIMES = [
    "[{account.plan: [pro, free]}, {account.plan: free}]",
    "{any: [{account.plan: pro}, {account.plan: free}]}",
    "[{account.seats: {at_least: 5}}, {account.seats: {at_most: 5}}]",
    "[{account.plan: {is_not: pro}}, {account.plan: {set: false}}]",
    "[{account.plan: {is_not: pro}}, {account.plan: {is_not: free}}]",
    "[{account.seats: {more_than: {field: account.seats}}}, {account.seats: {less_than: 3}}]",
    "[{account.plan: pro}, {not: {account.plan: free}}]",
    "[{first_name: {is: ANN, ignore_case: true}}, {first_name: ann}]",
    "[{has: user, where: {first_name: Ann}}, {has: user, where: {first_name: Bob}}]",
]


@pytest.mark.parametrize("where", NEVER)
def test_nobody(tmp_path: Path, where: str) -> None:
    assert codes(tmp_path, where, {}) == ["never-matches"]


@pytest.mark.parametrize("test", ['""', '{is_not: " "}', '["", Ann]', '{none_of: [Ann, ""]}'])
def test_an_empty_text_is_no_value(tmp_path: Path, test: str) -> None:
    """`is_not: ""` reads like "is there", and holds of everyone."""
    assert codes(tmp_path, f"{{first_name: {test}}}", {}) == ["empty-text"]


def test_a_blank_within_a_text_is_one(tmp_path: Path) -> None:
    assert codes(tmp_path, '{first_name: {contains: " "}}', {}) == []


@pytest.mark.parametrize("where", SOMETIMES)
def test_somebody(tmp_path: Path, where: str) -> None:
    of_account = where.replace("account.", "") if "has: user" in where else where
    found = codes(tmp_path, of_account, {})
    assert "never-matches" not in found


def test_through_a_named_segment(tmp_path: Path) -> None:
    more = {"segments/free.yaml": "segment: free\nof: user\nwhere: {account.plan: free}\n"}
    assert codes(tmp_path, "[{segment: free}, {account.plan: pro}]", more) == ["never-matches"]
