import base64
import csv
import io
from textwrap import shorten

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...engine import contacts as rules

#: More lines than that are no list of contacts.
MAX_LINES = 20_000
#: Columns of a file, with the words by which they are known besides their labels.
COLUMNS = {
    "code": (
        "customer code, customer, customer reference, customer number, account, reference, ref, "
        "code client, client, numero client, reference client, compte, "
        "kundennummer, kundencode, kunden nr, kunde, debitor, debitorennummer, debitor nr"
    ),
    "name": "contact name, contact, full name, nom, nom du contact, name, ansprechpartner, kontakt",
    "contact_ref": "contact code, contact reference, external code, code contact, kontaktcode",
    "function": "job position, function, title, fonction, poste, funktion, position",
    "email": "e mail, email, mail, e mail address, courriel, adresse e mail, e mail adresse",
    "phone": "phone, telephone, mobile, phone number, tel, portable, telefon, mobil, handy",
    "lang": "language, langue, sprache, lang",
    "dso_collection_contact": (
        "collections contact, contact for collection, collection contact, collection, "
        "contact de recouvrement, "
        "recouvrement, mahnkontakt, kontakt fur mahnungen, mahnwesen"
    ),
    "dso_serves_email": "by e mail, par e mail, per e mail",
    "dso_serves_phone": "by phone and sms, by phone, par telephone et sms, per telefon und sms",
    "dso_serves_post": "by post, par courrier, per post",
}
#: Names of files that are read, and how spreadsheets of another name begin.
TEXTS = (".csv", ".txt", ".tsv")
SPREADSHEETS = (".xlsx", ".xls", ".ods")
MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
TRUE = frozenset("1 x y yes true vrai oui o ja j wahr".split())
FALSE = frozenset(("", *"0 n no false faux non nein falsch".split()))


