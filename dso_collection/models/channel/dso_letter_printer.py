"""Letters on paper: many records as one run of wkhtmltopdf, and each one's pages.

Debian's wkhtmltopdf knows neither headers nor footers nor several documents in one run, nor does it
repeat the heading of a table on its next page; the patched builds do. Letters must come out of all
of them alike, with the address in the window of the envelope. So nothing is asked of the program
that only one of them can do: the letterhead is part of the first page, the pages are broken by
``letter_page.js``, and what has its place at the bottom of each page is stamped on afterwards.
"""

import io
import posixpath
import re
from base64 import b64encode

import lxml.html
from markupsafe import Markup
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import file_open
from odoo.tools.pdf import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    PdfFileReader,
    PdfFileWriter,
    PdfReadError,
    merge_pdf,
)

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ...engine import letters
from .ir_actions_report import DELAY

#: Margins of the paper format ``paperformat_letter``, in millimetres.
MARGIN_TOP, MARGIN_LEFT, MARGIN_RIGHT, MARGIN_BOTTOM = 12.0, 25.0, 18.0, 34.0
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
#: Where the footer of each page begins, from the top, and what is left below it.
FOOTER_TOP, FOOTER_BOTTOM = 268.0, 5.0
#: A hundred millimetres to measure, from one letter to the other.
RULER = """<!DOCTYPE html><html><body style="margin: 0; font-family: sans-serif;">
<div style="position: absolute; top: 0; left: 0;">A</div>
<div style="position: absolute; top: 0; left: 100mm;">B</div></body></html>"""
#: How much bigger everything has to be said so that a millimetre is one on paper, by program.
_zooms = {}
#: The colour of the speck where a letter begins, almost white: rgb(254, 253, 251) as a PDF says it.
MARK = re.compile(rb"0?\.9960?\d* 0?\.992\d* 0?\.984\d* (?:scn|sc|rg)\b")
#: A font that every program that shows PDFs has.
HELVETICA = DictionaryObject(
    {
        NameObject("/Type"): NameObject("/Font"),
        NameObject("/Subtype"): NameObject("/Type1"),
        NameObject("/BaseFont"): NameObject("/Helvetica"),
    }
)
#: Fonts of a style sheet: nothing of Odoo's has braces in them.
FONT_FACE = re.compile(r"@font-face\s*\{[^}]*\}")
FONT_FAMILY = re.compile(r"font-family:\s*['\"]?([^'\";]+)")
FONT_WEIGHT = re.compile(r"font-weight:\s*(normal|bold|400|700)\b")
#: A font of an add-on, in the one format that wkhtmltopdf reads surely.
FONT_FILE = re.compile(r"url\(['\"]?/([\w./-]+?\.ttf)['\"?#)]")
#: How long wkhtmltopdf goes on after a page was loaded, in milliseconds: Odoo lets it wait a second
#: for scripts. Ours has done its work by then, for fonts in the page this is enough.
DELAY_MS = 50
#: Documents of one run of wkhtmltopdf: its memory grows with them.
RUN_SIZE = 100


