import json

from werkzeug.exceptions import BadRequest

from odoo import http
from odoo.exceptions import AccessError
from odoo.http import content_disposition, request
from odoo.tools import osutil

from ..tools.workbook import MIMETYPE, Sheet, write_workbook


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
        sheets = [Sheet(*sheet) for sheet in model._prepare_sheets(params)]
        content = write_workbook(request.env, sheets)
        name = osutil.clean_filename(f"{model._get_file_name()}.xlsx")
        return request.make_response(
            content,
            [("Content-Type", MIMETYPE), ("Content-Disposition", content_disposition(name))],
        )
