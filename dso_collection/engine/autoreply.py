"""Whether an incoming e-mail was written by somebody, or by a machine.

A reply pauses the automatic actions of a customer until somebody has read it [seed 002]; an
out-of-office notice must not, or the whole of August would pause. Sources: RFC 3834 (automatic
responses), RFC 3464 and RFC 8098 (reports), and what mail programs write besides.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping

from .reports import FAILED, Report

#: Every value of each header, names in lower case.
Headers = Mapping[str, Iterable[str]]

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
    "автоответ",
    "автоматична відповідь",
    "автовідповідь",
    "автоматичен отговор",
    "автоматски одговор",
    "аутоматски одговор",
    "automatikus válasz",
    "automatický odpovedač",
    "automatická odpoveď",
    "automatski odgovor",
    "samodejni odgovor",
    "răspuns automat",
    "raspuns automat",
    "otomatik yanıt",
    "otomatik cevap",
    "automatinis atsakymas",
    "automātiska atbilde",
    "automātiskā atbilde",
    "automaatvastus",
    "automaatne vastus",
    "resposta automàtica",
    "erantzun automatikoa",
    "sjálfvirkt svar",
    "përgjigje automatike",
    "αυτόματη απάντηση",
    "trả lời tự động",
    "thư trả lời tự động",
    "phản hồi tự động",
    "balasan otomatis",
    "jawaban otomatis",
    "balasan automatik",
    "رد تلقائي",
    "الرد التلقائي",
    "رد آلي",
    "پاسخ خودکار",
    "תשובה אוטומטית",
    "מענה אוטומטי",
    "ตอบกลับอัตโนมัติ",
    "การตอบกลับอัตโนมัติ",
    "ข้อความตอบกลับอัตโนมัติ",
    "स्वचालित उत्तर",
    "自动回复",
    "自动答复",
    "自動回覆",
    "自動回復",
    "自動応答",
    "自動返信",
    "자동 회신",
    "자동회신",
    "자동 응답",
    "자동응답",
    "부재 중 자동",
    "부재중 자동",
    "不在のお知らせ",
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
    "poissa",
    "házon kívül",
    "szabadságon",
    "mimo kancelář",
    "mimo kanceláře",
    "mimo kancelárie",
    "izvan ureda",
    "izven pisarne",
    "odsotnost",
    "van kancelarije",
    "în afara biroului",
    "ofis dışında",
    "ofis dışındayım",
    "извън офиса",
    "вне офиса",
    "поза офісом",
    "εκτός γραφείου",
    "fora de l'oficina",
    "išvykęs",
    "nesu biure",
    "vắng mặt",
    "خارج المكتب",
    "מחוץ למשרד",
    "ไม่อยู่ที่สำนักงาน",
    "外出",
    "不在办公室",
    "不在辦公室",
    "不在",
    "부재중",
    "부재 중",
    "不在中",
    "不在通知",
    "niet aanwezig",
    "niet op kantoor",
    "ikke på kontoret",
    "ikke til stede",
    "inte på kontoret",
    "poissa toimistolta",
    "szabadságon vagyok",
    "nu sunt la birou",
    "absent de la birou",
    "απουσία από το γραφείο",
    "απουσία",
    "немає в офісі",
    "немає на місці",
    "нет в офисе",
    "нет на месте",
    "отсъствам",
    "отсъствам от офиса",
    "odsutan",
    "odsutna",
    "odsoten",
    "odsotna",
    "ne biure",
    "לא נמצא במשרד",
    "לא נמצאת במשרד",
    "ไม่อยู่ที่ทำงาน",
    "ngoài văn phòng",
)
#: How somebody says it of himself or herself, a date behind it.
_OF_ONESELF = (
    "i am out of the office",
    "i am out of office",
    "i'm out of the office",
    "i'm out of office",
    "je suis absent du bureau",
    "je suis absente du bureau",
    "ich bin nicht im büro",
    "ich bin außer haus",
    "ik ben niet op kantoor",
    "estoy fuera de la oficina",
    "sono fuori ufficio",
)
#: What HCL (Lotus) Notes writes behind a person's name.
_BEHIND_NAME = (
    "is out of office",
    "is out of the office",
    "ist außer haus",
    "ist nicht im büro",
    "est absent",
    "est absente",
    "est absent(e)",
    "est absent du bureau",
    "est absente du bureau",
    "está fuera de la oficina",
    "è fuori ufficio",
    "is niet op kantoor",
)

_ONE_WAY = str.maketrans({"\u2019": "'", "\u0130": "i", "\u0131": "i"})


def _normalize(text: str) -> str:
    """Composed accents, straight apostrophes, no marks of direction, one i (Turkish has two)."""
    text = unicodedata.normalize("NFC", text).translate(_ONE_WAY)
    return "".join(char for char in text if unicodedata.category(char) != "Cf").lower()


def _any_of(phrases: Iterable[str]) -> str:
    return "|".join(re.escape(_normalize(phrase)) for phrase in phrases)


#: What follows: nothing, a sign, or until when.
_UNTIL = (
    r"\s*(?:$|[.,;:(–—-]|until\b|from\b|returning\b|till\b|bis\b|vom\b|ab\b|jusqu|du\b|hasta\b"
    r"|tot\b|fino\b)"
)
_AUTOMATIC_SUBJECT = re.compile(
    # what a mail server puts before what comes from outside: "[EXTERNAL]", "*** EXT ***"
    r"\s*(?:(?:\[[^\]]{1,20}\]|【[^】]{1,20}】|\*{2,3}[^*]{1,20}\*{2,3})\s*){0,3}"
    rf"[\[【]?\s*(?:(?:{_any_of(_PHRASES)})"
    rf"|(?:{_any_of(_SHORT_PHRASES)})\s*(?:$|[\]】:：;,.!()/|–—-])"
    rf"|(?:{_any_of(_OF_ONESELF)}){_UNTIL}"
    # no colon before: "Re: who is out of the office" is a person's
    rf"|[^:：?]{{2,60}}\s(?:{_any_of(_BEHIND_NAME)}){_UNTIL})"
)


def classify(
    headers: Headers,
    subject: str = "",
    sender: str = "",
    report: Report | None = None,
) -> str | None:
    """What kind of incoming e-mail this is.

    :param headers: every value of each header, names in lower case
    :param subject: decoded
    :param sender: its bare address
    :param report: what its parts say, where it is a report: only one that something failed is a
        bounce, whoever it comes from
    :return: ``BOUNCE``, ``AUTOMATIC``, or ``None`` for what a person wrote

    >>> classify({"auto-submitted": ["auto-replied (vacation)"]})
    'automatic'
    >>> classify({"auto-submitted": ["no"]}, "Re: Reminder") is None
    True
    """
    if report and report.kind:
        return BOUNCE if report.kind == FAILED else AUTOMATIC
    if _is_bounce(headers, sender):
        return BOUNCE
    if _is_marked(headers) or _AUTOMATIC_SUBJECT.match(_normalize(subject or "")):
        return AUTOMATIC
    return None


def _is_bounce(headers: Headers, sender: str) -> bool:
    """A delivery status report (RFC 3464), or what a mail server writes in its own name."""
    for value in _values(headers, "content-type"):
        if "multipart/report" in value and "disposition-notification" not in value:
            return True
        if "delivery-status" in value:
            return True
    account = sender.strip().strip("<>").partition("@")[0].lower()
    return account in _DAEMONS or bool(_values(headers, "x-failed-recipients"))


def _is_marked(headers: Headers) -> bool:
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


def _values(headers: Headers, name: str) -> list[str]:
    return [str(value).strip().lower() for value in headers.get(name, ())]
