"""Of which customers figures are told: by collector, scenario, tag, country, salesperson.

A choice is a dict of what is chosen to ids, ``{"country": [75], "collector": [7, 8]}``: one of
several ids, and all that is chosen at once. It is a filter and no right: rules apply besides.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from odoo.fields import Domain


class Criterion(NamedTuple):
    """What customers can be chosen by."""

    model: str
    #: of ``dso.customer``
    path: str
    operator: str = "in"


CRITERIA = {
    "collector": Criterion("res.users", "collector_id"),
    "scenario": Criterion("dso.scenario", "scenario_id"),
    "tag": Criterion("res.partner.category", "partner_id.category_id", "child_of"),
    "country": Criterion("res.country", "partner_id.country_id"),
    "salesperson": Criterion("res.users", "partner_id.user_id"),
}

Choice = dict[str, list[int]]


def clean(choice: Any) -> Choice:
    """What a client sent or remembers, perhaps from another version: the rest is left out.

    >>> clean({"country": [75, "x"], "tag": [], "planet": [3], "collector": 7})
    {'country': [75]}
    """
    if not isinstance(choice, Mapping):
        return {}
    found = {
        key: [each for each in choice[key] if isinstance(each, int)]
        for key in CRITERIA
        if isinstance(choice.get(key), list | tuple)
    }
    return {key: ids for key, ids in found.items() if ids}


def get_domain(choice: Mapping[str, list[int]], field: str = "") -> Domain:
    """Customers of a choice.

    :param field: the field by which records name the customer's file; empty: of ``dso.customer``
    """
    prefix = f"{field}." if field else ""
    return Domain.AND(
        Domain(f"{prefix}{criterion.path}", criterion.operator, choice[key])
        for key, criterion in CRITERIA.items()
        if choice.get(key)
    )


def get_context(choice: Mapping[str, list[int]], own: bool = False) -> dict[str, Any]:
    """A choice for the action of a report that has a field of its search for each criterion: one
    id is shown there, and can be removed; several at once are said in the context."""
    said: dict[str, Any] = {"search_default_own": 1} if own else {}
    for key, ids in choice.items():
        if len(ids) == 1:
            said[f"search_default_{key}_id"] = ids[0]
        elif ids:
            said[get_key(key)] = list(ids)
    return said


def get_key(criterion: str) -> str:
    """What is chosen by a criterion, in the context."""
    return f"dso_{criterion}_ids"
