import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { getTypeStyle } from "./action_types";

const formatters = registry.category("formatters");

/** Shown beside the label, so that nobody has to tell colours apart. */
const STATE_BADGES = {
    confirmed: { icon: "fa-check", badge: "text-bg-success" },
    late: { icon: "fa-bell", badge: "text-bg-danger" },
    upcoming: { icon: "fa-clock-o", badge: "text-bg-info" },
    error: { icon: "fa-exclamation-triangle", badge: "text-bg-warning" },
    done: { icon: "fa-check-circle", badge: "text-bg-200" },
    cancelled: { icon: "fa-ban", badge: "text-bg-200" },
};

class SelectionLabel extends Component {
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name];
    }

    get label() {
        const { selection } = this.props.record.fields[this.props.name];
        return formatters.get("selection")(this.value, { selection });
    }
}

/** State of an action in the agenda: icon, word and colour. */
export class AgendaStateField extends SelectionLabel {
    static template = "dso_collection.AgendaStateField";

    /** Confirmed, but kept back by a reply of the customer. */
    get isPaused() {
        return this.value === "confirmed" && this.props.record.data.is_paused;
    }

    get label() {
        return this.isPaused ? _t("Paused") : super.label;
    }

    get badge() {
        return this.isPaused ? "o_dso_badge_paused" : STATE_BADGES[this.value].badge;
    }

    get icon() {
        return this.isPaused ? "fa-pause" : STATE_BADGES[this.value].icon;
    }

    /** When it leaves by itself. */
    get leaving() {
        return this.props.record.data.leaving_text;
    }
}

registry.category("fields").add("dso_agenda_state", {
    component: AgendaStateField,
    displayName: _t("Agenda state"),
    supportedTypes: ["selection"],
    fieldDependencies: [
        { name: "is_paused", type: "boolean" },
        { name: "leaving_text", type: "char" },
    ],
});

// of records that are no actions themselves: a customer's next one, a row of a report
registry.category("fields").add("dso_agenda_state_of", {
    component: AgendaStateField,
    displayName: _t("Agenda state of another record's action"),
    supportedTypes: ["selection"],
});

/** Type of an action: icon and word, or the icon with the word as its tooltip. */
export class ActionTypeField extends SelectionLabel {
    static template = "dso_collection.ActionTypeField";
    static props = {
        ...SelectionLabel.props,
        iconOnly: { type: Boolean, optional: true },
    };

    get icon() {
        return getTypeStyle(this.value).icon;
    }
}

registry.category("fields").add("dso_action_type", {
    component: ActionTypeField,
    displayName: _t("Action type"),
    supportedTypes: ["selection"],
    extractProps: ({ options }) => ({ iconOnly: Boolean(options.icon_only) }),
});

/**
 * Why this action: first what keeps it back, if anything does, and whether a promise was broken,
 * then the reason.
 */
export class ReasonField extends Component {
    static template = "dso_collection.ReasonField";
    static props = { ...standardFieldProps };

    get error() {
        return this.props.record.data.error_message;
    }

    get broken() {
        return this.props.record.data.broken_promise;
    }

    get reason() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("dso_reason", {
    component: ReasonField,
    displayName: _t("Reason"),
    supportedTypes: ["char"],
    fieldDependencies: [
        { name: "error_message", type: "char" },
        { name: "broken_promise", type: "boolean" },
    ],
});

/** The star of the leader, or another one of items with a specific action. */
export class StarField extends Component {
    static template = "dso_collection.StarField";
    static props = { ...standardFieldProps, specific: { type: Boolean, optional: true } };

    get value() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("dso_star", {
    component: StarField,
    displayName: _t("Star"),
    supportedTypes: ["boolean"],
    extractProps: ({ options }) => ({ specific: Boolean(options.specific) }),
});
