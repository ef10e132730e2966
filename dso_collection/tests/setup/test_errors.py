"""Every error that a channel knows has words: a sentence that says what to do, and a cause in the
summary of the morning."""

import ast
import re
from pathlib import Path

from odoo.tests import TransactionCase, tagged

MODELS = Path(__file__).parents[2] / "models"
#: Calls that put a code on an action, with the position of the code where it has one.
CALLS = {
    "_set_error": 0,
    "_set_undelivered": None,
    "_prepare_blocked_template": 0,
    "Number": 2,
    "_replace": None,
}


def _constants(node):
    """The texts that an expression may be, conditions and defaults of ``get`` included."""
    if isinstance(node, ast.IfExp):
        return _constants(node.body) | _constants(node.orelse)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get":
        return set().union(*map(_constants, node.args[1:]))
    return {node.value} if isinstance(node, ast.Constant) and isinstance(node.value, str) else set()


def find_codes(source):
    """The codes of errors that a module's source puts on actions."""
    codes = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "code":
                    codes |= _constants(value)
        elif isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in CALLS:
                position = CALLS[name]
                if position is not None and len(node.args) > position:
                    codes |= _constants(node.args[position])
                codes |= {
                    code
                    for keyword in node.keywords
                    if keyword.arg == "code"
                    for code in _constants(keyword.value)
                }
        elif isinstance(node, ast.Assign) and any(
            getattr(target, "id", "") == "code" for target in node.targets
        ):
            codes |= _constants(node.value)
        elif isinstance(node, ast.Assign) and any(
            getattr(target, "id", "") == "POST_ERRORS" for target in node.targets
        ):
            codes |= {code for value in node.value.values for code in _constants(value)}
    return codes


@tagged("post_install", "-at_install")
class TestErrorCodes(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        paths = [
            *MODELS.rglob("dso_channel*.py"),
            *MODELS.rglob("dso_action*.py"),
            *MODELS.rglob("dso_erm_*.py"),
            *MODELS.rglob("mail_*.py"),
            *MODELS.rglob("s*ms*.py"),
            *MODELS.rglob("snailmail*.py"),
        ]
        cls.codes = set().union(*(find_codes(path.read_text()) for path in paths))
        # the default of what was not delivered
        cls.codes |= {"undelivered"}

    def test_each_way_of_yielding_a_code_is_found(self):
        source = """
class Channel:
    def _get_blockers(self, actions):
        found = {"code": "one", "model": "two"}
        other = {"code": "three" if number else "four"}
        action._set_error("five", sticky=True, text="six")
        action._set_undelivered("seven", code="eight" if error.setting else "nine")
        code = POST_ERRORS.get(letter.error_code, "ten")
        return Number(contact, "eleven", "twelve"), number._replace(code="thirteen")
POST_ERRORS = {"CREDIT": "fourteen"}
"""
        self.assertEqual(
            find_codes(source),
            {
                *("one", "three", "four", "five", "eight", "nine", "ten"),
                *("twelve", "thirteen", "fourteen"),
            },
        )

    def test_every_code_is_a_sentence_and_a_cause(self):
        """A code without words would be shown as it is."""
        self.assertGreater(len(self.codes), 30)
        for action_type in ("call", "email", "sms"):
            action = self.env["dso.action"].new({"action_type": action_type})
            for code in self.codes:
                with self.subTest(f"{action_type} {code}"):
                    self.assertRegex(action._describe_error({"code": code}), r"[^.]\.$")
                    self.assertRegex(self.env["dso.channel"]._get_cause(code), "^Error: ")

    def test_no_words_for_what_never_happens(self):
        known = {
            code
            for name in self.env.registry.descendants(["dso.channel"], "_inherit")
            for base in type(self.env[name]).__mro__
            for code in vars(base).get("_channel_errors", ())
        }
        self.assertEqual(known - self.codes, {"nothing_to_tell"}, "kept by earlier versions")


@tagged("post_install", "-at_install")
class TestPlaces(TransactionCase):
    """A message that sends its reader to a place says who can go there: the settings are the
    administrator's, most of the configuration the credit manager's."""

    #: Facts, not places to go to.
    FACTS = (
        "All hashtags are under Collection > Configuration > Hashtags.",
        "Error: provider settings",
        "New customers get it, according to the settings of: %(names)s.",
    )

    def test_who_can_go_there(self):
        texts = {
            node.args[0].value
            for folder in ("controllers", "models", "tools", "wizards")
            for path in sorted((MODELS.parent / folder).rglob("*.py"))
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call)
            and getattr(node.func, "attr", getattr(node.func, "id", "")) in ("_", "_lt")
            and node.args
            and isinstance(node.args[0], ast.Constant)
        }
        self.assertGreater(len(texts), 500)
        place = re.compile(
            r"\bsettings\b|\bConfiguration\b|missing\. .*step of the scenario"
            r"|^The template “[^”]+” (is archived|has no text|cannot be rendered: %.text)",
            re.IGNORECASE,
        )
        who = re.compile(r"\badministrators?\b|\bcredit managers?\b", re.IGNORECASE)
        named = {text for text in texts - set(self.FACTS) if place.search(text)}
        self.assertGreater(len(named), 12)
        self.assertEqual({text for text in named if not who.search(text)}, set())
