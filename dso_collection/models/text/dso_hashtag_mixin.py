import re

from markupsafe import Markup

from odoo import api, models
from odoo.exceptions import ValidationError

from ...engine import gaps, hashtags as rules
from ...tools import hashtags as table
from ...tools.inside import get_inside

ACTION = "dso.action"

#: Odoo's inline placeholders: {{ expression ||| default }}
PLACEHOLDER = re.compile(r"\{\{(.+?)(\|\|\|\s*(.*?))?\}\}")


class DsoHashtagMixin(models.AbstractModel):
    """A template whose texts may have hashtags, where it is made for collection actions.

    Stands before ``mail.render.mixin``: the template's own hashtags are marked, Odoo renders its
    placeholders, then the marked ones get their values. What a placeholder brought (the name of a
    customer, say) is never taken for a hashtag, and a text without any costs nothing.
    """

    _name = "dso.hashtag.mixin"
    _description = "Template with Hashtags"

    #: texts that may have hashtags: {field: whether it is HTML}
    _dso_hashtag_fields = {}

    @api.model
    def _render_template(
        self,
        template_src,
        model,
        res_ids,
        engine="inline_template",
        add_context=None,
        options=None,
    ):
        html = engine == "qweb"
        source = template_src
        if model == ACTION and engine != "qweb_view":
            source = self._dso_mark_hashtags(template_src, html)
            source = self._dso_mark_empty(source, html)
        rendered = super()._render_template(
            source, model, res_ids, engine=engine, add_context=add_context, options=options
        )
        if source == template_src:
            return rendered
        if get_inside(self.env, "dso_keep_hashtags"):
            rendered = {key: _keep_hashtags(text, html) for key, text in rendered.items()}
        else:
            actions = self.env[ACTION].browse(res_ids)
            rendered = actions._dso_render_batch(rendered, html, table.MARKED)
        return {key: _close_gaps(text, html) for key, text in rendered.items()}

    @api.model
    def _dso_mark_hashtags(self, source, html):
        if not source or "#" not in source:
            return source
        mark = rules.mark_html if html else rules.mark
        return mark(str(source), table.TOKEN, table.HASHTAGS)

    @api.model
    def _dso_mark_empty(self, source, html):
        """Placeholders without a default of their own get one that says that the value is empty:
        their sentence goes, as that of an empty hashtag does."""
        if not source:
            return source
        if html:
            return gaps.mark_placeholders(str(source)) if "t-out" in source else source
        return PLACEHOLDER.sub(
            lambda match: match[0] if match[3] else f"{{{{ {match[1].strip()} |||{gaps.GAP}}}}}",
            source,
        )

    # ------------------------------------------------------------------
    # Unknown hashtags are refused
    # ------------------------------------------------------------------

    def _dso_is_for_actions(self):
        """Whether this template is made for collection actions."""
        self.ensure_one()
        return self.render_model == ACTION

    def _dso_check_hashtags(self, fnames=None):
        """Refuse hashtags that do not exist, in every language.

        :param fnames: names of fields to look at, default all
        :raise ValidationError: naming each hashtag, where it is, and the nearest one that exists
        """
        faults = [
            fault
            for template in self.filtered(lambda template: template._dso_is_for_actions())
            for fname, html in self._dso_hashtag_fields.items()
            if fnames is None or fname in fnames
            for fault in template._dso_describe_unknown(fname, html)
        ]
        if faults:
            faults.append(
                self.env._("All hashtags are under Collection > Configuration > Hashtags.")
            )
            raise ValidationError("\n".join(faults))

    def _dso_describe_unknown(self, fname, html):
        """One sentence for each hashtag of a text that does not exist.

        :return: list of texts
        """
        field = self._fields[fname]
        translations = field._get_stored_translations(self) or {}
        return [
            self.env._(
                "“#%(name)s” in the %(field)s of “%(template)s”%(language)s is not a hashtag: it "
                "would reach the customer as it stands. Did you mean “#%(nearest)s”?",
                name=unknown.name,
                field=field._description_string(self.env),
                template=self.display_name,
                language=self._dso_describe_lang(lang) if len(translations) > 1 else "",
                nearest=unknown.nearest,
            )
            for lang, text in translations.items()
            for unknown in rules.unknown(text, table.HASHTAGS, html)
        ]

    @api.model
    def _dso_describe_lang(self, code):
        return f" ({self.env['res.lang']._get_data(code=code).name or code})"

    def _update_field_translations(self, field_name, translations, digest=None, source_lang=""):
        result = super()._update_field_translations(
            field_name, translations, digest=digest, source_lang=source_lang
        )
        # constraints do not see this way of writing
        self._dso_check_hashtags({field_name})
        return result


def _keep_hashtags(text, html):
    """A text with its placeholders filled and its own hashtags as they were typed."""
    text = rules.neutralize(str(text or ""), html)
    return rules.unmark(text, table.MARKED)


def _close_gaps(text, html):
    """Leave out the sentences of placeholders that were empty."""
    if html:
        return Markup(gaps.drop_gaps_html(str(text or "")))
    return gaps.drop_gaps(text) if text else text
