"""The quick way to canonical JSON gives the bytes of the thorough one."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.read.canonical import canonical_bytes

_TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)
_PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS
)
_DATA = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_TEXTS, inner, max_size=3)
)


@given(_DATA)
def test_any_data(data: Any) -> None:
    assert canonical_bytes(data) == rfc8785.dumps(data)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param({"\U0001f600": 1, "\ufb01": 2}, id="keys that UTF-16 sorts otherwise"),
        pytest.param([1.0, -0.0, 1e-6, 1e-7, 1e16, 1e21, 0.1], id="numbers"),
        pytest.param('\x7f\x1f\b\t\n\f\r"\\/ é €', id="signs that are escaped, or not"),
        pytest.param({"b": "at 9.0, 1e5", "a": []}, id="a text that looks like a number"),
    ],
)
def test_what_python_writes_otherwise(data: Any) -> None:
    assert canonical_bytes(data) == rfc8785.dumps(data)
