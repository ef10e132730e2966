"""The rules of collection, in plain Python.

Nothing in this package knows Odoo: no ORM, no SQL, no clock, no I/O. Facts come in as small
immutable values, a decision goes out. The models gather the facts and carry out the decision; a
dry run, the explanation of an action and the tests call the very same functions.

===============  ==========================================================================
``facts``        what goes in: items, scenario, steps, history, settings
``items``        an item made of what the ledger says of it
``leader``       which item leads, which items count (rules R1, R2)
``scenario``     which step comes next and when (rules R3 to R8)
``penalties``    interest and recovery cost on late items
``promises``     whether a promise to pay was kept (rule R15)
``simulation``   the same decision, played forward day by day (dry run)
``families``     which items a text tells of: all, overdue, not due
``hashtags``     words in a text that stand for a value: found, replaced, refused
``autoreply``    whether an incoming e-mail was written by a person or a machine
``retry``        what failed for the moment only, and when it is tried again
``erm``          what is told to a provider of electronic registered mail, and read of it
``pages``        how long a link is good, what a stranger may hand in, when to remind
``colors``       colours of a company that everybody can read
``sms``          alphabet, length and parts of an SMS
``score``        what to do first: how much an open action matters, and why
``behaviour``    how late a customer pays on average
``offers``       which buttons an action offers, wherever it is shown
``announced``    money on its way, spread over what it is for (rule R17)
``guarantee``    what secures a debt, and until when a claim has to be declared
``indicators``   DSO and its kin: best possible, delay, effectiveness, what a day costs
``forecast``     which money comes in which week
===============  ==========================================================================

What ``R1`` to ``R17``, ``[seed 003]`` and the like stand for is told in ``docs/sources.md``.
"""
