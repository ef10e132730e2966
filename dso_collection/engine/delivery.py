"""At which addresses a message arrived, and where it is sent when it is tried again.

A message goes to all its recipients at once, and each of them may have several addresses. What is
remembered of a recipient is a dict of lists of addresses in their normal form:

``sent``     of the last attempt
``reached``  that have it from an attempt before
``failed``   of both, those that got nothing after all
``dead``     from which it came back, ever
``refused``  that a server refused for good, ever
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set as AbstractSet

#: What is remembered of a recipient.
Known = dict[str, list[str]]

KINDS = ("sent", "reached", "failed", "dead", "refused")
#: Statuses of a notification after which the message counts as arrived.
_ARRIVED = frozenset({"sent", "canceled"})


def remember(
    known: Mapping[str, Iterable[str]] | None = None, **addresses: Iterable[str] | None
) -> Known:
    """What is remembered of a recipient, with these addresses put in place of those of a kind."""
    changed = {**(known or {}), **addresses}
    return {kind: list(dict.fromkeys(changed.get(kind) or ())) for kind in KINDS}


def mark_failed(known: Known, addresses: Iterable[str], kind: str | None = None) -> Known:
    """Note that a message failed at addresses.

    :param kind: ``dead`` or ``refused``, where it would fail again

    >>> known = mark_failed(remember(sent=["ann@a.b", "books@a.b"]), ["books@a.b"], "dead")
    >>> known["failed"], known["dead"]
    (['books@a.b'], ['books@a.b'])
    """
    addresses = list(addresses)
    changed = {"failed": [*known["failed"], *addresses]}
    if kind:
        changed[kind] = [*known[kind], *addresses]
    return remember(known, **changed)


def find_missed(known: Known, status: str, has_left: bool) -> set[str]:
    """The addresses of a recipient that got nothing.

    :param status: of its notification
    :param has_left: whether the last attempt was taken by the server for anybody at all

    >>> two = remember(sent=["ann@a.b", "books@a.b"])
    >>> sorted(find_missed(two, "exception", False)), find_missed(two, "sent", True)
    (['ann@a.b', 'books@a.b'], set())
    >>> find_missed(mark_failed(two, ["books@a.b"]), "exception", True)
    {'books@a.b'}
    """
    failed = {*known["failed"]} & {*known["sent"], *known["reached"]}
    if not has_left:
        return failed | {*known["sent"]}
    if failed or status in _ARRIVED:
        return failed
    return {*known["sent"]}


def choose(
    addresses: Iterable[str], closed: AbstractSet[str], refused: AbstractSet[str]
) -> tuple[list[str], bool]:
    """Which addresses of a contact a message goes to: those that were refused once only where
    there is no other.

    :param closed: addresses that have it, or from which it came back
    :return: the addresses, and whether they are better than trying the same again

    >>> choose(["ann@a.b", "books@a.b"], {"ann@a.b"}, set())
    (['books@a.b'], True)
    >>> choose(["ann@a.b", "books@a.b"], {"ann@a.b"}, {"books@a.b"})
    (['books@a.b'], False)
    >>> choose(["ann@a.b"], {"ann@a.b"}, set())
    ([], False)
    """
    left = [address for address in addresses if address not in closed]
    good = [address for address in left if address not in refused]
    return (good, True) if good else (left, False)
