"""The plain text of an e-mail, for programs and readers that show no HTML."""

import re

import lxml.html

from odoo.tools import html2plaintext

SEPARATOR = " | "
#: What HTML takes for one space; those that do not break are none of them.
SPACES = re.compile(r"[ \t\r\n\f]+")
EMPTY_LINES = re.compile(r"\n{3,}")
HIDDEN = re.compile(r"display:\s*none")


def html_to_text(html: str) -> str:
    """The text of an e-mail: what is shown of it, each row of a table of figures as one line.
    Odoo's own conversion also has what is hidden, line breaks of the source, and each cell on a
    line of its own.

    :param html: body of an e-mail
    :return: text
    """
    if not (html or "").strip():
        return ""
    root = lxml.html.fromstring(html)
    for node in root.xpath(".//*[@style]"):
        if HIDDEN.search(node.get("style")) and node.getparent() is not None:
            node.drop_tree()
    for node in root.iter():
        node.text = node.text and SPACES.sub(" ", node.text)
        node.tail = node.tail and SPACES.sub(" ", node.tail)
    for block in root.xpath(".//div"):
        # the conversion knows no blocks
        block.addprevious(lxml.html.Element("br"))
        block.append(lxml.html.Element("br"))
    for table in root.xpath(".//table[thead]"):
        block = lxml.html.Element("p")
        for row in table.iter("tr"):
            cells = (SPACES.sub(" ", cell.text_content()).strip() for cell in row.iter("td", "th"))
            line = lxml.html.Element("br")
            line.tail = SEPARATOR.join(filter(None, cells))
            block.append(line)
        block.tail = table.tail
        table.getparent().replace(table, block)
    text = html2plaintext(lxml.html.tostring(root, encoding="unicode"))
    lines = (line.strip(" ") for line in text.splitlines())
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
