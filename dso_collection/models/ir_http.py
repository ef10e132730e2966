from werkzeug.exceptions import HTTPException

from odoo import models
from odoo.http import request

from .dso_page import HEADERS, PATH


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _handle_error(cls, exception):
        """What goes wrong on an interactive page is not kept and not found either."""
        response = super()._handle_error(exception)
        if request.httprequest.path.startswith(PATH):
            if isinstance(response, HTTPException):
                response = response.get_response(request.httprequest.environ)
            response.headers.update(HEADERS)
        return response
