"""The buckets of ``engine.ageing`` in fields and queries."""

from __future__ import annotations

from collections.abc import Sequence

from odoo.tools import SQL

from ..engine.ageing import Bucket

#: Names of the buckets; translated with the fields that have them.
_LABELS = {
    "000": "Not due",
    "001": "1 to 30 days",
    "031": "31 to 60 days",
    "061": "61 to 90 days",
    "091": "More than 90 days",
    "091_180": "91 to 180 days",
    "181": "More than 180 days",
}


def get_selection(buckets: Sequence[Bucket]) -> list[tuple[str, str]]:
    """Buckets as the values of a field."""
    return [(bucket.key, _LABELS[bucket.key]) for bucket in buckets]


def bucket_sql(days: SQL, buckets: Sequence[Bucket]) -> SQL:
    """The key of the bucket, ``NULL`` where there is none: nothing is overdue, and only buckets of
    what is were asked for.

    :param days: how many days overdue
    :param buckets: one after the other, without a gap
    """
    # the oldest first, so that one comparison is enough for each
    return SQL(
        "CASE %s END",
        SQL(" ").join(
            SQL("ELSE %s", bucket.key)
            if bucket.first is None
            else SQL("WHEN %s >= %s THEN %s", days, bucket.first, bucket.key)
            for bucket in reversed(buckets)
        ),
    )
