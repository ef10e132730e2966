import json

from werkzeug.exceptions import BadRequest, UnprocessableEntity

from odoo import http
from odoo.exceptions import AccessError, UserError
from odoo.http import content_disposition, request
from odoo.tools import osutil

from ..tools.workbook import MIMETYPE, write_workbook

#: Of each kind of file.
TYPES = {"pdf": "application/pdf", "xlsx": MIMETYPE}


class Ageing(http.Controller):
    """The ageing of a day as a file, with the rights of whoever asks for it."""

    @http.route(
        "/dso_collection/ageing.<any(pdf,xlsx):extension>",
        type="http",
        auth="user",
        methods=["POST"],
    )
    def export(self, extension, data, **_options):
        """
        :param data: JSON: ``day``, ``domain``, ``filters`` (list of texts that say what the domain
            is) and ``company_ids``, those that the screen shows
        """
        user = request.env.user
        if extension == "xlsx" and not user.has_group("base.group_allow_export"):
            raise AccessError(
                request.env._(
                    "You are not allowed to export. Ask an administrator for the right to do so."
                )
            )
        try:
            params = json.loads(data)
            companies = [int(company_id) for company_id in params.get("company_ids") or []]
            filters = [str(each) for each in params.get("filters") or []]
            domain = list(params.get("domain") or [])
            day = str(params.get("day") or "")
        except (ValueError, TypeError, AttributeError) as error:
            raise BadRequest from error
        model = request.env["dso.ageing"].with_context(dso_as_of=day)
        if companies:
            # Odoo refuses those that are not the user's
            model = model.with_context(allowed_company_ids=companies)
        try:
            if extension == "xlsx":
                content = write_workbook(model.env, model._prepare_sheets(domain, filters))
            else:
                content = model._print(domain, filters)
        except UserError as error:
            # as the web client reads it: it shows the sentence, and no "something went wrong"
            told = {"code": 0, "message": "", "data": http.serialize_exception(error)}
            raise UnprocessableEntity(json.dumps(told)) from error
        name = osutil.clean_filename(f"{model._get_file_name()}.{extension}")
        return request.make_response(
            content,
            [
                ("Content-Type", TYPES[extension]),
                ("Content-Disposition", content_disposition(name)),
            ],
        )
