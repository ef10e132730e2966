import json
from urllib.parse import quote

from odoo import api, models
from odoo.tools import html2plaintext
from odoo.tools.translate import LazyTranslate

from ....engine import erm, retry
from ....tools import http
from ....tools.errors import ProviderError

_lt = LazyTranslate(__name__)

#: Of what a provider said, kept with the action.
MAX_WORDS = 300
#: HTTP statuses that the settings cause: key, rights, address.
SETTING_STATUSES = frozenset({401, 403, 404, 405})
DOCUMENT_TYPES = frozenset({"application/pdf", "application/xml", "text/xml", "application/zip"})


class DsoErmServiceRest(models.AbstractModel):
    """Any provider that takes JSON over HTTP: addresses, key and names are settings."""

    _name = "dso.erm.service.rest"
    _description = "Electronic Registered Mail: REST"
    _inherit = "dso.erm.service"

    _dso_service = ("rest", _lt("REST interface"))

    @api.model
    def _submit(self, provider, letter):
        request = erm.fill(erm.parse(provider.request), letter._get_request_values())
        answer = self._call(
            provider,
            "POST",
            provider.submit_path,
            body=json.dumps(request).encode(),
            **{provider.idempotency_header: letter.key},
        )
        content = answer.json()
        reference = erm.pick_text(content, provider.reference_path)
        # 409: it has had this key before, and says under which reference
        if answer.status not in (200, 201, 202) and not (answer.status == 409 and reference):
            raise self._refuse(provider, answer)
        if not reference:
            # maybe taken, maybe not: with the same key, asking again does no harm
            raise ProviderError(
                self.env._(
                    "The answer has no reference at “%(path)s”: %(words)s",
                    path=provider.reference_path,
                    words=self._get_words(provider, answer) or self.env._("it is empty"),
                ),
                transient=True,
                setting=True,
            )
        return reference

    @api.model
    def _get_status(self, provider, letter):
        answer = self._call(provider, "GET", self._get_path(provider.status_path, letter))
        content = answer.json()
        if answer.status != 200 or not isinstance(content, dict):
            raise self._refuse(provider, answer)
        word = erm.pick_text(content, provider.state_path)
        state = erm.state_of(
            word,
            {
                erm.DEPOSITED: provider.words_deposited,
                erm.RECEIVED: provider.words_received,
                erm.REFUSED: provider.words_refused,
            },
        )
        return state, erm.pick_text(content, provider.message_path)[:MAX_WORDS] or word

    @api.model
    def _get_proof(self, provider, letter, kind):
        path = provider.deposit_path if kind == erm.DEPOSITED else provider.receipt_path
        if not path:
            return None
        answer = self._call(provider, "GET", self._get_path(path, letter), limit=http.MAX_DOCUMENT)
        if answer.status in (202, 204, 404):
            return None
        if answer.status != 200:
            raise self._refuse(provider, answer)
        if not answer.content or answer.content_type not in DOCUMENT_TYPES:
            raise ProviderError(
                self.env._(
                    "The proof received is not a document but %(type)s", type=answer.content_type
                )
            )
        return answer.content, answer.content_type

    # ------------------------------------------------------------------
    # One request
    # ------------------------------------------------------------------

    @api.model
    def _get_path(self, path, letter):
        """A path with the letter's reference, which cannot lead elsewhere."""
        return path.replace("{reference}", quote(letter.reference or "", safe=""))

    @api.model
    def _call(self, provider, method, path, body=None, limit=http.MAX_ANSWER, **headers):
        """:raise ProviderError: if there is no usable answer"""
        headers.update({"Accept": "*/*", "User-Agent": "dso_collection"})
        if body is not None:
            headers["Content-Type"] = "application/json"
        if provider.key:
            headers[provider.key_header] = f"{provider.key_prefix or ''} {provider.key}".strip()
        try:
            answer = http.call(
                method,
                provider.url.rstrip("/") + path,
                headers,
                body=body,
                timeout=provider.timeout,
                limit=limit,
            )
        except http.HttpFault as fault:
            raise self._describe_fault(provider, fault) from fault
        if 300 <= answer.status < 400:
            raise ProviderError(
                self.env._(
                    "%(provider)s redirects to another address, which is not followed: the key "
                    "would be sent there too. Correct the address",
                    provider=provider.name,
                ),
                setting=True,
            )
        return answer

    @api.model
    def _describe_fault(self, provider, fault):
        texts = {
            "timeout": self.env._(
                "%(provider)s did not answer within %(seconds)s seconds",
                provider=provider.name,
                seconds=provider.timeout,
            ),
            "unreachable": self.env._(
                "%(provider)s cannot be reached: %(text)s",
                provider=provider.name,
                text=fault.detail,
            ),
            "too_large": self.env._(
                "%(provider)s sent an answer that is too large", provider=provider.name
            ),
            "insecure": self.env._(
                "The address of %(provider)s is not secure: it must begin with https://",
                provider=provider.name,
            ),
        }
        transient = fault.kind in ("timeout", "unreachable")
        return ProviderError(texts[fault.kind], transient=transient, setting=True)

    @api.model
    def _refuse(self, provider, answer):
        """The error of an answer that is none, in the provider's words."""
        transient = retry.is_transient_status(answer.status) or answer.status < 300
        return ProviderError(
            self.env._(
                "%(provider)s answered %(status)s: %(words)s",
                provider=provider.name,
                status=answer.status,
                words=self._get_words(provider, answer) or self.env._("without any explanation"),
            ),
            transient=transient,
            setting=transient or answer.status in SETTING_STATUSES,
        )

    @api.model
    def _get_words(self, provider, answer):
        """What an answer says, as plain text on one line."""
        words = erm.pick_text(answer.json(), provider.message_path)
        if not words:
            text = answer.content[: 4 * MAX_WORDS].decode("utf-8", "replace")
            words = html2plaintext(text) if "<" in text else text
        return " ".join(words.replace("\x00", "").split())[:MAX_WORDS]
