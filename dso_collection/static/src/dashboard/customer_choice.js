import { Component, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { user } from "@web/core/user";

/** What customers are chosen by, as the server names it (tools/customer_choice.py). */
const CRITERIA = [
    { key: "collector", label: _t("Collector"), model: "res.users" },
    { key: "scenario", label: _t("Scenario"), model: "dso.scenario" },
    { key: "tag", label: _t("Customer tag"), model: "res.partner.category" },
    { key: "country", label: _t("Country"), model: "res.country" },
    { key: "salesperson", label: _t("Salesperson"), model: "res.users" },
];
const DOMAINS = { "res.users": [["share", "=", false]] };

const getStorageKey = () => `dso_collection.dashboard.choice.${user.userId}`;

/** What was chosen in this window of the browser; anything else that is stored there is left out. */
export function readChoice() {
    let stored;
    try {
        stored = JSON.parse(browser.sessionStorage.getItem(getStorageKey()));
    } catch {
        stored = null;
    }
    const isIds = (ids) => Array.isArray(ids) && ids.length && ids.every(Number.isInteger);
    return Object.fromEntries(
        CRITERIA.filter(({ key }) => isIds(stored?.[key])).map(({ key }) => [key, stored[key]])
    );
}

export function rememberChoice(choice) {
    browser.sessionStorage.setItem(getStorageKey(), JSON.stringify(choice));
}

const getOwnKey = () => `dso_collection.dashboard.own.${user.userId}`;

/** Whether only one's own customers were asked for in this window. */
export function readOwn() {
    return browser.sessionStorage.getItem(getOwnKey()) === "true";
}

export function rememberOwn(own) {
    browser.sessionStorage.setItem(getOwnKey(), own);
}

/**
 * Of which customers the page tells. Whoever chose nothing sees a button only; what is chosen stays in
 * sight.
 */
export class CustomerChoice extends Component {
    static template = "dso_collection.CustomerChoice";
    static components = { MultiRecordSelector };
    static props = {
        // {criterion: ids}
        choice: Object,
        onChange: Function,
    };

    setup() {
        this.state = useState({ isOpen: false });
    }

    get isChosen() {
        return Object.keys(this.props.choice).length > 0;
    }

    get criteria() {
        return CRITERIA.filter(({ key }) => this.state.isOpen || this.props.choice[key]).map(
            (criterion) => ({
                ...criterion,
                ids: this.props.choice[criterion.key] || [],
                domain: DOMAINS[criterion.model] || [],
                placeholder: _t("All"),
                update: (ids) => this.update(criterion.key, ids),
            })
        );
    }

    update(key, ids) {
        const { [key]: _before, ...others } = this.props.choice;
        return this.props.onChange(ids.length ? { ...others, [key]: [...ids] } : others);
    }

    toggle() {
        this.state.isOpen = !this.state.isOpen;
    }

    clear() {
        this.state.isOpen = false;
        return this.props.onChange({});
    }
}
