import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { ListRenderer } from "@web/views/list/list_renderer";
import { LEDGER, withListAttributes } from "../lists/kept_list";
import { withListExport } from "../lists/list_export";

/**
 * Amounts of several currencies are never added up: where a total would mix them, none is shown.
 * Group by currency or company to see one for each.
 */
export class AmountsListRenderer extends ListRenderer {
    /** The company is only told where several are shown. */
    getActiveColumns() {
        const several = user.activeCompanies.length > 1;
        return super
            .getActiveColumns()
            .filter((column) => several || column.name !== "company_id");
    }

    computeAggregates() {
        const aggregates = super.computeAggregates();
        for (const [fieldName, aggregate] of Object.entries(aggregates)) {
            if (aggregate.multiCurrency) {
                delete aggregates[fieldName];
            }
        }
        return aggregates;
    }

    formatGroupAggregate(group, column) {
        const aggregate = super.formatGroupAggregate(group, column);
        return aggregate.multiCurrency ? { value: "" } : aggregate;
    }
}

export const amountsListView = { ...listView, Renderer: AmountsListRenderer };

registry
    .category("views")
    .add("dso_amounts_list", withListAttributes(amountsListView, { class: "o_dso_view" }));

class ItemsListController extends withListExport(ListController) {
    get exportTitle() {
        return _t("Receivable items");
    }
}

registry
    .category("views")
    .add(
        "dso_items_list",
        withListAttributes({ ...amountsListView, Controller: ItemsListController }, LEDGER)
    );
