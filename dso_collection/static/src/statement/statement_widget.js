import { Component, useSubEnv } from "@odoo/owl";
import { Domain } from "@web/core/domain";
import { registry } from "@web/core/registry";
import { formatInteger } from "@web/views/fields/formatters";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useSheetState } from "../sheet/sheet_state";

const VIEW = "dso_collection.dso_statement_view_list";

/**
 * The statement of account in the customer's form: a real list of items, read page by page, so
 * that it is as fast with thousands as with a few. Its filters come from the server.
 */
export class Statement extends Component {
    static template = "dso_collection.Statement";
    static components = { View };
    static props = { ...standardWidgetProps };

    setup() {
        this.sheet = useSheetState(this.props.record);
        // a list of its own: the pager and the name of the form are not its
        useSubEnv({ config: getDefaultConfig() });
        this.form = {
            get resId() {
                return record().resId;
            },
            save: () => record().model.root.save(),
            load: () => record().model.root.load(),
        };
        const record = () => this.props.record;
        let seen = this.data;
        useRecordObserver((record) => {
            const data = record.data.statement_filters;
            if (data !== seen) {
                seen = data;
                this.sheet.bus.trigger("reload");
            }
        });
    }

    formatCount(count) {
        return formatInteger(count);
    }

    get data() {
        return this.props.record.data.statement_filters;
    }

    get bucketLabel() {
        const buckets = this.props.record.data.ageing || [];
        return buckets.find((bucket) => bucket.key === this.sheet.bucket)?.label;
    }

    get domain() {
        const { filters, buckets, items, open } = this.data;
        const { filter, bucket, closed } = this.sheet;
        const parts = [items, filters.find((entry) => entry.key === filter).domain];
        if (!closed) {
            parts.push(open);
        }
        if (bucket) {
            parts.push(buckets[bucket]);
        }
        return Domain.and(parts).toList();
    }

    get viewProps() {
        const { filter, bucket, closed } = this.sheet;
        return {
            resModel: "account.move.line",
            type: "list",
            views: [[false, "list"]],
            context: { list_view_ref: VIEW },
            domain: this.domain,
            display: { controlPanel: false, searchPanel: false },
            className: "o_dso_statement_list",
            form: this.form,
            bus: this.sheet.bus,
            filtered: filter !== "all" || Boolean(bucket) || closed,
        };
    }

    choose(key) {
        this.sheet.filter = key;
        this.sheet.bucket = false;
    }

    clearBucket() {
        this.sheet.bucket = false;
    }

    toggleClosed() {
        this.sheet.closed = !this.sheet.closed;
    }
}

registry.category("view_widgets").add("dso_statement", {
    component: Statement,
    fieldDependencies: [
        { name: "statement_filters", type: "json" },
        { name: "ageing", type: "json" },
    ],
});
