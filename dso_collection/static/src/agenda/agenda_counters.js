import { Component } from "@odoo/owl";
import { formatInteger } from "@web/views/fields/formatters";

/** A count as it is read: "1,191"; beyond the limit of what is counted, "10,000+". */
export function formatCount(count, limit) {
    return limit && count > limit ? `${formatInteger(limit)}+` : formatInteger(count);
}

/**
 * The two indicators above the agenda: grey for all actions, red for those that wait for somebody.
 * The red one switches the filter "To do" on and off.
 */
export class AgendaCounters extends Component {
    static template = "dso_collection.AgendaCounters";
    static props = {
        counts: Object,
        history: { type: Boolean, optional: true },
        slots: { type: Object, optional: true },
    };

    get todoFilter() {
        const [filter] = this.env.searchModel.getSearchItems(
            (item) => item.type === "filter" && item.name === "todo"
        );
        return filter;
    }

    format(count) {
        return formatCount(count, this.props.counts.limit);
    }

    toggleTodo() {
        const filter = this.todoFilter;
        if (filter) {
            this.env.searchModel.toggleSearchItem(filter.id);
        }
    }
}
