from odoo import api, models

#: What says when a calendar is open.
OPENING_FIELDS = frozenset(
    {
        "attendance_ids",
        "flexible_hours",
        "global_leave_ids",
        "leave_ids",
        "schedule_type",
        "two_weeks_calendar",
        "tz",
    }
)


class ResourceCalendar(models.Model):
    _name = "resource.calendar"
    _inherit = ["resource.calendar", "dso.in.use"]

    def _dso_find_uses(self, deleting):
        names = self._dso_name_companies("dso_sending_calendar_id", self)
        if not names:
            return [], None, ""
        text = self.env._(
            "They are the sending hours of Collection, without which automatic actions would be "
            "sent at any time, in: %(names)s.",
            names=names,
        )
        return [text], None, ""

    def _dso_advise_unused(self):
        return self.env._(
            "First ask your administrator to choose other sending hours in the Collection settings."
        )

    @api.constrains("schedule_type", "flexible_hours")
    def _check_dso_sending(self):
        """Sending hours have hours: see ``res.company``."""
        flexible = self.filtered("flexible_hours")
        # sudo: which companies send by them is asked for whoever keeps the calendars
        companies = self.env["res.company"].sudo()
        if flexible:
            companies.search([("dso_sending_calendar_id", "in", flexible.ids)])._check_dso_sending()

    def write(self, vals):
        result = super().write(vals)
        if OPENING_FIELDS & vals.keys():
            self._dso_reopen()
        return result

    def _dso_reopen(self):
        """Sending hours that change: what waits for them is looked at within a minute."""
        # sudo: which companies send by them is asked for whoever keeps the calendars
        companies = self.env["res.company"].sudo()
        sending = companies.search([("dso_sending_calendar_id", "in", self.ids)])
        if sending:
            # working days move what is promised
            self.env["dso.refresh.queue"].sudo()._enqueue_companies(sending)
            sending._dso_trigger_opening()


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        attendances.calendar_id._dso_reopen()
        return attendances

    def write(self, vals):
        result = super().write(vals)
        self.calendar_id._dso_reopen()
        return result

    def unlink(self):
        calendars = self.calendar_id
        result = super().unlink()
        calendars._dso_reopen()
        return result


class ResourceCalendarLeaves(models.Model):
    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        leaves._dso_reopen()
        return leaves

    def write(self, vals):
        self._dso_reopen()
        result = super().write(vals)
        self._dso_reopen()
        return result

    def unlink(self):
        self._dso_reopen()
        return super().unlink()

    def _dso_reopen(self):
        """Public holidays count, those of a person do not."""
        self.filtered(lambda leave: not leave.resource_id).calendar_id._dso_reopen()
