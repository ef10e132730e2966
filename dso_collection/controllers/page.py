import secrets

from werkzeug.exceptions import BadRequest

from odoo import fields, http
from odoo.http import content_disposition, request
from odoo.modules import get_manifest
from odoo.tools import get_lang
from odoo.tools.translate import _lt

from ..engine import colors, pages as rules
from ..models.page.dso_page import HEADERS
from ..models.page.dso_page_answer import KINDS_BY_PURPOSE

#: A form with its files, and what surrounds them.
MAX_REQUEST = rules.MAX_FILES * rules.MAX_FILE_SIZE + rules.MEGABYTE
#: What all routes have in common: nobody logs in, and no more than a form is read. It is ``_open``
#: that checks the link: every route begins with it.
LOOK = {
    "type": "http",
    "auth": "public",
    "methods": ["GET"],
    "max_content_length": rules.MEGABYTE,
}
#: A form that says itself, and not by a page without what was typed, that its token is not good any
#: more: see ``_check_session``.
SEND = {**LOOK, "methods": ["POST"], "csrf": False}
#: Below a link, the addresses that take forms only.
FORMS = ("answer", "forward", "seen", "renew", "pay")
#: How much of a file its type is recognised by.
HEAD = 4096
#: Nothing from elsewhere, no script and no style but those that carry the response's own nonce.
POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'nonce-{nonce}'; "
    "script-src 'nonce-{nonce}'; connect-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
#: A file that a browser shows all the same can do nothing.
FILE_POLICY = "default-src 'none'; sandbox"
#: What a form says is wrong, in the visitor's language.
PROBLEMS = {
    "session": _lt(
        "You were away for a long time, or your browser does not accept cookies from this site. "
        "What you typed is still here: please send it again."
    ),
    "incomplete": _lt("This form is incomplete. Please reload the page."),
    "missing": _lt("Please choose the day on which you will pay."),
    "past": _lt("The payment date cannot be in the past."),
    "far": _lt("The payment date is too far away. Please call us."),
    "paid_on": _lt("The date on which you paid cannot be right. Please correct it."),
    "no_kind": _lt("Please choose what you want to tell us."),
    "no_items": _lt("Please tick the items your answer is about."),
    "no_reason": _lt("Please choose a reason."),
    "no_comment": _lt("Please write your answer."),
    "amount": _lt("The amount must be between zero and the open amount of the ticked items."),
    "no_number": _lt("The amount is not a number above zero. Write it in figures, like 1250.50."),
    "currencies": _lt("An amount can only be given for items in the same currency."),
    "too_many": _lt("You can send up to 5 files at a time."),
    "empty": _lt("One of the files is empty."),
    "too_big": _lt("One of the files is larger than 10 MB."),
    "type": _lt(
        "This type of file is not accepted. You can send PDF files, images, office documents "
        "and text."
    ),
    "content": _lt("One of the files is not what its name says."),
    "stranger": _lt(
        "Please enter a colleague's address: this one is not an address of this company."
    ),
    "asker": _lt(
        "This is the address of the colleague who asked the question. Send your answer, or "
        "choose “I do not know who it is”."
    ),
    "yourself": _lt("This is your own address. Enter that of the colleague in charge."),
    "limit": _lt("Too many requests. Please try again later."),
}
#: By which of its fields a form shows what is wrong.
FIELDS = {
    "missing": "date",
    "past": "date",
    "far": "date",
    "paid_on": "paid_on",
    "no_kind": "kind",
    "no_items": "item",
    "no_reason": "reason",
    "no_comment": "comment",
    "stranger": "email",
    "asker": "email",
    "yourself": "email",
    "amount": "amount",
    "no_number": "amount",
    "currencies": "amount",
    "too_many": "files",
    "empty": "files",
    "too_big": "files",
    "type": "files",
    "content": "files",
}


#: With which status, where it is not the visitor's words that are wrong.
STATUSES = {"limit": 429, "session": 400}


class Problem(Exception):
    """What keeps a form from being taken, as a key of ``PROBLEMS``."""


