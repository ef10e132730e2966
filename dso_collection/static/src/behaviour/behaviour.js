import { Component, onWillStart, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useRecordObserver } from "@web/model/relational_model/utils";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** How a customer pays: asked for when its tab is opened, so that the form waits for none of it. */
export class Behaviour extends Component {
    static template = "dso_collection.Behaviour";
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.actionService = useService("action");
        this.keepLast = new KeepLast();
        this.state = useState({ figures: [], months: [], payments: [], loaded: false });
        let seen = this.props.record.resId;
        onWillStart(() => this.load(seen));
        useRecordObserver((record) => {
            if (record.resId !== seen) {
                seen = record.resId;
                return this.load(seen);
            }
        });
    }

    async load(resId) {
        if (!resId) {
            return;
        }
        const found = await this.keepLast.add(
            this.orm.call("dso.customer", "dso_get_behaviour", [[resId]])
        );
        Object.assign(this.state, found, { loaded: true });
    }

    get hasPayments() {
        return this.state.months.some(({ days }) => days !== false);
    }

    /** The longest bar is the longest delay; early payments have bars of their own colour. */
    getWidth(month) {
        const longest = Math.max(1, ...this.state.months.map(({ days }) => Math.abs(days || 0)));
        return month.days === false ? 0 : Math.round((100 * Math.abs(month.days)) / longest);
    }

    async open(payment) {
        if (await this.props.record.model.root.save()) {
            const action = await this.orm.call("account.move.line", "action_open_business_doc", [
                [payment.line_id],
            ]);
            await this.actionService.doAction(action);
        }
    }
}

registry.category("view_widgets").add("dso_behaviour", { component: Behaviour });
