import { Component } from "@odoo/owl";
import { formatInteger } from "@web/views/fields/formatters";

/** One bar in parts, with a line for each part: what it is, how much, and what is behind it. */
export class ShareBar extends Component {
    static template = "dso_collection.ShareBar";
    static props = {
        name: String,
        parts: {
            type: Array,
            element: {
                type: Object,
                shape: {
                    key: String,
                    label: String,
                    color: String,
                    icon: String,
                    amount: Number,
                    count: Number,
                    "*": true,
                },
            },
        },
        format: Function,
        onSelect: Function,
    };

    get total() {
        return this.props.parts.reduce((sum, part) => sum + part.amount, 0);
    }

    /** Share of the whole in percent. */
    getShare(part) {
        return this.total ? (100 * part.amount) / this.total : 0;
    }

    formatCount(part) {
        return part.count_text || formatInteger(part.count);
    }

    formatShare(part) {
        return `${Math.round(this.getShare(part))} %`;
    }
}
