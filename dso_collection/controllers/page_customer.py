from odoo import http
from odoo.http import request

from .page import LOOK, SEND, PageController

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class CustomerPageController(PageController):
    """Files of the customer's page, and new links."""

    @http.route("/dso/p/<string:token>/statement.<any(pdf,xlsx):extension>", **LOOK)
    def statement(self, token, extension, **_params):
        """All items of the page as a letter or as a spreadsheet."""
        page, response = self._open_for_file(token, "customer")
        if response:
            return response
        if extension == "pdf":
            content, mimetype = page._make_statement_pdf(), "application/pdf"
        else:
            content, mimetype = page._make_statement_sheet(), SHEET
        return self._send_file(page._get_statement_name(extension), content, mimetype)

    @http.route("/dso/p/<string:token>/renew", **SEND)
    def renew(self, token, **_params):
        """Ask for a new link. The answer is the same whether there ever was such a link; what is
        sent goes to the addresses of the old one only."""
        if not self._is_allowed("wrong", self._get_network()):
            return self._respond_too_many()
        self._check_form()
        if not self._has_session():
            return self._refuse(token, status=400)
        # the one route for links that open nothing any more
        page = request.env["dso.page"]._find_in_any_state(token)
        if page:
            self._as_visitor(page)._send_new_link()
        return self._respond("dso_collection.page_renewed", {})
