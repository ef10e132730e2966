from odoo import http

from .page import LOOK, SEND, PageController, Problem


class PageColleagueController(PageController):
    """What only a colleague's page has: files of the question, and passing it on."""

    @http.route("/dso/p/<string:token>/forward", **SEND)
    def forward(self, token, **_params):
        """Not me: the question goes to another colleague, who gets a link of their own."""
        page, response = self._open(token, "colleague")
        if response:
            return response
        form = self._read_form()
        try:
            self._check_session()
            self._check_limit("forward", page.id)
            colleague = page._find_colleague((form.get("email") or "")[:200])
            problem = page._check_forward(colleague)
            if problem:
                raise Problem(problem)
        except Problem as problem:
            return self._show_problem(page, token, str(problem), form)
        page._forward(colleague, form.get("comment"))
        return self._show_forwarded(page)

    @http.route("/dso/p/<string:token>/file/<int:file_id>", **LOOK)
    def file(self, token, file_id, **_params):
        """A file of the question, as a download: no browser opens it as a page."""
        page, response = self._open_for_file(token, "colleague")
        if response:
            return response
        attachment = page._get_question_files().filtered(lambda file: file.id == file_id)
        if not attachment:
            return self._refuse(token)
        return self._send_file(attachment.name, attachment.raw, "application/octet-stream")
