import { serializeDate, deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";

/** What a row is compared by, where it has it: by itself a minute later, and after a button. */
const COMPARED = ["agenda_state", "state", "date", "amount", "error_message", "collector_id"];

/** Models whose changes are told. */
export const TOLD = ["dso.action", "dso.reply"];

/** The words for what became of a record, by its new state. */
const OUTCOMES = {
    done: (name) => _t("Done: %s", name),
    cancelled: (name) => _t("Skipped: %s", name),
    error: (name) => _t("In error: %s", name),
    planned: (name) => _t("Planned again: %s", name),
    // of replies
    handled: (name) => _t("Handled: %s", name),
    dismissed: (name) => _t("Dismissed: %s", name),
    to_handle: (name) => _t("To be handled again: %s", name),
};

/** Which of these fields a record was loaded with. */
export function getComparedFields({ activeFields, fields }) {
    return COMPARED.filter((name) => name in activeFields && fields[name].type !== "datetime");
}

/** A value as the server reads it, from a record of the web client or from the server. */
function normalize(value) {
    if (Array.isArray(value)) {
        return value[0];
    }
    if (value?.isLuxonDateTime) {
        return serializeDate(value);
    }
    return value && typeof value === "object" ? value.id : value || false;
}

/** @returns {Object} what a record is compared by, as plain values */
export function takeSnapshot(data, names) {
    return Object.fromEntries(names.map((name) => [name, normalize(data[name])]));
}

/**
 * What was done to an action, in words; nothing where nothing was.
 *
 * @param {Object} before a snapshot
 * @param {Object} after what the server reads now
 */
export function describeChange(before, after) {
    const { display_name: name } = after;
    const now = takeSnapshot(after, Object.keys(before));
    const changed = (field) => field in before && before[field] !== now[field];
    if (changed("state")) {
        return OUTCOMES[now.state]?.(name);
    }
    if (changed("agenda_state") && now.agenda_state === "confirmed") {
        return after.leaving_text
            ? _t("Confirmed: %(action)s, %(leaving)s", { action: name, leaving: after.leaving_text })
            : _t("Confirmed: %s", name);
    }
    if (changed("date")) {
        const date = formatDate(deserializeDate(now.date));
        return _t("Moved to %(date)s: %(action)s", { date, action: name });
    }
    if (changed("collector_id") && after.collector_id) {
        const collector = after.collector_id[1];
        return _t("Reassigned to %(collector)s: %(action)s", { collector, action: name });
    }
}
