import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";

const VERSION = 1;
const EMPTY = {
    version: VERSION,
    tab: null,
    shared: null,
    sharedDomain: null,
    tabs: {},
    keys: true,
    panel: false,
};

const isObject = (value) => Boolean(value) && typeof value === "object" && !Array.isArray(value);
const isFacets = (value) => Array.isArray(value) && value.every(isObject);

/** What each value has to look like; anything else is left out, so that its default applies. */
const SHAPES = {
    tab: (value) => typeof value === "string",
    shared: isFacets,
    sharedDomain: Array.isArray,
    keys: (value) => typeof value === "boolean",
    panel: (value) => typeof value === "boolean",
};
const TAB_SHAPES = {
    view: (value) => typeof value === "string",
    index: (value) => Number.isInteger(value) && value >= 0,
    own: isFacets,
    everybody: (value) => typeof value === "boolean",
};

function pick(data, shapes) {
    return Object.fromEntries(Object.entries(data).filter(([key, value]) => shapes[key]?.(value)));
}

/** What is stored may have been written by another version, another program, or a person. */
function clean(data) {
    const tabs = isObject(data.tabs) ? Object.entries(data.tabs) : [];
    return {
        ...pick(data, SHAPES),
        tabs: Object.fromEntries(
            tabs.filter(([, tab]) => isObject(tab)).map(([id, tab]) => [id, pick(tab, TAB_SHAPES)])
        ),
    };
}

/**
 * What the agenda looked like when its user left it: tab, filters, kind of view, panel. One for each
 * user and choice of companies, in the storage of the browser.
 *
 * Filters are kept in words that do not depend on the numbers that Odoo's search gives them, see
 * AgendaSearchModel: `shared` for the tabs of actions, `tabs[id].own` for one alone. `null` means
 * that the tab was never visited, and that its default filters apply.
 */
export class AgendaMemory {
    constructor(storage = browser.localStorage) {
        this.storage = storage;
        const companies = user.activeCompanies.map((company) => company.id).join("-");
        this.key = `dso_collection.agenda.${user.userId}.${companies}`;
        this.data = { ...EMPTY, tabs: {}, ...clean(this.read()) };
    }

    read() {
        try {
            const data = JSON.parse(this.storage.getItem(this.key) || "null");
            return data?.version === VERSION ? data : {};
        } catch {
            // somebody else's or broken: begin anew
            return {};
        }
    }

    update(values) {
        Object.assign(this.data, values);
        this.write();
    }

    getTab(tabId) {
        return this.data.tabs[tabId] || {};
    }

    updateTab(tabId, values) {
        this.data.tabs[tabId] = { ...this.getTab(tabId), ...values };
        this.write();
    }

    write() {
        try {
            this.storage.setItem(this.key, JSON.stringify(this.data));
        } catch {
            // the storage is full or forbidden: it is remembered until the page is left
        }
    }
}
