import { Component, onWillRender, useEffect, useState } from "@odoo/owl";
import { DateTimeInput } from "@web/core/datetime/datetime_input";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { router, routerBus } from "@web/core/browser/router";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { ControlPanel } from "@web/search/control_panel/control_panel";

const DAY = /^\d{4}-\d\d-\d\d$/;
/** The day in the context of what is asked for, and in the address of the page. */
const KEY = "dso_as_of";

/**
 * Whether the address tells which day to begin with: it does when a page is loaded or the browser
 * goes back. Otherwise it is that of the screen that the user leaves.
 */
let addressTells = true;
routerBus.addEventListener("ROUTE_CHANGE", () => {
    addressTells = true;
});

/**
 * A search as of a day. The day goes into the context, hence to everything that is asked for, to
 * what is opened from the view, and to favourites. Nothing chosen is what the action or the favourite
 * says, else today; `false` is today whatever they say.
 */
export const withDay = (SearchModel) =>
    class extends SearchModel {
        async load(config) {
            this.chosenDay = this.getDayOfAddress();
            const [today] = await Promise.all([
                this.orm.call("dso.ageing", "get_today", [], { context: config.context || {} }),
                super.load(config),
            ]);
            this.today = today;
            this._reset();
        }

        getDayOfAddress() {
            // what was opened from a figure may be beyond the browser's reach, and its parent opened
            const told = [router.current, ...(router.current.actionStack || []).toReversed()];
            const day = addressTells && told.map((each) => each[KEY]).find(Boolean);
            addressTells = false;
            return DAY.test(day || "") ? day : undefined;
        }

        /** The day that the figures are of. */
        get day() {
            return this.context[KEY] || this.today;
        }

        setDay(day) {
            this.chosenDay = day === this.today ? false : day;
            this._notify();
        }

        _getContext() {
            const context = super._getContext();
            return this.chosenDay === undefined ? context : { ...context, [KEY]: this.chosenDay };
        }

        toggleSearchItem(searchItemId) {
            if (this.searchItems[searchItemId].type === "favorite") {
                // it has a day of its own, or is about today
                this.chosenDay = undefined;
            }
            super.toggleSearchItem(searchItemId);
        }

        exportState() {
            return { ...super.exportState(), chosenDay: this.chosenDay };
        }

        _importState(state) {
            super._importState(state);
            this.chosenDay = state.chosenDay;
        }
    };

/** A view that keeps the day in the address of the page. */
export const withDayInAddress = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            const { searchModel } = this.env;
            useEffect(
                (day) => this.props.updateActionState?.({ [KEY]: day || undefined }),
                () => [searchModel.chosenDay]
            );
        }
    };

/** Day, spreadsheet and PDF: on every screen, however narrow. */
export class AgeingBar extends Component {
    static template = "dso_collection.AgeingBar";
    static components = { DateTimeInput };
    static props = {};

    setup() {
        this.notification = useService("notification");
        this.searchModel = this.env.searchModel;
        // another key makes the field anew, with the day that holds
        this.state = useState({ canExport: false, busy: false, key: 0 });
        user.hasGroup("base.group_allow_export").then((canExport) => {
            this.state.canExport = canExport;
        });
        onWillRender(() => {
            this.day = this.searchModel.day;
        });
        useEffect(
            () => this.env.config.setDisplayName(this.title),
            () => [this.day]
        );
    }

    get title() {
        const day = formatDate(this.value);
        // what was opened from a figure has no action of its own
        return this.env.config.actionId
            ? _t("Ageing as of %s", day)
            : _t("Open items as of %s", day);
    }

    get value() {
        return deserializeDate(this.day);
    }

    get maxDate() {
        return deserializeDate(this.searchModel.today);
    }

    setDay(value) {
        const { today } = this.searchModel;
        const day = value ? serializeDate(value) : today;
        if (day > today) {
            this.notification.add(
                _t("What will be open on %(day)s is not known yet. Choose %(today)s or an earlier day.", {
                    day: formatDate(value),
                    today: formatDate(this.maxDate),
                }),
                { type: "danger" }
            );
            this.state.key++;
        } else if (day !== this.day) {
            this.searchModel.setDay(day);
        } else {
            this.state.key++;
        }
    }

    /** The filters in words, for whoever reads the file without them. */
    get filters() {
        const filters = this.searchModel.facets
            .filter(({ type }) => type !== "groupBy")
            .map(({ title, values, separator }) =>
                [title, values.join(` ${separator} `)].filter(Boolean).join(": ")
            );
        if (this.searchModel.globalDomain.length) {
            filters.unshift(_t("some of the items"));
        }
        return filters;
    }

    async export(format) {
        this.state.busy = true;
        try {
            await download({
                url: `/dso_collection/ageing.${format}`,
                data: {
                    data: JSON.stringify({
                        company_ids: user.activeCompanies.map(({ id }) => id),
                        day: this.day,
                        domain: this.searchModel.domain,
                        filters: this.filters,
                    }),
                },
            });
        } finally {
            this.state.busy = false;
        }
    }
}

export class AgeingControlPanel extends ControlPanel {
    static template = "dso_collection.AgeingControlPanel";
    static components = { ...ControlPanel.components, AgeingBar };
}

/** What all views of the ageing have in common. */
export const withAgeing = (view) => ({
    ...view,
    Controller: withDayInAddress(view.Controller),
    ControlPanel: AgeingControlPanel,
    SearchModel: withDay(view.SearchModel),
});
