"""Files that are no plain text of the project: refused with a sentence, at once."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.problems import Misuse
from engine.read.files import LARGEST
from engine.read.load import find_root, load_project
from tests.read.projects import SOUND, load, write

CONTENTS = [
    ("utf16", SOUND["catalog/user.yaml"].encode("utf-16"), "1:1", "UTF-16"),
    ("latin-1", b"entity: user\nlabel: caf\xe9\n", "2:11", "not UTF-8"),
    ("too-large", b"# " + b"x" * LARGEST, "1:1", "at most 262,144"),
    ("binary", bytes(range(256)), "2:118", "not UTF-8"),
]


@pytest.mark.parametrize(
    ("content", "where", "fragment"), [row[1:] for row in CONTENTS], ids=[r[0] for r in CONTENTS]
)
def test_contents(tmp_path: Path, content: bytes, where: str, fragment: str) -> None:
    (problem,) = load(tmp_path, {"catalog/user.yaml": content}).problems
    assert (problem.code, str(problem.place)) == ("bad-file", f"catalog/user.yaml:{where}")
    assert fragment in problem.message


def test_byte_order_mark_is_dropped(tmp_path: Path) -> None:
    """Editors on Windows write one; it changes nothing, not even the first column."""
    marked = b"\xef\xbb\xbf" + SOUND["catalog/user.yaml"].encode()
    assert load(tmp_path, {"catalog/user.yaml": marked}).problems == ()


@pytest.mark.parametrize("path", ["catalog/user.yaml", "emails/hello.md", "touchline.yaml"])
def test_fifo_does_not_hang(tmp_path: Path, path: str) -> None:
    write(tmp_path, SOUND)
    (tmp_path / path).unlink()
    os.mkfifo(tmp_path / path)
    (problem,) = load_project(tmp_path).problems
    assert (problem.place.path, problem.code) == (path, "bad-file")


def test_links_out_of_the_project_are_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.yaml"
    secret.write_text("password: hunter2")
    root = write(tmp_path / "project", SOUND)
    (root / "segments/out.yaml").symlink_to(secret)
    (root / "segments/up.yaml").symlink_to("../../secret.yaml")
    (root / "segments/lost.yaml").symlink_to("nowhere.yaml")
    (root / "segments/ring.yaml").symlink_to("ring.yaml")
    problems = load_project(root).problems
    assert {problem.place.path for problem in problems} == {
        "segments/out.yaml",
        "segments/up.yaml",
        "segments/lost.yaml",
        "segments/ring.yaml",
    }
    assert "hunter2" not in str(problems)


def test_folders_that_are_links_or_named_like_files(tmp_path: Path) -> None:
    root = write(tmp_path, SOUND)
    (root / "playbooks/more").symlink_to(tmp_path / "segments")
    (root / "emails/sub.md").mkdir()
    assert [problem.place.path for problem in load_project(root).problems] == ["playbooks/more"]


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    assert load(tmp_path, {"catalog/.#user.yaml": "{", "playbooks/.x/y.yaml": "{"}).problems == ()


def test_missing_settings_are_a_problem(tmp_path: Path) -> None:
    (problem,) = load_project(tmp_path).problems
    assert problem.place.path == "touchline.yaml"


def test_root_is_found_upwards(tmp_path: Path) -> None:
    root = write(tmp_path / "project", SOUND)
    assert find_root(root / "catalog") == root
    with pytest.raises(Misuse, match=r"no touchline\.yaml in .* -C DIR"):
        find_root(tmp_path)


KINDS = sorted(SOUND)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(KINDS), content=st.binary(max_size=300), keeps=st.integers(0, 300))
def test_any_bytes_in_any_file(tmp_path: Path, path: str, content: bytes, keeps: int) -> None:
    """A file may begin rightly and go on with anything: problems, never an exception."""
    project = load(tmp_path, {path: SOUND[path].encode()[:keeps] + content})
    assert all(problem.message for problem in project.problems)
    assert list(project.problems) == sorted(project.problems)


WORDS = [
    *("email", "did", "where", "within", "not", "all", "segment", "of", "is", "between", "field"),
    *("again", "fuse", "share", "type", "path", "url", "name", "steps", "task", "wait", "id"),
    *("only_if", "entry", "schedule", "cron", "fields", "links", "events", "key", "source", "at"),
    *("policy", "first_run", "contact", "count", "format", "column", "with", "body"),
]
PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.floats(-5, 5, allow_nan=False)
    | st.sampled_from(["", "user", "30 days", "logged_in", "20%", "true", "${env:X}", "a b", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(WORDS),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(path=st.sampled_from(KINDS[1:]), data=st.dictionaries(st.text(max_size=8), PLAIN), p=PLAIN)
def test_any_shape_in_any_file(
    tmp_path: Path, path: str, data: dict[str, object], p: object
) -> None:
    """Well-formed data of the wrong shape under the right first keys: problems or a clean file."""
    head = SOUND[path].split("\n")[0].split(":")[0]
    shape = {"playbook": "steps", "segment": "where", "entity": "fields"}.get(head, "policy")
    text = json.dumps({head: "x", "of": "user", "segment": "trained", **data, shape: p})
    project = load(tmp_path, {path: text})
    assert all(problem.place.path for problem in project.problems)
