"""Spreadsheets that the module writes."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from odoo import api
from odoo.exceptions import UserError

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a sheet cannot be called, and how long its name may be.
NOT_IN_TITLES = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
MAX_TITLE = 31


class Sheet(NamedTuple):
    """A table, one sheet of a workbook.

    :ivar totals: the last row, ``None`` without
    :ivar lines: texts above the table
    """

    title: str
    header: Sequence[str]
    rows: Sequence[Sequence[Any]]
    totals: Sequence[Any] | None = None
    lines: Sequence[str] = ()


def write_workbook(env: api.Environment, sheets: Iterable[Sheet]) -> bytes:
    """
    :raise UserError: where there are more rows than a spreadsheet holds
    """
    # like Odoo's own exports, not needed before somebody exports
    import xlsxwriter

    output = io.BytesIO()
    # a customer named "=1+1" is a text, and no formula
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(output, options) as workbook:
        formats = {
            "header": workbook.add_format({"bold": True}),
            "date": workbook.add_format({"num_format": "yyyy-mm-dd"}),
            "amount": workbook.add_format({"num_format": "#,##0.00"}),
            "total": workbook.add_format({"num_format": "#,##0.00", "bold": True, "top": 1}),
        }
        titles: set[str] = set()
        for sheet in sheets:
            target = workbook.add_worksheet(_make_title(sheet.title, titles))
            _check_fits(env, sheet, target.xls_rowmax - 2 - len(sheet.lines))
            _write_sheet(target, sheet, formats)
    return output.getvalue()


def _make_title(title: str, taken: set[str]) -> str:
    """A name that spreadsheets take: longer ones are refused, and a translation may be longer; two
    companies may begin alike."""
    name = title.translate(NOT_IN_TITLES).strip("' ")[:MAX_TITLE] or "-"
    number = 1
    while name.lower() in taken:
        number += 1
        end = f" {number}"
        name = title.translate(NOT_IN_TITLES).strip("' ")[: MAX_TITLE - len(end)] + end
    taken.add(name.lower())
    return name


def _check_fits(env: api.Environment, sheet: Sheet, maximum: int) -> None:
    if len(sheet.rows) <= maximum:
        return
    raise UserError(
        env._(
            "“%(sheet)s” would have %(count)s rows, more than a spreadsheet can hold "
            "(%(maximum)s). Choose fewer customers or fewer days.",
            sheet=sheet.title,
            count=len(sheet.rows),
            maximum=maximum,
        )
    )


def _write_sheet(target: Any, sheet: Sheet, formats: dict[str, Any]) -> None:
    target.set_column(0, len(sheet.header) - 1, 20)
    for number, line in enumerate(sheet.lines):
        target.write_string(number, 0, line)
    top = len(sheet.lines)
    target.freeze_panes(top + 1, 0)
    target.write_row(top, 0, sheet.header, formats["header"])
    for number, row in enumerate(sheet.rows, start=top + 1):
        for column, value in enumerate(row):
            _write_cell(target, number, column, value, formats)
    last = top + len(sheet.rows)
    target.autofilter(top, 0, last, len(sheet.header) - 1)
    if sheet.totals:
        target.write_row(last + 1, 0, sheet.totals, formats["total"])


def _write_cell(target: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    if isinstance(value, datetime.date):
        target.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, float):
        target.write_number(row, column, value, formats["amount"])
    else:
        target.write(row, column, value)
