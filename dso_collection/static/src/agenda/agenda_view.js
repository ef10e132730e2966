import { onMounted, onWillUnmount, useEffect, useState, useSubEnv } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { ControlPanel } from "@web/search/control_panel/control_panel";
import { getActiveHotkey } from "@web/core/hotkeys/hotkey_service";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { KanbanRecord } from "@web/views/kanban/kanban_record";
import { KanbanRenderer } from "@web/views/kanban/kanban_renderer";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { AmountsListRenderer } from "../amounts/amounts_list";
import { KEPT, withListAttributes } from "../lists/kept_list";
import { withListExport } from "../lists/list_export";
import { TOLD, getComparedFields, takeSnapshot } from "./agenda_changes";
import { AgendaCounters } from "./agenda_counters";
import { AgendaSearchModel } from "./agenda_search_model";

/** The state of a row as far as the agenda cares: another one means that it was handled. */
function getMark({ data }) {
    return JSON.stringify([data.agenda_state || data.state, data.date, data.is_paused]);
}

/** What is left of the width of a column beside that of the company. */
const GIVE_WAY = { reason: 0.64, partner_id: 0.88, name: 0.88, comment: 0.88 };

/** Columns of lists that the panel beside them shows in full. */
const TOLD_BY_PANEL = ["reason", "comment", "preview", "collector_id", "done_by_id", "phone"];

/**
 * Tells the agenda which record a button of this view is pressed on, and how it looked before.
 *
 * @param {Component} controller after its setup
 * @param {Function} getRecord gives the record of an id
 */
export function watchButtons(controller, getRecord) {
    const agenda = controller.env.dsoAgenda;
    const { onClickViewButton } = controller.env;
    useSubEnv({
        onClickViewButton: (params) => {
            const { resModel, resId } = params.getResParams();
            const record = resId && getRecord(resId);
            if (agenda && record && TOLD.includes(resModel)) {
                const before = takeSnapshot(record.data, getComparedFields(record));
                agenda.watch({ resModel, resId, before });
            }
            return onClickViewButton(params);
        },
    });
}

/** Tells the agenda, where there is one around it, what the list or kanban has loaded. */
const withAgenda = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            const agenda = this.env.dsoAgenda;
            if (!agenda) {
                return;
            }
            const list = {
                getState: () => this.getAgendaState(),
                getRows: () =>
                    this.model.root.records.map((record) => ({
                        id: record.resId,
                        mark: getMark(record),
                    })),
                reload: () => this.model.load(),
                getRecord: (resId) =>
                    this.model.root.records.find((record) => record.resId === resId),
                toPage: (step) => this.goToPage(step),
            };
            onMounted(() => agenda.setList(list));
            onWillUnmount(() => agenda.unsetList(list));
            watchButtons(this, (resId) => list.getRecord(resId));
        }

        /** What is compared with the server from time to time; nothing while the user is at it. */
        getAgendaState() {
            const { root } = this.model;
            if (!this.model.isReady || root.editedRecord || root.selection?.length) {
                return null;
            }
            const names = getComparedFields(root);
            return {
                resModel: root.resModel,
                domain: root.domain,
                context: root.context,
                names,
                count: root.isGrouped || root.hasLimitedCount ? null : root.count,
                rows: new Map(
                    root.records.map(({ resId, data }) => [resId, takeSnapshot(data, names)])
                ),
            };
        }

        get modelParams() {
            const params = super.modelParams;
            const { onRootLoaded } = params.hooks || {};
            params.hooks = {
                ...params.hooks,
                onRootLoaded: async (root) => {
                    await onRootLoaded?.(root);
                    this.env.dsoAgenda?.onListLoaded(
                        root.records.map((record) => ({
                            id: record.resId,
                            mark: getMark(record),
                        })),
                        { folded: Boolean(root.isGrouped && root.groups.length) }
                    );
                },
            };
            return params;
        }

        /** @returns {Promise<boolean>} whether there is such a page */
        async goToPage(step) {
            const { root } = this.model;
            const offset = root.offset + step * root.limit;
            if (root.isGrouped || offset < 0 || offset >= root.count) {
                return false;
            }
            await root.load({ offset, limit: root.limit });
            return true;
        }
    };

/**
 * Counts what the list or kanban shows whenever it is loaded: after a search, a button, a change.
 */
const withCounters = (Controller) =>
    class extends Controller {
        static components = { ...Controller.components, AgendaCounters };

        setup() {
            this.agendaCounts = useState({ loaded: false, all: 0, todo: 0 });
            this.countRequest = 0;
            this.countOrm = useService("orm");
            super.setup();
        }

        get modelParams() {
            const params = super.modelParams;
            const { onRootLoaded, onSavedMulti } = params.hooks || {};
            params.hooks = {
                ...params.hooks,
                onRootLoaded: async (root) => {
                    await onRootLoaded?.(root);
                    // not awaited: the list does not wait for its counters
                    this.updateCounts(root.domain);
                },
                onSavedMulti: (records) => {
                    onSavedMulti?.(records);
                    this.updateCounts(this.model.root.domain);
                },
            };
            return params;
        }

        /** Outside the agenda, as in a customer's file, past and planned actions come together. */
        get isHistory() {
            return !["manual", "automatic"].includes(this.props.context.dso_agenda);
        }

        async onRecordSaved(record) {
            await super.onRecordSaved(record);
            this.updateCounts(this.model.root.domain);
        }

        async updateCounts(domain) {
            const request = ++this.countRequest;
            const counts = await this.countOrm.silent.call(
                this.props.resModel,
                "dso_count_agenda",
                [domain],
                { context: this.props.context }
            );
            if (request === this.countRequest) {
                Object.assign(this.agendaCounts, counts, { loaded: true });
            }
        }
    };

