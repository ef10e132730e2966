import secrets

from psycopg2 import IntegrityError

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import mute_logger
from odoo.tools.translate import _lt

from ..engine import pages as rules
from ..models.dso_page_answer import KINDS_BY_PURPOSE

#: A form with its files, and what surrounds them.
MAX_REQUEST = rules.MAX_FILES * rules.MAX_FILE_SIZE + rules.MEGABYTE
#: How much of a file its type is recognised by.
HEAD = 4096
#: No page is kept, found by search engines, shown inside another one, or told of to other sites.
HEADERS = {
    "Cache-Control": "no-store, private",
    "Pragma": "no-cache",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "script-src 'self' 'unsafe-inline'; object-src 'none'; frame-ancestors 'none'; "
        "base-uri 'none'; form-action 'self'"
    ),
}
#: What a form says is wrong, in the visitor's language.
PROBLEMS = {
    "missing": _lt("Please choose the day on which you will pay."),
    "past": _lt("The day of payment cannot be in the past."),
    "far": _lt("The day of payment is too far away. Please call us."),
    "no_items": _lt("Please tick the items that your answer is about."),
    "no_reason": _lt("Please choose a reason."),
    "no_comment": _lt("Please write your answer."),
    "amount": _lt("The amount must be between zero and what is open of the ticked items."),
    "currencies": _lt("An amount can only be given for items of one currency."),
    "too_many": _lt("No more than 5 files at a time."),
    "empty": _lt("A file is empty."),
    "too_big": _lt("A file is larger than 10 MB."),
    "type": _lt("This type of file is not accepted: PDF, images, office documents and text are."),
    "content": _lt("A file is not what its name says."),
    "stranger": _lt("Please enter the address of a colleague: it is none of this company."),
    "limit": _lt("Too many requests. Please try again later."),
}


class Problem(Exception):
    """What keeps a form from being taken, as a key of ``PROBLEMS``."""


