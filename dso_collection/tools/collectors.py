"""Who collects, in SQL (R12): ``dso.customer._get_collector`` for many records at a time."""

from odoo.tools import SQL

#: The user, or NULL where nobody collects; with the joins of :func:`join_collector`.
COLLECTOR = SQL("COALESCE(collector.id, substitute.id)")


def join_collector(alias: str) -> SQL:
    """Joins for :data:`COLLECTOR`: the collector of a record, or the company's default one where
    there is none; nobody who left.

    :param alias: the record's table in the query, which has ``res_company`` as ``company``
    """
    return SQL(
        """
        LEFT JOIN res_users collector ON collector.id = %s AND collector.active
        LEFT JOIN res_users substitute
          ON substitute.id = company.dso_default_collector_id AND substitute.active
        """,
        SQL.identifier(alias, "collector_id"),
    )
