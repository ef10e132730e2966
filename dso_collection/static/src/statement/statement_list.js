import { onWillStart } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Pager } from "@web/core/pager/pager";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useBus, useService } from "@web/core/utils/hooks";
import { formatInteger } from "@web/views/fields/formatters";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { ListController } from "@web/views/list/list_controller";
import { listView } from "@web/views/list/list_view";
import { AmountsListRenderer } from "../amounts/amounts_list";
import { LEDGER, withListAttributes } from "../lists/kept_list";
import { withListExport } from "../lists/list_export";

/** By which a narrow screen sorts; each item is a card there. */
const NARROW_COLUMNS = ["move_name", "amount_residual_currency"];

/** A form is drawn again at each keystroke: only what changed is read from the server again. */
export class StatementModel extends RelationalModel {
    async load(params) {
        if (params) {
            const wanted = JSON.stringify([params.domain, params.orderBy]);
            if (wanted === this.wanted) {
                return;
            }
            this.wanted = wanted;
        }
        return super.load(params);
    }
}

export class StatementListRenderer extends AmountsListRenderer {
    static recordRowTemplate = "dso_collection.StatementRow";

    /** On a narrow screen too, where Odoo's lists wait for a long touch. */
    get hasSelectors() {
        return this.props.allowSelectors;
    }

    getActiveColumns() {
        const columns = super.getActiveColumns();
        if (!this.env.isSmall) {
            return columns;
        }
        return NARROW_COLUMNS.map((name) => columns.find((column) => column.name === name)).filter(
            Boolean
        );
    }

    /** A column of the view, whether it is shown or not. */
    getCardColumn(name) {
        return this.allColumns.find((column) => column.type === "field" && column.name === name);
    }

    /** What the list would say of an item in this column; nothing where it would be empty. */
    getCardText(name, record) {
        const column = this.getCardColumn(name);
        const shown = column && record.data[name] && !this.evalInvisible(column.invisible, record);
        return shown ? this.getFormattedValue(column, record) : "";
    }

    getDueText(record) {
        const date = this.getCardText("date_maturity", record);
        return date && _t("due %s", date);
    }

    getLateText(record) {
        const days = record.data.dso_days_overdue;
        return days === 1 ? _t("1 day overdue") : _t("%s days overdue", formatInteger(days));
    }

    getStatusText(record) {
        const status = this.getCardText("dso_status_text", record);
        const date = this.getCardText("dso_status_date", record);
        return status && date ? _t("%(status)s for %(date)s", { status, date }) : status;
    }

    /** On a narrow screen there is nothing to choose. */
    get displayOptionalFields() {
        return super.displayOptionalFields && !this.env.isSmall;
    }
}

/**
 * The items inside the customer's form, with a bar of its own in place of the control panel: tick
 * items, then change their status or plan an action for them; export, print or send the statement.
 */
export class StatementListController extends withListExport(ListController) {
    static template = "dso_collection.StatementList";
    static components = { ...ListController.components, Pager };
    static props = {
        ...ListController.props,
        form: { type: Object, optional: true },
        bus: { type: Object, optional: true },
        filtered: { type: Boolean, optional: true },
    };

    setup() {
        super.setup();
        this.actionService = useService("action");
        onWillStart(async () => {
            this.canQualify = await user.hasGroup("dso_collection.group_dso_collector");
        });
        if (this.props.bus) {
            useBus(this.props.bus, "reload", () => this.model.load());
        }
    }

    get list() {
        return this.model.root;
    }

    get selectionLabel() {
        const { selection, isDomainSelected, count } = this.list;
        const number = isDomainSelected ? count : selection.length;
        return number ? _t("%s selected", number) : _t("Tick items to change their status");
    }

    /** Whether all of this page is ticked, and there are more. */
    get offersAll() {
        const { selection, records, count, isDomainSelected } = this.list;
        return !isDomainSelected && selection.length === records.length && count > records.length;
    }

    get pagerProps() {
        const { count, hasLimitedCount, limit, offset } = this.list;
        return {
            offset,
            limit,
            total: count,
            onUpdate: (params) => this.list.load(params),
            updateTotal: hasLimitedCount ? () => this.list.fetchCount() : undefined,
        };
    }

    onPageChangeScroll() {}

    /** Figures, ageing and the line of steps follow what a button of a line did. */
    async afterExecuteActionButton(clickParams) {
        await super.afterExecuteActionButton(clickParams);
        await this.props.form?.load();
    }

    /** Run a button of the items on those that are ticked; the file is read again afterwards. */
    async runOnSelection(name) {
        const resIds = await this.list.getResIds(true);
        await this.run("account.move.line", name, { resId: false, resIds });
    }

    /** Run a button of the customer. */
    async runOnCustomer(name) {
        const { resId } = this.props.form;
        await this.run("dso.customer", name, { resId, resIds: [resId] });
    }

    async run(resModel, name, params) {
        const { form } = this.props;
        if (!(await form.save())) {
            return;
        }
        await this.actionService.doActionButton({
            type: "object",
            resModel,
            name,
            ...params,
            context: { ...user.context },
            onClose: () => form.load(),
        });
    }

    get exportTitle() {
        const { display_name, partner_id } = this.props.form?.data || {};
        const customer = display_name || partner_id?.display_name || "";
        return _t("Statement of account %s", customer).trim();
    }
}

const statementListView = {
    ...listView,
    Controller: StatementListController,
    Model: StatementModel,
    Renderer: StatementListRenderer,
};

registry
    .category("views")
    .add("dso_statement_list", withListAttributes(statementListView, LEDGER));
