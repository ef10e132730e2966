"""Make dso_collection/README.rst, which the app list shows, from dso_collection/readme/*.md.

The fragments keep to what Markdown and reStructuredText share (paragraphs, lists, emphasis), so
that only headings, code, links and pictures (each a paragraph, by its address in Odoo) have to be
turned. ``--check`` tells whether it is up to date.
"""

import re
import sys
from pathlib import Path

MODULE = Path(__file__).resolve().parent.parent / "dso_collection"
SECTIONS = [
    ("CONFIGURE", "Configuration"),
    ("USAGE", "Usage"),
    ("ROADMAP", "Known limits"),
    ("CONTRIBUTORS", "Contributors"),
]


def to_rst(text):
    """The Markdown of the fragments as reStructuredText."""
    # no wider than the page of the app list
    image = r".. image:: \2\n   :alt: \1\n   :class: img-fluid"
    text = re.sub(r"^!\[([^\]]+)\]\(([^)]+)\)$", image, text, flags=re.M)
    text = re.sub(r"\[([^\]]+)\]\(([^)]+)\)", r"`\1 <\2>`__", text)
    return re.sub(r"(?<!`)`([^`\n]+)`(?!`|__)", r"``\1``", text).strip()


def make():
    """The whole README."""
    title = "Collection"
    bar = "=" * len(title)
    parts = [bar, title, bar, "", ".. Made by dev/readme.py: edit readme/*.md"]
    parts += ["", to_rst((MODULE / "readme/DESCRIPTION.md").read_text()), ""]
    for name, heading in SECTIONS:
        parts += [heading, "=" * len(heading), ""]
        parts += [to_rst((MODULE / f"readme/{name}.md").read_text()), ""]
    parts += ["License", "=======", "", "LGPL-3.0 or later.", ""]
    return "\n".join(parts)


def main():
    target = MODULE / "README.rst"
    made = make()
    if "--check" not in sys.argv:
        target.write_text(made)
    elif not target.exists() or target.read_text() != made:
        sys.exit("dso_collection/README.rst is not up to date: run `dev/python dev/readme.py`.")


if __name__ == "__main__":
    main()
