from odoo import api, models, tools

from ...tools.inside import get_inside

#: By which of its ways a contact for collection is reached, see ``res.partner.dso_serves_…``;
#: types that are not named here take any contact.
MEDIA = {
    "call": "phone",
    "email": "email",
    "email_interactive": "email",
    "letter": "post",
    "letter_registered": "post",
    "letter_electronic": "email",
    "sms": "phone",
}


class DsoChannel(models.AbstractModel):
    """A way of carrying actions out. One subclass for each, found by the action types it names:
    adding a channel touches no other file.

    This base is the channel of what a person does: calls, visits, letters posted by hand.
    """

    _name = "dso.channel"
    _description = "Collection Channel"

    #: action types that this channel carries out
    _dso_action_types = ()
    #: whether its messages can be previewed
    _renders_mail = False

    @api.model
    def _get_channel(self, action_type):
        """The channel of an action type."""
        return self.env[self._get_channels_by_type().get(action_type, "dso.channel")]

    @api.model
    @tools.ormcache()
    def _get_channels_by_type(self):
        return {
            action_type: name
            for name in self.env.registry.descendants(["dso.channel"], "_inherit")
            for action_type in self.env[name]._dso_action_types
        }

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
    def _get_medium(self, action_type):
        """By which of its ways a contact is reached.

        :return: ``email``, ``phone``, ``post`` or ``None`` for any
        """
        return MEDIA.get(action_type)

    @api.model
    def _prepare_no_contact(self, action):
        """That a customer has nobody to send an action to."""
        return {
            "code": "no_contact",
            "medium": self._get_medium(action.action_type),
            "model": "res.partner",
            "res_id": action.partner_id.id,
        }

    @api.model
    def _describe_errors(self, action, data):
        """Sentences on errors that no other channel has.

        :param data: of the error, with its code and whatever the channel put into it
        :return: {code: what happened and what to do, in the user's language}
        """
        return {}

    @api.model
    def _get_error_causes(self):
        """The same in a word or two, for the summary of each morning."""
        return {}

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
        """What else being done brings about. Litigation takes its items out of the scenario."""
        litigation = actions.filtered(lambda action: action.action_type == "litigation")
        if litigation:
            status = self.env.ref("dso_collection.status_litigation")
            claims = litigation.item_ids.filtered(lambda item: item.amount_residual > 0)
            # what was planned for them, the follow-up of a dispute say, has no sense any more
            litigation._detach(claims.line_id, besides=litigation)
            claims.line_id._dso_set_status(status)

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
