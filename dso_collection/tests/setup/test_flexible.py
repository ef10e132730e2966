"""Working schedules of flexible hours: so many a week, on whichever days."""

from datetime import date, datetime

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from ..common import DsoCommon


@tagged("post_install", "-at_install")
class TestFlexible(DsoCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "Whenever",
                "schedule_type": "flexible",
                "hours_per_week": 40,
                "full_time_required_hours": 40,
                "hours_per_day": 8,
                "tz": "UTC",
                "company_id": cls.company.id,
            }
        )
        cls.env["resource.calendar.leaves"].create(
            {
                "name": "Public holiday",
                "calendar_id": cls.calendar.id,
                "company_id": cls.company.id,
                "date_from": "2026-03-04 00:00:00",
                "date_to": "2026-03-04 23:59:59",
            }
        )

    def test_none_of_them_is_sending_hours(self):
        with self.assertRaisesRegex(ValidationError, "“Whenever” is a flexible schedule"):
            self.company.dso_sending_calendar_id = self.calendar

    def test_no_sending_hours_become_flexible(self):
        fixed = self.calendar.copy({"name": "Office", "schedule_type": "fully_fixed"})
        self.company.dso_sending_calendar_id = fixed
        for values in ({"schedule_type": "flexible"}, {"flexible_hours": True}):
            with (
                self.subTest(values),
                self.assertRaisesRegex(ValidationError, "is a flexible schedule"),
                self.cr.savepoint(),
            ):
                fixed.write(values)
                self.env.flush_all()
        self.calendar.hours_per_week = 35

    def test_working_days_are_monday_to_friday(self):
        """Grace, announced money and the next contact count them."""
        self.company.write(
            {
                "resource_calendar_id": self.calendar.id,
                "dso_promise_grace_days": 2,
                "dso_announced_days": 3,
            }
        )
        days = self.company._dso_working_days(date(2026, 2, 27), 11)
        expected = [date(2026, 2, 27), *(date(2026, 3, day) for day in (2, 3, 5, 6, 9))]
        self.assertEqual(sorted(days), expected)
        self.assertEqual(self.company._dso_promised_until(date(2026, 2, 27)), date(2026, 3, 3))
        self.assertEqual(self.company._dso_announced_until(date(2026, 2, 27)), date(2026, 3, 5))
        self.assertEqual(self.company._dso_next_working_day(date(2026, 2, 28)), date(2026, 3, 2))

    def test_sending_hours_of_before(self):
        """Chosen before this was refused: nothing leaves at night or on a Sunday."""
        self.company.flush_recordset()
        self.cr.execute(
            "UPDATE res_company SET dso_sending_calendar_id = %s WHERE id = %s",
            [self.calendar.id, self.company.id],
        )
        self.company.invalidate_recordset()
        for moment, is_open in (
            ("2026-03-01 03:00:00", False),
            ("2026-03-01 12:00:00", False),
            ("2026-03-02 03:00:00", False),
            ("2026-03-02 12:00:00", True),
            ("2026-03-04 12:00:00", False),
        ):
            with self.subTest(moment):
                self.assertEqual(self.company._dso_is_open(datetime.fromisoformat(moment)), is_open)
        self.assertEqual(
            self.company._dso_next_opening(datetime(2026, 3, 3, 18)), datetime(2026, 3, 5, 9)
        )
