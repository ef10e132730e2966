from __future__ import annotations

from odoo import models
from odoo.exceptions import UserError


class BrokenTemplate(UserError):
    """A template that cannot be rendered; ``template`` is the record to fix."""

    def __init__(self, template: models.BaseModel, error: Exception) -> None:
        super().__init__(
            template.env._(
                "The template “%(template)s” cannot be rendered: %(error)s",
                template=template.display_name,
                error=error,
            )
        )
        self.template = template
        self.text = str(error)


class ProviderError(Exception):
    """A provider that did not do what it was asked.

    :ivar text: what happened, in the words of the provider where it said something
    :ivar transient: whether it may succeed by itself later
    :ivar setting: whether the fix is in the provider's settings, not in the contact
    """

    def __init__(self, text: str, transient: bool = False, setting: bool = False) -> None:
        super().__init__(text)
        self.text = text
        self.transient = transient
        self.setting = setting
