import datetime
import io
import json

from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request
from odoo.tools import osutil

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class DryRun(http.Controller):
    """The dry run as a spreadsheet, with the rights of whoever asks for it."""

    @http.route(
        "/dso_collection/dry_run.xlsx", type="http", auth="user", methods=["POST"], readonly=True
    )
    def export(self, data, **_options):
        """
        :param data: JSON, see ``dso.dry.run``; ``company_ids`` are those that the screen shows
        """
        if not request.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                request.env._(
                    "You are not allowed to export. Ask an administrator for the right to do so."
                )
            )
        try:
            params = json.loads(data)
            companies = [int(company_id) for company_id in params.pop("company_ids", None) or []]
        except (ValueError, TypeError, AttributeError) as error:
            raise BadRequest from error
        model = request.env["dso.dry.run"]
        if companies:
            # Odoo refuses those that are not the user's
            model = model.with_context(allowed_company_ids=companies)
        content = _write_workbook(model._prepare_sheets(params))
        name = osutil.clean_filename(f"{model._get_file_name()}.xlsx")
        return request.make_response(
            content,
            [("Content-Type", MIMETYPE), ("Content-Disposition", content_disposition(name))],
        )


def _write_workbook(sheets):
    """
    :param sheets: list of (title, header, rows)
    :return: bytes
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
        }
        for title, header, rows in sheets:
            # longer names are refused, and a translation may be longer
            sheet = workbook.add_worksheet(title[:31])
            _check_fits(title, len(rows), sheet.xls_rowmax - 1)
            _write_sheet(sheet, header, rows, formats)
    return output.getvalue()


def _check_fits(title, count, maximum):
    """
    :raise UserError: where there are more rows than a spreadsheet holds
    """
    if count <= maximum:
        return
    raise UserError(
        request.env._(
            "“%(sheet)s” would have %(count)s rows, more than a spreadsheet can hold "
            "(%(maximum)s). Choose fewer customers or fewer days.",
            sheet=title,
            count=count,
            maximum=maximum,
        )
    )


def _write_sheet(sheet, header, rows, formats):
    sheet.set_column(0, len(header) - 1, 20)
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, header, formats["header"])
    for number, row in enumerate(rows, start=1):
        for column, value in enumerate(row):
            _write_cell(sheet, number, column, value, formats)
    sheet.autofilter(0, 0, len(rows), len(header) - 1)


def _write_cell(sheet, row, column, value, formats):
    if isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, formats["date"])
    elif isinstance(value, float):
        sheet.write_number(row, column, value, formats["amount"])
    else:
        sheet.write(row, column, value)
