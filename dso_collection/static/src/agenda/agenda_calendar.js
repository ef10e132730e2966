import { useEffect } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { renderToElement } from "@web/core/utils/render";
import { CalendarCommonRenderer } from "@web/views/calendar/calendar_common/calendar_common_renderer";
import { CalendarController } from "@web/views/calendar/calendar_controller";
import { CalendarModel } from "@web/views/calendar/calendar_model";
import { CalendarRenderer } from "@web/views/calendar/calendar_renderer";
import { calendarView } from "@web/views/calendar/calendar_view";
import { getColor } from "@web/views/calendar/utils";
import { formatInteger } from "@web/views/fields/formatters";
import { AgendaSearchModel } from "./agenda_search_model";

/** So many of each day and collector are drawn at least. */
const MIN_EACH = 3;

/** Whether an action is still to be done, and so may be moved to another day. */
function isMovable({ rawRecord }) {
    return ["planned", "error"].includes(rawRecord.state) && !rawRecord.done_date;
}

export class AgendaCalendarModel extends CalendarModel {
    /** More actions than these are not drawn one by one. */
    static maxRecords = 500;

    /** Moving an action re-dates it: the date is the user's own, the plan follows. */
    async updateRecord(record) {
        try {
            const day = serializeDate(record.start);
            const told = await this.orm.call(this.meta.resModel, "dso_drop", [[record.id], day]);
            if (told) {
                this.notification.add(told, { type: "warning" });
            }
        } finally {
            // refused, it goes back to its day
            await this.load();
        }
    }

    /**
     * All actions of the range where there are few; else, of each day and collector, those to do
     * first: tens of thousands could neither be loaded nor read. The load counts them all.
     */
    async fetchRecords(data) {
        const { context, resModel } = this.meta;
        const domain = this.computeDomain(data);
        data.groups = await this.orm.formattedReadGroup(
            resModel,
            domain,
            ["date:day", "collector_id"],
            ["__count"],
            { context }
        );
        const total = data.groups.reduce((sum, group) => sum + group.__count, 0);
        data.isCut = total > this.constructor.maxRecords;
        if (!data.isCut) {
            return super.fetchRecords(data);
        }
        const share = Math.floor(this.constructor.maxRecords / data.groups.length);
        const each = Math.max(MIN_EACH, share);
        const ids = await this.orm.call(resModel, "dso_get_first_of_days", [domain, each], {
            context,
        });
        const names = new Set([...this.meta.fieldNames, ...Object.keys(this.meta.activeFields)]);
        return this.orm.searchRead(resModel, [["id", "in", ids]], [...names], { context });
    }

    /** Whether there are more actions than those that are drawn. */
    get isCut() {
        return Boolean(this.data.isCut);
    }

    /**
     * How many actions each collector has on each day that is shown, of those collectors that are
     * ticked beside the calendar.
     *
     * @returns {Map<string, { total: number, collectors: { name, color, count }[] }>} by ISO date
     */
    getLoad() {
        const filters = this.data.filterSections.collector_id?.filters || [];
        const unticked = filters.filter(({ active }) => !active).map(({ value }) => value);
        const days = new Map();
        for (const group of this.data.groups || []) {
            const [id, name] = group.collector_id || [false, _t("Without collector")];
            if (unticked.includes(id)) {
                continue;
            }
            const [day] = group["date:day"];
            if (!days.has(day)) {
                days.set(day, { total: 0, collectors: [] });
            }
            const load = days.get(day);
            load.total += group.__count;
            load.collectors.push({ id, name, color: getColor(id) || 0, count: group.__count });
        }
        for (const load of days.values()) {
            load.collectors.sort((a, b) => b.count - a.count);
        }
        return days;
    }
}

/** A month or week whose days say how much each collector has to do. */
export class AgendaCalendarCommonRenderer extends CalendarCommonRenderer {
    setup() {
        super.setup();
        this.actionService = useService("action");
        useEffect(() => this.showLoad());
    }

    /** Where a panel is open beside the calendar, it shows what is clicked: once is enough. */
    openPopover(target, record) {
        const agenda = this.env.dsoAgenda;
        if (agenda?.state.panel) {
            return agenda.open(record.id);
        }
        return super.openPopover(target, record);
    }

    convertRecordToEvent(record) {
        return { ...super.convertRecordToEvent(record), editable: isMovable(record) };
    }

    /** What is late is no past: it is to be done first. */
    eventClassNames(info) {
        const classNames = super.eventClassNames(info);
        const record = this.props.model.records[info.event.id];
        if (!record || !isMovable(record)) {
            return classNames;
        }
        const isLate = record.start <= luxon.DateTime.now();
        return [
            ...classNames.filter((name) => name !== "o_past_event"),
            ...(isLate ? ["o_dso_event_late"] : []),
        ];
    }

    /** The list of what is to do on a day. */
    openDay(date) {
        const day = formatDate(deserializeDate(date));
        this.env.searchModel.createNewFilters([
            {
                description: _t("On %s", day),
                domain: new Domain([["date", "=", date]]).toString(),
            },
        ]);
        const agenda = this.env.dsoAgenda || this.actionService;
        return agenda.switchView("list");
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
                const el = renderToElement("dso_collection.AgendaCalendarLoad", {
                    ...load,
                    formatCount: formatInteger,
                    label: load.collectors
                        .map(({ name, count }) => `${name}: ${formatInteger(count)}`)
                        .join("\n"),
                });
                el.addEventListener("click", (ev) => {
                    ev.stopPropagation();
                    this.openDay(cell.dataset.date);
                });
                cell.querySelector(".fc-daygrid-day-top")?.append(el);
            }
        }
    }
}

export class AgendaCalendarRenderer extends CalendarRenderer {
    static template = "dso_collection.AgendaCalendarRenderer";
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
    Controller: AgendaCalendarController,
    Model: AgendaCalendarModel,
    Renderer: AgendaCalendarRenderer,
});
