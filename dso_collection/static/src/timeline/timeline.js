import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { findTypeStyle } from "../fields/action_types";

const KINDS = [
    { key: "action", label: _t("Actions"), icon: "fa-bolt" },
    { key: "reply", label: _t("Answers"), icon: "fa-reply" },
    { key: "qualification", label: _t("Statuses and comments"), icon: "fa-tag" },
    { key: "payment", label: _t("Payments"), icon: "fa-money" },
];

/** All that happened with a customer, the latest first, page by page. */
export class Timeline extends Component {
    static template = "dso_collection.Timeline";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.actionService = useService("action");
        this.keepLast = new KeepLast();
        this.kinds = KINDS;
        this.state = useState({ kind: false, entries: [], next: false, loaded: false });
        let first = true;
        let seen = this.props.record.data.statement_filters;
        onWillStart(() => this.load());
        useRecordObserver((record) => {
            const data = record.data.statement_filters;
            if (!first && data !== seen) {
                this.load();
            }
            [first, seen] = [false, data];
        });
    }

    /** Entries by day: [{ day, date, entries }] */
    get days() {
        const days = [];
        for (const entry of this.state.entries) {
            if (days.at(-1)?.day !== entry.day) {
                days.push({ day: entry.day, date: entry.date, entries: [] });
            }
            days.at(-1).entries.push(entry);
        }
        return days;
    }

    icon(entry) {
        const kind = KINDS.find(({ key }) => key === entry.kind);
        return ((entry.kind === "action" && findTypeStyle(entry.action_type)) || kind).icon;
    }

    label(entry) {
        return KINDS.find(({ key }) => key === entry.kind).label;
    }

    async fetch(before) {
        const { resId } = this.props.record;
        const kinds = this.state.kind ? [this.state.kind] : null;
        return this.keepLast.add(
            this.orm.call("dso.customer", "dso_get_timeline", [[resId], kinds, before])
        );
    }

    async load() {
        const { entries, next } = await this.fetch(false);
        Object.assign(this.state, { entries, next, loaded: true });
    }

    async loadMore() {
        const { entries, next } = await this.fetch(this.state.next);
        this.state.entries.push(...entries);
        this.state.next = next;
    }

    async choose(kind) {
        this.state.kind = this.state.kind === kind ? false : kind;
        await this.load();
    }

    async open(entry) {
        if (await this.props.record.model.root.save()) {
            await this.actionService.doAction({
                type: "ir.actions.act_window",
                res_model: entry.res_model,
                res_id: entry.res_id,
                views: [[false, "form"]],
            });
        }
    }
}

registry.category("view_widgets").add("dso_timeline", {
    component: Timeline,
    fieldDependencies: [{ name: "statement_filters", type: "json" }],
});
