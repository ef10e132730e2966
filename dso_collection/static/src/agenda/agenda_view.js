import { useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { KanbanController } from "@web/views/kanban/kanban_controller";
import { kanbanView } from "@web/views/kanban/kanban_view";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { AmountsListRenderer } from "../amounts/amounts_list";
import { AgendaCounters } from "./agenda_counters";

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

export class AgendaListController extends withCounters(ListController) {
    static template = "dso_collection.AgendaListView";
}

export class AgendaKanbanController extends withCounters(KanbanController) {
    static template = "dso_collection.AgendaKanbanView";
}

registry.category("views").add("dso_agenda_list", {
    ...listView,
    Controller: AgendaListController,
    Renderer: AmountsListRenderer,
});

registry.category("views").add("dso_agenda_kanban", {
    ...kanbanView,
    Controller: AgendaKanbanController,
});
