"""Whether an incoming e-mail was written by somebody, or by a machine.

A reply pauses the automatic actions of a customer until somebody has read it [seed 002]; an
out-of-office notice must not, or the whole of August would pause. Sources: RFC 3834 (automatic
responses), RFC 3464 and RFC 8098 (reports), and what mail programs write besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

#: The message tells that ours could not be delivered.
BOUNCE = "bounce"
#: A machine answered: out of office, receipt, "we have received your request".
AUTOMATIC = "automatic"

#: Headers that only autoresponders write. "no" or "false" in them means the contrary.
_MARKS = (
    "x-autoreply",
    "x-auto-reply",
    "x-autoreply-from",
    "x-autorespond",
    "x-autoresponse",
    "x-autoresponder",
    "x-mail-autoreply",
    "x-vacation",
)
_PRECEDENCES = frozenset({"auto_reply", "auto-reply", "bulk", "junk"})
_NO = frozenset({"", "no", "false", "0"})
#: Accounts in whose name mail servers report failures.
_DAEMONS = frozenset({"mailer-daemon", "mailerdaemon", "mail-daemon"})

#: Words with which a subject begins that no person writes.
_PHRASES = (
    "automatic reply",
    "automatic response",
    "auto reply",
    "auto-reply",
    "autoreply",
    "auto response",
    "auto:",
    "automatische antwort",
    "automatische abwesenheitsnotiz",
    "abwesenheitsnotiz",
    "abwesenheitsassistent",
    "réponse automatique",
    "reponse automatique",
    "message d'absence",
    "message d’absence",
    "notification d'absence",
    "respuesta automática",
    "respuesta automatica",
    "risposta automatica",
    "risposta automatizzata",
    "automatisch antwoord",
    "automatische beantwoording",
    "afwezigheidsbericht",
    "resposta automática",
    "resposta automatica",
    "automatyczna odpowiedź",
    "odpowiedź automatyczna",
    "autosvar",
    "automatiskt svar",
    "automatisk svar",
    "automaattinen vastaus",
    "automatická odpověď",
    "автоматический ответ",
    "自动回复",
    "自動応答",
)
#: Words that a person may begin with too ("Out of office chairs: invoice 12"): these count only
#: where nothing else is said, or a sign follows them.
_SHORT_PHRASES = (
    "out of office",
    "out of the office",
    "on vacation",
    "on holiday",
    "on leave",
    "ooo",
    "abwesend",
    "abwesenheit",
    "nicht im büro",
    "absent du bureau",
    "absence du bureau",
    "absence",
    "en congé",
    "en congés",
    "fuera de la oficina",
    "fuera de oficina",
    "fuori sede",
    "fuori ufficio",
    "assente dall'ufficio",
    "afwezig",
    "afwezigheid",
    "fora do escritório",
    "ausência",
    "poza biurem",
    "nieobecność",
    "fraværende",
    "frånvaro",
)
_AUTOMATIC_SUBJECT = re.compile(
    rf"\s*\[?\s*(?:(?:{'|'.join(map(re.escape, _PHRASES))})"
    rf"|(?:{'|'.join(map(re.escape, _SHORT_PHRASES))})\s*(?:$|[\]:;,.!()/|–—-]))",
    re.IGNORECASE,
)


def classify(headers: Mapping[str, Iterable[str]], subject: str = "", sender: str = ""):
    """What kind of incoming e-mail this is.

    :param headers: every value of each header, names in lower case
    :param subject: decoded
    :param sender: its bare address
    :return: ``BOUNCE``, ``AUTOMATIC``, or ``None`` for what a person wrote

    >>> classify({"auto-submitted": ["auto-replied (vacation)"]})
    'automatic'
    >>> classify({"auto-submitted": ["no"]}, "Re: Reminder") is None
    True
    """
    if _is_bounce(headers, sender):
        return BOUNCE
    if _is_marked(headers) or _AUTOMATIC_SUBJECT.match(subject or ""):
        return AUTOMATIC
    return None


def _is_bounce(headers, sender):
    """A delivery status report (RFC 3464), or what a mail server writes in its own name."""
    for value in _values(headers, "content-type"):
        if "multipart/report" in value and "disposition-notification" not in value:
            return True
        if "delivery-status" in value:
            return True
    account = sender.strip().strip("<>").partition("@")[0].lower()
    return account in _DAEMONS or bool(_values(headers, "x-failed-recipients"))


def _is_marked(headers):
    """Whether a header says that a machine wrote this."""
    # RFC 3834, section 5: anything but "no", comments and parameters aside
    for value in _values(headers, "auto-submitted"):
        if re.split(r"[\s;(]", value, maxsplit=1)[0] not in _NO:
            return True
    for name in _MARKS:
        if any(value not in _NO for value in _values(headers, name)):
            return True
    if _PRECEDENCES.intersection(_values(headers, "precedence")):
        return True
    # answers without a return path must not be answered: nobody sits behind them
    if "<>" in _values(headers, "return-path"):
        return True
    # read receipts (RFC 8098), and the class that Microsoft's servers give autoresponses
    return any("disposition-notification" in v for v in _values(headers, "content-type")) or any(
        "autoresponder" in value for value in _values(headers, "x-post-messageclass")
    )


def _values(headers, name):
    return [str(value).strip().lower() for value in headers.get(name, ())]
