import {
    Component,
    onWillStart,
    onWillUnmount,
    reactive,
    useEffect,
    useExternalListener,
    useRef,
    useState,
    useSubEnv,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { makeContext } from "@web/core/context";
import { evaluateExpr } from "@web/core/py_js/py";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useBus, useService } from "@web/core/utils/hooks";
import { session } from "@web/session";
import { View } from "@web/views/view";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { describeChange, takeSnapshot } from "./agenda_changes";
import { AgendaCursor } from "./agenda_cursor";
import { AgendaKeysDialog, BUTTON_KEYS } from "./agenda_keys";
import { AgendaMemory } from "./agenda_memory";
import { AgendaPanel } from "./agenda_panel";
import { AgendaTabs } from "./agenda_tabs";

/** How often the open list is compared with what there is now, in milliseconds. */
const REFRESH_EVERY = 60000;
const CHECK_AT_MOST_EVERY = 5000;
/** Tabs of actions, which share their filters. */
const SHARED_TABS = ["manual", "automatic", "history"];
/** Views without a js_class of their own, in the agenda. */
const JS_CLASSES = { list: "dso_agenda_plain_list", kanban: "dso_agenda_plain_kanban" };
/** How the lists of the tabs are sorted, for the cards on a phone: all tabs have the same. */
const CARD_ORDERS = {
    manual: [
        { name: "agenda_state", asc: true },
        { name: "score", asc: false },
        { name: "date", asc: true },
    ],
    history: [{ name: "done_date", asc: false }],
};
/** Where keys mean something else. */
const FOREIGN = ".o-dropdown--menu, .o_popover, .o-autocomplete, .o_select_menu, [role=menu]";

/** A view of Odoo with a configuration of its own: its switcher, its saved filters. */
class AgendaView extends Component {
    static template = "dso_collection.AgendaView";
    static components = { View };
    static props = { config: Object, viewProps: Object };

    setup() {
        useSubEnv({ config: { ...this.env.config, ...this.props.config } });
    }
}

/**
 * The screen of a collector's day: tabs of Odoo's own views that share their filters, the current
 * action beside them, and a key for everything. [seed 002]
 *
 * What the views within need is in `env.dsoAgenda`: see `makeContract`.
 */
