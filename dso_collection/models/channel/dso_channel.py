from typing import NamedTuple

from odoo import api, models, tools
from odoo.tools.translate import LazyGettext, LazyTranslate

from ...tools.dates import format_moment
from ...tools.inside import get_inside

_lt = LazyTranslate(__name__)

#: What users read of the ways in which contacts are reached, see ``res.partner.dso_serves_…``.
MEDIA = {"email": _lt("E-mail"), "phone": _lt("Phone and SMS"), "post": _lt("Post")}


class Error(NamedTuple):
    """What users read of an error.

    :ivar sentence: what happened and what to do; its values are of ``_get_error_values``
    :ivar cause: the same in a word or two, for the summary of each morning
    :ivar quotes: whether the sentence goes on after the words of a server, whose own full stop is
        then left out
    """

    sentence: LazyGettext
    cause: LazyGettext
    quotes: bool = False


class DsoChannel(models.AbstractModel):
    """A way of carrying actions out. One model for each action type, found by that type: adding a
    channel touches no other file.

    What is said of a type anywhere, in the lists, on the screens and in errors, is said here by
    attributes and hooks. This base is the channel of what a person does and of nothing else.
    """

    _name = "dso.channel"
    _description = "Collection Channel"

    #: action type that this channel carries out, its name (a ``_lt``) and its place in lists
    _channel_type = None
    _channel_label = None
    _channel_sequence = 1000
    #: on screens: an icon of Font Awesome, and a colour of charts
    _channel_icon = "fa-circle-o"
    _channel_color = "#8C8C8C"
    #: by which of its ways a contact is reached: ``email``, ``phone``, ``post``, ``None`` for any
    _channel_medium = None
    #: whether its messages can be previewed
    _renders_mail = False
    #: whether they have no layout: they are shown as the text that they are
    _is_plain_text = False
    #: field of the action with its template, whether it is needed, and the one proposed (XML id)
    _template_field = None
    _template_required = True
    _template_proposed = None
    #: whether the dialog proposes the overdue items with it
    _proposes_items = False
    #: field of the action with a text of its own
    _text_field = "body"
    #: whether somebody has to carry it out in person: never automatic
    _is_manual = False
    #: whether a colleague gets it, not the customer
    _is_internal = False
    #: whether the customer hears nothing of it
    _is_inside = False
    #: whether the customer gets it in writing, and whether it is a formal demand then
    _is_written = False
    _is_formal = False
    #: whether it is about the items that it was planned for, whatever its words
    _is_about_items = False
    #: whether it is read on paper, where amounts are spelled out
    _is_on_paper = False
    #: whether it goes by post, which may bring it back
    _is_posted = False
    #: whether its letter may also be handed to a service that prints and posts it
    _has_carrier = False
    #: whether its message holds a link to an interactive page
    _links_page = False
    #: whether the PDFs of invoices can be joined to it
    _takes_invoices = False
    #: field of the contact that is told where one of Odoo's own queues sends it
    _queued_field = None

    #: {code of an error: :class:`Error`}, those of this channel; what it inherits is not repeated
    _channel_errors = {
        "archived_customer": Error(
            _lt("The customer is archived: nothing is chased. Restore the contact to chase it."),
            _lt("Error: the customer is archived"),
        ),
        "archived_file": Error(
            _lt("This file is archived: nothing is planned."),
            _lt("Error: the customer's file is archived"),
        ),
        "no_contact": Error(
            _lt(
                "%(customer)s has no collections contact. Tick “Collections contact” on one of "
                "its contacts."
            ),
            _lt("Error: no collections contact"),
        ),
        "no_channel": Error(
            _lt(
                "“%(type)s” cannot be sent automatically yet. Carry out the action by hand, or "
                "untick “Automatic” on the step."
            ),
            _lt("Error: to be done by hand"),
        ),
        "archived_template": Error(
            _lt(
                "The template “%(template)s” is archived. Ask a credit manager to restore it, or "
                "choose another one."
            ),
            _lt("Error: a template is archived"),
        ),
        "broken_template": Error(
            _lt(
                "The template “%(template)s” cannot be rendered: %(text)s. Ask a credit manager "
                "to correct it."
            ),
            _lt("Error: a template is broken"),
        ),
        "empty_template": Error(
            _lt(
                "The template “%(template)s” has no text: ask a credit manager to write one, or "
                "choose another template."
            ),
            _lt("Error: a template has no text"),
        ),
        "nothing_to_tell": Error(
            _lt("%(customer)s has no item to write about."), _lt("Error: nothing to write about")
        ),
        "undelivered": Error(
            _lt("Not delivered: %(text)s. Correct the address and retry."),
            _lt("Error: not delivered"),
            quotes=True,
        ),
        "cancelled_in_queue": Error(
            _lt(
                "Somebody removed it from the queue before it was sent. Retry to send it after all."
            ),
            _lt("Error: removed from the queue"),
        ),
        "provider_settings": Error(
            _lt(
                "Not accepted: %(text)s. Ask a credit manager to correct the provider's settings,"
                " then retry."
            ),
            _lt("Error: provider settings"),
            quotes=True,
        ),
        "unreachable": Error(
            _lt(
                "Not delivered after %(count)s attempts: %(text)s. Ask your administrator to check "
                "the connection, then retry."
            ),
            _lt("Error: not delivered yet"),
            quotes=True,
        ),
        "failed": Error(
            _lt(
                "It could not be carried out: %(text)s. Fix that, or tell your administrator; "
                "then retry."
            ),
            _lt("Error: it could not be carried out"),
            quotes=True,
        ),
    }

    # ------------------------------------------------------------------
    # Which channels there are
    # ------------------------------------------------------------------

    @api.model
    def _get_channel(self, action_type):
        """The channel of an action type."""
        return self.env[self._get_channels_by_type().get(action_type, "dso.channel")]

    @api.model
    @tools.ormcache()
    def _get_channels_by_type(self):
        """{action type: name of its channel}, in the order of all lists"""
        names = self.env.registry.descendants(["dso.channel"], "_inherit")
        channels = [channel for name in names if (channel := self.env[name])._channel_type]
        channels.sort(key=lambda channel: (channel._channel_sequence, channel._channel_type))
        return {channel._channel_type: channel._name for channel in channels}

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_type_selection(self):
        """[(action type, its name in the user's language)]"""
        return [
            (action_type, self.env._(self.env[name]._channel_label))
            for action_type, name in self._get_channels_by_type().items()
        ]

    @api.model
    def _get_types(self, attribute):
        """The action types whose channels say so.

        :param attribute: name of one of the attributes above
        """
        return [
            action_type
            for action_type, name in self._get_channels_by_type().items()
            if getattr(self.env[name], attribute)
        ]

    @api.model
    def _get_type_styles(self):
        """{action type: its icon and its colour}, for the screens"""
        return {
            action_type: {
                "icon": self.env[name]._channel_icon,
                "color": self.env[name]._channel_color,
            }
            for action_type, name in self._get_channels_by_type().items()
        }

    # ------------------------------------------------------------------
    # Is it possible, and if not why
    # ------------------------------------------------------------------

    @api.model
    def _get_blockers(self, actions):
        """What keeps actions from being carried out, in a constant number of queries.

        :return: {action id: arguments of ``dso.action._set_error``}, only for those blocked
        """
        return {
            action.id: {"code": "no_channel"}
            for action in actions
            if action.automatic and not get_inside(self.env, "dso_by_hand")
        }

    @api.model
    def _prepare_no_contact(self, action):
        """That a customer has nobody to send an action to."""
        return {
            "code": "no_contact",
            "medium": self._channel_medium,
            "model": "res.partner",
            "res_id": action.partner_id.id,
        }

    # ------------------------------------------------------------------
    # Words for errors
    # ------------------------------------------------------------------

    @api.model
    def _find_error(self, code):
        """:return: :class:`Error` of this channel, ``None`` where it has no words for it"""
        for base in type(self).__mro__:
            if error := vars(base).get("_channel_errors", {}).get(code):
                return error
        return None

    @api.model
    def _describe_error(self, action, data):
        """What keeps an action back, and how to fix it.

        :param data: of the error, with its ``code`` and whatever the channel put into it
        :return: a sentence in the user's language, ``None`` where this channel has no words for it
        """
        if not self._find_error(data["code"]):
            return None
        sentence = self.env._(self._get_error_sentence(action, data))
        return sentence % self._get_error_values(action, data)

    @api.model
    def _get_error_sentence(self, action, data):
        """The sentence of an error that this channel has words for, where they depend on more than
        its code.

        :return: ``_lt``
        """
        code = data["code"]
        if code == "no_contact" and data.get("medium") in MEDIA:
            return _lt(
                "%(customer)s has no collections contact with “%(way)s”. Tick “Collections "
                "contact” and “%(way)s” on one of its contacts."
            )
        if code == "unreachable" and action.retry_date:
            return _lt(
                "Not delivered yet: %(text)s. It is retried automatically on %(date)s, there is "
                "nothing to do."
            )
        return self._find_error(code).sentence

    @api.model
    def _get_error_values(self, action, data):
        """What the sentence of an error may name."""
        code, text = data["code"], data.get("text")
        values = {
            "customer": action.partner_id.display_name,
            "company": action.company_id.name,
            "contact": data.get("contact"),
            "template": data.get("template"),
            "text": (text or "").rstrip(" .") if self._find_error(code).quotes else text,
            "collector": data.get("collector"),
            "type": dict(self._get_type_selection()).get(action.action_type),
        }
        if code == "no_contact" and (way := MEDIA.get(data.get("medium"))):
            values["way"] = self.env._(way)
        if code == "unreachable":
            values["count"] = action.retry_count
            if action.retry_date:
                # the hours may have changed since it was planned
                moment = action._get_retry_opening(action.retry_date) or action.retry_date
                values["date"] = format_moment(self.env, moment)
        return values

    @api.model
    def _describe_any_error(self, action, data):
        """The same of an error that may be another channel's: the action was of another type."""
        for name in ("dso.channel", *self._get_channels_by_type().values()):
            if text := self.env[name]._describe_error(action, data):
                return text
        return None

    @api.model
    def _get_cause(self, code):
        """An error in a word or two, in the user's language, whichever channel it is of; ``None``
        where none has words for it."""
        for name in ("dso.channel", *self._get_channels_by_type().values()):
            if error := self.env[name]._find_error(code):
                return self.env._(error.cause)
        return None

    # ------------------------------------------------------------------
    # What it does
    # ------------------------------------------------------------------

    def _get_waiting_condition(self):
        """SQL condition for due automatic actions that wait for somebody all the same, ``None``
        if none does: what has to be printed is never sent by itself."""
        return None

    @api.model
    def _makes_letter(self, action):
        """Whether carrying out an action makes a letter."""
        return False

    @api.model
    def _get_mention(self, action):
        """What stands above the address of a letter, for the post."""
        return None

    @api.model
    def _preview(self, action):
        """The message as it would leave now.

        :return: dict with ``subject``, ``body`` (html), ``recipients`` (text), ``sender`` (text),
            ``details`` (text) and ``attachment_names``; empty if there is nothing to see
        """
        return {}

    @api.model
    def _preview_sent(self, action):
        """What the channel shows of a message that has left beyond the e-mail it was.

        :return: as ``_preview``; what is not named comes from the message in the chatter
        """
        return {}

    @api.model
    def _render_for_sending(self, actions):
        """What ``_render`` gives, with the links of interactive pages in it: only what leaves has
        them.

        :return: {action id: text, or tuple of texts}
        """
        contents = self._render(actions)
        sample = next(iter(contents.values()), "")
        if not isinstance(sample, tuple):
            return actions._put_page_links(contents)
        bodies = {action_id: parts[-1] for action_id, parts in contents.items()}
        bodies = actions._put_page_links(bodies)
        return {
            action_id: (*parts[:-1], bodies[action_id]) for action_id, parts in contents.items()
        }

    @api.model
    def _send(self, actions):
        """Create the messages, unsent: Odoo's queues send them after the commit.

        :return: {action id: stored values of the done action, all with the same keys;
            ``recipient_ids`` as a list of ids}
        """
        return {}

    @api.model
    def _on_done(self, actions):
        """What else being done brings about."""

    @api.model
    def _prepare_sent_to(self, contacts, address=None):
        """To whom an action goes, for its file: contacts are renamed, and get other addresses.

        :param address: e-mail address or number, where the channel has just one
        :return: value of ``sent_to``
        """
        return [
            {
                "id": contact.id,
                "name": contact.name or contact.display_name,
                "addresses": [address] if address else self._get_addresses_of(contact),
            }
            for contact in contacts
        ]

    @api.model
    def _get_addresses_of(self, contact):
        """Addresses or numbers to which what is for a contact goes, where a channel has several."""
        return []

    @api.model
    def _get_resent_to(self, action):
        """To whom an action went that has just left again: value of ``sent_to``."""
        # whoever was archived since got it all the same
        contacts = action.with_context(active_test=False).recipient_ids
        return self._prepare_sent_to(contacts, action.sms_number)

    @api.model
    def _retry(self, actions):
        """Send again what was not delivered, the same message."""
