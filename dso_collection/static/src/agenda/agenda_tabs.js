import { Component, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { formatCount } from "./agenda_counters";

/** The tabs of the agenda with their counters: grey for all, red for what waits for somebody. */
export class AgendaTabs extends Component {
    static template = "dso_collection.AgendaTabs";
    static props = {
        tabs: Array,
        active: String,
        state: Object,
        onSelect: Function,
        onKeys: Function,
    };

    setup() {
        this.list = useRef("list");
        this.state = useState(this.props.state);
    }

    format(counts, kind) {
        return formatCount(counts[kind], counts.limit);
    }

    /** The counters in words. */
    getTitle(tab) {
        const counts = this.state.counts[tab.id];
        if (!counts) {
            return tab.name;
        }
        const todo = this.format(counts, "todo");
        return counts.all
            ? _t("%(tab)s: %(all)s planned, %(todo)s to do", {
                  tab: tab.name,
                  all: this.format(counts, "all"),
                  todo,
              })
            : _t("%(tab)s: %(todo)s to do", { tab: tab.name, todo });
    }

    /** Arrow keys, Home and End go from tab to tab, as everywhere. */
    onKeydown(ev) {
        const { tabs, active } = this.props;
        const index = tabs.findIndex(({ id }) => id === active);
        const last = tabs.length - 1;
        const target = {
            ArrowRight: index === last ? 0 : index + 1,
            ArrowLeft: index === 0 ? last : index - 1,
            Home: 0,
            End: last,
        }[ev.key];
        if (target === undefined) {
            return;
        }
        ev.preventDefault();
        ev.stopPropagation();
        this.props.onSelect(tabs[target].id);
        this.list.el.querySelectorAll("[role=tab]")[target].focus();
    }
}
