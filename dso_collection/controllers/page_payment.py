from werkzeug.exceptions import NotFound

from odoo import http
from odoo.exceptions import ValidationError
from odoo.http import request
from odoo.tools import get_lang, is_html_empty
from odoo.tools.translate import _lt

from odoo.addons.payment.controllers.portal import PaymentPortal
from odoo.addons.payment.controllers.post_processing import PaymentPostProcessing

from ..models.page.dso_page_payment import NotPayable
from .page import LOOK, MAX_REQUEST, SEND, PageController, Problem

#: Payment providers bring their own scripts, frames and pages: what they need cannot be known
#: here. Nothing else may put this page into a frame or change where its addresses lead.
POLICY = "frame-ancestors 'none'; base-uri 'self'; object-src 'none'"
#: Under which a session knows where a visitor comes from; the link is kept nowhere else.
SESSION_KEY = "dso_page_token"
PROBLEMS = {
    "none": _lt(
        "Please tick the items you want to pay. Items with a payment under way cannot be paid "
        "again."
    ),
    "covered": _lt(
        "Your credit notes and payments on account cover these items: nothing is left to pay."
    ),
    "currencies": _lt("Only items in the same currency can be paid together."),
    "accounts": _lt("These items cannot be paid together. Please pay them one by one."),
    "many": _lt("No more than 200 items can be paid at a time."),
    "no_provider": _lt("This amount cannot be paid online. Please use our bank details."),
}


