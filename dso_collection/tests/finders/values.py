"""What a person may put into a field of a form, valid and surprising."""

from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval

#: Texts are free: this one is like nothing that a template, a query or a page expects.
TEXT = 'O\'Neil & "Söhne" <b>100%s {{ 1/0 }} {x} #x\\'
#: What the widget of a text asks for, so that it is valid.
TEXTS = {
    "email": ("someone@example.com", "no address"),
    "phone": ("+33 1 23 45 67 89", "call me"),
    "url": ("https://example.com/?a=b", "example"),
    "domain": ("[]", "[('id', '=', 1)]", "[('id', 'in', [])]", "nonsense"),
}
#: The earliest and the latest day that the web client lets one choose.
DATES = ("2026-04-15", "1000-01-01", "9999-12-31")
#: The greatest and the smallest number that it accepts.
INTEGERS = (1, -1, 2**31 - 1, -(2**31))
FLOATS = (0.005, 12.34, -1.0, 1e12)
#: A file of four bytes.
FILE = b"YSxiCg=="
#: Records that are tried in a relation.
MOST_RECORDS = 2


def find_others(form, name, user):
    """Other values of a field of a form, the most ordinary one first.

    Records stand for relations to one, lists of commands are not used.
    """
    info = form._view["fields"][name]
    finder = FINDERS.get(info["type"])
    if not finder:
        return []
    found = finder(form, name, info, user)
    if info["type"] in ("many2one", "many2many"):
        return found
    return [value for value in found if value != form._values.get(name)]


def _find_records(form, name, info, user):
    model = form._env[info["relation"]].with_user(user)
    if not model.has_access("read"):
        return []
    context = form._get_context(name)
    domain = _get_domain(form, name, info, user)
    found = model.with_context(**context).name_search("", domain, limit=MOST_RECORDS + 1)
    return [form._env[info["relation"]].browse(id_) for id_, _name in found]


def _find_one(form, name, info, user):
    current = form._values.get(name)
    others = [record for record in _find_records(form, name, info, user) if record.id != current]
    return others[:MOST_RECORDS]


def _find_many(form, name, info, user):
    """All of them at once, and one of them."""
    records = _find_records(form, name, info, user)
    if not records:
        return []
    every = records[0].browse([record.id for record in records])
    return [every, every[:1]]


def _get_domain(form, name, info, user):
    node = next(node for node in form._view["tree"].iter("field") if node.get("name") == name)
    domain = node.get("domain") or info.get("domain") or []
    if isinstance(domain, str):
        known = {"uid": user.id, "allowed_company_ids": user.company_ids.ids}
        domain = safe_eval(domain, {**known, **form._get_eval_context()})
    return Domain(domain)


def _find_texts(form, name, info, _user):
    node = next(node for node in form._view["tree"].iter("field") if node.get("name") == name)
    return list(TEXTS.get(node.get("widget"), (TEXT,)))


FINDERS = {
    "boolean": lambda form, name, info, user: [True, False],
    "integer": lambda form, name, info, user: list(INTEGERS),
    "float": lambda form, name, info, user: list(FLOATS),
    "monetary": lambda form, name, info, user: list(FLOATS),
    "char": _find_texts,
    "text": lambda form, name, info, user: [TEXT],
    "html": lambda form, name, info, user: ["<p>A <b>word</b> &amp; {{ 1/0 }} #x</p>"],
    "date": lambda form, name, info, user: list(DATES),
    "datetime": lambda form, name, info, user: [f"{day} 12:00:00" for day in DATES],
    "selection": lambda form, name, info, user: [key for key, _label in info["selection"]],
    "binary": lambda form, name, info, user: [FILE],
    "many2one": _find_one,
    "many2many": _find_many,
}