class PageController(http.Controller):
    """Interactive pages. Everything is checked against the link: what it shows, what it takes.

    Nothing happens by GET; every form has Odoo's CSRF token. A link that is wrong, expired or
    revoked gives the same plain page.
    """

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def _is_allowed(self, scope, key):
        return request.env["dso.page.hit"]._is_allowed(scope, key)

    def _find(self, token):
        """The page that a link opens, as superuser, in its language and company; empty without."""
        # sudo: the link is the right to see this page and nothing else
        page = request.env["dso.page"].sudo()._find(token)
        if page:
            company = page.company_id
            page = page.with_context(
                lang=page.lang or company.partner_id.lang or "en_US",
                allowed_company_ids=company.ids,
            )
        return page

    def _get_address(self):
        return request.httprequest.remote_addr or "unknown"

    def _refuse(self, token, status=404):
        """The same plain page for every link that opens nothing."""
        if not self._is_allowed("wrong", self._get_address()):
            return self._respond("dso_collection.page_limited", {}, status=429)
        return self._respond("dso_collection.page_closed", {"token": token}, status=status)

    def _respond(self, template, values, status=200):
        response = request.render(template, values)
        response.flatten()
        response.status_code = status
        response.headers.update(HEADERS)
        return response

    def _open(self, token):
        """The page of a link, or the response for one that opens nothing.

        :return: (page, response), one of them empty
        """
        if not self._is_allowed("view", self._get_address()):
            return None, self._respond("dso_collection.page_limited", {}, status=429)
        page = self._find(token)
        return (page, None) if page else (None, self._refuse(token))

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    @http.route(
        "/dso/p/<string:token>", type="http", auth="public", methods=["GET"], save_session=True
    )
    def show(self, token, **params):
        """The page itself. Looking at it changes nothing."""
        page, response = self._open(token)
        return response or self._show(page, token, params)

    def _show(self, page, token, params, **values):
        template = f"dso_collection.page_{page.purpose}"
        prepare = getattr(page, f"_prepare_{page.purpose}_page")
        values = {
            **prepare(params),
            "token": token,
            # a form that is sent twice is one answer
            "key": secrets.token_urlsafe(12),
            **values,
        }
        request.update_context(lang=page.env.context["lang"])
        return self._respond(template, values)

    @http.route(
        "/dso/p/<string:token>/seen",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=True,
    )
    def seen(self, token, **_post):
        """A person looks at the page: told by a script once it is seen, moved or clicked."""
        page, response = self._open(token)
        if page:
            page._set_opened()
            return request.make_response("", headers=list(HEADERS.items()), status=204)
        return response

    @http.route(
        "/dso/p/<string:token>/answer",
        type="http",
        auth="public",
        methods=["POST"],
        csrf=True,
        max_content_length=MAX_REQUEST,
    )
    def answer(self, token, **post):
        """Note an answer: a proposal that the collector decides on."""
        page, response = self._open(token)
        if response:
            return response
        try:
            if not self._is_allowed("answer", page.id):
                raise Problem("limit")
            values = self._read_answer(page, post)
            files = self._read_files(page)
            answer = self._note(page, values, files)
        except Problem as problem:
            return self._show_problem(page, token, post, problem)
        return request.redirect(f"/dso/p/{token}?done={answer.kind}", code=303)

    def _show_problem(self, page, token, post, problem):
        """The page again, with what is wrong and what was entered."""
        text = page.env._(PROBLEMS[str(problem)])
        return self._show(page, token, {}, problem=text, entered=post)

    def _note(self, page, values, files):
        Answer = page.env["dso.page.answer"]
        try:
            with request.env.cr.savepoint(), mute_logger("odoo.sql_db"):
                return Answer._receive(page, values, files)
        except IntegrityError:
            # the same form came twice at a time: the other one is noted
            known = Answer.search([("page_id", "=", page.id), ("key", "=", values["key"])])
            if not known:
                raise
            return known

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    def _read_answer(self, page, post):
        """The values of an answer, every one of them checked.

        :raise Problem: for what the visitor can put right
        :raise ValidationError: for what no form of the page sends
        """
        kind = post.get("kind")
        key = str(post.get("key") or "")
        if kind not in KINDS_BY_PURPOSE[page.purpose] or not 8 <= len(key) <= 64:
            raise ValidationError(
                request.env._("This form is not complete. Please reload the page.")
            )
        comment = str(post.get("comment") or "").strip()[: rules.MAX_COMMENT]
        lines = self._read_lines(page)
        values = {
            "key": key,
            "kind": kind,
            "comment": comment or False,
            "line_ids": lines,
            "author_name": str(post.get("author") or "").strip()[:100] or False,
        }
        # one method for each kind, which was checked above
        read = getattr(self, f"_read_kind_{kind}")
        return {**values, **read(page, post, lines, comment)}

    def _read_lines(self, page):
        """The ticked items that are on the page; others are as if they were not ticked."""
        ticked = request.httprequest.form.getlist("item")
        ids = {int(value) for value in ticked if value.isdecimal() and len(value) < 10}
        return page._get_lines(ids) if ids else page.env["account.move.line"]

    def _read_kind_promise(self, page, post, lines, _comment):
        self._check_lines(lines)
        day = _to_date(post.get("date"))
        problem = rules.check_promise(day, page.company_id._dso_today())
        if problem:
            raise Problem(problem)
        return {"date": day, "amount": self._read_amount(page, post, lines)}

    def _read_kind_processing(self, _page, _post, lines, _comment):
        self._check_lines(lines)
        return {}

    def _read_kind_dispute(self, page, post, lines, comment):
        self._check_lines(lines)
        reason = str(post.get("reason") or "")
        status = page._get_dispute_statuses().filtered(lambda status: str(status.id) == reason)
        if not status:
            raise Problem("no_reason")
        if not comment:
            raise Problem("no_comment")
        return {"status_id": status.id, "amount": self._read_amount(page, post, lines)}

    def _read_kind_copy(self, _page, _post, lines, _comment):
        self._check_lines(lines)
        return {}

    def _read_kind_comment(self, _page, _post, _lines, comment):
        if not comment:
            raise Problem("no_comment")
        return {}

    def _read_kind_answer(self, page, post, _lines, comment):
        proposed = str(post.get("status") or "")
        status = page._get_proposable_statuses().filtered(lambda item: str(item.id) == proposed)
        if not comment and not status:
            raise Problem("no_comment")
        return {"status_id": status.id}

    def _read_kind_not_me(self, _page, _post, _lines, _comment):
        return {}

    def _check_lines(self, lines):
        if not lines:
            raise Problem("no_items")

    def _read_amount(self, page, post, lines):
        """The part that is promised or disputed, zero for all of it."""
        entered = str(post.get("amount") or "").strip()
        if not entered:
            return 0.0
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        if len(claims.currency_id) != 1:
            raise Problem("currencies")
        amount = _to_amount(entered, page.env)
        currency = claims.currency_id
        total = sum(claims.mapped("amount_residual_currency"))
        if amount is None or amount <= 0 or currency.compare_amounts(amount, total) > 0:
            raise Problem("amount")
        return currency.round(amount)

    def _read_files(self, page):
        """The files that were handed in, checked.

        :return: [(name, type, content)]
        """
        uploads = [
            upload for upload in request.httprequest.files.getlist("files") if upload.filename
        ]
        if len(uploads) > rules.MAX_FILES:
            raise Problem("too_many")
        files = []
        for upload in uploads:
            if not self._is_allowed("file", page.id):
                raise Problem("limit")
            name = rules.clean_file_name(upload.filename)
            # one byte more than allowed tells that it is too much
            content = upload.stream.read(rules.MAX_FILE_SIZE + 1)
            problem = rules.check_file(name, len(content), content[:HEAD])
            if problem:
                raise Problem(problem)
            files.append((name, rules.get_file_type(name), content))
        return files


def _to_date(text):
    try:
        return fields.Date.to_date(str(text or "").strip() or None)
    except ValueError:
        return None


def _to_amount(text, env):
    """An amount as people of the page's language type it, ``None`` if it is none."""
    lang = env["res.lang"]._get_data(code=env.context.get("lang") or "en_US")
    text = text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace("'", "")
    if lang.thousands_sep:
        text = text.replace(lang.thousands_sep, "") if lang.thousands_sep != "." else text
    if lang.decimal_point == ",":
        text = text.replace(".", "") if "," in text else text
        text = text.replace(",", ".")
    else:
        text = text.replace(",", "")
    try:
        amount = float(text)
    except ValueError:
        return None
    return amount if abs(amount) < 1e15 else None
