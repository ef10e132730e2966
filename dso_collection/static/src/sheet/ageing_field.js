import { Component, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { useSheetState } from "./sheet_state";

/** Open claims by age, as a bar. A click shows the items of an age in the statement below. */
export class AgeingField extends Component {
    static template = "dso_collection.AgeingField";
    static props = { ...standardFieldProps };

    setup() {
        this.root = useRef("root");
        this.sheet = useSheetState(this.props.record);
    }

    get buckets() {
        return this.props.record.data[this.props.name] || [];
    }

    get isEmpty() {
        return !this.buckets.some((bucket) => bucket.count);
    }

    /** What is taken off on the way to the total due; nothing where there is none. */
    get credits() {
        const { credit_unallocated, currency_id } = this.props.record.data;
        return credit_unallocated > 0
            ? formatMonetary(-credit_unallocated, { currencyId: currency_id?.id })
            : "";
    }

    isActive(bucket) {
        return this.sheet.bucket === bucket.key;
    }

    count(bucket) {
        return formatInteger(bucket.count);
    }

    /** Read out: what the eye sees beside one another. */
    getTitle(bucket) {
        return _t("%(label)s: %(amount)s, %(count)s items", {
            label: bucket.label,
            amount: bucket.amount_text,
            count: this.count(bucket),
        });
    }

    toggle(bucket) {
        this.sheet.bucket = this.isActive(bucket) ? false : bucket.key;
        this.sheet.filter = "all";
        // the statement may be on a tab that is not open
        const tab = this.root.el.closest(".o_form_view")?.querySelector(".nav-link[name=items]");
        if (tab && !tab.classList.contains("active")) {
            tab.click();
        }
    }
}

registry.category("fields").add("dso_ageing", {
    component: AgeingField,
    displayName: _t("Ageing"),
    supportedTypes: ["json"],
});

/** What is open in each currency: never added up. */
export class CurrencyTotalsField extends Component {
    static template = "dso_collection.CurrencyTotalsField";
    static props = { ...standardFieldProps };

    get rows() {
        return this.props.record.data[this.props.name] || [];
    }
}

registry.category("fields").add("dso_currency_totals", {
    component: CurrencyTotalsField,
    displayName: _t("Totals by currency"),
    supportedTypes: ["json"],
});
