"""How a moment is written: as the fields of our screens write it."""

from __future__ import annotations

from datetime import datetime

from odoo import api
from odoo.tools.misc import babel_locale_parse, format_datetime, get_lang, posix_to_ldml


def format_moment(env: api.Environment, moment: datetime, tz: str | bool = False) -> str:
    """Day and time in the format of the reader's language, without seconds. (Babel's "short" is
    another one, with a year of two digits.)"""
    lang = get_lang(env)
    clock = lang.time_format.replace(":%S", "").replace(".%S", "")
    pattern = posix_to_ldml(f"{lang.date_format} {clock}", babel_locale_parse(lang.code))
    return format_datetime(env, moment, tz=tz, dt_format=pattern)
