import { useEffect } from "@odoo/owl";
import { serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { renderToElement } from "@web/core/utils/render";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";
import { getColor } from "@web/views/calendar/utils";
import { AgendaSearchModel } from "./agenda_search_model";
import { AgendaControlPanel } from "./agenda_view";

/** Whether an action is still to be done, and so may be moved to another day. */
function isMovable({ rawRecord }) {
    return ["planned", "error"].includes(rawRecord.state) && !rawRecord.done_date;
}

export class AgendaCalendarModel extends CalendarModel {
    /** Moving an action re-dates it: the date is the user's own, the plan follows. */
    async updateRecord(record) {
        try {
            await this.orm.call(this.meta.resModel, "action_reschedule", [
                [record.id],
                serializeDate(record.start),
            ]);
        } finally {
            // refused, it goes back to its day
            await this.load();
        }
    }

    /**
     * How many actions each collector has on each day that is shown.
     *
     * @returns {Map<string, { total: number, collectors: { name, color, count }[] }>} by ISO date
     */
    getLoad() {
        const days = new Map();
        for (const record of Object.values(this.records)) {
            const day = record.start.toISODate();
            if (!days.has(day)) {
                days.set(day, { total: 0, byId: new Map() });
            }
            const load = days.get(day);
            load.total++;
            const [id, name] = record.rawRecord.collector_id || [0, _t("Without collector")];
            if (!load.byId.has(id)) {
                load.byId.set(id, { id, name, color: getColor(record.colorIndex) || 0, count: 0 });
            }
            load.byId.get(id).count++;
        }
        for (const load of days.values()) {
            load.collectors = [...load.byId.values()].sort((a, b) => b.count - a.count);
            delete load.byId;
        }
        return days;
    }
}

/** A month or week whose days say how much each collector has to do. */
export class AgendaCalendarCommonRenderer extends CalendarCommonRenderer {
    setup() {
        super.setup();
        useEffect(() => this.showLoad());
    }

    convertRecordToEvent(record) {
        return { ...super.convertRecordToEvent(record), editable: isMovable(record) };
    }

    showLoad() {
        const calendar = this.fc.el;
        if (!calendar) {
            return;
        }
        for (const el of calendar.querySelectorAll(".o_dso_load")) {
            el.remove();
        }
        const days = this.props.model.getLoad();
        for (const cell of calendar.querySelectorAll(".fc-daygrid-day[data-date]")) {
            const load = days.get(cell.dataset.date);
            if (load) {
                cell.querySelector(".fc-daygrid-day-top")?.append(
                    renderToElement("dso_collection.AgendaCalendarLoad", {
                        ...load,
                        label: load.collectors
                            .map(({ name, count }) => `${name}: ${count}`)
                            .join("\n"),
                    })
                );
            }
        }
    }
}

export class AgendaCalendarRenderer extends CalendarRenderer {
    static components = {
        ...CalendarRenderer.components,
        day: AgendaCalendarCommonRenderer,
        week: AgendaCalendarCommonRenderer,
        month: AgendaCalendarCommonRenderer,
    };
}

export class AgendaCalendarController extends CalendarController {
    editRecord(record, context = {}) {
        const agenda = this.env.dsoAgenda;
        if (agenda && record.id) {
            return agenda.open(record.id);
        }
        return super.editRecord(record, context);
    }

    setup() {
        super.setup();
        const agenda = this.env.dsoAgenda;
        if (!agenda) {
            return;
        }
        const list = {
            getRows: () => this.getRows(),
            reload: () => this.model.load(),
            getRecord: () => null,
            toPage: async () => false,
        };
        useEffect(
            () => {
                agenda.setList(list);
                return () => agenda.unsetList(list);
            },
            () => []
        );
        // Odoo's calendar has no hook for it: whenever other records are shown
        useEffect(
            () => agenda.onListLoaded(this.getRows()),
            () => [this.model.data.records]
        );
    }

    getRows() {
        return Object.values(this.model.records)
            .sort((a, b) => a.start - b.start || a.id - b.id)
            .map(({ id, start, rawRecord }) => ({
                id,
                mark: JSON.stringify([rawRecord.state, start.toISODate()]),
            }));
    }
}

registry.category("views").add("dso_agenda_calendar", {
    ...calendarView,
    SearchModel: AgendaSearchModel,
    ControlPanel: AgendaControlPanel,
    Controller: AgendaCalendarController,
    Model: AgendaCalendarModel,
    Renderer: AgendaCalendarRenderer,
});
