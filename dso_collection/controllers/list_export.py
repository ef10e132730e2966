"""What a list shows as a spreadsheet: its columns, their headers, its order, and a name that says
what it is. Odoo's own export knows fields and not lists."""

import json

from werkzeug.exceptions import BadRequest

from odoo import fields, http
from odoo.http import content_disposition, request
from odoo.tools import osutil

from odoo.addons.web.controllers.export import ExcelExport

#: Models whose lists ask for it.
MODELS = ("dso.action", "dso.ageing", "account.move.line")
#: As long as a name of a file may sensibly be.
MAX_TITLE = 120


class ListExport(http.Controller):
    @http.route("/dso_collection/list.xlsx", type="http", auth="user", methods=["POST"])
    def export(self, data, **_options):
        """Odoo's export, with the rights that it asks for.

        :param data: JSON as for ``/web/export/xlsx``, with ``title`` and ``order`` (list of
            {"name", "asc"})
        """
        try:
            params = json.loads(data)
            model, title = params["model"], str(params.get("title") or "")
            order = [(each["name"], bool(each["asc"])) for each in params.get("order") or []]
        except (ValueError, TypeError, KeyError) as error:
            raise BadRequest from error
        if model not in MODELS:
            raise BadRequest
        records = request.env[model].with_context(**params.get("context") or {})
        if not params.get("ids"):
            known = [(name, asc) for name, asc in order if name in records._fields]
            terms = [f"{name} {'asc' if asc else 'desc'}" for name, asc in known]
            params["ids"] = records.search(params["domain"], order=", ".join(terms) or None).ids
            if not params["ids"]:
                # an empty list of ids would mean all
                params["domain"] = [(0, "=", 1)]
        response = ExcelExport().base(json.dumps(params))
        name = f"{title[:MAX_TITLE]} {fields.Date.to_string(request.env.company._dso_today())}.xlsx"
        response.headers["Content-Disposition"] = content_disposition(
            osutil.clean_filename(name.strip())
        )
        return response
