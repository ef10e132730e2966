import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { getTypeStyle } from "../fields/action_types";

/** Icon and word of each state, so that nobody has to tell colours apart. */
const STATES = {
    done: { icon: "fa-check", label: _t("Done") },
    skipped: { icon: "fa-step-forward", label: _t("Skipped") },
    passed: { icon: "fa-minus", label: _t("Left out") },
    due: { icon: "fa-bell", label: _t("To do") },
    next: { icon: "fa-clock-o", label: _t("Planned") },
    later: { icon: "fa-circle-o", label: _t("Later") },
};
const MOVES = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/**
 * The scenario as a line of steps: done, next and later ones. One of them is told in full below; a
 * click chooses it, or the arrow keys.
 */
export class ScenarioLineField extends Component {
    static template = "dso_collection.ScenarioLineField";
    static props = { ...standardFieldProps };

    setup() {
        this.root = useRef("root");
        this.actionService = useService("action");
        this.state = useState({ chosen: false });
    }

    get steps() {
        return this.props.record.data[this.props.name] || [];
    }

    /** The chosen one; at first what comes next, else the last that was done. */
    get current() {
        const { steps } = this;
        return (
            steps.find((step) => step.id === this.state.chosen) ||
            steps.find((step) => ["due", "next"].includes(step.state)) ||
            steps.findLast((step) => step.date) ||
            steps[0]
        );
    }

    stateOf(step) {
        return STATES[step.state];
    }

    typeIcon(step) {
        return getTypeStyle(step.action_type).icon;
    }

    choose(step) {
        this.state.chosen = step.id;
    }

    onKeydown(ev) {
        const last = this.steps.length - 1;
        const position = this.steps.indexOf(this.current);
        let target;
        if (ev.key in MOVES) {
            target = Math.min(last, Math.max(0, position + MOVES[ev.key]));
        } else if (ev.key === "Home") {
            target = 0;
        } else if (ev.key === "End") {
            target = last;
        } else {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        this.choose(this.steps[target]);
        this.root.el.querySelectorAll(".o_dso_stage")[target].focus();
    }

    async open(step) {
        const { root } = this.props.record.model;
        if (await root.save()) {
            await this.actionService.doAction({
                type: "ir.actions.act_window",
                res_model: "dso.action",
                res_id: step.action_id,
                views: [[false, "form"]],
            });
        }
    }
}

registry.category("fields").add("dso_scenario_line", {
    component: ScenarioLineField,
    displayName: _t("Line of a scenario"),
    supportedTypes: ["json"],
});
