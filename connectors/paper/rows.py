"""Rows made of values, as a dialect reads them out of one parameter of JSON."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import FromClause, bindparam, column, text

from connectors.sources.forms import SQL_TYPES
from engine.language.catalog import Kind
from engine.ports import Row

__all__ = ["SHEETS", "SheetSyntax", "sheet"]


@dataclass(frozen=True, slots=True)
class SheetSyntax:
    """A dialect's syntax: `source` reads the parameter `:sent` as rows named `each`.

    `member` gives the value under {key} as {type}; `types` are the dialect's names of the types.
    """

    source: str
    member: str
    types: Mapping[Kind, str]


def sheet(
    syntax: SheetSyntax,
    name: str,
    columns: Mapping[str, str],
    values: Sequence[Row],
    *,
    quoted: Callable[[str], str],
) -> FromClause:
    """The rows as a relation `name`, its columns of the kinds that `columns` says."""
    kinds = {each: Kind(kind) for each, kind in columns.items()}
    members = ", ".join(
        syntax.member.format(key=f"c{at}", type=syntax.types[kind]) + f" AS {quoted(each)}"
        for at, (each, kind) in enumerate(kinds.items())
    )
    rows = [{f"c{at}": _json_value(value) for at, value in enumerate(row)} for row in values]
    sent = bindparam("sent", json.dumps(rows), SQL_TYPES[Kind.TEXT], unique=True)
    read = text(f"SELECT {members} FROM {syntax.source}").bindparams(sent)  # noqa: S608
    return read.columns(*(column(each, SQL_TYPES[kind]) for each, kind in kinds.items())).subquery(
        name
    )


def _json_value(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _types(
    text: str, integer: str, number: str, boolean: str, *, day: str, instant: str
) -> Mapping[Kind, str]:
    return {
        Kind.TEXT: text,
        Kind.INTEGER: integer,
        Kind.NUMBER: number,
        Kind.BOOLEAN: boolean,
        Kind.DATE: day,
        Kind.TIMESTAMP: instant,
    }


SHEETS: Mapping[str, SheetSyntax] = {
    "bigquery": SheetSyntax(
        source="UNNEST(JSON_QUERY_ARRAY(:sent)) AS each",
        member="CAST(JSON_VALUE(each, '$.{key}') AS {type})",
        types=_types("STRING", "INT64", "FLOAT64", "BOOL", day="DATE", instant="TIMESTAMP"),
    ),
    "clickhousedb": SheetSyntax(
        source="(SELECT arrayJoin(JSONExtractArrayRaw(:sent)) AS each)",
        member="accurateCastOrNull(JSONExtract(each, '{key}', 'Nullable(String)'), '{type}')",
        types=_types(
            *("String", "Int64", "Float64", "Bool"), day="Date32", instant="DateTime64(6, ''UTC'')"
        ),
    ),
    "databricks": SheetSyntax(
        source="(SELECT EXPLODE(FROM_JSON(:sent, 'ARRAY<MAP<STRING, STRING>>')) AS each) AS sheet",
        member="CAST(each['{key}'] AS {type})",
        types=_types("STRING", "BIGINT", "DOUBLE", "BOOLEAN", day="DATE", instant="TIMESTAMP"),
    ),
    "mssql": SheetSyntax(
        source="OPENJSON(:sent) AS each",
        member="CAST(JSON_VALUE(each.value, '$.{key}') AS {type})",
        types=_types(
            *("nvarchar(4000)", "bigint", "float", "bit"), day="date", instant="datetimeoffset(6)"
        ),
    ),
    "redshift": SheetSyntax(
        source="(SELECT JSON_PARSE(:sent) AS body) AS sheet, sheet.body AS each",
        member="CAST(each.{key} AS {type})",
        types=_types(
            *("VARCHAR", "BIGINT", "DOUBLE PRECISION", "BOOLEAN"), day="DATE", instant="TIMESTAMPTZ"
        ),
    ),
    "snowflake": SheetSyntax(
        source="TABLE(FLATTEN(INPUT => PARSE_JSON(:sent))) AS each",
        member="CAST(GET(each.value, '{key}') AS {type})",
        types=_types(
            *("VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"), day="DATE", instant="TIMESTAMP_TZ"
        ),
    ),
    "trino": SheetSyntax(
        source="UNNEST(CAST(json_parse(:sent) AS ARRAY(JSON))) AS sheet (each)",
        member="CAST(json_extract_scalar(each, '$.{key}') AS {type})",
        types=_types(
            *("VARCHAR", "BIGINT", "DOUBLE", "BOOLEAN"),
            day="DATE",
            instant="TIMESTAMP(6) WITH TIME ZONE",
        ),
    ),
}
"""By SQLAlchemy's name of the dialect."""
