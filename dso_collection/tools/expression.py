"""Fields that are SQL expressions: computed when read, and searched for in one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from odoo.fields import Domain
from odoo.tools import SQL

COMPARISONS = {"<": SQL("<"), "<=": SQL("<="), ">": SQL(">"), ">=": SQL(">=")}


class Expression:
    """An SQL expression that a rule of the engine calculates with as with a value: what it makes of
    it is an expression again."""

    def __init__(self, sql: SQL | str) -> None:
        self.sql = SQL(sql) if isinstance(sql, str) else sql

    def _combine(self, operator: str, other: Any) -> Expression:
        other = other.sql if isinstance(other, Expression) else SQL("%s", other)
        return Expression(SQL(f"(%s {operator} %s)", self.sql, other))

    def __sub__(self, other: Any) -> Expression:
        return self._combine("-", other)

    def __truediv__(self, other: Any) -> Expression:
        return self._combine("/", other)

    def __gt__(self, other: Any) -> Expression:
        return self._combine(">", other)

    def __le__(self, other: Any) -> Expression:
        return self._combine("<=", other)


def case_sql(cases: Iterable[tuple[str, Expression]], otherwise: str) -> SQL:
    """The name of the first condition that holds.

    :param cases: names with their conditions
    """
    whens = SQL(" ").join(SQL("WHEN %s THEN %s", holds.sql, name) for name, holds in cases)
    return SQL("CASE %s ELSE %s END", whens, otherwise)


def search_expression(expression: Callable[[str], SQL], operator: str, value: Any) -> Domain:
    """The domain of a search method.

    :param expression: function of the table's alias that makes an SQL expression
    :param operator, value: as a search method gets them
    :return: a domain, or ``NotImplemented``
    """
    if operator in COMPARISONS:
        return Domain.custom(
            to_sql=lambda model, alias, query: SQL(
                "(%s) %s %s", expression(alias), COMPARISONS[operator], value
            )
        )
    if operator != "in":
        return NotImplemented
    wanted = [each for each in value if each is not False and each is not None]
    is_empty = SQL("IS NULL") if len(wanted) < len(list(value)) else None

    def to_sql(model, alias, query):
        found = SQL("(%s) = ANY(%s)", expression(alias), wanted) if wanted else SQL("FALSE")
        if is_empty:
            found = SQL("(%s OR (%s) %s)", found, expression(alias), is_empty)
        return found

    return Domain.custom(to_sql=to_sql)


def day_of(alias: str, days: Mapping[int, date]) -> SQL:
    """A day of each row's company, as an SQL expression; a constant where all have the same, so
    that an index can serve.

    :param alias: name of a table with the column ``company_id``
    :param days: {company id: date}
    """
    if len(set(days.values())) <= 1:
        return SQL("%s::date", next(iter(days.values()), None))
    cases = SQL(" ").join(SQL("WHEN %s THEN %s::date", key, day) for key, day in days.items())
    return SQL("CASE %s %s END", SQL.identifier(alias, "company_id"), cases)
