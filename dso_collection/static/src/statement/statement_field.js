import { onWillStart } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { ListRenderer } from "@web/views/list/list_renderer";
import { X2ManyField, x2ManyField } from "@web/views/fields/x2many/x2many_field";

/** A list inside a form whose lines can be ticked, which Odoo's own cannot. */
export class StatementListRenderer extends ListRenderer {
    /** On a narrow screen too, where Odoo's lists wait for a long touch. */
    get hasSelectors() {
        return this.props.allowSelectors;
    }

    get selectAll() {
        const { records } = this.props.list;
        return records.length > 0 && records.every((record) => record.selected);
    }

    toggleSelection() {
        const all = this.selectAll;
        for (const record of this.props.list.records) {
            record.toggleSelection(!all);
        }
    }
}

/** The customer's statement: tick items, then change their status or plan an action for them. */
export class StatementField extends X2ManyField {
    static template = "dso_collection.StatementField";
    static components = { ...X2ManyField.components, ListRenderer: StatementListRenderer };

    setup() {
        super.setup();
        this.actionService = useService("action");
        onWillStart(async () => {
            this.canQualify = await user.hasGroup("dso_collection.group_dso_collector");
        });
    }

    get rendererProps() {
        return { ...super.rendererProps, allowSelectors: this.canQualify };
    }

    get selection() {
        return this.list.records.filter((record) => record.selected);
    }

    get selectionLabel() {
        const count = this.selection.length;
        return count ? _t("%s selected", count) : _t("Tick items to change their status");
    }

    /** Run a button of the items on those that are ticked; the file is read again afterwards. */
    async runOnSelection(name) {
        const { root } = this.props.record.model;
        const resIds = this.selection.map((record) => record.resId);
        if (!(await root.save())) {
            return;
        }
        await this.actionService.doActionButton({
            type: "object",
            resModel: "account.move.line",
            name,
            resId: false,
            resIds,
            context: {},
            onClose: () => root.load(),
        });
    }
}

registry.category("fields").add("dso_statement", {
    ...x2ManyField,
    component: StatementField,
    displayName: _t("Statement of account"),
});
