import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { FloatField, floatField } from "@web/views/fields/float/float_field";
import { formatFloat } from "@web/views/fields/formatters";

/**
 * Figures that are known of groups only: a percentage, a median. One that is made of too few is said
 * to be so, in lists and pivots, and is never 0. Of a single record there is nothing to show.
 */
export function formatFew(value, options = {}) {
    if (value === false || value === null || value === undefined) {
        return _t("too few");
    }
    return formatFloat(value, { ...options, digits: [16, 1] });
}

export function formatRate(value, options = {}) {
    const text = formatFew(value, options);
    return typeof value === "number" ? `${text}\u00a0%` : text;
}

registry.category("formatters").add("dso_few", formatFew).add("dso_rate", formatRate);

class OfGroupsField extends FloatField {
    get formattedValue() {
        return "";
    }
}

const ofGroupsField = { ...floatField, component: OfGroupsField };
registry.category("fields").add("dso_few", ofGroupsField).add("dso_rate", ofGroupsField);
