"""Conditions that users write as domains: what cannot be meant is refused with a sentence."""

from __future__ import annotations

from ast import literal_eval
from collections.abc import Sequence
from typing import Any

from odoo import fields, models
from odoo.exceptions import ValidationError

OPERATORS = ("&", "|", "!")
#: Comparisons that need a value: with none they find nothing, or everything.
ORDER = ("<", "<=", ">", ">=")
LISTS = ("in", "not in")
#: What Odoo's editor writes for "all records".
EVERYTHING = ((1, "=", 1),)
#: Kinds of fields whose parts are none of the model's own.
OPEN_ENDED = ("date", "datetime", "properties", "json", "reference")


def check_criteria(model: models.BaseModel, text: str | None) -> None:
    """Refuse a condition that cannot be read, asks for a field that does not exist, or compares
    with nothing (``in []``, an empty text).

    :param model: the records that it is about
    :param text: the domain as it is stored
    :raise ValidationError: with a sentence for whoever wrote it
    """
    try:
        domain = literal_eval(text or "[]")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError) as error:
        raise ValidationError(
            model.env._("It cannot be read: %(error)s.", error=str(error).rstrip("."))
        ) from error
    _check_domain(model, domain)


def is_empty(text: str | None) -> bool:
    """Whether a condition asks for nothing, so that all customers meet it. One that cannot be read
    is not empty: it is refused."""
    try:
        domain = literal_eval(text or "[]")
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return isinstance(domain, (list, tuple)) and not any(
        isinstance(leaf, (list, tuple)) and tuple(leaf) not in EVERYTHING for leaf in domain
    )


def _check_domain(model: models.BaseModel, domain: Any) -> None:
    if not isinstance(domain, (list, tuple)):
        raise ValidationError(model.env._("It cannot be read: it is not a list of criteria."))
    for leaf in domain:
        if leaf in OPERATORS:
            continue
        if not isinstance(leaf, (list, tuple)) or len(leaf) != 3 or not isinstance(leaf[1], str):
            raise ValidationError(
                model.env._(
                    "It cannot be read: “%(criterion)s” is not a criterion.", criterion=leaf
                )
            )
        path, operator, value = leaf
        if isinstance(path, str):
            _check_leaf(model, path, operator, value)


def _check_leaf(model: models.BaseModel, path: str, operator: str, value: Any) -> None:
    field, comodel = find_field(model, path)
    if operator in ("any", "not any") and comodel is not None:
        _check_domain(comodel, value)
    elif _is_empty(operator, value):
        raise ValidationError(
            model.env._(
                "“%(field)s” is compared with nothing, which matches no customer or all of them. "
                "Choose a value, or remove this criterion.",
                field=field._description_string(model.env),
            )
        )


def _is_empty(operator: str, value: Any) -> bool:
    """Whether a comparison has nothing to compare with; “is set” and “is not set” have."""
    if operator in LISTS and isinstance(value, (list, tuple, set)):
        return not any(each is False or each not in ("", None) for each in value)
    if operator in ORDER:
        return value is None or value is False or value == ""
    if "like" in operator:
        return not value or not str(value).strip()
    return value == ""


def find_field(model: models.BaseModel, path: str) -> tuple[fields.Field, models.BaseModel | None]:
    """The last field of a path.

    :return: the field, and its records' model or ``None``
    :raise ValidationError: where there is no such field
    """
    current = model
    field = None
    for name in path.split("."):
        field = current._fields.get(name) if current is not None else None
        if field is None:
            raise ValidationError(
                model.env._(
                    "There is no field “%(field)s”. It may have been removed: remove this "
                    "criterion.",
                    field=path,
                )
            )
        if field.type in OPEN_ENDED:
            return field, None
        current = model.env[field.comodel_name] if field.comodel_name else None
    return field, current


def read_fields(model: models.BaseModel, text: str | None) -> set[str]:
    """The names of all fields that a condition looks at, those that related ones stand for
    included, whatever model has them.

    :return: set of names; those of a condition that cannot be read are none
    """
    names: set[str] = set()
    try:
        _collect(model, literal_eval(text or "[]"), names)
    except (ValueError, SyntaxError, TypeError, IndexError, AttributeError, RecursionError):
        return set()
    return names


def _collect(model: models.BaseModel, domain: Sequence[Any], names: set[str]) -> None:
    for leaf in domain:
        if leaf in OPERATORS or not isinstance(leaf[0], str):
            continue
        path, operator, value = leaf
        current = model
        for name in path.split("."):
            field = current._fields.get(name) if current is not None else None
            names.add(name)
            if field is None:
                break
            if field.related:
                names.update(field.related.split("."))
            current = model.env[field.comodel_name] if field.comodel_name else None
        if operator in ("any", "not any") and current is not None:
            _collect(current, value, names)