export class Agenda extends Component {
    static template = "dso_collection.Agenda";
    static components = { AgendaPanel, AgendaTabs, AgendaView };
    static props = { ...standardActionServiceProps };
    static displayName = "";

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.root = useRef("root");
        this.main = useRef("main");
        this.memory = new AgendaMemory();
        this.cursor = new AgendaCursor();
        this.list = null;
        this.shownId = false;
        this.countRequest = 0;
        // what changes while a list is loaded is looked at by rows, panel and tabs themselves: the
        // screen, rendered again before the list is there, would begin to load it anew
        this.cursorState = reactive({
            current: false,
            position: -1,
            total: 0,
            folded: false,
            moves: 0,
            panel: false,
            version: 0,
        });
        this.counters = reactive({ counts: {} });
        this.state = useState({
            tab: null,
            content: null,
            panel: this.memory.data.panel && !this.env.isSmall,
        });
        this.contract = this.makeContract();
        useSubEnv({ dsoAgenda: this.contract });
        onWillStart(async () => {
            const { tabs, own, panels } = await this.orm.call("dso.action", "dso_get_agenda", []);
            this.tabs = tabs.filter((tab) => tab.actions.length || this.getClient(tab));
            this.panels = panels;
            this.contract.own = own;
            const remembered = this.tabs.find((tab) => tab.id === this.memory.data.tab);
            await this.loadTab(remembered || this.tabs[0]);
        });
        this.setupKeys();
        this.setupFocus();
        this.setupRefresh();
        // counted for tabs that are not shown either; where a list tells that it was loaded, then
        useEffect(
            (tab) => {
                if (!SHARED_TABS.includes(tab)) {
                    this.updateCounts();
                }
            },
            () => [this.state.tab]
        );
    }

    /** What the views within the agenda may use of it. */
    makeContract() {
        return {
            memory: this.memory,
            state: this.cursorState,
            own: false,
            tabId: null,
            shared: false,
            open: (resId) => this.open(resId),
            switchView: (type) => this.switchView(type),
            setList: (list) => {
                this.list = list;
            },
            unsetList: (list) => {
                if (this.list === list) {
                    this.list = null;
                }
            },
            onListLoaded: (rows, options) => this.onListLoaded(rows, options),
            reloadList: () => this.list?.reload(),
            watch: (watched) => {
                this.watched = { ...watched, toasts: this.countToasts() };
            },
        };
    }

    // ------------------------------------------------------------------
    // Tabs and views
    // ------------------------------------------------------------------

    /** The client action shown in a tab, where it is installed. */
    getClient(tab) {
        const actions = registry.category("actions");
        return tab.client && actions.contains(tab.client) ? actions.get(tab.client) : null;
    }

    async openTab(tabId) {
        const tab = this.tabs.find(({ id }) => id === tabId);
        const shown = this.state.tab;
        if (!tab || tabId === shown) {
            return;
        }
        // at once: a click on the menu just before replaces this screen by a new one, which then
        // begins with the tab that was asked for
        this.memory.update({ tab: tabId });
        try {
            if (await this.leave()) {
                await this.loadTab(tab);
            }
        } finally {
            // as shown, where it may not be left, or the other can't be loaded
            if (this.state.tab === shown) {
                this.memory.update({ tab: shown });
            }
        }
    }

    /** What is being edited in the list is saved before the list goes. */
    async leave() {
        const callbacks = this.env.__beforeLeave__?.callbacks || [];
        const results = await Promise.all(callbacks.map((callback) => callback({})));
        return !results.includes(false);
    }

    async loadTab(tab, index = this.memory.getTab(tab.id).index || 0) {
        const Client = this.getClient(tab);
        const actions = Client ? [] : await Promise.all(tab.actions.map((id) => this.loadAction(id)));
        const content = Client
            ? this.makeClientContent(tab, Client)
            : this.makeContent(tab, actions, Math.min(index, actions.length - 1));
        this.resetCursor();
        this.contract.tabId = content.memoryId;
        this.contract.shared = SHARED_TABS.includes(tab.id);
        this.state.tab = tab.id;
        this.state.content = content;
        this.memory.update({ tab: tab.id });
    }

    /** An action as Odoo's action service prepares it. */
    async loadAction(id) {
        const action = await this.action.loadAction(id);
        const context = makeContext([action.context || {}], user.context);
        const domain =
            typeof action.domain === "string"
                ? evaluateExpr(action.domain, { ...user.context, ...context })
                : action.domain || [];
        return { ...action, context: { ...user.context, ...context }, domain };
    }

    makeClientContent(tab, Client, action) {
        const tag = tab.client;
        return {
            key: `${tab.id}.client`,
            memoryId: tab.id,
            Client,
            clientProps: {
                action: action || { type: "ir.actions.client", tag, context: {}, params: {} },
                className: "o_action",
                updateActionState: () => {},
            },
        };
    }

    makeContent(tab, actions, index) {
        const action = actions[index];
        if (action.type === "ir.actions.client") {
            const Client = registry.category("actions").get(action.tag);
            return this.makeClientContent(tab, Client, action);
        }
        const memoryId = index ? `${tab.id}.${index}` : tab.id;
        const types = this.getViewTypes(action);
        const wanted = this.env.isSmall ? "kanban" : this.memory.getTab(memoryId).view;
        const type = types.includes(wanted) ? wanted : types[0];
        const views = action.views.map(([id, viewType]) => [id, viewType]);
        if (!views.some((view) => view[1] === "search")) {
            views.push([action.search_view_id?.[0] || false, "search"]);
        }
        return {
            key: `${memoryId}.${type}`,
            memoryId,
            action,
            index,
            choices: actions.map(({ name }, position) => ({ name, position })),
            resModel: action.res_model,
            config: this.makeConfig(tab, action, types, type, views),
            viewProps: this.makeViewProps(action, type, views),
        };
    }

    /** The views of an action that the switcher offers: those that show many records. */
    getViewTypes(action) {
        const types = action.views.map(([, type]) => type);
        return [...new Set(types)].filter(
            (type) => session.view_info[type]?.multi_record && registry.category("views").contains(type)
        );
    }

    makeConfig(tab, action, types, type, views) {
        return {
            // saved filters belong to the agenda where tabs share them
            actionId: SHARED_TABS.includes(tab.id) ? this.props.actionId : action.id,
            actionName: action.name,
            actionType: "ir.actions.act_window",
            views,
            viewSwitcherEntries: types.map((viewType) => ({
                type: viewType,
                name: session.view_info[viewType].display_name,
                icon: session.view_info[viewType].icon,
                multiRecord: true,
                active: viewType === type,
            })),
            // the keys of the agenda work from the beginning
            disableSearchBarAutofocus: true,
        };
    }

    makeViewProps(action, type, views) {
        const groupBy = action.context.group_by || [];
        return {
            type,
            jsClass: JS_CLASSES[type],
            resModel: action.res_model,
            views,
            context: action.context,
            domain: action.domain,
            groupBy: typeof groupBy === "string" ? [groupBy] : groupBy,
            // cards in the order of the tab's list
            orderBy: (type === "kanban" && CARD_ORDERS[action.context.dso_agenda]) || [],
            display: {},
            loadActionMenus: true,
            loadIrFilters: true,
            className: "o_action",
            ...(action.limit && { limit: action.limit }),
            noContentHelp: action.help,
            selectRecord: (resId) => this.open(resId),
            createRecord: () => this.openForm(action.res_model, false),
            updateActionState: () => {},
            __beforeLeave__: this.env.__beforeLeave__,
        };
    }

    async switchView(type) {
        const { content, tab } = this.state;
        if (await this.leave()) {
            this.memory.updateTab(content.memoryId, { view: type });
            const { action, index, choices } = content;
            const views = content.viewProps.views;
            const types = content.config.viewSwitcherEntries.map((entry) => entry.type);
            const owner = this.tabs.find(({ id }) => id === tab);
            this.resetCursor();
            this.state.content = {
                ...content,
                key: `${content.memoryId}.${type}`,
                index,
                choices,
                config: this.makeConfig(owner, action, types, type, views),
                viewProps: this.makeViewProps(action, type, views),
            };
        }
    }

    /** One of several lists of a tab, such as replies or comments. */
    async choose(index) {
        const tab = this.tabs.find(({ id }) => id === this.state.tab);
        if (await this.leave()) {
            this.memory.updateTab(tab.id, { index });
            await this.loadTab(tab, index);
        }
    }

    async updateCounts() {
        const request = ++this.countRequest;
        const { own } = this.contract;
        const mine = own ? [["collector_id", "=", user.userId]] : [];
        const count = (domain) =>
            this.orm.silent.call("dso.action", "dso_count_agenda_tabs", [domain, own]);
        const { sharedDomain } = this.memory.data;
        let counts;
        try {
            counts = await count(sharedDomain || mine);
        } catch (error) {
            if (!sharedDomain || !(error instanceof RPCError)) {
                throw error;
            }
            // a filter that is no more, such as one on a field that was removed
            this.memory.update({ sharedDomain: null });
            counts = await count(mine);
        }
        if (request === this.countRequest) {
            this.counters.counts = counts;
        }
    }

    // ------------------------------------------------------------------
    // The current action
    // ------------------------------------------------------------------

    resetCursor() {
        this.cursor = new AgendaCursor();
        this.showCursor();
    }

    /** @param {boolean} folded whether there are groups that may hold more than these rows */
    onListLoaded(rows, { folded = false } = {}) {
        const { current } = this.cursor;
        this.cursorState.folded = folded;
        let handled = this.cursor.load(rows);
        if (this.isRefreshing && rows.some(({ id }) => id === current)) {
            // changed by others: the user stays where they are, and sees it as it is
            this.cursor.select(current);
            this.cursorState.version += handled ? 1 : 0;
            handled = false;
        }
        this.tellChange();
        this.showCursor({ focus: handled && !this.isRefreshing });
        this.giveFocusBack();
        this.updateCounts();
        if (!rows.length && this.env.isSmall) {
            this.closePanel();
        }
    }

    showCursor({ focus } = {}) {
        const { current, ids, position } = this.cursor;
        const panel = this.hasPanel && !this.env.isSmall;
        Object.assign(this.cursorState, { current, position, total: ids.length, panel });
        if (focus) {
            this.cursorState.moves++;
        }
    }

    /** Rows as they are now: groups may have been unfolded since they were loaded. */
    refreshRows() {
        if (this.list) {
            const rows = this.list.getRows();
            this.cursor.ids = rows.map(({ id }) => id);
            this.cursor.marks = new Map(rows.map(({ id, mark }) => [id, mark]));
        }
    }

    async move(step) {
        this.refreshRows();
        if (!this.cursor.move(step) && this.cursor.ids.length) {
            const current = this.cursor.current;
            this.cursor.select(false);
            if (!(await this.list?.toPage(step))) {
                this.cursor.select(current);
            } else if (step < 0) {
                this.cursor.select(this.cursor.ids.at(-1));
            }
        }
        this.showCursor({ focus: true });
    }

    /** Show an action beside the list; records that have no panel on the whole screen. */
    open(resId) {
        const { content } = this.state;
        if (!resId) {
            return;
        }
        if (!this.panelViewId) {
            return this.openForm(content.resModel, resId);
        }
        this.refreshRows();
        this.cursor.select(resId);
        this.showCursor();
        this.setPanel(true);
    }

    /** A record, or without an id a new one, on the whole screen. */
    openForm(resModel, resId) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: resModel,
            views: [[false, "form"]],
            ...(resId && { res_id: resId }),
        });
    }

    openCurrentForm() {
        return this.openForm(this.state.content.resModel, this.cursor.current);
    }

    get panelViewId() {
        return this.panels[this.state.content?.resModel];
    }

    get hasPanel() {
        return this.state.panel && Boolean(this.panelViewId);
    }

    setPanel(panel) {
        this.state.panel = panel;
        this.showCursor();
        if (!this.env.isSmall) {
            this.memory.update({ panel });
        }
    }

    closePanel() {
        this.setPanel(false);
        this.cursorState.moves++;
    }

    /** Where a dialog over the list closes, its rows are new: the focus goes back to the current one. */
    setupFocus() {
        const ui = useService("ui");
        let wasInList = false;
        const giveBack = () => {
            if (wasInList && ui.activeElement === document && document.activeElement === document.body) {
                this.cursorState.moves++;
            }
        };
        this.giveFocusBack = () => setTimeout(giveBack);
        useExternalListener(window, "focusin", ({ target }) => {
            if (!target.closest?.(".modal, .o_popover")) {
                wasInList = Boolean(this.main.el?.contains(target) && target.closest(".o_data_row"));
            }
        });
        useBus(ui.bus, "active-element-changed", this.giveFocusBack);
    }

    /** How many toasts there have been, from whatever they came. */
    countToasts() {
        return this.notification.dsoGetCount?.();
    }

    /** Say what the last button did to its record, unless the server or a dialog has said so. */
    async tellChange() {
        const { watched } = this;
        if (!watched) {
            return;
        }
        if (watched.toasts !== this.countToasts()) {
            this.watched = null;
            return;
        }
        const { resModel, resId, before } = watched;
        const names = [...Object.keys(before), "display_name"];
        if (resModel === "dso.action") {
            names.push("leaving_text");
        }
        const domain = [["id", "=", resId]];
        const [after] = await this.orm.silent.searchRead(resModel, domain, names);
        const message = after && describeChange(before, after);
        if (message && this.watched === watched) {
            this.watched = null;
            if (watched.toasts !== this.countToasts()) {
                return;
            }
            const type = after.state === "error" ? "warning" : "success";
            this.notification.add(message, { type });
        }
    }

    // ------------------------------------------------------------------
    // What others did, and the plan
    // ------------------------------------------------------------------

    /** The open list is looked at again each minute, and when the user comes back to it. */
    setupRefresh() {
        this.ui = useService("ui");
        const check = () => this.checkList();
        const timer = browser.setInterval(check, REFRESH_EVERY);
        onWillUnmount(() => browser.clearInterval(timer));
        useExternalListener(window, "focus", check);
        useExternalListener(document, "visibilitychange", check);
    }

    /** Whether the list may change under the user's hands. */
    get isIdle() {
        const focused = document.activeElement;
        return (
            !document.hidden &&
            this.ui.activeElement === document &&
            !focused?.matches("input:not([type=checkbox]), textarea, select, [contenteditable=true]") &&
            !document.querySelector(".o-dropdown--menu, .o_popover")
        );
    }

    /** Two light questions; the list is loaded again only where an answer differs. */
    async checkList() {
        const { list } = this;
        const now = Date.now();
        const state = this.isIdle && list?.getState?.();
        if (!state || this.isChecking || now - (this.checkedAt || 0) < CHECK_AT_MOST_EVERY) {
            return;
        }
        this.isChecking = true;
        this.checkedAt = now;
        try {
            if ((await this.hasChanged(state)) && list === this.list && this.isIdle) {
                // nothing was begun meanwhile
                if (list.getState()) {
                    this.isRefreshing = true;
                    await list.reload();
                }
            }
        } catch (error) {
            if (!(error instanceof RPCError || error instanceof ConnectionLostError)) {
                throw error;
            }
            // it is tried again in a minute; what the user does tells what is wrong
        } finally {
            this.isChecking = false;
            this.isRefreshing = false;
        }
    }

    async hasChanged({ resModel, domain, context, names, count, rows }) {
        const [found, total] = await Promise.all([
            this.orm.silent.searchRead(resModel, [["id", "in", [...rows.keys()]]], names, { context }),
            count === null ? null : this.orm.silent.searchCount(resModel, domain, { context }),
        ]);
        return (
            total !== count ||
            found.length !== rows.size ||
            found.some(
                (row) =>
                    JSON.stringify(takeSnapshot(row, names)) !== JSON.stringify(rows.get(row.id))
            )
        );
    }

    onPanelReady(resId) {
        this.shownId = resId;
    }

    // ------------------------------------------------------------------
    // Keys
    // ------------------------------------------------------------------

    setupKeys() {
        const isAvailable = (target) => this.hasKeys(target);
        const add = (key, callback, options = {}) =>
            useHotkey(key, callback, { isAvailable, ...options });
        const isBeside = (target) => isAvailable(target) && !target.closest(".o_dso_panel");
        const isFree = (target) =>
            isAvailable(target) && !target.closest("button, a, input, [role=button], [role=tab]");
        for (const [key, step] of Object.entries({ arrowdown: 1, arrowup: -1 })) {
            add(key, () => this.move(step), { allowRepeat: true, isAvailable: isBeside });
        }
        for (const [key, step] of Object.entries({ n: 1, b: -1 })) {
            add(key, () => this.move(step), { allowRepeat: true });
        }
        add("enter", () => this.open(this.cursor.current), { isAvailable: isFree });
        add("o", () => this.open(this.cursor.current));
        add("escape", () => this.closePanel(), {
            isAvailable: (target) => this.hasPanel && isAvailable(target),
        });
        add("x", () => this.toggleTick());
        add("f", () => this.focusSearch());
        for (const { key, buttons, bulk } of BUTTON_KEYS) {
            add(key, () => this.press(buttons, bulk));
        }
        for (let number = 1; number <= 9; number++) {
            add(`${number}`, () => this.openTab(this.tabs[number - 1]?.id), {
                isAvailable: (target) => number <= this.tabs.length && isAvailable(target),
            });
        }
        // "?" is none of the keys of Odoo's service
        useExternalListener(window, "keydown", (ev) => {
            const isTyping = ev.target.closest?.("input:not([type=checkbox]), textarea, [contenteditable=true]");
            if (ev.key === "?" && !isTyping && !document.querySelector(".modal")) {
                ev.preventDefault();
                this.showKeys();
            }
        });
    }

    /** Whether a key pressed there is meant for the agenda, and the user wants such keys. */
    hasKeys(target) {
        const isHere = target === document.body || this.root.el?.contains(target);
        return this.memory.data.keys && isHere && !target.closest(FOREIGN);
    }

    showKeys() {
        this.dialog.add(AgendaKeysDialog, {
            enabled: this.memory.data.keys,
            onToggle: (keys) => this.memory.update({ keys }),
        });
    }

    /** Press the first of these buttons that the user can see. */
    press(names, bulk = []) {
        const main = this.main.el;
        const ticked = main.querySelector(".o_selection_container");
        if (ticked) {
            return this.pressIn(ticked, bulk);
        }
        if (this.hasPanel && this.shownId === this.cursor.current) {
            const panel = this.root.el.querySelector(".o_dso_panel");
            if (panel && this.pressIn(panel, names)) {
                return true;
            }
        }
        const row = main.querySelector(".o_dso_current");
        return Boolean(row && this.pressIn(row, names));
    }

    pressIn(el, names) {
        for (const name of names) {
            const button = el.querySelector(`button[name='${name}']:not([disabled])`);
            if (button) {
                button.click();
                return true;
            }
        }
        return false;
    }

    toggleTick() {
        this.main.el.querySelector(".o_dso_current .o_list_record_selector input")?.click();
    }

    focusSearch() {
        this.main.el.querySelector(".o_searchview_input")?.focus();
    }
}

registry.category("actions").add("dso_collection.agenda", Agenda);
