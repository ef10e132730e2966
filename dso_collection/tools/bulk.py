"""Bulk writes of what only the module writes: one statement, whatever the number of rows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from odoo import models
from odoo.tools import SQL


def bulk_update(
    records: models.BaseModel, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Write ``rows`` in one statement, past the ORM's per-record work.

    For stored figures that nothing else depends on. Invalidates the cache of what it wrote.

    :param records: any recordset of the model to write
    :param columns: names of stored fields
    :param rows: tuples ``(id, value of the first column, …)``
    """
    if not rows:
        return
    arrays = [SQL("%s::int[]", [row[0] for row in rows])]
    arrays += _get_arrays(records, columns, [row[1:] for row in rows])
    names = [SQL.identifier(column) for column in columns]
    records.env.cr.execute(
        SQL(
            "UPDATE %(table)s SET %(assignments)s FROM unnest(%(arrays)s) AS new(id, %(names)s) "
            "WHERE %(table)s.id = new.id",
            table=SQL.identifier(records._table),
            assignments=SQL(", ").join(SQL("%s = new.%s", name, name) for name in names),
            arrays=SQL(", ").join(arrays),
            names=SQL(", ").join(names),
        )
    )
    records.browse([row[0] for row in rows]).invalidate_recordset(columns, flush=False)


def bulk_insert(model: models.BaseModel, values_list: Sequence[dict[str, Any]]) -> models.BaseModel:
    """Create records in one statement, past the ORM: no defaults, no computed fields, no hooks.

    :param values_list: dicts of stored fields, all with the same keys
    :return: the new records
    """
    if not values_list:
        return model.browse()
    columns = list(values_list[0])
    arrays = _get_arrays(model, columns, [values.values() for values in values_list])
    names = SQL(", ").join(SQL.identifier(column) for column in columns)
    model.env.cr.execute(
        SQL(
            "INSERT INTO %(table)s (%(names)s, create_uid, write_uid, create_date, write_date) "
            "SELECT new.*, %(uid)s, %(uid)s, %(now)s, %(now)s "
            "FROM unnest(%(arrays)s) AS new(%(names)s) RETURNING id",
            table=SQL.identifier(model._table),
            names=names,
            arrays=SQL(", ").join(arrays),
            uid=model.env.uid,
            now=model.env.cr.now(),
        )
    )
    return model.browse([row[0] for row in model.env.cr.fetchall()])


def _get_arrays(
    model: models.BaseModel, columns: Sequence[str], rows: Collection[Iterable[Any]]
) -> list[SQL]:
    """The columns of ``rows`` as typed SQL arrays, for ``unnest``."""
    arrays = []
    for column, values in zip(columns, zip(*rows, strict=True), strict=True):
        cast = model._fields[column].column_type[0]
        values = list(values)
        if cast == "jsonb":
            values = [None if value is None else json.dumps(value) for value in values]
            arrays.append(SQL("%s::text[]::jsonb[]", values))
        else:
            arrays.append(SQL(f"%s::{cast}[]", values))
    return arrays
