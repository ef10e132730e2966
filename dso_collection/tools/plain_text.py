"""The plain text of an e-mail, for programs and readers that show no HTML."""

import lxml.html

from odoo.tools import html2plaintext

SEPARATOR = " | "


def html_to_text(html):
    """The text of an e-mail: each row of a table of figures is one line. Odoo's own conversion
    puts each cell on a line of its own.

    :param html: body of an e-mail
    :return: text
    """
    if not html or "<thead" not in html:
        return html2plaintext(html or "")
    root = lxml.html.fromstring(html)
    for table in root.xpath(".//table[thead]"):
        block = lxml.html.Element("div")
        for row in table.iter("tr"):
            cells = (" ".join(cell.text_content().split()) for cell in row.iter("td", "th"))
            line = lxml.html.Element("div")
            line.text = SEPARATOR.join(filter(None, cells))
            block.append(line)
        block.tail = table.tail
        table.getparent().replace(table, block)
    return html2plaintext(lxml.html.tostring(root, encoding="unicode"))
