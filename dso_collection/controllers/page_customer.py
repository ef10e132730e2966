from odoo import http
from odoo.http import content_disposition, request

from ..models.dso_page import HEADERS
from .page import PageController

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A file that a browser shows all the same can do nothing.
FILE_POLICY = "default-src 'none'; sandbox"


class CustomerPageController(PageController):
    """Files of the customer's page, and new links."""

    def _send_file(self, name, content, mimetype):
        """A file to keep, never to be shown in place of the page."""
        headers = {
            **HEADERS,
            "Content-Security-Policy": FILE_POLICY,
            "Content-Type": mimetype,
            "Content-Length": str(len(content)),
            "Content-Disposition": content_disposition(name),
        }
        return request.make_response(content, headers=list(headers.items()))

    def _open_for_file(self, token):
        """The customer's page of a link, from which files are fetched.

        :return: (page, response), one of them empty
        """
        page, response = self._open(token)
        if response:
            return None, response
        if page.purpose != "customer":
            return None, self._refuse(token)
        if not self._is_allowed("download", page.id):
            return None, self._respond("dso_collection.page_limited", {}, status=429)
        return page, None

    @http.route(
        "/dso/p/<string:token>/statement.<any(pdf,xlsx):extension>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def statement(self, token, extension, **_params):
        """All items of the page as a letter or as a spreadsheet."""
        page, response = self._open_for_file(token)
        if response:
            return response
        if extension == "pdf":
            content, mimetype = page._make_statement_pdf(), "application/pdf"
        else:
            content, mimetype = page._make_statement_sheet(), SHEET
        return self._send_file(page._get_statement_name(extension), content, mimetype)

    @http.route(
        "/dso/p/<string:token>/invoice/<int:line_id>",
        type="http",
        auth="public",
        methods=["GET"],
    )
    def invoice(self, token, line_id, **_params):
        """The PDF of an item's invoice, if the item is on the page."""
        page, response = self._open_for_file(token)
        if response:
            return response
        found = page._get_invoice_file(line_id)
        if not found:
            return self._refuse(token)
        name, content = found
        return self._send_file(name, content, "application/pdf")

    @http.route(
        "/dso/p/<string:token>/renew", type="http", auth="public", methods=["POST"], csrf=True
    )
    def renew(self, token, **_post):
        """Ask for a new link. The answer is the same whether there ever was such a link; what is
        sent goes to the addresses of the old one only."""
        if not self._is_allowed("wrong", self._get_address()):
            return self._respond("dso_collection.page_limited", {}, status=429)
        page = request.env["dso.page"]._find_ever(token)
        if page:
            company = page.company_id
            page = page.with_user(request.env.ref("base.public_user")).sudo()
            page.with_context(allowed_company_ids=company.ids)._send_new_link()
        return self._respond("dso_collection.page_renewed", {})
