"""Bulk writes for what only the module itself writes: one statement, whatever the number of rows."""

import json

from odoo.tools import SQL


def bulk_update(records, columns, rows):
    """Write ``rows`` in one statement, past the ORM's per-record work.

    For stored figures that nothing else depends on. Invalidates the cache of what it wrote.

    :param records: any recordset of the model to write
    :param columns: names of stored fields
    :param rows: tuples ``(id, value of the first column, …)``
    """
    if not rows:
        return
    fields = [records._fields[column] for column in columns]
    arrays = [SQL("%s::int[]", [row[0] for row in rows])]
    for position, field in enumerate(fields, start=1):
        values = [row[position] for row in rows]
        cast = field.column_type[0]
        if cast == "jsonb":
            values = [None if value is None else json.dumps(value) for value in values]
            arrays.append(SQL("%s::text[]::jsonb[]", values))
        else:
            arrays.append(SQL(f"%s::{cast}[]", values))
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
