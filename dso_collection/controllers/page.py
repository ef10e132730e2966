import secrets

from odoo import fields, http
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.modules import get_manifest
from odoo.tools.translate import _lt

from ..engine import colors, pages as rules
from ..models.dso_page import HEADERS
from ..models.dso_page_answer import KINDS_BY_PURPOSE

#: A form with its files, and what surrounds them.
MAX_REQUEST = rules.MAX_FILES * rules.MAX_FILE_SIZE + rules.MEGABYTE
#: How much of a file its type is recognised by.
HEAD = 4096
#: Nothing from elsewhere, no script and no style but those that carry the response's own nonce.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'nonce-{nonce}'; "
    "script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
#: What a form says is wrong, in the visitor's language.
PROBLEMS = {
    "missing": _lt("Please choose the day on which you will pay."),
    "past": _lt("The day of payment cannot be in the past."),
    "far": _lt("The day of payment is too far away. Please call us."),
    "no_kind": _lt("Please choose what you want to tell us."),
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
#: By which of its fields a form shows what is wrong.
FIELDS = {
    "missing": "date",
    "past": "date",
    "far": "date",
    "no_kind": "kind",
    "no_items": "item",
    "no_reason": "reason",
    "no_comment": "comment",
    "stranger": "email",
    "amount": "amount",
    "currencies": "amount",
    "too_many": "files",
    "empty": "files",
    "too_big": "files",
    "type": "files",
    "content": "files",
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
            lang = page.lang or company.partner_id.lang or "en_US"
            # sudo: see above; a visitor is nobody's user, whoever is logged in on this machine
            page = page.with_user(request.env.ref("base.public_user")).sudo()
            page = page.with_context(lang=lang, allowed_company_ids=company.ids)
            # what the templates and messages below say, in the same language
            request.update_context(lang=lang)
        return page

    def _get_address(self):
        return request.httprequest.remote_addr or "unknown"

    def _refuse(self, token, status=404):
        """The same plain page for every link that opens nothing."""
        if not self._is_allowed("wrong", self._get_address()):
            return self._respond("dso_collection.page_limited", {}, status=429)
        return self._respond("dso_collection.page_closed", {"token": token}, status=status)

    def _respond(self, template, values, status=200):
        nonce = secrets.token_urlsafe(16)
        company = values.get("company")
        values = {
            "nonce": nonce,
            "version": get_manifest("dso_collection")["version"],
            # the company's colour as far as everybody can read it
            "color": colors.readable(company and company.email_secondary_color),
            **values,
        }
        response = request.render(template, values)
        response.flatten()
        response.status_code = status
        response.headers.update(HEADERS)
        response.headers["Content-Security-Policy"] = POLICY.format(nonce=nonce)
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

    @http.route("/dso/p/<path:token>", type="http", auth="public", methods=["GET"])
    def show_nothing(self, token, **_params):
        """Whatever else is asked for below a link, forms by GET too, gives the plain page."""
        return self._refuse(token.partition("/")[0])

    def _show(self, page, token, params, status=200, **values):
        template = f"dso_collection.page_{page.purpose}"
        values = {
            **page._prepare_page(params),
            "token": token,
            # a form that is sent twice is one answer
            "key": secrets.token_urlsafe(12),
            **values,
        }
        return self._respond(template, values, status=status)

    def _show_problem(self, page, token, code, entered):
        """The page again, with what is wrong and everything that was entered."""
        return self._show(
            page,
            token,
            entered,
            status=429 if code == "limit" else 422,
            problem=request.env._(PROBLEMS[code]),
            problem_code=code,
            problem_field=FIELDS.get(code),
            entered=entered,
            had_files=any(upload.filename for upload in request.httprequest.files.values()),
            ticked=set(request.httprequest.form.getlist("item")),
        )

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
            answer = page.env["dso.page.answer"]._receive_once(page, values, files)
        except Problem as problem:
            return self._show_problem(page, token, str(problem), post)
        response = request.redirect(f"/dso/p/{token}?done={answer.id}", code=303)
        response.headers.update(HEADERS)
        return response

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
        if not kind:
            raise Problem("no_kind")
        if kind not in KINDS_BY_PURPOSE[page.purpose] or not 8 <= len(key) <= 64:
            raise ValidationError(
                request.env._("This form is not complete. Please reload the page.")
            )
        comment = str(post.get("comment") or "").strip()[: rules.MAX_COMMENT]
        lines = self._read_lines(page, post)
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

    def _read_lines(self, page, post):
        """The ticked items that are on the page; others are as if they were not ticked."""
        if post.get("all") and page.purpose == "customer":
            # all that the list shows, on whichever of its pages
            return page._get_viewed_lines(post)
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

    def _read_kind_not_me(self, page, _post, _lines, _comment):
        # who is not in charge is so of all that was asked
        return {"line_ids": page._get_lines()}

    def _check_lines(self, lines):
        if not lines:
            raise Problem("no_items")

    def _read_amount(self, page, post, lines):
        """The part that is promised or disputed, zero for all of it."""
        # each kind of answer has a field of its own
        entered = str(post.get(f"amount_{post.get('kind')}") or post.get("amount") or "").strip()
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
            # a request that Odoo begins anew has read it already
            upload.stream.seek(0)
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
