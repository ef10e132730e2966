"""What can be done with an action: which buttons it offers, wherever it is shown.

The one definition for lists, cards, panel, forms and the file of a customer, so that no place
offers more, or less, than another.
"""

from __future__ import annotations

from typing import NamedTuple

#: Every button, in the order of the screens: what does the action first, then what is seen of it,
#: what moves it, what gives it up.
OFFERS = (
    "log_call",
    "log",
    "send",
    "print",
    "confirm",
    "retry",
    "preview",
    "unconfirm",
    "message",
    "letter",
    "came_back",
    "evidence",
    "fix",
    "reschedule",
    "qualify",
    "end",
    "skip",
    "cancel",
)

#: Those that stand in a row of a list; the others need a form, a panel or the menu of a card.
ROW = tuple(
    name for name in OFFERS if name not in ("unconfirm", "came_back", "evidence", "qualify")
)


class Shown(NamedTuple):
    """What of an action says which buttons it offers."""

    action_type: str
    state: str
    origin: str = "scenario"
    automatic: bool = False
    to_confirm: bool = False
    confirmed: bool = False
    #: whether it was done, even if it came back or was not delivered since
    left: bool = False
    #: whether it is tried again by itself: there is nothing to fix
    retries: bool = False
    #: whether doing it makes a message that is shown before it leaves, or a letter
    is_email: bool = False
    is_letter: bool = False
    #: whether the letter that was printed is kept
    printed: bool = False


def offers(action: Shown) -> tuple[str, ...]:
    """The buttons of an action, in the order of :data:`OFFERS`.

    >>> offers(Shown("letter_registered", "planned", is_letter=True))
    ('print', 'reschedule', 'qualify', 'skip')
    >>> offers(Shown("email", "planned", automatic=True, to_confirm=True, is_email=True))
    ('confirm', 'preview', 'reschedule', 'qualify', 'skip')
    """
    is_open = action.state in ("planned", "error")
    undone = is_open and not action.left
    by_hand = undone and not action.automatic
    has_message = action.is_email or action.is_letter
    waits = action.to_confirm and not action.confirmed
    possible = {
        "log_call": undone and action.action_type == "call",
        "log": by_hand and not has_message and action.action_type != "call",
        "send": by_hand and action.is_email,
        "print": undone and action.is_letter,
        "confirm": undone and action.automatic and waits and action.state == "planned",
        "retry": action.state == "error" and action.left,
        "preview": undone and action.automatic and action.is_email,
        "unconfirm": undone and action.automatic and action.to_confirm and action.confirmed,
        "message": action.is_email and action.left and action.state != "cancelled",
        "letter": action.printed,
        "came_back": action.printed and action.state == "done" and action.action_type != "fax",
        "evidence": action.action_type == "litigation",
        "fix": action.state == "error" and not action.retries,
        "reschedule": undone,
        "qualify": action.state != "cancelled",
        "end": is_open and action.origin == "specific",
        "skip": is_open and action.origin == "scenario",
        "cancel": is_open and action.origin != "scenario",
    }
    return tuple(name for name in OFFERS if possible[name])
