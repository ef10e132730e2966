from odoo import http
from odoo.http import content_disposition, request

from ..engine import pages as rules
from .page import HEADERS, PageController, Problem


class PageColleagueController(PageController):
    """What only a colleague's page has: files of the question, and passing it on."""

    @http.route(
        "/dso/p/<string:token>/forward",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=True,
    )
    def forward(self, token, **post):
        """Not me: the question goes to another colleague, who gets a link of their own."""
        page, response = self._open(token)
        if response:
            return response
        if page.purpose != "colleague":
            return self._refuse(token)
        comment = str(post.get("comment") or "").strip()[: rules.MAX_COMMENT]
        try:
            if not self._is_allowed("renew", page.id):
                raise Problem("limit")
            colleague = page._find_colleague(str(post.get("email") or "")[:200])
            if not colleague:
                raise Problem("stranger")
        except Problem as problem:
            return self._show_problem(page, token, str(problem), post)
        page._forward(colleague, comment)
        return self._respond(
            "dso_collection.page_forwarded", {"company": page.company_id, "to": colleague.email}
        )

    @http.route(
        "/dso/p/<string:token>/file/<int:file_id>",
        type="http",
        auth="public",
        methods=["GET"],
        readonly=False,
    )
    def file(self, token, file_id, **_params):
        """A file of the question, as a download: no browser opens it as a page."""
        page, response = self._open(token)
        if response:
            return response
        attachment = page._get_question_files().filtered(lambda file: file.id == file_id)
        if not attachment:
            return self._refuse(token)
        return request.make_response(
            attachment.raw,
            headers=[
                *HEADERS.items(),
                ("Content-Type", "application/octet-stream"),
                ("Content-Disposition", content_disposition(attachment.name)),
            ],
        )