class PageController(http.Controller):
    """Interactive pages. Everything is checked against the link: what it shows, what it takes.

    Every route begins with ``_open``, which gives the page of a good link and for any other one
    the same plain page, wrong, expired or revoked. Nothing happens by GET; every form has Odoo's
    CSRF token, which ``_check_session`` checks.
    """

    # ------------------------------------------------------------------
    # Links
    # ------------------------------------------------------------------

    def _open(self, token, purpose=None):
        """The page of a link, or the response for one that opens nothing.

        :param purpose: that the page must have
        :return: (page, response), one of them empty
        """
        if not self._is_allowed("view", self._get_network()):
            return None, self._respond_too_many()
        self._check_form()
        page = self._find(token)
        # Odoo lets OPTIONS through to every route
        asked = request.httprequest.method != "OPTIONS"
        if asked and not page and (given := self._find_forwarded(token)):
            return None, self._show_forwarded(given)
        if not page or not asked or purpose not in (None, page.purpose):
            return None, self._refuse(token)
        return page, None

    def _check_form(self):
        form = request.httprequest.form
        check_characters(value for name in form for value in (name, *form.getlist(name)))

    def _find_forwarded(self, token):
        """The page of a question that its colleague forwarded, in its language; else empty."""
        page = request.env["dso.page"]._find_in_any_state(token)
        if not page._is_forwarded():
            return page.browse()
        page = self._as_visitor(page)
        request.update_context(lang=page.env.lang)
        return page

    def _show_forwarded(self, page):
        """To whom the question went, and when: nothing of the question itself."""
        return self._respond("dso_collection.page_forwarded", page._prepare_forwarded())

    def _find(self, token):
        """The page that a link opens, as superuser, in its language and company; empty without."""
        page = request.env["dso.page"]._find(token)
        if page:
            page = self._as_visitor(page)
            # what the templates and messages below say, in the same language
            request.update_context(lang=page.env.lang)
        return page

    def _as_visitor(self, page):
        """A page in its company and in its recipient's language."""
        company = page.company_id
        lang = get_lang(page.env, page.lang or company.partner_id.lang).code
        # sudo: the link, which was checked, is the right to see this page and nothing else; a
        # visitor is nobody's user, whoever is logged in on this machine
        page = page.with_user(request.env.ref("base.public_user")).sudo()
        return page.with_context(lang=lang, allowed_company_ids=company.ids)

    def _open_for_file(self, token, purpose):
        """As ``_open``, for a file that takes time to make."""
        page, response = self._open(token, purpose)
        if page and not self._is_allowed("download", page.id):
            return None, self._respond_too_many()
        return page, response

    def _refuse(self, token, status=404):
        """The same plain page for every link that opens nothing."""
        if not self._is_allowed("wrong", self._get_network()):
            return self._respond_too_many()
        return self._respond("dso_collection.page_closed", {"token": token}, status=status)

    def _is_allowed(self, scope, key):
        return request.env["dso.page.hit"]._is_allowed_now(scope, key)

    def _check_limit(self, scope, key):
        if not self._is_allowed(scope, key):
            raise Problem("limit")

    def _respond_too_many(self):
        return self._respond("dso_collection.page_limited", {}, status=429)

    def _get_network(self):
        # the address of the connection, or what a trusted proxy says (Odoo's proxy_mode): a header
        # that anybody can write counts for nothing
        return rules.get_network(request.httprequest.remote_addr)

    def _has_session(self):
        """Whether the form comes from a page that this visitor was given."""
        return request.validate_csrf(request.httprequest.form.get("csrf_token"))

    def _check_session(self):
        if not self._has_session():
            raise Problem("session")

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

    def _redirect(self, location):
        response = request.redirect(location, code=303)
        response.headers.update(HEADERS)
        return response

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

    # ------------------------------------------------------------------
    # The page
    # ------------------------------------------------------------------

    @http.route("/dso/p/<string:token>", **LOOK)
    def show(self, token, **_params):
        """The page itself. Looking at it changes nothing."""
        page, response = self._open(token)
        return response or self._show(page, token, _read_texts(request.httprequest.args))

    @http.route("/dso/preview/<int:page_id>", **{**LOOK, "auth": "user"})
    def preview(self, page_id, **_params):
        """The page of a link as its recipient would see it now, for colleagues who may read the
        customer's file. It counts as no visit, and takes no answer."""
        page = request.env["dso.page"].browse(page_id).exists()
        if not page or not page.has_access("read") or not page.customer_id.has_access("read"):
            return self._respond("dso_collection.page_closed", {"token": ""}, status=404)
        is_closed = page.state in ("expired", "revoked")
        page = self._as_visitor(page)
        request.update_context(lang=page.env.lang)
        if is_closed:
            return self._respond("dso_collection.page_closed", {"token": "", "is_preview": True})
        return self._show(page, "", {}, is_preview=True)

    @http.route("/dso/p/<path:token>", **{**LOOK, "methods": None, "csrf": False})
    def show_nothing(self, token, **_params):
        """Whatever else is asked for below a link, in whichever way, forms by GET too, gives the
        plain page, and does nothing. The address of a form, opened again from the address bar or
        a restored tab, is the page's."""
        token, _slash, rest = token.partition("/")
        if request.httprequest.method != "GET" or rest not in FORMS:
            return self._refuse(token)
        page, response = self._open(token)
        return response or self._redirect(f"/dso/p/{token}")

    def _show(self, page, token, params, status=200, **values):
        template = f"dso_collection.page_{page.purpose}"
        values = {
            **page._prepare_page(params),
            "token": token,
            # a form that is sent twice is one answer
            "key": secrets.token_urlsafe(12),
            "max_files": rules.MAX_FILES,
            "max_file_size": rules.MAX_FILE_SIZE,
            # what the script says of files before they travel
            **{code: request.env._(PROBLEMS[code]) for code in ("too_many", "too_big")},
            **values,
        }
        return self._respond(template, values, status=status)

    def _show_problem(self, page, token, code, entered):
        """The page again, with what is wrong and everything that was entered."""
        return self._show(
            page,
            token,
            entered,
            status=STATUSES.get(code, 422),
            problem=request.env._(PROBLEMS[code]),
            problem_code=code,
            problem_field=FIELDS.get(code),
            entered=entered,
            had_files=any(upload.filename for upload in request.httprequest.files.values()),
            ticked=set(request.httprequest.form.getlist("item")),
        )

    @http.route("/dso/p/<string:token>/seen", **SEND)
    def seen(self, token, **_params):
        """A person looks at the page: told by a script once they move, scroll, type or touch."""
        page, response = self._open(token)
        if response:
            return response
        if not self._has_session():
            return request.make_response("", headers=list(HEADERS.items()), status=400)
        page._set_seen()
        return request.make_response("", headers=list(HEADERS.items()), status=204)

    @http.route("/dso/p/<string:token>/answer", **{**SEND, "max_content_length": MAX_REQUEST})
    def answer(self, token, **_params):
        """Note an answer: a proposal that the collector decides on."""
        page, response = self._open(token)
        if response:
            return response
        form = self._read_form()
        try:
            self._check_session()
            self._check_limit("answer", page.id)
            values = self._read_answer(page, form)
            files = self._read_files(page)
            values["key"], values["content_key"] = self._make_key(values, files)
            answer = page.env["dso.page.answer"]._receive_once(page, values, files)
        except Problem as problem:
            return self._show_problem(page, token, str(problem), form)
        return self._redirect(f"/dso/p/{token}?done={answer.id}")

    @http.route("/dso/p/<string:token>/invoice/<string:line_id>", **LOOK)
    def invoice(self, token, line_id, **_params):
        """The PDF of an item's invoice, if the item is on the page: the customer's own ones, or
        those that a colleague was asked about."""
        page, response = self._open_for_file(token, None)
        if response:
            return response
        found = page._get_invoice_file(rules.to_id(line_id))
        if not found:
            return self._refuse(token)
        name, content = found
        return self._send_file(name, content, "application/pdf")

    # ------------------------------------------------------------------
    # What comes in
    # ------------------------------------------------------------------

    def _read_form(self):
        """{field: text} of what was typed; neither files nor what stands in the address."""
        return _read_texts(request.httprequest.form)

    def _read_answer(self, page, form):
        """The values of an answer, every one of them checked.

        :raise Problem: what is wrong
        """
        kind = form.get("kind")
        key = form.get("key") or ""
        if not kind:
            raise Problem("no_kind")
        if kind not in KINDS_BY_PURPOSE[page.purpose] or not 8 <= len(key) <= 64:
            raise Problem("incomplete")
        comment = form.get("comment") or ""
        lines = self._read_lines(page, form)
        values = {
            "key": key,
            "kind": kind,
            "comment": comment or False,
            "line_ids": lines,
            "author_name": rules.clean_line(form.get("author")) or False,
        }
        # one method for each kind, which was checked above
        read = getattr(self, f"_read_kind_{kind}")
        return {**values, **read(page, form, lines, comment)}

    def _make_key(self, values, files):
        """The same form is one answer as long as it says the same.

        :return: (key with the form in it, key of what is said whatever the form)
        """
        said = {**values, "line_ids": sorted(values["line_ids"].ids), "key": ""}
        parts = [str(said[name]) for name in sorted(said)]
        for name, _mimetype, content in files:
            parts += [name, content]
        return rules.make_key(values["key"], parts), rules.make_key("", parts)

    def _read_lines(self, page, form):
        """The ticked items that are on the page; others are as if they were not ticked."""
        if page.purpose == "colleague":
            # a question is answered for all its items
            return page._get_lines()
        if form.get("all"):
            # all that the list shows, on whichever of its pages
            return page._get_viewed_lines(form)
        ticked = request.httprequest.form.getlist("item")
        if len(ticked) > rules.MAX_TICKED:
            raise Problem("incomplete")
        ids = {rules.to_id(value) for value in ticked} - {None}
        return page._get_lines(ids) if ids else page.env["account.move.line"]

    def _read_kind_promise(self, page, form, lines, _comment):
        self._check_lines(lines)
        day = _to_date(form.get("date"))
        problem = rules.check_promise(day, page.company_id._dso_today())
        if problem:
            raise Problem(problem)
        return {"date": day, "amount": self._read_amount(page, form, lines)}

    def _read_kind_processing(self, page, form, lines, _comment):
        self._check_lines(lines)
        day = _to_date(form.get("paid_on"))
        if form.get("paid_on") and not rules.is_paid_day(day, page.company_id._dso_today()):
            raise Problem("paid_on")
        return {"date": day, "amount": self._read_amount(page, form, lines)}

    def _read_kind_dispute(self, page, form, lines, comment):
        self._check_lines(lines)
        reason = rules.to_id(form.get("reason"))
        status = page._get_dispute_statuses().filtered(lambda status: status.id == reason)
        if not status:
            raise Problem("no_reason")
        if not comment:
            raise Problem("no_comment")
        return {"status_id": status.id, "amount": self._read_amount(page, form, lines)}

    def _read_kind_copy(self, _page, _form, lines, _comment):
        self._check_lines(lines)
        return {}

    def _read_kind_comment(self, _page, _form, _lines, comment):
        if not comment:
            raise Problem("no_comment")
        return {}

    def _read_kind_answer(self, page, form, _lines, comment):
        proposed = rules.to_id(form.get("status"))
        status = page._get_proposable_statuses().filtered(lambda status: status.id == proposed)
        if not comment and not status:
            raise Problem("no_comment")
        return {"status_id": status.id}

    def _read_kind_not_me(self, _page, _form, _lines, _comment):
        return {}

    def _check_lines(self, lines):
        if not lines:
            raise Problem("no_items")

    def _read_amount(self, page, form, lines):
        """The part that is promised or disputed, zero for all of it."""
        # each kind of answer has a field of its own
        entered = form.get(f"amount_{form.get('kind')}") or form.get("amount")
        if not entered:
            return 0.0
        claims = lines.filtered(lambda line: line.amount_residual > 0)
        if len(claims.currency_id) != 1:
            raise Problem("currencies")
        lang = page.env["res.lang"]._get_data(code=page.env.lang)
        amount = rules.parse_amount(entered, lang.decimal_point or ".")
        currency = claims.currency_id
        total = sum(claims.mapped("amount_residual_currency"))
        if amount is None:
            raise Problem("no_number")
        if currency.compare_amounts(amount, total) > 0:
            raise Problem("amount")
        amount = currency.round(amount)
        if currency.is_zero(amount):
            raise Problem("amount")
        return amount

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
            self._check_limit("file", page.id)
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


def check_characters(values):
    """No browser and no provider sends a NUL, and no database keeps one.

    :raise BadRequest: if there is one
    """
    if any("\x00" in value for value in values if isinstance(value, str)):
        raise BadRequest


def _read_texts(values):
    """{name: text} of a form or an address, without what cannot be kept."""
    return {name: rules.clean_text(value) for name, value in values.items()}


def _to_date(text):
    try:
        return fields.Date.to_date(text or None)
    except ValueError:
        return None
