import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatFloat } from "@web/core/utils/numbers";
import { registry } from "@web/core/registry";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/** What to do first: the score of an action as number and bar, with its reason as tooltip. */
export class ScoreField extends Component {
    static template = "dso_collection.ScoreField";
    static props = { ...standardFieldProps };

    get value() {
        return this.props.record.data[this.props.name] || 0;
    }

    get number() {
        return formatFloat(this.value, { digits: [4, 0] });
    }

    get reason() {
        return this.props.record.data.score_reason || _t("Nothing is at stake.");
    }

    /** Said as a whole, as the bar says nothing to those who do not see it. */
    get label() {
        return _t("Score: %s", this.reason);
    }

    get width() {
        return Math.min(100, Math.max(0, this.value));
    }
}

registry.category("fields").add("dso_score", {
    component: ScoreField,
    displayName: _t("Score"),
    supportedTypes: ["float"],
    fieldDependencies: [{ name: "score_reason", type: "char" }],
});
