from odoo.exceptions import UserError


class BrokenTemplate(UserError):
    """A template that cannot be rendered; ``template`` is the record to mend."""

    def __init__(self, template, error):
        super().__init__(
            template.env._(
                "The template “%(template)s” cannot be rendered: %(error)s",
                template=template.display_name,
                error=error,
            )
        )
        self.template = template
        self.text = str(error)
