"""The one column of whole numbers from DuckDB, by the C interface of Arrow: no library is needed.

Keys come by the million, and a row of Python for each takes longer than to find them. DuckDB hands
over whole columns to whoever follows two pointers; how they lie in memory is settled for good by
https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    byref,
    c_char_p,
    c_int,
    c_int64,
    c_void_p,
    py_object,
    pythonapi,
    string_at,
)
from typing import Any, Protocol

import duckdb

__all__ = ["Columnar", "integers_of"]

_AT_ONCE = 10_000
_BYTES = 8
_INTEGER = b"l"


class Columnar(Protocol):
    """What was found, as DuckDB's relations give it."""

    def __arrow_c_stream__(self) -> object:
        """A capsule that holds the stream, and ends it when it is let go."""


class _Schema(Structure):
    """`struct ArrowSchema`."""


class _Array(Structure):
    """`struct ArrowArray`."""


class _Stream(Structure):
    """`struct ArrowArrayStream`."""


_Schema._fields_ = [
    ("format", c_char_p),
    ("name", c_char_p),
    ("metadata", c_char_p),
    ("flags", c_int64),
    ("n_children", c_int64),
    ("children", POINTER(POINTER(_Schema))),
    ("dictionary", POINTER(_Schema)),
    ("release", CFUNCTYPE(None, POINTER(_Schema))),
    ("private_data", c_void_p),
]
_Array._fields_ = [
    ("length", c_int64),
    ("null_count", c_int64),
    ("offset", c_int64),
    ("n_buffers", c_int64),
    ("n_children", c_int64),
    ("buffers", POINTER(c_void_p)),
    ("children", POINTER(POINTER(_Array))),
    ("dictionary", POINTER(_Array)),
    ("release", CFUNCTYPE(None, POINTER(_Array))),
    ("private_data", c_void_p),
]
_Stream._fields_ = [
    ("get_schema", CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Schema))),
    ("get_next", CFUNCTYPE(c_int, POINTER(_Stream), POINTER(_Array))),
    ("get_last_error", CFUNCTYPE(c_char_p, POINTER(_Stream))),
    ("release", CFUNCTYPE(None, POINTER(_Stream))),
    ("private_data", c_void_p),
]

_pointer_in = pythonapi.PyCapsule_GetPointer
_pointer_in.restype, _pointer_in.argtypes = c_void_p, [py_object, c_char_p]


def integers_of(found: Columnar) -> Iterator[Sequence[int]]:
    """The values of the only column, some at a time.

    Raises:
        TypeError: it is not of whole numbers of 64 bits, or a value is missing.
        duckdb.Error: what DuckDB met as it went on.
    """
    capsule = found.__arrow_c_stream__()  # what it holds is there as long as it is
    stream = _Stream.from_address(_pointer_in(capsule, b"arrow_array_stream"))
    forms = _forms_of(stream)
    if forms != [_INTEGER]:
        raise TypeError(f"columns of the forms {forms} are no keys")
    for column in _columns(stream):
        if column.null_count:
            raise TypeError("NoneType is no type of keys")
        start = (column.buffers[1] or 0) + column.offset * _BYTES
        for first in range(0, column.length, _AT_ONCE):
            number = min(_AT_ONCE, column.length - first)
            page = string_at(start + first * _BYTES, number * _BYTES)
            yield memoryview(page).cast("q").tolist()


def _forms_of(stream: Any) -> list[bytes]:
    """What the columns hold, by the letters that Arrow has for it."""
    schema: Any = _Schema()
    _refuse(stream, stream.get_schema(byref(stream), byref(schema)))
    try:
        return [schema.children[at].contents.format for at in range(schema.n_children)]
    finally:
        schema.release(byref(schema))


def _columns(stream: Any) -> Iterator[Any]:
    """The column of each batch, which is there until the next is asked for."""
    while True:
        batch: Any = _Array()
        _refuse(stream, stream.get_next(byref(stream), byref(batch)))
        if not batch.release:
            return
        try:
            yield batch.children[0].contents
        finally:
            batch.release(byref(batch))


def _refuse(stream: Any, status: int) -> None:
    if status:
        told = stream.get_last_error(byref(stream)) or b""
        raise duckdb.InvalidInputException(told.decode("utf-8", "replace"))