/** Within the agenda its views are switched by the agenda, whatever class of view they have. */
patch(ControlPanel.prototype, {
    switchView(viewType, newWindow) {
        if (this.env.dsoAgenda) {
            return this.env.dsoAgenda.switchView(viewType);
        }
        return super.switchView(viewType, newWindow);
    },
});

/**
 * The column of the company takes its place from those whose words wrap: the buttons at the end
 * stay on the screen, in languages with long words too.
 */
export function withCompany(columns) {
    if (!columns.some(({ name }) => name === "company_id")) {
        return columns;
    }
    return columns.map((column) => {
        const share = GIVE_WAY[column.name];
        const width = share && parseInt(column.attrs?.width);
        if (!width) {
            return column;
        }
        return { ...column, attrs: { ...column.attrs, width: `${Math.round(width * share)}px` } };
    });
}

/** Shows where the user is, and leaves the keys to the agenda. */
export class AgendaListRenderer extends AmountsListRenderer {
    setup() {
        super.setup();
        this.agenda = this.env.dsoAgenda;
        if (!this.agenda) {
            return;
        }
        this.agendaState = useState(this.agenda.state);
        useEffect(
            () => this.markCurrentRow(),
            () => [this.agendaState.current, this.props.list.records.map(({ id }) => id).join()]
        );
        useEffect(
            (moves) => moves && this.focusCurrentRow(),
            () => [this.agendaState.moves]
        );
    }

    /** What the panel tells of the current action takes no place beside it. */
    getActiveColumns() {
        const columns = super.getActiveColumns();
        if (!this.agendaState?.panel) {
            return withCompany(columns);
        }
        return columns.filter(
            ({ name, type }) => type === "field" && !TOLD_BY_PANEL.includes(name)
        );
    }

    getRowClass(record) {
        const classNames = super.getRowClass(record);
        const isCurrent = this.agendaState && record.resId === this.agendaState.current;
        return isCurrent ? `${classNames} o_dso_current` : classNames;
    }

    getCurrentRow() {
        const { current } = this.agendaState;
        const record = this.props.list.records.find(({ resId }) => resId === current);
        return record && this.tableRef.el?.querySelector(`.o_data_row[data-id='${record.id}']`);
    }

    markCurrentRow() {
        for (const row of this.tableRef.el?.querySelectorAll("[aria-current]") || []) {
            row.removeAttribute("aria-current");
        }
        this.getCurrentRow()?.setAttribute("aria-current", "true");
    }

    /** The focus goes with the keys, so that a reader of the screen says where they lead. */
    focusCurrentRow() {
        const row = this.getCurrentRow();
        if (row && !this.editedRecord) {
            row.scrollIntoView({ block: "nearest" });
            row.querySelector(".o_data_cell")?.focus({ preventScroll: true });
        }
    }

    onCellKeydown(ev, group = null, record = null) {
        const moves = ["arrowup", "arrowdown", "enter"].includes(getActiveHotkey(ev));
        const isRow = record && !ev.target.closest("button, a, input");
        if (this.agenda && moves && isRow && !this.editedRecord) {
            // the agenda's own keys, see Agenda
            return;
        }
        super.onCellKeydown(ev, group, record);
    }
}

/** A list of the agenda without counters, such as that of replies. */
export class AgendaPlainListController extends withAgenda(ListController) {}

export class AgendaListController extends withListExport(withCounters(AgendaPlainListController)) {
    static template = "dso_collection.AgendaListView";

    get canExport() {
        return this.isExportEnable && this.isHistory;
    }

    get exportTitle() {
        const titles = {
            manual: _t("Manual collection actions"),
            automatic: _t("Automatic collection actions"),
            registered: _t("Registered letters"),
        };
        return titles[this.props.context.dso_agenda] || _t("Collection history");
    }
}

class AgendaKanbanRecord extends KanbanRecord {
    setup() {
        super.setup();
        this.agendaState = this.env.dsoAgenda && useState(this.env.dsoAgenda.state);
    }

    getRecordClasses() {
        const isCurrent = this.agendaState?.current === this.props.record.resId;
        return super.getRecordClasses() + (isCurrent ? " o_dso_current" : "");
    }
}

class AgendaKanbanRenderer extends KanbanRenderer {
    static components = { ...KanbanRenderer.components, KanbanRecord: AgendaKanbanRecord };
}

/** Cards of the agenda without counters, such as those of alerts. */
export class AgendaPlainKanbanController extends withAgenda(KanbanController) {}

export class AgendaKanbanController extends withCounters(AgendaPlainKanbanController) {
    static template = "dso_collection.AgendaKanbanView";
}

const shared = { SearchModel: AgendaSearchModel };

const agendaListView = {
    ...listView,
    ...shared,
    Controller: AgendaListController,
    Renderer: AgendaListRenderer,
};

registry.category("views").add("dso_agenda_plain_list", {
    ...agendaListView,
    Controller: AgendaPlainListController,
});

registry.category("views").add(
    "dso_agenda_list",
    withListAttributes(agendaListView, { ...KEPT, class: "o_dso_agenda" })
);

registry.category("views").add("dso_agenda_plain_kanban", {
    ...kanbanView,
    ...shared,
    Controller: AgendaPlainKanbanController,
    Renderer: AgendaKanbanRenderer,
});

registry.category("views").add("dso_agenda_kanban", {
    ...kanbanView,
    ...shared,
    Controller: AgendaKanbanController,
    Renderer: AgendaKanbanRenderer,
});
