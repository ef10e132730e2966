"""The types of action that there are: each is a channel's, see ``dso.channel``, and the lower rooms
ask for them here."""

from odoo import fields

#: Who prints and posts a letter.
LETTER_CARRIERS = [
    ("print", "Printed here"),
    ("snailmail", "Posted by Snailmail"),
]

#: States of an action that is still to be carried out.
OPEN_STATES = ("planned", "error")

#: What stands in a text in place of the link until it leaves: a preview opens nothing.
LINK_PLACEHOLDER = "the-link-comes-here"


class ActionType(fields.Selection):
    """A type of action: one for each channel of the database, in their order and with their names.

    Unlike other selections that are computed, it refuses what is none of them.
    """

    def __init__(self, *args, **kwargs):
        if "_base_fields__" not in kwargs:
            kwargs["selection"] = _get_selection
        super().__init__(*args, **kwargs)

    def convert_to_cache(self, value, record, validate=True):
        if validate and value and value not in get_types(record.env):
            raise ValueError(f"Wrong value for {self}: {value!r}")
        return super().convert_to_cache(value, record, validate)


def _get_selection(model):
    return model.env["dso.channel"]._get_type_selection()


def get_types(env):
    """The types of action, in their order."""
    return list(env["dso.channel"]._get_channels_by_type())


def get_types_where(env, attribute):
    """Those whose channels say so: ``_is_written``, say; see ``dso.channel``."""
    return env["dso.channel"]._get_types(attribute)


def get_channel(env, action_type):
    """The channel of a type."""
    return env["dso.channel"]._get_channel(action_type)