class DsoLetterPrinter(models.AbstractModel):
    """Prints QWeb reports on the company's layout as letters for window envelopes."""

    _name = "dso.letter.printer"
    _description = "Printer of Collection Letters"

    @api.model
    def _print(self, report_name, records, values=None, window=None):
        """Print a report whose template calls ``web.external_layout`` once for each record.

        :param report_name: XML id of the ``ir.actions.report``
        :param records: of one or several companies
        :param values: what the template needs besides ``docs``
        :param window: ``engine.letters.Window``, default that of the company's envelopes
        :return: {record id: PDF as bytes}
        """
        result = {}
        for company, group in records.grouped("company_id").items():
            printer = self.with_company(company)
            for start in range(0, len(group), RUN_SIZE):
                part = group[start : start + RUN_SIZE]
                result.update(printer._print_part(report_name, part, values or {}, window))
        return result

    @api.model
    def _print_part(self, report_name, records, values, window=None):
        """:meth:`_print` for one run of one company."""
        report = self.env["ir.actions.report"]._get_report(report_name)
        html, _type = report.with_context(debug=False)._render_qweb_html(
            report, records.ids, data={**values, "report_type": "pdf"}
        )
        documents = self._parse(html, records)
        window = window or letters.WINDOWS[self.env.company.dso_letter_window]
        pdf = self._run(report, self._render_page(window, documents=documents))
        pages = PdfFileReader(io.BytesIO(pdf), strict=False).pages
        try:
            parts = letters.split_pages(self._find_marks(pages, records.ids))
            if [part[0] for part in parts] != records.ids:
                raise ValueError("letters without their mark")
        except ValueError:
            if len(records) > 1:
                # a mark was not found: one by one nothing has to be found
                return {
                    res_id: content
                    for record in records
                    for res_id, content in self._print_part(
                        report_name, record, values, window
                    ).items()
                }
            parts = [(records.id, 0, len(pages))]
        footers = self._print_footers(report, window, documents)
        return {
            res_id: self._stamp_pages(pages[start:end], window, footers[res_id])
            for res_id, start, end in parts
        }

    # ------------------------------------------------------------------
    # HTML
    # ------------------------------------------------------------------

    @api.model
    def _parse(self, html, records):
        """Take the layout of each record apart.

        :return: [dict with ``id``, ``header``, ``article``, ``footer`` (safe HTML)]
        """
        root = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(encoding="utf-8"))
        parts = {
            name: root.xpath(
                "//div[contains(concat(' ', normalize-space(@class), ' '), $name)]",
                name=f" {name} ",
            )
            for name in ("header", "article", "footer")
        }
        # a layout may have no header, or no footer; never an article less
        blank = [None] * len(records)
        return [
            {
                "id": record.id,
                "header": _to_html(header),
                "article": _to_html(article),
                "footer": _to_html(footer),
            }
            for record, header, article, footer in zip(
                records,
                parts["header"] or blank,
                parts["article"],
                parts["footer"] or blank,
                strict=True,
            )
        ]

    @api.model
    def _render_page(self, window, documents=(), footer=None):
        """One HTML document of all letters, or of a footer alone."""
        company = self.env.company
        return self.env["ir.qweb"]._render(
            "dso_collection.letter_page",
            {
                "css": self._get_css(),
                "base_url": self.env["ir.actions.report"]._get_report_url(),
                "documents": documents,
                "footer": footer,
                "zoom": self._get_zoom(),
                "company": company,
                "window": window,
                "width": PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT,
                "margin_left": MARGIN_LEFT,
                "margin_top": MARGIN_TOP,
                "text_height": PAGE_HEIGHT - MARGIN_TOP - MARGIN_BOTTOM,
                "script": self._get_script(),
                "footer_height": PAGE_HEIGHT - FOOTER_TOP - FOOTER_BOTTOM,
            },
            minimal_qcontext=True,
        )

    @api.model
    def _get_css(self):
        """The style of reports, in the page itself: wkhtmltopdf would ask this very server for
        it, which does not always answer (in a cron, behind a proxy).

        No font is asked for either: while one is missing the patched build prints no letters at
        all, and Odoo's sheets name dozens, some of them far away. It gets the company's font in
        the page. The unpatched build draws such fonts as outlines, so that there is no text to
        search or to copy: it takes the font of the machine, or one like it.
        """
        IrQweb = self.env["ir.qweb"]
        sheets = [
            # sudo: style sheets of the database are public, and made when first asked for
            IrQweb.sudo()._get_asset_bundle(name, js=False, autoprefix=True).css().raw.decode()
            for name in ("web.report_assets_pdf", "web.report_assets_common")
        ]
        css = "\n".join(sheets)
        fonts = self._get_fonts(css) if _wkhtml().is_patched_qt else []
        css = "\n".join([*fonts, FONT_FACE.sub("", css)])
        # nothing in a style sheet may end it
        return Markup(css.replace("</", "<\\/"))

    @api.model
    def _get_fonts(self, css):
        """The regular and bold faces of the company's font, as rules with the font in them.

        :param css: style sheet that names them with their files
        """
        rules = []
        for rule in FONT_FACE.findall(css):
            family, weight = FONT_FAMILY.search(rule), FONT_WEIGHT.search(rule)
            file = FONT_FILE.search(rule)
            if not (family and weight and file) or family[1] != self.env.company.font:
                continue
            try:
                with file_open(posixpath.normpath(file[1]), "rb", filter_ext=(".ttf",)) as font:
                    data = b64encode(font.read()).decode()
            except FileNotFoundError:
                # not on this machine: one like it
                continue
            style = "italic" if "italic" in rule else "normal"
            rules.append(
                f'@font-face {{ font-family: "{self.env.company.font}"; font-weight: {weight[1]}; '
                f"font-style: {style}; "
                f'src: url("data:font/ttf;base64,{data}") format("truetype"); }}'
            )
        return rules

    @api.model
    def _get_script(self):
        with file_open("dso_collection/report/letter_page.js") as script:
            return Markup(script.read())

    # ------------------------------------------------------------------
    # PDF
    # ------------------------------------------------------------------

    @api.model
    def _run(self, report, html, **arguments):
        """One run of wkhtmltopdf."""
        return report._run_wkhtmltopdf(
            [html],
            report_ref=report,
            specific_paperformat_args={DELAY: DELAY_MS, **arguments},
        )

    @api.model
    def _get_zoom(self):
        """What lengths are multiplied with, to be true on paper. Each build has its own idea of
        a millimetre, whatever its arguments say (the unpatched one of Debian prints 0.77, a
        patched 0.12.3 prints 1.28), so it is measured, once for each program.
        """
        program = _wkhtml()
        key = program.bin, program.version
        if key not in _zooms:
            report = self.env["ir.actions.report"]._get_report("dso_collection.report_letter")
            pdf = PdfFileReader(io.BytesIO(self._run(report, RULER)), strict=False)
            found = {}

            def visit(text, matrix, text_matrix, _font, _size):
                if text.strip() in ("A", "B"):
                    found[text.strip()] = text_matrix[4] * matrix[0] + matrix[4]

            pdf.pages[0].extract_text(visitor_text=visit)
            if len(found) < 2:
                # no font on the machine, nothing to measure: nor to read
                return 1
            _zooms[key] = round(100 * mm / (found["B"] - found["A"]), 3)
        return _zooms[key]

    @api.model
    def _print_footers(self, report, window, documents):
        """The footer of each document as a page of its own; those that are alike are printed once.

        :return: {record id: page, ``None`` without footer}
        """
        made = {None: None}
        for document in documents:
            footer = document["footer"]
            if footer and footer not in made:
                pdf = self._run(
                    report,
                    self._render_page(window, footer=footer),
                    **{
                        "data-report-margin-top": FOOTER_TOP,
                        "data-report-margin-bottom": FOOTER_BOTTOM,
                    },
                )
                made[footer] = PdfFileReader(io.BytesIO(pdf), strict=False).pages[0]
        return {document["id"]: made[document["footer"]] for document in documents}

    @api.model
    def _count_pages(self, pdf):
        return len(PdfFileReader(io.BytesIO(pdf), strict=False).pages)

    @api.model
    def _merge(self, pdfs):
        """Several PDFs as one.

        :raise UserError: if one of them cannot be read
        """
        try:
            return merge_pdf(pdfs)
        except (PdfReadError, TypeError, ValueError, NotImplementedError) as error:
            raise UserError(
                self.env._(
                    "One of the PDFs to merge is damaged or protected (%(error)s). Print it "
                    "again, or leave it out.",
                    error=error,
                )
            ) from error

    @api.model
    def _find_marks(self, pages, ids):
        """On which pages letters begin, by the colour of the speck that is in the corner there.
        They come in the order in which they were given.

        :return: for each page the id of the record that begins on it, else ``None``
        """
        waiting = iter(ids)
        return [
            next(waiting, None) if MARK.search(page.get_contents().get_data()) else None
            for page in pages
        ]

    @api.model
    def _stamp_pages(self, pages, window, footer):
        """The pages of one letter with what is stamped on: footer, page numbers, fold marks.

        Put around what a page draws, which is not looked at: reading it in Python takes longer
        than making it.
        """
        writer = PdfFileWriter()
        for page in pages:
            writer.addPage(page)
        form = footer and self._make_form(writer, footer)
        for number, page in enumerate(writer.pages, start=1):
            drawing = self._draw_stamp(number, len(pages), window)
            resources = page["/Resources"].get_object()
            if form:
                _add_resource(resources, "/XObject", "/DsoFooter", form)
                drawing = b"q /DsoFooter Do Q\n" + drawing
            _add_resource(resources, "/Font", "/DsoHelvetica", HELVETICA)
            contents = page.raw_get("/Contents")
            if isinstance(contents.get_object(), ArrayObject):
                contents = list(contents.get_object())
            else:
                contents = [contents]
            page[NameObject("/Contents")] = ArrayObject(
                [
                    _add_stream(writer, b"q\n"),
                    *contents,
                    _add_stream(writer, b"\nQ\n" + drawing),
                ]
            )
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    @api.model
    def _make_form(self, writer, page):
        """A page as something that is drawn on others."""
        form = DecodedStreamObject()
        form.setData(page.get_contents().get_data())
        resources = page["/Resources"].get_object()
        if hasattr(resources, "clone"):
            # its objects belong to another document
            resources = resources.clone(writer)
        form.update(
            {
                NameObject("/Type"): NameObject("/XObject"),
                NameObject("/Subtype"): NameObject("/Form"),
                NameObject("/BBox"): page.mediabox,
                NameObject("/Resources"): resources,
            }
        )
        return writer._add_object(form)

    @api.model
    def _draw_stamp(self, number, count, window):
        """Fold marks on the first page, and numbers where there are several pages: as operators
        of PDF, in points from the bottom left."""
        lines = []
        if number == 1:
            for fold in window.folds:
                height = (PAGE_HEIGHT - fold) * mm
                lines.append(f"0.4 w 0 G {6 * mm:.2f} {height:.2f} m {9 * mm:.2f} {height:.2f} l S")
        if count > 1:
            text = f"{number} / {count}"
            left = (PAGE_WIDTH - MARGIN_RIGHT) * mm - stringWidth(text, "Helvetica", 8)
            height = (PAGE_HEIGHT - FOOTER_TOP + 1.5) * mm
            lines.append(
                f"BT 0 g /DsoHelvetica 8 Tf 1 0 0 1 {left:.2f} {height:.2f} Tm ({text}) Tj ET"
            )
        return "\n".join(["q", *lines, "Q"]).encode()


def _add_stream(writer, data):
    stream = DecodedStreamObject()
    stream.setData(data)
    return writer._add_object(stream)


def _add_resource(resources, kind, name, value):
    """Name something among the resources of a page."""
    entries = resources.get(kind)
    entries = entries.get_object() if entries is not None else DictionaryObject()
    entries[NameObject(name)] = value
    resources[NameObject(kind)] = entries


def _to_html(node):
    """A node of a rendered report as safe HTML, without page numbers: those are stamped on."""
    if node is None:
        return None
    node.tail = None
    for number in node.xpath(".//span[@class='page' or @class='topage']"):
        holder = number.getparent()
        if holder is not None and holder.getparent() is not None:
            holder.getparent().remove(holder)
    return Markup(lxml.html.tostring(node, encoding="unicode"))
