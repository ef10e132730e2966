import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { Record } from "@web/model/relational_model/record";
import { formatInteger } from "@web/views/fields/formatters";

/** As the server says, see res.company and the engine. */
const MOST_DAYS = 3650;
const RANGES = {
    delay: [-MOST_DAYS, MOST_DAYS],
    dso_page_days: [1, MOST_DAYS],
    dso_page_reminders: [0, 100],
};

function getRange(name) {
    if (name in RANGES) {
        return RANGES[name];
    }
    if (name.startsWith("dso_score_weight_")) {
        return [0, 1000];
    }
    return name.endsWith("_days") ? [0, MOST_DAYS] : null;
}

/** What a field is called on this screen: a view may give it another name than the model. */
function getLabel(record, name) {
    const labels = [...document.querySelectorAll(".o_form_view .o_form_label[for]")].filter(
        (label) =>
            label.getAttribute("for").replace(/_\d+$/, "") === name && label.offsetParent !== null
    );
    return labels.at(-1)?.firstChild?.textContent.trim() || record.fields[name].string;
}

/** What is wrong with a field: only what was typed and cannot be read is neither empty nor valid. */
function describe(record, name) {
    const { type } = record.fields[name];
    const string = getLabel(record, name);
    if (type === "integer") {
        const range = getRange(name);
        return range
            ? _t("“%(field)s” must be a whole number from %(least)s to %(most)s.", {
                  field: string,
                  least: formatInteger(range[0]),
                  most: formatInteger(range[1]),
              })
            : _t("“%(field)s” must be a whole number.", { field: string });
    }
    if (["float", "monetary"].includes(type)) {
        return _t("“%(field)s” must be a number, such as 1250 or 99.5.", { field: string });
    }
    if (["one2many", "many2many"].includes(type) && record.data[name]?.count) {
        return _t("“%(field)s”: a line is incomplete. Fill in its red fields.", { field: string });
    }
    if (["date", "datetime"].includes(type) && record.isFieldInvalid(name) && record.data[name]) {
        return _t("“%(field)s” is not a date.", { field: string });
    }
    return _t("“%(field)s” is empty. Fill it in.", { field: string });
}

/**
 * Odoo says "Missing required fields" of whatever cannot be saved, a number out of range, too. Where
 * fields of ours are concerned, each is named with what it takes; other screens are left alone.
 */
patch(Record.prototype, {
    _displayInvalidFieldNotification() {
        const names = [...this._invalidFields].filter((name) => name in this.fields);
        const isOurs =
            this.resModel.startsWith("dso.") || names.some((name) => name.startsWith("dso_"));
        if (!isOurs || !names.length) {
            return super._displayInvalidFieldNotification();
        }
        return this.model.notification.add(
            names.map((name) => describe(this, name).toString()).join("\n"),
            { type: "danger" }
        );
    },
});
