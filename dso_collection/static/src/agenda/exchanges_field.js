import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { findTypeStyle } from "../fields/action_types";

const KINDS = {
    said: { icon: "fa-tag", label: _t("Status") },
    reply: { icon: "fa-reply", label: _t("Reply") },
    message: { icon: "fa-comment-o", label: _t("Message") },
    action: { icon: "fa-circle-o", label: _t("Action") },
};

/** The last exchanges with a customer, newest first: actions, statuses, replies, messages. */
export class ExchangesField extends Component {
    static template = "dso_collection.ExchangesField";
    static props = { ...standardFieldProps };

    get exchanges() {
        return this.props.record.data[this.props.name] || [];
    }

    icon(exchange) {
        return (findTypeStyle(exchange.type) || KINDS[exchange.kind]).icon;
    }

    label(exchange) {
        return KINDS[exchange.kind].label;
    }
}

registry.category("fields").add("dso_exchanges", {
    component: ExchangesField,
    displayName: _t("Exchanges"),
    supportedTypes: ["json"],
});
