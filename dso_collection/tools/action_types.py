"""Words of the whole module that are values of fields: which types of action there are, and what
each needs."""

ACTION_TYPES = [
    ("call", "Phone call"),
    ("email", "E-mail"),
    ("email_interactive", "Interactive e-mail"),
    ("email_internal", "Internal interactive e-mail"),
    ("letter", "Letter"),
    ("letter_registered", "Registered letter"),
    ("letter_electronic", "Electronic registered mail"),
    ("sms", "SMS"),
    ("fax", "Fax"),
    ("litigation", "Litigation"),
]

#: The template that a type of action cannot do without.
REQUIRED_TEMPLATES = {
    "email": "mail_template_id",
    "email_interactive": "mail_template_id",
    "email_internal": "mail_template_id",
    "fax": "mail_template_id",
    "sms": "sms_template_id",
    "letter": "letter_template_id",
    "letter_registered": "letter_template_id",
    "letter_electronic": "letter_template_id",
}

#: Who prints and posts a letter.
LETTER_CARRIERS = [
    ("print", "Printed here"),
    ("snailmail", "Posted by Snailmail"),
]

#: Types that somebody has to carry out in person.
MANUAL_TYPES = frozenset({"call", "litigation"})

#: Types whose e-mail holds a link to an interactive page.
INTERACTIVE_TYPES = ("email_interactive", "email_internal")

#: States of an action that is still to be carried out.
OPEN_STATES = ("planned", "error")

#: What stands in a text in place of the link until it leaves: a preview opens nothing.
LINK_PLACEHOLDER = "the-link-comes-here"
