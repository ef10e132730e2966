import { Component } from "@odoo/owl";

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

    /** A count as Odoo's pager writes it: beyond the limit, "10000+". */
    format(count) {
        const { limit } = this.props.counts;
        return limit && count > limit ? `${limit}+` : `${count}`;
    }

    toggleTodo() {
        const filter = this.todoFilter;
        if (filter) {
            this.env.searchModel.toggleSearchItem(filter.id);
        }
    }
}
