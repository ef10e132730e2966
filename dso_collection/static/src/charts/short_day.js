import { deserializeDate } from "@web/core/l10n/dates";
import { localization } from "@web/core/l10n/localization";

/**
 * A day below a chart: as every date of the screen is written, in the format of the reader's
 * language, without the year, for which there is no room.
 *
 * @param {string} day as the server writes it
 */
export function formatShortDay(day) {
    const format = localization.dateFormat.replace(/^y+[^\w']*|[^\w']*y+/, "");
    return deserializeDate(day).toFormat(format);
}
