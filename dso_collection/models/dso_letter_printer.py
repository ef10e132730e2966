"""Letters on paper: many records as one run of wkhtmltopdf, and each one's pages.

Debian's wkhtmltopdf knows neither headers nor footers nor several documents in one run, and prints
everything smaller than it is told to; the patched build does as it is told. Letters must come out
of both alike, with the address in the window of the envelope. So nothing is asked of the program
that only one of them can do: the letterhead is part of the first page, and what has its place at
the bottom of each page is stamped on afterwards.
"""

import io
import secrets

import lxml.html
from markupsafe import Markup
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools.pdf import PdfFileReader, PdfFileWriter, PdfReadError, merge_pdf

from odoo.addons.base.models.ir_actions_report import _wkhtml

from ..engine import letters

#: Margins of the paper format ``paperformat_letter``, in millimetres.
MARGIN_TOP, MARGIN_LEFT, MARGIN_RIGHT = 12.0, 25.0, 18.0
PAGE_WIDTH, PAGE_HEIGHT = 210.0, 297.0
#: Where the footer of each page begins, from the top, and what is left below it.
FOOTER_TOP, FOOTER_BOTTOM = 268.0, 5.0
#: The unpatched build lays pages out for 1.301 times their width and shrinks them to it, whatever
#: its arguments say: measured, and the same for all margins and resolutions.
UNPATCHED_ZOOM = 1.301
#: Documents of one run of wkhtmltopdf: its memory grows with them.
RUN_SIZE = 100


class DsoLetterPrinter(models.AbstractModel):
    """Prints QWeb reports on the company's layout as letters for window envelopes."""

    _name = "dso.letter.printer"
    _description = "Printer of Collection Letters"

    @api.model
    def _print(self, report_name, records, values=None):
        """Print a report whose template calls ``web.external_layout`` once for each record.

        :param report_name: XML id of the ``ir.actions.report``
        :param records: of one or several companies
        :param values: what the template needs besides ``docs``
        :return: {record id: PDF as bytes}
        """
        result = {}
        for company, group in records.grouped("company_id").items():
            printer = self.with_company(company)
            for start in range(0, len(group), RUN_SIZE):
                part = group[start : start + RUN_SIZE]
                result.update(printer._print_part(report_name, part, values or {}))
        return result

    @api.model
    def _print_part(self, report_name, records, values):
        """:meth:`_print` for one run of one company."""
        report = self.env["ir.actions.report"]._get_report(report_name)
        html, _type = report.with_context(debug=False)._render_qweb_html(
            report, records.ids, data={**values, "report_type": "pdf"}
        )
        documents = self._parse(html, records)
        window = letters.WINDOWS[self.env.company.dso_letter_window]
        nonce = secrets.token_hex(6)
        pdf = self._run(
            report,
            self._render_page(
                window,
                documents=[
                    {**document, "mark": f"{nonce}x{document['id']}x"} for document in documents
                ],
            ),
        )
        pages = PdfFileReader(io.BytesIO(pdf), strict=False).pages
        try:
            parts = letters.split_pages([self._find_mark(page, nonce) for page in pages])
            if [part[0] for part in parts] != records.ids:
                raise ValueError("letters without their mark")
        except ValueError:
            if len(records) > 1:
                # a mark was not found: one by one nothing has to be found
                return {
                    res_id: content
                    for record in records
                    for res_id, content in self._print_part(report_name, record, values).items()
                }
            parts = [(records.id, 0, len(pages))]
        footers = self._print_footers(report, window, documents)
        return {
            res_id: self._finish(pages[start:end], window, footers[res_id])
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
                "zoom": 1 if _wkhtml().is_patched_qt else UNPATCHED_ZOOM,
                "company": company,
                "window": window,
                "width": PAGE_WIDTH - MARGIN_LEFT - MARGIN_RIGHT,
                "margin_left": MARGIN_LEFT,
                "margin_top": MARGIN_TOP,
                "footer_height": PAGE_HEIGHT - FOOTER_TOP - FOOTER_BOTTOM,
            },
            minimal_qcontext=True,
        )

    @api.model
    def _get_css(self):
        """The style of reports, in the page itself: wkhtmltopdf would ask this very server for
        it, which does not always answer (in a cron, behind a proxy)."""
        IrQweb = self.env["ir.qweb"]
        sheets = [
            # sudo: style sheets of the database are public, and made when first asked for
            IrQweb.sudo()._get_asset_bundle(name, js=False, autoprefix=True).css().raw.decode()
            for name in ("web.report_assets_pdf", "web.report_assets_common")
        ]
        # nothing in a style sheet may end it
        return Markup("\n".join(sheets).replace("</", "<\\/"))

    # ------------------------------------------------------------------
    # PDF
    # ------------------------------------------------------------------

    @api.model
    def _run(self, report, html, **arguments):
        """One run of wkhtmltopdf."""
        return report._run_wkhtmltopdf(
            [html], report_ref=report, specific_paperformat_args=arguments
        )

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
                    "One of the PDFs to put together is damaged or protected (%(error)s). Print "
                    "it anew, or leave it out.",
                    error=error,
                )
            ) from error

    @api.model
    def _find_mark(self, page, nonce):
        """The id of the record that begins on a page."""
        # a program may put white space between letters
        text = "".join(page.extract_text().split())
        _before, found, after = text.partition(f"{nonce}x")
        return int(after.partition("x")[0]) if found else None

    @api.model
    def _finish(self, pages, window, footer):
        """The pages of one letter with what is stamped on: footer, page numbers, fold marks."""
        writer = PdfFileWriter()
        for number, page in enumerate(pages, start=1):
            writer.addPage(page)
            target = writer.pages[-1]
            if footer:
                target.mergePage(footer)
            target.mergePage(self._make_stamp(number, len(pages), window))
        stream = io.BytesIO()
        writer.write(stream)
        return stream.getvalue()

    @api.model
    def _make_stamp(self, number, count, window):
        """Fold marks on the first page, and numbers where there are several pages."""
        stream = io.BytesIO()
        canvas = Canvas(stream, pagesize=(PAGE_WIDTH * mm, PAGE_HEIGHT * mm))
        if number == 1:
            canvas.setLineWidth(0.4)
            for fold in window.folds:
                height = (PAGE_HEIGHT - fold) * mm
                canvas.line(6 * mm, height, 9 * mm, height)
        if count > 1:
            canvas.setFont("Helvetica", 8)
            canvas.drawRightString(
                (PAGE_WIDTH - MARGIN_RIGHT) * mm,
                (PAGE_HEIGHT - FOOTER_TOP + 1.5) * mm,
                f"{number} / {count}",
            )
        canvas.showPage()
        canvas.save()
        stream.seek(0)
        return PdfFileReader(stream, strict=False).pages[0]


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
