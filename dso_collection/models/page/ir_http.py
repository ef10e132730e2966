from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.http import request

from .dso_page import HEADERS, PATH


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Whether the user has customers of their own: menus begin with them, and the browser
        forgets what it kept of menus when that changes."""
        result = super().session_info()
        if self.env.user.has_group("dso_collection.group_dso_reader"):
            result["dso_own"] = self.env["dso.customer"]._dso_has_own()
        return result

    @classmethod
    def _handle_error(cls, exception):
        """What goes wrong on an interactive page is not kept and not found either."""
        response = super()._handle_error(exception)
        if request.httprequest.path.startswith(PATH):
            if isinstance(response, HTTPException):
                response = response.get_response(request.httprequest.environ)
            response.headers.update(HEADERS)
        return response
