"""No ready-made text prints half a sentence, whatever value is empty, in any language."""

import re
from unittest.mock import patch

from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools import html2plaintext

from ...engine import gaps, hashtags as engine
from ...engine.hashtags import Block
from ...models.text.dso_hashtag_mixin import PLACEHOLDER
from ...tools import hashtags as table
from ..common import DsoCommon

LANGS = ("en_US", "fr_FR", "de_DE")
VALUE = "Xvaluex"
OUTPUT = re.compile(r't-out="(object\.[\w.]+)"')
#: An end that waits for something, or a mark without a word before it.
HALF = re.compile(r"[:,(]\s*[.!?)]|\s[.,]|\(\s*\)|:\s*\Z|^\W+\Z|False|None")


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestEmptyValues(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for lang in LANGS:
            cls.env["res.lang"]._activate_lang(lang)
        cls.env["ir.module.module"]._load_module_terms(["dso_collection"], list(LANGS))
        cls._invoice("2026-03-01")
        cls.action = cls._plan("2026-03-06")

    def _get_texts(self):
        """(template, field, whether it is HTML) of every ready-made template for actions"""
        ready = self.env["ir.model.data"].search([("module", "=", "dso_collection")])
        for model in ("mail.template", "sms.template", "dso.letter.template"):
            ids = ready.filtered(lambda data, model=model: data.model == model).mapped("res_id")
            for template in self.env[model].browse(ids):
                if model == "dso.letter.template" or template.model == "dso.action":
                    for fname, html in template._dso_hashtag_fields.items():
                        yield template, fname, html

    def _render(self, template, fname, lang):
        return template._render_field(fname, self.action.ids, set_lang=lang)[self.action.id]

    def _split(self, text, html, heading=False):
        """The sentences that are read."""
        ends = r"(?<=[.!?])\s+"
        if html:
            text = html2plaintext(text)
        if heading:
            # a part of a subject, a label
            ends += r"|\s+[-–—]\s+|\s*:\s"
        lines = (line.strip() for line in str(text).splitlines())
        return [sentence for line in lines for sentence in re.split(ends, line) if sentence]

    def _check(self, full, empty, html, fname):
        """All but the sentences of the value are there, and nothing of them that cannot stand."""
        self.assertFalse(gaps.has_gap(str(empty)))
        heading = fname == "subject"
        kept = self._split(empty, html, heading)
        sentences = self._split(full, html, heading)
        others = [sentence for sentence in sentences if VALUE not in sentence]
        with_value = [sentence.lower() for sentence in sentences if VALUE in sentence]
        for sentence in others:
            self.assertIn(sentence, kept)
        for sentence in kept:
            if sentence not in others:
                self.assertTrue(any(sentence.lower() in text for text in with_value), sentence)
            self.assertFalse(HALF.search(sentence), f"half a sentence: {sentence!r}")

    def test_each_hashtag_of_each_template(self):
        count = 0
        for template, fname, html in self._get_texts():
            for lang in LANGS:
                source = template.with_context(lang=lang)[fname]
                names = (engine.find_html if html else engine.find)(source)
                for name in dict.fromkeys(names):
                    hashtag = table.HASHTAGS[name]
                    for value in (VALUE, ""):
                        block = html and hashtag.kind == "block"
                        shown = Block(value and f"<p>{value}</p>") if block else value
                        mocked = hashtag._replace(
                            function=lambda batch, shown=shown: dict.fromkeys(
                                batch.actions.ids, shown
                            )
                        )
                        with patch.dict(table.HASHTAGS, {name: mocked}):
                            text = self._render(template, fname, lang)
                        if value:
                            full = text
                    with self.subTest(template=template.name, field=fname, lang=lang, hashtag=name):
                        self._check(full, text, html, fname)
                        count += 1
        self.assertGreater(count, 250)

    def test_each_placeholder_of_each_template(self):
        """A field in place of each, that is empty or not."""
        count = 0
        self.action.comment = False
        for template, fname, html in self._get_texts():
            for lang in LANGS:
                template = template.with_context(lang=lang)
                source = str(template[fname])
                found = OUTPUT.findall(source) if html else []
                if not html:
                    found = [m[1].strip() for m in PLACEHOLDER.finditer(source) if not m[3]]
                for expression in dict.fromkeys(found):
                    if f'{expression}">' in source and f'{expression}"></' not in source:
                        # it says what stands for an empty value itself
                        continue
                    template[fname] = source.replace(expression, "object.cancel_reason")
                    self.action.sudo().cancel_reason = VALUE
                    full = self._render(template, fname, lang)
                    self.action.sudo().cancel_reason = False
                    text = self._render(template, fname, lang)
                    with self.subTest(
                        template=template.name, field=fname, lang=lang, of=expression
                    ):
                        self._check(full, text, html, fname)
                        count += 1
                    template[fname] = source
        self.assertGreater(count, 30)

    def test_nothing_was_said(self):
        """The mail after an answer without a status: it said "we have noted for …: ."."""
        template = self.env.ref("dso_collection.mail_template_status_customer")
        text = html2plaintext(self._render(template, "body_html", "en_US"))
        self.assertIn("Thank you for your answer.", text)
        self.assertNotIn("noted", text)
        subject = self._render(template, "subject", "en_US")
        self.assertEqual(subject, f"Your account - {self.company.name}")

    def test_own_words(self):
        self.assertFalse(self.collector.partner_id.phone)
        text = "<p>Thank you. Call us: #my_phone.</p><p>Tel. #my_phone</p>"
        self.assertEqual(self.action._dso_render(text, html=True), "<p>Thank you. </p>")
        self.assertEqual(self.action._dso_render("Reminder: #my_phone - A"), "Reminder - A")
