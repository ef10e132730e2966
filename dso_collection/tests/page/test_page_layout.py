"""The interactive pages at every width, measured in a browser: nothing leaves its card, nothing is
covered by the column beside it, whatever font, language and amounts."""

import json

from odoo import Command
from odoo.tests import tagged

from ..page_browser_common import TOO_WIDE, PageBrowserCase

WIDTHS = (390, 520, 640, 700, 768, 860, 920, 1024, 1100, 1200, 1280, 1300, 1400)
FONTS = ("DejaVu Sans", "Liberation Sans")
LANGUAGES = ("en_US", "fr_FR", "de_DE")

#: What leaves its card to the left or to the right, or lies over the other column.
ASTRAY = """
    (() => {
        const wrong = [];
        const say = (node) => node.outerHTML.slice(0, 60)
            + " | " + node.textContent.trim().slice(0, 40);
        const hidden = (node) => node.closest(".skip") || (node.closest("thead")
            && getComputedStyle(node.closest("thead")).position === "absolute");
        for (const card of document.querySelectorAll(".card, .totals dl > div, .note, .filter")) {
            const room = card.getBoundingClientRect();
            for (const node of card.querySelectorAll("*")) {
                const box = node.getBoundingClientRect();
                if (box.width && !hidden(node)
                        && (box.right > room.right + 1 || box.left < room.left - 1)) {
                    wrong.push("leaves its card: " + say(node));
                }
            }
        }
        for (const cell of document.querySelectorAll("td, dd, .tag, .button, button")) {
            if (!hidden(cell) && cell.scrollWidth > cell.clientWidth + 1
                    && getComputedStyle(cell).display !== "inline") {
                wrong.push("is cut: " + say(cell));
            }
        }
        const [main, aside] = document.querySelector(".columns")?.children || [];
        if (main && aside) {
            const a = main.getBoundingClientRect();
            const b = aside.getBoundingClientRect();
            if (a.right > b.left + 1 && a.bottom > b.top + 1) {
                wrong.push("the columns lie over each other");
            }
        }
        return wrong;
    })()
"""


@tagged("post_install", "-at_install")
class TestPageLayout(PageBrowserCase):
    browser_size = "1400x900"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._enable_payments()
        for code in LANGUAGES:
            cls.env["res.lang"]._activate_lang(code)
        cls.env["ir.module.module"]._load_module_terms(
            ["dso_collection"], list(LANGUAGES), overwrite=True
        )
        cls.company.dso_penalty_rule_id = cls.env.ref("dso_collection.penalty_rule_fr")
        cls.partner.name = (
            "Vereinigte Rheinisch-Westfälische Maschinenbau- und Anlagenbaugesellschaft mbH"
        )
        cls.collector.partner_id.write(
            {"phone": "+49 221 123456789", "email": "friederike.mustermann@buchhaltung.example.com"}
        )
        for amount, reference in (
            (123456789.99, "Bestellung 4711/2026-Kostenstelle-Nordrhein-Westfalen"),
            (9.5, "PO1"),
        ):
            cls._item(-120, amount).move_id.ref = reference
        cls.entry = cls._item(-400, 98765432.1)

    def _measure(self, variants):
        """Open the page in each language, at each width with each font."""
        found = {}
        stranger = self._browse()
        for name, prepare in variants.items():
            prepare()
            with stranger.at(self.path):
                stranger.see(".card table")
                for font in FONTS:
                    style = json.dumps(f"'{font}', sans-serif")
                    stranger.run(f"document.body.style.fontFamily = {style}")
                    for width in WIDTHS:
                        stranger.ask(
                            "Emulation.setDeviceMetricsOverride",
                            width=width,
                            height=900,
                            deviceScaleFactor=1,
                            mobile=False,
                        )
                        wrong = stranger.run(ASTRAY)
                        if stranger.run(TOO_WIDE):
                            wrong.append("the page is wider than the screen")
                        if wrong:
                            found[f"{name}, {font}, {width}"] = wrong[:4]
        self.assertFalse(found, json.dumps(found, indent=1))

    def _speak(self, lang, penalties=False):
        def prepare():
            self.page.sudo().lang = lang
            self.customer.write({"penalty_enabled": penalties, "recovery_cost_enabled": penalties})

        return prepare

    def test_customers_page(self):
        self._measure(
            {
                f"{lang}{', with costs' if penalties else ''}": self._speak(lang, penalties)
                for lang in LANGUAGES
                for penalties in (False, True)
            }
        )

    def test_colleagues_page(self):
        colleague = self.env["res.partner"].create(
            {"name": "Sam", "email": "sam@company.example.com"}
        )
        lines = self.late | self.entry
        self.page, token = self._send_link(
            action_type="email_internal",
            recipient_ids=[Command.set(colleague.ids)],
            item_ids=[Command.create({"line_id": line.id}) for line in lines],
            comment="Is it right? " * 20,
        )
        self.path = f"/dso/p/{token}"
        lines._dso_log(comment="Zwei Schreibtische kamen mit zerkratzten Tischplatten an. " * 3)
        self._measure({lang: self._speak(lang) for lang in LANGUAGES})