class PaymentPageController(PaymentPortal):
    """Paying items of the customer's page by Odoo's payment form. What a payment is about, its
    amount and whose it is are worked out here and never taken from the visitor."""

    _dso_pages = PageController()

    def _dso_refuse(self, page, token, code):
        """The page again, with why these items cannot be paid."""
        form = self._dso_pages._read_form()
        return self._dso_pages._show(
            page,
            token,
            form,
            status=422,
            problem=request.env._(PROBLEMS[code]),
            problem_code=code,
            problem_field="item",
            entered=form,
            ticked=set(request.httprequest.form.getlist("item")),
        )

    # the button is in the form of the answer, for which files may have been chosen already
    @http.route("/dso/p/<string:token>/pay", **{**SEND, "max_content_length": MAX_REQUEST})
    def dso_page_choose(self, token, **_params):
        """The ticked items, to the form that pays them."""
        page, response = self._dso_pages._open(token, "customer")
        if response:
            return response
        form = self._dso_pages._read_form()
        try:
            self._dso_pages._check_session()
            lines = self._dso_pages._read_lines(page, form)
            selection = "-".join(str(line_id) for line_id in lines.ids)
            page._prepare_payment(selection)
        except Problem as problem:
            return self._dso_pages._show_problem(page, token, str(problem), form)
        except NotPayable as problem:
            return self._dso_refuse(page, token, str(problem))
        return self._dso_pages._redirect(f"/dso/p/{token}/pay/{selection}")

    @http.route("/dso/p/<string:token>/pay/<string:selection>", **LOOK)
    def dso_page_pay(self, token, selection, **_params):
        """Odoo's payment form for what was chosen. Looking at it changes nothing."""
        page, response = self._dso_pages._open(token, "customer")
        if response:
            return response
        try:
            payment = page._prepare_payment(selection)
        except NotPayable as problem:
            return self._dso_refuse(page, token, str(problem))
        if not payment["methods"]:
            return self._dso_refuse(page, token, "no_provider")
        # the link is known to the session only: it is written into no record
        request.session[SESSION_KEY] = token
        response = self._dso_pages._respond(
            "dso_collection.page_payment",
            {
                "page": page,
                "company": page.company_id,
                "token": token,
                "payment_rows": page._prepare_payment_rows(payment),
                "amount_text": page._format_payment(payment),
                "mode": "payment",
                # who has a link is not who saved a card: no saved one is offered, none is saved
                "allow_token_selection": False,
                "tokens_sudo": request.env["payment.token"],
                "show_tokenize_input_mapping": dict.fromkeys(payment["providers"].ids, False),
                "amount": payment["amount"],
                "currency": payment["currency"],
                "partner_id": page.partner_id.id,
                "providers_sudo": payment["providers"],
                "payment_methods_sudo": payment["methods"],
                "availability_report": {},
                "transaction_route": f"/dso/p/{token}/transaction/{selection}",
                "landing_route": "/dso/p/paid",
                "access_token": False,
                # what Odoo gives to pages of its portal
                "is_html_empty": is_html_empty,
                "res_company": page.company_id,
                "user_id": request.env.user,
            },
        )
        # providers may ask which site sends a payer: the site is told, not the link
        response.headers["Referrer-Policy"] = "strict-origin"
        response.headers["Content-Security-Policy"] = POLICY
        return response

    @http.route(
        "/dso/p/<string:token>/transaction/<string:selection>",
        **{**LOOK, "type": "jsonrpc", "methods": ["POST"]},
    )
    def dso_page_transaction(self, token, selection, **kwargs):
        """Make the transaction of what was chosen, for Odoo's payment form.

        :return: its processing values
        :raise NotFound: without an open page
        :raise ValidationError: where it cannot be paid as the form says
        """
        page, _response = self._dso_pages._open(token, "customer")
        if not page:
            raise NotFound()
        self._validate_transaction_kwargs(kwargs)
        payment = self._dso_check_payment(page, selection, kwargs)
        reference = page._get_payment_reference(payment["lines"])
        transaction = self._create_transaction(
            provider_id=kwargs["provider_id"],
            payment_method_id=kwargs["payment_method_id"],
            token_id=None,
            amount=payment["amount"],
            currency_id=payment["currency"].id,
            partner_id=page.partner_id.id,
            flow=kwargs["flow"],
            tokenization_requested=False,
            landing_route="/dso/p/paid",
            reference_prefix=reference,
            custom_create_values=page._prepare_transaction(payment),
        )
        return transaction._get_processing_values()

    def _dso_check_payment(self, page, selection, kwargs):
        """What is to be paid, if it is still what the form showed.

        :raise ValidationError: otherwise
        """
        if not self._dso_pages._is_allowed("pay", page.id):
            raise ValidationError(request.env._("Too many requests. Please try again later."))
        try:
            payment = page._prepare_payment(selection)
        except NotPayable as problem:
            raise ValidationError(request.env._(PROBLEMS[str(problem)])) from problem
        shown = kwargs.get("amount")
        if not isinstance(shown, (int, float)) or payment["currency"].compare_amounts(
            payment["amount"], shown
        ):
            raise ValidationError(
                request.env._(
                    "The open amount has changed in the meantime. Please go back and try again."
                )
            )
        if (
            kwargs.get("flow") not in ("redirect", "direct")
            or kwargs.get("provider_id") not in payment["providers"].ids
            or kwargs.get("payment_method_id") not in payment["methods"].ids
        ):
            raise ValidationError(
                request.env._("This payment method is not available. Please choose another one.")
            )
        return payment

    @http.route("/dso/p/paid", **LOOK)
    def dso_page_paid(self, **_params):
        """Back from the provider, to the page from which the visitor left."""
        token = request.session.get(SESSION_KEY)
        if not token:
            return self._dso_pages._refuse("")
        return self._dso_pages._redirect(f"/dso/p/{token}?paid=1")


class PaymentStatusController(PaymentPostProcessing):
    """Odoo's page between the provider and ours: it is of the company that is paid, not of the one
    that Odoo serves first, and in the language of the page."""

    @http.route()
    def display_status(self, **kwargs):
        response = super().display_status(**kwargs)
        # the transaction of this visitor's own session, as superuser
        transaction = self._get_monitored_transaction()
        page = transaction and transaction.dso_page_id
        if page:
            company = transaction.company_id
            lang = get_lang(request.env, page.lang or company.partner_id.lang).code
            request.update_context(lang=lang)
            response.qcontext.update(
                res_company=company,
                html_data={"lang": lang.partition("@")[0].replace("_", "-")},
                title=company.name,
                # Odoo's picture for companies without a logo is nobody's
                no_header=not company.logo or company.uses_default_logo,
            )
        return response
