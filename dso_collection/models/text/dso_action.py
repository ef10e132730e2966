"""Hashtags of actions: the table of ``tools/hashtags.py`` put to work."""

from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine import hashtags as engine
from ...tools import hashtag_values, hashtags as table


class DsoAction(models.Model):
    """The part of ``dso.action`` that puts values where a text has hashtags."""

    _inherit = "dso.action"

    @api.constrains("subject", "body", "sms_text")
    def _check_dso_hashtags(self):
        """What a user types into an action is refused as a template is: nothing leaves with a
        hashtag that does not exist. What has left stays as it left."""
        for action in self.filtered(lambda action: not action.done_date):
            action._dso_check_typed(
                subject=action.subject, body=action.body, sms_text=action.sms_text
            )

    @api.model
    def _dso_check_typed(self, subject=None, body=None, sms_text=None):
        """:raise ValidationError: naming the hashtags that do not exist, each with the nearest
        one"""
        texts = ((subject, False), (body, True), (sms_text, False))
        self._dso_refuse_unknown(
            unknown
            for text, html in texts
            for unknown in engine.unknown(str(text or ""), table.HASHTAGS, html)
        )

    @api.model
    def _dso_refuse_unknown(self, found):
        """:param found: :class:`engine.hashtags.Unknown`, each told once and all together"""
        sentences = [
            self.env._(
                "“#%(name)s” is not a hashtag: it would reach the customer as it stands. Did you "
                "mean “#%(nearest)s”?",
                name=unknown.name,
                nearest=unknown.nearest,
            )
            for unknown in dict.fromkeys(found)
        ]
        if sentences:
            sentences.append(
                self.env._("All hashtags are under Collection > Configuration > Hashtags.")
            )
            raise ValidationError("\n".join(sentences))

    def _dso_render(self, text, html=False):
        """A text with its hashtags replaced, in the recipients' language.

        :param html: whether the text is HTML (values are escaped, tables are tables) or plain
        :return: the text; unknown hashtags stay as they are
        """
        self.ensure_one()
        return self._dso_render_batch({self.id: text}, html)[self.id]

    def _dso_render_batch(self, texts, html=False, syntax=engine.TYPED):
        """The same for the texts of many actions, in a constant number of queries. Only the values
        that the texts use are made; without any hashtag nothing is done.

        :param texts: {action id: text}
        :param syntax: how hashtags are written
        :return: {action id: text}
        """
        find = engine.find_html if html else engine.find
        used = {}
        for action_id, text in texts.items():
            if text and syntax.needle in text:
                names = [name for name in find(text, syntax) if name in table.HASHTAGS]
                if names:
                    used[action_id] = names
        if not used:
            return texts
        actions = self.filtered(lambda action: action.id in used)
        actions.check_access("read")
        values = actions._get_hashtag_values(used, html)
        replace = engine.replace_html if html else engine.replace
        result = dict(texts)
        for action_id in used:
            text = replace(str(texts[action_id]), values[action_id].get, syntax)
            result[action_id] = engine.Markup(text) if html else text
        return result

    def _get_hashtag_values(self, used, html):
        """The values of the hashtags in use.

        :param used: {action id: names}
        :return: {action id: {name: value}}
        """
        # sudo: the message tells of the customer's own account, whoever sends it; whoever asks may
        # read the action
        actions = self.sudo()
        readings = hashtag_values.Readings(actions)
        result = {action_id: {} for action_id in used}
        for lang, group in actions.grouped("lang").items():
            group = group.with_context(lang=lang)
            for name in {name for action in group for name in used[action.id]}:
                users = group.filtered(lambda action, name=name: name in used[action.id])
                batch = hashtag_values.Batch(users, html, readings)
                for action_id, value in table.HASHTAGS[name].function(batch).items():
                    result[action_id][name] = value
        return result

    def _get_interactive_page_url(self):
        """Where to answer: the interactive page, by a link that is made when the message leaves;
        where the customer has none, an e-mail to the collector."""
        self.ensure_one()
        if self._has_page():
            return self._get_page_placeholder()
        return hashtag_values.mail_to(
            self.collector_id.email_normalized, f"{self.partner_id.name} - {self.company_id.name}"
        )

    @api.model
    @api.readonly
    def dso_get_hashtags(self):
        """The table, for the suggestions of the editors.

        :return: [dict with ``name``, ``section``, ``description``]
        """
        return [
            {
                "name": hashtag.name,
                "section": str(self.env._(table.SECTIONS[hashtag.section])),
                "description": table.describe(self.env, hashtag),
            }
            for hashtag in table.HASHTAGS.values()
        ]