class DsoContactImportFile(models.TransientModel):
    """A file of contacts for collection: read, shown line by line with what it will change, and
    only then applied."""

    _name = "dso.contact.import.file"
    _description = "File of Collections Contacts"
    _inherit = ["dso.wizard"]
    _dso_writable = frozenset({"file", "file_name", "row_ids"})

    file = fields.Binary(attachment=False)
    file_name = fields.Char()
    state = fields.Selection([("upload", "Upload"), ("review", "Review")], default="upload")
    row_ids = fields.One2many("dso.contact.import", "file_id", string="Lines")
    summary = fields.Char(readonly=True)
    change_count = fields.Integer(readonly=True)

    # ------------------------------------------------------------------
    # Reading
    # ------------------------------------------------------------------

    def action_read(self):
        """Show what each line of the file will do."""
        self.ensure_one()
        if not self.file:
            raise UserError(self.env._("Choose a file: a spreadsheet (xlsx, xls, ods) or a CSV."))
        lines = self._read_lines()
        columns = self._match_columns(lines[0] if lines else [])
        if len(lines) > MAX_LINES:
            raise UserError(
                self.env._("The file has more than %(count)s lines. Split it.", count=MAX_LINES)
            )
        self.row_ids.unlink()
        self.row_ids._dso_as_module().create(
            [
                self._prepare_row(columns, line, number)
                for number, line in enumerate(lines[1:], 2)
                if any(str(cell).strip() for cell in line)
            ]
        )
        if not self.row_ids:
            raise UserError(self.env._("The file has no lines below its headers."))
        self._review()
        return self._reopen()

    def _read_lines(self):
        """The cells of the file, as texts.

        :return: [[text]]
        """
        content = base64.b64decode(self.file)
        name = (self.file_name or "").lower()
        if name.endswith(TEXTS):
            try:
                return _read_csv(content)
            except csv.Error as error:
                raise UserError(self._describe_unknown_type()) from error
        if not name.endswith(SPREADSHEETS) and not content.startswith(MAGIC):
            raise UserError(self._describe_unknown_type())
        reader = self.env["base_import.import"].new(
            {"file": content, "file_name": self.file_name, "file_type": False}
        )
        try:
            _length, lines = reader._read_file({"quoting": '"', "separator": ";"})
        except Exception as error:
            # whatever a file that is none makes go wrong in its reader
            raise UserError(
                self.env._(
                    "“%(file)s” cannot be read: %(error)s. Save it as xlsx or CSV and try again.",
                    file=self.file_name or self.env._("The file"),
                    error=str(error).rstrip("."),
                )
            ) from error
        return [[str(cell) for cell in line] for line in lines]

    def _describe_unknown_type(self):
        return self.env._(
            "“%(file)s” is not a file that contacts can be read from. Choose a spreadsheet (xlsx, "
            "xls, ods) or a text with one line for each contact (csv, txt, tsv).",
            file=self.file_name or self.env._("The file"),
        )

    def _match_columns(self, headers):
        """Which column of the file is which field, by labels in the user's language and English.

        :return: {position: name of the field}
        """
        Row = self.env["dso.contact.import"]
        words = {}
        for fname, known in COLUMNS.items():
            names = [*known.split(", "), fname, Row._fields[fname].string]
            names.append(Row._fields[fname]._description_string(self.env))
            words.update({rules.fold(name): fname for name in names})
        columns = {}
        for position, header in enumerate(headers):
            fname = words.get(rules.fold(header))
            if fname and fname not in columns.values():
                columns[position] = fname
        missing = [fname for fname in ("code", "name") if fname not in columns.values()]
        if missing:
            raise UserError(
                self.env._(
                    "The file needs the columns “%(code)s” and “%(name)s” in its first line; it "
                    "has: %(headers)s. Rename them, or match the columns yourself.",
                    code=Row._fields["code"]._description_string(self.env),
                    name=Row._fields["name"]._description_string(self.env),
                    headers=shorten(", ".join(str(each) for each in headers if each), 200) or "-",
                )
            )
        return columns

    def _prepare_row(self, columns, line, number):
        """Values of a row; what cannot be read is its problem."""
        Row = self.env["dso.contact.import"]
        values = {"file_id": self.id, "line_number": number, "code": "", "name": ""}
        problems = []
        for position, fname in columns.items():
            text = str(line[position]).strip() if position < len(line) else ""
            if Row._fields[fname].type == "boolean":
                flag = rules.fold(text)
                if flag not in TRUE | FALSE:
                    problems.append(
                        self.env._(
                            "“%(text)s” in “%(column)s” is neither 1 nor 0.",
                            text=text,
                            column=Row._fields[fname]._description_string(self.env),
                        )
                    )
                elif text:
                    values[fname] = flag in TRUE
            elif fname == "lang":
                if text and not (code := self._find_lang(text)):
                    problems.append(
                        self.env._("The language “%(text)s” is not installed.", text=text)
                    )
                elif text:
                    values[fname] = code
            else:
                values[fname] = text
        values["problem"] = "\n".join(problems)
        return values

    def _find_lang(self, text):
        """A language by its code, its short code or its name."""
        for code, name in self.env["res.lang"].get_installed():
            language = self.env["res.lang"]._get_data(code=code)
            if rules.fold(text) in map(rules.fold, (code, name, language.iso_code, code[:2])):
                return code
        return None

    # ------------------------------------------------------------------
    # Looking and applying
    # ------------------------------------------------------------------

    def _review(self):
        """Put on each line what it will do."""
        outcomes = self.row_ids._decide()
        customers = self.row_ids._find_customers()
        for row, found in outcomes.items():
            row._dso_as_module().write(
                {
                    "outcome": found.outcome,
                    "customer_id": customers.get((row.code or "").strip(), found.contact)[:1].id,
                    "description": row._describe(found),
                }
            )
        counts = self._count(outcomes)
        self._dso_as_module().write(
            {
                "state": "review",
                "change_count": counts["new"] + counts["changed"],
                "summary": self._summarize(counts),
            }
        )

    @api.model
    def _count(self, outcomes):
        counts = dict.fromkeys(("new", "changed", "unchanged", "refused"), 0)
        for found in outcomes.values():
            counts[found.outcome] += 1
        return counts

    @api.model
    def _summarize(self, counts):
        return self.env._(
            "%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(refused)s refused.",
            **counts,
        )

    def action_apply(self):
        """Add and correct the contacts, as they are at this moment; refused lines are left out."""
        self.ensure_one()
        if self.state != "review":
            return self.action_read()
        outcomes = self.row_ids._apply(skip_refused=True)
        counts = self._count(outcomes)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning" if counts["refused"] else "success",
                "message": self._summarize(counts),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def action_back(self):
        """Choose another file."""
        self.row_ids.unlink()
        self._dso_as_module().write({"state": "upload", "file": False, "file_name": False})
        return self._reopen()

    def action_match_columns(self):
        """Odoo's own import, where each column is matched by hand."""
        return self.env["ir.actions.client"]._for_xml_id("dso_collection.dso_contact_import_action")

    def _reopen(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "dso_collection.dso_contact_import_file_action"
        )
        return dict(action, res_id=self.id)


def _read_csv(content):
    """Lines of a CSV of whatever origin: UTF-8 or Windows, comma, semicolon or tab."""
    for encoding in ("utf-8-sig", "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ""):
        try:
            text = content.decode(encoding) if encoding else content.decode("cp1252", "replace")
            break
        except UnicodeDecodeError:
            continue
    head = text.split("\n", 1)[0]
    delimiter = max(";\t|,", key=head.count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
