import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { advanceTime, animationFrame, Deferred, mockDate, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { moveEventToDate } from "@web/../tests/views/calendar/calendar_test_helpers";
import {
    contains,
    defineActions,
    defineModels,
    fields,
    getService,
    MockServer,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { download } from "@web/core/network/download";
import { rpcBus } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { session } from "@web/session";
import { WebClient } from "@web/webclient/webclient";
import { Agenda } from "@dso_collection/agenda/agenda";
import { AgendaCalendarModel } from "@dso_collection/agenda/agenda_calendar";
import { BUTTON_KEYS } from "@dso_collection/agenda/agenda_keys";
import { AgendaCursor } from "@dso_collection/agenda/agenda_cursor";
import { AgendaMemory } from "@dso_collection/agenda/agenda_memory";
import { withCompany } from "@dso_collection/agenda/agenda_view";

describe.current.tags("desktop");

class Customer extends models.Model {
    _name = "dso.customer";
    name = fields.Char();
    _records = [{ id: 1, name: "Acme" }];
    _views = {
        list: `<list><field name="name" /></list>`,
        kanban: `<kanban><templates><t t-name="card"><field name="name" /></t></templates></kanban>`,
        form: `<form><field name="name" /></form>`,
        search: `<search />`,
    };
}

const STATES = [
    ["planned", "Planned"],
    ["done", "Done"],
];
const AGENDA_STATES = [
    ["late", "To do"],
    ["upcoming", "Upcoming"],
    ["confirmed", "Confirmed"],
    ["done", "Done"],
];

class Action extends models.Model {
    _name = "dso.action";
    name = fields.Char();
    automatic = fields.Boolean();
    state = fields.Selection({ selection: STATES });
    agenda_state = fields.Selection({ selection: AGENDA_STATES });
    date = fields.Date();
    leaving_text = fields.Char({ compute: "_compute_leaving" });
    done_date = fields.Date();
    score = fields.Float();
    reason = fields.Char();
    collector_id = fields.Many2one({ relation: "res.users" });
    customer_id = fields.Many2one({ relation: "dso.customer" });
    exchanges = fields.Json();

    _records = [
        { id: 1, name: "Call A", agenda_state: "late", date: "2026-03-02" },
        { id: 2, name: "Call B", agenda_state: "late", date: "2026-03-05" },
        { id: 3, name: "Call C", agenda_state: "upcoming", date: "2026-03-09" },
        { id: 4, name: "Mail A", agenda_state: "late", date: "2026-03-04", automatic: true },
        { id: 5, name: "Mail B", agenda_state: "upcoming", date: "2026-03-12", automatic: true },
    ].map((values) => ({
        automatic: false,
        state: "planned",
        collector_id: serverState.userId,
        customer_id: 1,
        reason: `Why ${values.name}`,
        ...values,
    }));

    _views = {
        "list,1": `
            <list js_class="dso_agenda_list" multi_edit="1" default_order="date, id">
                <header>
                    <button name="action_confirm_selected" type="object" string="Confirm" />
                </header>
                <field name="name" />
                <field name="date" string="Day" />
                <field name="agenda_state" />
                <field name="state" column_invisible="1" />
                <field name="reason" />
                <button name="action_log" type="object" string="Log" invisible="automatic or state != 'planned'" />
                <button name="action_confirm" type="object" string="Confirm" invisible="not automatic or agenda_state == 'confirmed'" />
                <field name="automatic" column_invisible="1" />
            </list>`,
        "form,9": `
            <form js_class="dso_agenda_form" class="o_dso_panel_form" disable_autofocus="1">
                <field name="state" invisible="1" />
                <h2><field name="name" readonly="1" /></h2>
                <field name="reason" readonly="1" />
                <button name="action_log" type="object" string="Log" invisible="automatic or state != 'planned'" />
                <field name="automatic" invisible="1" />
                <field name="exchanges" widget="dso_exchanges" />
            </form>`,
        "form,false": `<form><h1><field name="name" readonly="1" /></h1></form>`,
        "kanban,7": `
            <kanban js_class="dso_agenda_kanban">
                <field name="agenda_state" />
                <field name="date" />
                <templates><t t-name="card"><field name="name" /></t></templates>
            </kanban>`,
        "calendar,5": `
            <calendar js_class="dso_agenda_calendar" date_start="date" color="collector_id" mode="month" event_open_popup="1">
                <field name="name" />
                <field name="state" />
                <field name="done_date" />
                <field name="collector_id" />
            </calendar>`,
        "search,8": `
            <search>
                <field name="name" />
                <filter name="my" string="My actions" domain="[('collector_id', '=', uid)]" />
                <separator />
                <filter name="todo" string="To do" domain="[('agenda_state', '=', 'late')]" />
                <separator />
                <filter name="only_a" string="Only A" domain="[('name', 'like', 'A')]" />
                <group>
                    <filter name="group_customer" string="Customer" context="{'group_by': 'customer_id'}" />
                </group>
            </search>`,
        "search,false": `<search />`,
    };

    _compute_leaving() {
        for (const action of this) {
            action.leaving_text = action.agenda_state === "confirmed" && "goes out today";
        }
    }

    dso_get_agenda() {
        return {
            tabs: [
                { id: "manual", name: "Manual actions", icon: "fa-phone", actions: [1] },
                { id: "automatic", name: "Automatic actions", icon: "fa-cog", actions: [2] },
                { id: "history", name: "History", icon: "fa-history", actions: [3] },
                { id: "charts", name: "Charts", icon: "fa-x", actions: [], client: "not.there" },
                ...AGENDA.tabs,
            ],
            own: AGENDA.own,
            panels: { "dso.action": 9 },
        };
    }

    dso_count_agenda(domain) {
        const todo = [["agenda_state", "=", "late"]];
        return {
            all: this.search_count(domain),
            todo: this.search_count([...domain, ...todo]),
            limit: 100,
        };
    }

    dso_count_agenda_tabs(domain) {
        const planned = [["state", "=", "planned"]];
        return {
            manual: this.dso_count_agenda([...domain, ...planned, ["automatic", "=", false]]),
            automatic: this.dso_count_agenda([...domain, ...planned, ["automatic", "=", true]]),
        };
    }

    dso_get_first_of_days(domain, each) {
        expect.step(`first ${each}`);
        return this.search(domain).slice(0, 1);
    }

    action_log(ids) {
        expect.step(`log ${ids}`);
        this.write(ids, { state: "done", agenda_state: "done", done_date: "2026-03-06" });
        return false;
    }

    action_confirm(ids) {
        expect.step(`confirm ${ids}`);
        this.write(ids, { agenda_state: "confirmed" });
        return false;
    }

    action_confirm_selected(ids) {
        expect.step(`confirm selected ${ids}`);
        this.write(ids, { agenda_state: "confirmed" });
        return false;
    }

    dso_drop(ids, date) {
        expect.step(`reschedule ${ids} ${date}`);
        this.write(ids, { date });
        return false;
    }
}

defineMailModels();
defineModels([Customer, Action]);

const AGENDA = { own: true, tabs: [] };
const PLANNED = "('state', '=', 'planned')";
const tabAction = (id, name, domain, agenda, types = ["list", "calendar"]) => ({
    id,
    name,
    res_model: "dso.action",
    views: types.map((type) => [{ list: 1, calendar: 5, kanban: 7 }[type], type]),
    search_view_id: [8, "search"],
    domain,
    context: { search_default_my: 1, dso_agenda: agenda },
});

defineActions([
    tabAction(1, "Manual actions", `[('automatic', '=', False), ${PLANNED}]`, "manual"),
    tabAction(2, "Automatic actions", `[('automatic', '=', True), ${PLANNED}]`, "automatic"),
    tabAction(3, "History", "[('state', '=', 'done')]", "history", ["list"]),
    tabAction(4, "Cards", `[('automatic', '=', False), ${PLANNED}]`, "manual", ["kanban"]),
    { id: 10, name: "Agenda", type: "ir.actions.client", tag: "dso_collection.agenda" },
]);

beforeEach(() => {
    Object.assign(AGENDA, { own: true, tabs: [] });
    browser.localStorage.clear();
    mockDate("2026-03-06 09:00:00");
    onRpc("has_group", () => true);
    onRpc("/web/domain/validate", () => true);
});

async function settle() {
    await animationFrame();
    await animationFrame();
    await animationFrame();
}

async function openAgenda() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction(10);
    await settle();
}

const names = () => queryAllTexts(".o_data_row .o_data_cell[name=name]");
const facets = () => queryAllTexts(".o_searchview_facet").map((text) => text.replace(/\s+/g, " "));
const current = () => queryAllTexts(".o_dso_current .o_data_cell[name=name]");

async function goTo(tab) {
    await contains(`.o_dso_tab[data-tab=${tab}]`).click();
    await settle();
}

async function hit(key) {
    await press(key);
    await settle();
}

describe("cursor", () => {
    const rows = (...ids) => ids.map((id) => ({ id, mark: "late" }));

    test("the first row is the current one", () => {
        const cursor = new AgendaCursor();
        cursor.load(rows(3, 1, 2));
        expect([cursor.current, cursor.position]).toEqual([3, 0]);
    });

    test("goes from row to row, and stops at the ends", () => {
        const cursor = new AgendaCursor();
        cursor.load(rows(3, 1, 2));
        expect(cursor.move(-1)).toBe(false);
        expect(cursor.move(1)).toBe(true);
        expect(cursor.move(1)).toBe(true);
        expect([cursor.current, cursor.move(1)]).toEqual([2, false]);
    });

    test("what is gone gives way to the next of the order before", () => {
        const cursor = new AgendaCursor();
        cursor.load(rows(3, 1, 2));
        cursor.select(1);
        // the list comes back in another order
        expect(cursor.load(rows(2, 3))).toBe(true);
        expect(cursor.current).toBe(2);
        cursor.load(rows(3));
        expect(cursor.current).toBe(3);
        cursor.load([]);
        expect(cursor.current).toBe(false);
    });

    test("what looks different was handled too, what does not stays", () => {
        const cursor = new AgendaCursor();
        cursor.load(rows(1, 2));
        expect(cursor.load(rows(1, 2))).toBe(false);
        expect(cursor.current).toBe(1);
        expect(cursor.load([{ id: 1, mark: "confirmed" }, ...rows(2)])).toBe(true);
        expect(cursor.current).toBe(2);
    });
});

describe("memory", () => {
    test("is kept, for each user and choice of companies", () => {
        const memory = new AgendaMemory();
        memory.update({ tab: "history", shared: [{ kind: "filter", name: "my" }] });
        memory.updateTab("history", { own: [] });
        expect(new AgendaMemory().data.tab).toBe("history");
        expect(new AgendaMemory().getTab("history")).toEqual({ own: [] });
        patchWithCleanup(user, { userId: 4711 });
        expect(new AgendaMemory().data.tab).toBe(null);
    });

    test("begins anew after something unreadable", () => {
        const memory = new AgendaMemory();
        browser.localStorage.setItem(memory.key, "{no json");
        expect(new AgendaMemory().data.shared).toBe(null);
        browser.localStorage.setItem(memory.key, JSON.stringify({ version: 0, tab: "x" }));
        expect(new AgendaMemory().data.tab).toBe(null);
    });
});

describe("what is remembered", () => {
    const remember = (values) => {
        const memory = new AgendaMemory();
        browser.localStorage.setItem(memory.key, JSON.stringify({ version: 1, ...values }));
    };

    test("views that show no records are not offered", async () => {
        defineActions([
            {
                ...tabAction(5, "With a search", [], "manual"),
                views: [
                    [1, "list"],
                    [5, "calendar"],
                    [8, "search"],
                    [false, "form"],
                    [false, "unheard_of"],
                ],
            },
        ]);
        AGENDA.tabs = [{ id: "more", name: "More", icon: "fa-x", actions: [5] }];
        remember({ tab: "more", tabs: { more: { view: "search" } } });
        await openAgenda();
        expect(".o_dso_tab[data-tab=more]").toHaveAttribute("aria-selected", "true");
        expect(".o_cp_switch_buttons button").toHaveCount(2);
        expect(names()).toHaveLength(5);
    });

    test("a view, tab or list that is no more gives way to the first", async () => {
        remember({ tab: "gone", tabs: { manual: { view: "cohort", index: 7 } } });
        await openAgenda();
        expect(".o_dso_tab[data-tab=manual]").toHaveAttribute("aria-selected", "true");
        expect(names()).toEqual(["Call A", "Call B", "Call C"]);
    });

    test("what was deleted, or is about a field that was removed, is left out", async () => {
        onRpc("/web/domain/validate", async (request) => {
            const { params } = await request.json();
            return !JSON.stringify(params.domain).includes("removed");
        });
        remember({
            shared: [
                { kind: "field", fieldName: "removed", description: "R", value: { value: "x" } },
                {
                    kind: "field",
                    fieldName: "customer_id",
                    description: "Customer",
                    value: { label: "Gone", operator: "=", value: 404 },
                },
                { kind: "favorite", id: 12 },
                { kind: "domain", description: "Removed", domain: "[('removed', '=', 1)]" },
                { kind: "domain", description: "A only", domain: "[('name', 'like', 'A')]" },
                { kind: "groupBy", fieldName: "removed" },
            ],
            sharedDomain: [["removed", "=", 1]],
        });
        await openAgenda();
        expect(facets()).toEqual(["A only"]);
        expect(names()).toEqual(["Call A"]);
        expect(new AgendaMemory().data.shared).toHaveLength(1);
    });

    const garbage = [
        { tab: {}, tabs: null, shared: 1, sharedDomain: "x", keys: "no", panel: [] },
        { tab: 3, tabs: [1], shared: [null, 3, {}, { kind: "field" }], sharedDomain: [[1]] },
        {
            shared: [{ kind: "field", fieldName: "name", value: 4 }, { kind: "domain" }],
            tabs: {
                manual: null,
                automatic: {
                    own: [
                        { kind: "date", name: "todo" },
                        { kind: "domain", description: 1, domain: "[(" },
                        { kind: "groupBy", fieldName: "reason", interval: "eon" },
                        { kind: "groupBy", fieldName: "toString" },
                    ],
                    index: "x",
                    view: 8,
                },
            },
        },
    ];
    garbage.forEach((values, index) =>
        test(`something of another shape is left out (${index + 1})`, async () => {
            remember(values);
            await openAgenda();
            expect(".o_dso_tab").toHaveCount(3);
            await goTo("automatic");
            expect(".o_data_row, .o_group_header").not.toHaveCount(0);
            expect(".o_error_dialog").toHaveCount(0);
        })
    );
});

describe("what was done", () => {
    test("is told after a button of a row, in the words of what became of it", async () => {
        await openAgenda();
        await contains(".o_data_row:first-child button[name=action_log]").click();
        await settle();
        expect(queryAllTexts(".o_notification_content")).toEqual(["Done: Call A"]);
        expect.verifySteps(["log 1"]);
        await goTo("automatic");
        await contains(".o_data_row:first-child button[name=action_confirm]").click();
        await settle();
        expect(queryAllTexts(".o_notification_content")).toEqual([
            "Done: Call A",
            "Confirmed: Mail A, goes out today",
        ]);
        expect.verifySteps(["confirm 4"]);
    });

    test("is told once, where the server has told it", async () => {
        onRpc("dso.action", "action_confirm", ({ args: [ids] }) => {
            MockServer.env["dso.action"].write(ids, { agenda_state: "confirmed" });
            return {
                type: "ir.actions.client",
                tag: "display_notification",
                params: {
                    type: "success",
                    message: "Mail A: confirmed.",
                    next: { type: "ir.actions.act_window_close" },
                },
            };
        });
        await openAgenda();
        await goTo("automatic");
        await contains(".o_data_row:first-child button[name=action_confirm]").click();
        await settle();
        expect(queryAllTexts(".o_notification_content")).toEqual(["Mail A: confirmed."]);
        expect(".o_data_row:first-child button[name=action_confirm]").toHaveCount(0);
    });

    test("by others shows within a minute, and the user stays where they are", async () => {
        await openAgenda();
        await hit("ArrowDown");
        expect(current()).toEqual(["Call B"]);
        onRpc("dso.action", "web_search_read", () => expect.step("load"));
        await advanceTime(60000);
        await settle();
        expect.verifySteps([]);
        const [first, second] = MockServer.env["dso.action"].filter(({ id }) => id < 3);
        Object.assign(first, { state: "done" });
        Object.assign(second, { date: "2026-03-10" });
        await advanceTime(60000);
        await settle();
        expect.verifySteps(["load"]);
        expect(names()).toEqual(["Call C", "Call B"]);
        expect(current()).toEqual(["Call B"]);
        // not while something is typed
        await contains(".o_searchview_input").focus();
        Object.assign(second, { state: "done" });
        await advanceTime(60000);
        await settle();
        expect.verifySteps([]);
    });
});

describe("records without a panel", () => {
    test("their views are switched, and New opens a form", async () => {
        defineActions([
            {
                id: 6,
                name: "Customers",
                res_model: "dso.customer",
                views: [
                    [false, "kanban"],
                    [false, "list"],
                ],
            },
        ]);
        AGENDA.tabs = [{ id: "customers", name: "Customers", icon: "fa-x", actions: [6] }];
        await openAgenda();
        await goTo("customers");
        expect(".o_kanban_record:not(.o_kanban_ghost)").toHaveCount(1);
        await contains(".o_switch_view.o_list").click();
        await settle();
        expect(names()).toEqual(["Acme"]);
        await contains(".o_list_button_add").click();
        await settle();
        expect(".o_form_view .o_field_widget[name=name] input").toHaveValue("");
    });
});

describe("tabs", () => {
    test("only those that exist, with grey and red counters", async () => {
        await openAgenda();
        expect(queryAllTexts(".o_dso_tab_name")).toEqual([
            "Manual actions",
            "Automatic actions",
            "History",
        ]);
        expect(queryAllTexts(".o_dso_tab[data-tab=manual] .badge")).toEqual(["3", "2"]);
        expect(queryAllTexts(".o_dso_tab[data-tab=automatic] .badge")).toEqual(["2", "1"]);
        expect(".o_dso_tab[data-tab=manual]").toHaveAttribute(
            "aria-label",
            "Manual actions: 3 planned, 2 to do"
        );
        expect(names()).toEqual(["Call A", "Call B", "Call C"]);
    });

    test("arrow keys go from tab to tab", async () => {
        await openAgenda();
        await contains(".o_dso_tab[data-tab=manual]").focus();
        await hit("ArrowRight");
        expect(".o_dso_tab[data-tab=automatic]").toHaveAttribute("aria-selected", "true");
        expect(".o_dso_tab[data-tab=automatic]").toBeFocused();
        expect(names()).toEqual(["Mail A", "Mail B"]);
        await hit("ArrowLeft");
        await hit("ArrowLeft");
        expect(".o_dso_tab[data-tab=history]").toHaveAttribute("aria-selected", "true");
    });

    test("a click on a tab is not lost to a click on the menu before it", async () => {
        await openAgenda();
        const menu = new Deferred();
        const tab = new Deferred();
        onRpc("/web/action/load", async (request) => {
            const { params } = await request.json();
            await (params.action_id === 10 ? menu : tab);
        });
        rpcBus.trigger("CLEAR-CACHES");
        const opened = getService("action").doAction(10, { clearBreadcrumbs: true });
        await animationFrame();
        await contains(".o_dso_tab[data-tab=history]").click();
        menu.resolve();
        await animationFrame();
        tab.resolve();
        await opened;
        await settle();
        expect(".o_dso_tab[data-tab=history]").toHaveAttribute("aria-selected", "true");
        expect(new AgendaMemory().data.tab).toBe("history");
    });

    test("a tab that can't be left stays the one to begin with", async () => {
        await openAgenda();
        patchWithCleanup(Agenda.prototype, { leave: async () => false });
        await goTo("history");
        expect(".o_dso_tab[data-tab=manual]").toHaveAttribute("aria-selected", "true");
        expect(new AgendaMemory().data.tab).toBe("manual");
    });

    test("a collector begins with the own actions, others with all", async () => {
        await openAgenda();
        expect(facets()).toEqual(["My actions"]);
    });

    test("who has no customers sees those of all", async () => {
        AGENDA.own = false;
        await openAgenda();
        expect(facets()).toEqual([]);
    });
});

describe("tabs with several lists", () => {
    beforeEach(() => {
        AGENDA.tabs = [{ id: "more", name: "More", icon: "fa-reply", actions: [2, 4] }];
    });

    test("one at a time, the chosen one is remembered", async () => {
        await openAgenda();
        expect(".o_dso_choices").toHaveCount(0);
        await goTo("more");
        expect(queryAllTexts(".o_dso_choices button")).toEqual(["Automatic actions", "Cards"]);
        expect(".o_dso_choices button:eq(0)").toHaveAttribute("aria-pressed", "true");
        expect(names()).toEqual(["Mail A", "Mail B"]);
        await contains(".o_dso_choices button:eq(1)").click();
        await settle();
        expect(".o_kanban_view").toHaveCount(1);
        await goTo("manual");
        await goTo("more");
        expect(".o_dso_choices button:eq(1)").toHaveAttribute("aria-pressed", "true");
        expect(".o_kanban_view").toHaveCount(1);
    });

    test("cards have counters, a current one, and open beside them", async () => {
        await openAgenda();
        await goTo("more");
        await contains(".o_dso_choices button:eq(1)").click();
        await settle();
        const cards = ".o_kanban_record:not(.o_kanban_ghost)";
        expect(queryAllTexts(cards)).toEqual(["Call A", "Call B", "Call C"]);
        expect(queryAllTexts(".o_dso_counters .badge")).toEqual(["3 planned", "2 to do"]);
        expect(queryAllTexts(`${cards}.o_dso_current`)).toEqual(["Call A"]);
        await contains(`${cards}:eq(2)`).click();
        await settle();
        expect(queryAllTexts(`${cards}.o_dso_current`)).toEqual(["Call C"]);
        expect(".o_dso_panel h2").toHaveText("Call C");
    });
});

describe("filters", () => {
    test("about customers follow from tab to tab, counters follow them", async () => {
        await openAgenda();
        await contains(".o_searchview_dropdown_toggler").click();
        await contains(".o_filter_menu .o_menu_item:contains(Only A)").click();
        await contains(".o_group_by_menu .o_menu_item:contains(Customer)").click();
        await settle();
        expect(queryAllTexts(".o_dso_tab[data-tab=manual] .badge")).toEqual(["1", "1"]);
        expect(queryAllTexts(".o_dso_tab[data-tab=automatic] .badge")).toEqual(["1", "1"]);

        await goTo("automatic");
        expect(facets()).toEqual(["My actions", "Only A", "Customer"]);
        await contains(".o_group_header").click();
        expect(names()).toEqual(["Mail A"]);
    });

    test("about what there is to do stay with their tab", async () => {
        await openAgenda();
        await contains(".o_dso_counter_todo").click();
        await settle();
        expect(facets()).toEqual(["My actions", "To do"]);
        await goTo("automatic");
        expect(facets()).toEqual(["My actions"]);
        await goTo("manual");
        expect(facets()).toEqual(["My actions", "To do"]);
        expect(names()).toEqual(["Call A", "Call B"]);
    });

    test("are there again on a return, custom ones and words included", async () => {
        await openAgenda();
        await contains(".o_searchview_facet:contains(My actions) .o_facet_remove").click();
        await contains(".o_searchview_input").edit("Call", { confirm: false });
        await settle();
        await contains(".o_searchview_input").press("Enter");
        await settle();
        expect(facets()).toEqual(["Name Call"]);
        await goTo("automatic");
        expect(names()).toEqual([]);

        await getService("action").doAction(10, { clearBreadcrumbs: true });
        await settle();
        expect(".o_dso_tab[data-tab=automatic]").toHaveAttribute("aria-selected", "true");
        expect(facets()).toEqual(["Name Call"]);
        await goTo("manual");
        expect(names()).toEqual(["Call A", "Call B", "Call C"]);
    });

    test("made with the editor are kept by their domain", async () => {
        const memory = new AgendaMemory();
        memory.update({
            shared: [
                {
                    kind: "domain",
                    description: "Customer is Acme",
                    domain: "[('customer_id', '=', 1)]",
                },
                { kind: "filter", name: "no_longer_there" },
            ],
        });
        await openAgenda();
        expect(facets()).toEqual(["Customer is Acme"]);
        expect(names()).toEqual(["Call A", "Call B", "Call C"]);
        await goTo("automatic");
        expect(facets()).toEqual(["Customer is Acme"]);
        expect(new AgendaMemory().data.shared).toEqual([
            {
                kind: "domain",
                description: "Customer is Acme",
                domain: "[('customer_id', '=', 1)]",
            },
        ]);
    });
});

describe("panel and keys", () => {
    test("arrows move, Enter opens beside the list, Escape closes", async () => {
        await openAgenda();
        expect(current()).toEqual(["Call A"]);
        await hit("ArrowDown");
        expect(current()).toEqual(["Call B"]);
        expect(".o_dso_current").toHaveAttribute("aria-current", "true");
        expect("[aria-current]").toHaveCount(1);
        expect(".o_dso_current .o_data_cell:eq(0)").toBeFocused();
        expect(".o_dso_panel").toHaveCount(0);

        await hit("Enter");
        expect(".o_dso_panel h2").toHaveText("Call B");
        expect(".o_dso_panel_position").toHaveText("2 of 3");
        // told in the panel, it takes no place in the list
        expect(".o_data_row [name=reason]").toHaveCount(0);
        await hit("ArrowDown");
        expect(".o_dso_panel h2").toHaveText("Call C");
        await hit("ArrowDown");
        expect(".o_dso_panel h2").toHaveText("Call C");
        expect(".o_dso_panel_next").not.toBeEnabled();

        await hit("Escape");
        expect(".o_dso_panel").toHaveCount(0);
        expect(".o_data_row [name=reason]").toHaveCount(3);
        expect(current()).toEqual(["Call C"]);
    });

    test("of folded groups it asks to unfold one", async () => {
        await openAgenda();
        await contains(".o_data_row:eq(0) .o_data_cell").click();
        await settle();
        await contains(".o_searchview_dropdown_toggler").click();
        await contains(".o_group_by_menu .o_menu_item:contains(Customer)").click();
        await settle();
        expect(".o_dso_panel_empty").toHaveText("Unfold a group to see its actions here.");
    });

    test("a click opens, a key does it, the next one comes", async () => {
        await openAgenda();
        await contains(".o_data_row:eq(0) .o_data_cell").click();
        await settle();
        expect(".o_dso_panel h2").toHaveText("Call A");
        await hit("d");
        await settle();
        expect.verifySteps(["log 1"]);
        expect(names()).toEqual(["Call B", "Call C"]);
        expect(current()).toEqual(["Call B"]);
        expect(".o_dso_panel h2").toHaveText("Call B");
        expect(queryAllTexts(".o_dso_tab[data-tab=manual] .badge")).toEqual(["2", "1"]);
        await hit("l");
        await settle();
        await hit("l");
        await settle();
        expect.verifySteps(["log 2", "log 3"]);
        expect(".o_dso_panel_empty").toHaveCount(1);
    });

    test("without a panel keys press the buttons of the row", async () => {
        await openAgenda();
        await hit("2");
        expect(names()).toEqual(["Mail A", "Mail B"]);
        await hit("c");
        await settle();
        expect.verifySteps(["confirm 4"]);
        // confirmed, it stays where it is: the next one is the current one
        expect(names()).toEqual(["Mail A", "Mail B"]);
        expect(current()).toEqual(["Mail B"]);
        // nothing here can be logged
        await hit("l");
        expect.verifySteps([]);
    });

    test("ticked rows are done together", async () => {
        await openAgenda();
        await hit("2");
        await hit("x");
        await hit("n");
        await hit("x");
        expect(".o_data_row_selected").toHaveCount(2);
        await hit("c");
        await settle();
        expect.verifySteps(["confirm selected 4,5"]);
    });

    test("each key presses its button, and has one meaning", async () => {
        const buttons = [...new Set(BUTTON_KEYS.flatMap((each) => each.buttons))];
        for (const name of buttons) {
            onRpc("dso.action", name, ({ args: [ids] }) => {
                expect.step(`${name} ${ids}`);
                return false;
            });
        }
        const columns = buttons.map(
            (name) => `<button name="${name}" type="object" string="${name}" />`
        );
        Action._views["list,1"] = `
            <list js_class="dso_agenda_list">
                <field name="name" />
                <field name="date" column_invisible="1" />
                ${columns.join("")}
            </list>`;
        await openAgenda();
        const wanted = {
            d: "action_log",
            l: "action_log",
            p: "action_preview",
            c: "action_confirm",
            r: "action_open_reschedule",
            s: "action_cancel",
            // of ticked ones alone
            a: false,
            m: "action_fix",
            q: "action_change",
            h: "action_handle",
            u: "action_view_customer",
        };
        for (const [key, name] of Object.entries(wanted)) {
            await hit(key);
            await settle();
            expect.verifySteps(name ? [`${name} 1`] : []);
        }
        const keys = BUTTON_KEYS.map(({ key }) => key);
        expect(keys.sort()).toEqual(Object.keys(wanted).sort());
        expect(new Set([...keys, "n", "b", "o", "x", "f"]).size).toBe(keys.length + 5);
        await hit("?");
        for (const key of keys) {
            expect(queryAllTexts(".o_dso_keys kbd")).toInclude(key);
        }
    });

    test("arrows go on to the next page, and back", async () => {
        Action._views["list,1"] = Action._views["list,1"].replace("<list ", '<list limit="2" ');
        await openAgenda();
        expect(names()).toEqual(["Call A", "Call B"]);
        await hit("ArrowDown");
        await hit("ArrowDown");
        await settle();
        expect(names()).toEqual(["Call C"]);
        expect(current()).toEqual(["Call C"]);
        await hit("ArrowDown");
        expect(current()).toEqual(["Call C"]);
        await hit("ArrowUp");
        await settle();
        expect(names()).toEqual(["Call A", "Call B"]);
        expect(current()).toEqual(["Call B"]);
    });

    test("the panel is opened on the whole screen, and is there again on a return", async () => {
        await openAgenda();
        await hit("ArrowDown");
        await hit("o");
        await contains(".o_dso_panel_open").click();
        await settle();
        expect(".o_dso_agenda_screen").toHaveCount(0);
        expect(".o_form_view h1").toHaveText("Call B");
        await contains(".breadcrumb-item:contains(Agenda), .o_back_button").click();
        await settle();
        expect(".o_dso_panel .o_form_view").toHaveCount(1);
    });

    test("typing is no command", async () => {
        await openAgenda();
        await hit("f");
        expect(".o_searchview_input").toBeFocused();
        await press("d");
        await press("2");
        await settle();
        expect.verifySteps([]);
        expect(".o_dso_tab[data-tab=manual]").toHaveAttribute("aria-selected", "true");
    });

    test("the help lists the keys, and switches them off", async () => {
        await openAgenda();
        await hit("?");
        expect(".modal .o_dso_keys kbd:contains(Enter)").toHaveCount(1);
        await contains(".modal .form-switch input").click();
        await contains(".modal footer button").click();
        await settle();
        await hit("d");
        await hit("2");
        expect.verifySteps([]);
        expect(".o_dso_tab[data-tab=manual]").toHaveAttribute("aria-selected", "true");
        expect(new AgendaMemory().data.keys).toBe(false);
    });

    test("buttons of the panel go through the list", async () => {
        await openAgenda();
        await hit("o");
        await contains(".o_dso_panel_next").click();
        await settle();
        expect(".o_dso_panel h2").toHaveText("Call B");
        await contains(".o_dso_panel_previous").click();
        await settle();
        expect(".o_dso_panel h2").toHaveText("Call A");
        expect(".o_dso_panel_previous").not.toBeEnabled();
        await contains(".o_dso_panel_close").click();
        await settle();
        expect(".o_dso_panel").toHaveCount(0);
    });

    test("exchanges are text, newest first", async () => {
        patchWithCleanup(session, { dso_action_types: { call: { icon: "fa-phone" } } });
        Action._records[0].exchanges = [
            { kind: "reply", title: "<b>Re</b>", text: "Paid", author: "Ann", date: "03/05/2026", badge: "" },
            { kind: "action", type: "call", title: "Call", text: "", author: "", date: "03/02/2026", badge: "Reached" },
        ];
        await openAgenda();
        await hit("o");
        expect(queryAllTexts(".o_dso_exchanges .fw-bold")).toEqual(["<b>Re</b>", "Call"]);
        expect(".o_dso_exchanges li:eq(1) .fa-phone").toHaveCount(1);
        expect(".o_dso_exchanges li:eq(1) .badge").toHaveText("Reached");
        await hit("ArrowDown");
        expect(".o_dso_panel .o_field_dso_exchanges").toHaveText(
            "Nothing has been exchanged with this customer yet."
        );
    });
});

describe("columns", () => {
    test("the company takes its place from what wraps, not from the buttons", () => {
        const columns = [
            { name: "partner_id", attrs: { width: "100px" } },
            { name: "reason", attrs: { width: "200px" } },
            { name: "score", attrs: { width: "76px" } },
            { name: "name", attrs: {} },
        ];
        const getWidths = (list) => list.map(({ attrs }) => attrs.width);
        expect(withCompany(columns)).toBe(columns);
        const several = withCompany([...columns, { name: "company_id", attrs: {} }]);
        expect(getWidths(several)).toEqual(["88px", "128px", "76px", undefined, undefined]);
        expect(getWidths(columns)).toEqual(["100px", "200px", "76px", undefined]);
    });
});

describe("history", () => {
    test("exports what the filters show, with the columns that are shown", async () => {
        patchWithCleanup(download, {
            _download: ({ url, data }) => {
                const { domain, fields: columns, ids, order, title } = JSON.parse(data.data);
                expect.step(url);
                expect(title).toBe("Collection history");
                expect(order.map(({ name }) => name)).toEqual(["date", "id"]);
                expect(columns[1].label).toBe("Day");
                expect(columns.map(({ name }) => name)).toEqual([
                    "name",
                    "date",
                    "agenda_state",
                    "reason",
                ]);
                expect(ids).toBe(false);
                expect(domain).toEqual([
                    "&",
                    ["state", "=", "done"],
                    ["collector_id", "=", serverState.userId],
                ]);
                return Promise.resolve();
            },
        });
        await openAgenda();
        expect(".o_dso_export").toHaveCount(0);
        await goTo("history");
        await contains(".o_dso_export").click();
        await settle();
        expect.verifySteps(["/dso_collection/list.xlsx"]);
    });
});

describe("calendar", () => {
    const mountCalendar = () =>
        mountView({ type: "calendar", resModel: "dso.action", viewId: 5, searchViewId: 8 });

    test("each day says how much each collector has to do", async () => {
        Action._records[1].date = "2026-03-02";
        Action._records[2].collector_id = false;
        await mountCalendar();
        await settle();
        const day = (date) => queryAllTexts(`[data-date='${date}'] .o_dso_load`);
        expect(day("2026-03-02")).toEqual(["2"]);
        expect(day("2026-03-03")).toEqual([]);
        expect("[data-date='2026-03-09'] .o_dso_load").toHaveAttribute(
            "aria-label",
            "Without collector: 1"
        );
    });

    test("too many to draw: the loads count them all", async () => {
        patchWithCleanup(AgendaCalendarModel, { maxRecords: 2 });
        Action._records[1].date = "2026-03-02";
        await mountCalendar();
        await settle();
        expect.verifySteps(["first 3"]);
        expect(".o_event").toHaveCount(1);
        expect(".o_dso_calendar_cut").toHaveCount(1);
        expect("[data-date='2026-03-02'] .o_dso_load").toHaveText("2");
        expect("[data-date='2026-03-12'] .o_dso_load").toHaveText("1");
    });

    test("a collector that is not ticked has no load", async () => {
        Action._views["calendar,5"] = Action._views["calendar,5"].replace(
            '"collector_id" />',
            '"collector_id" filters="1" />'
        );
        Action._records[2].collector_id = false;
        await mountCalendar();
        await settle();
        expect(".o_dso_calendar_cut").toHaveCount(0);
        expect("[data-date='2026-03-09'] .o_dso_load").toHaveCount(1);
        await contains(
            ".o_calendar_filter_item[data-value='false'] input, .o_calendar_filter_item:last input"
        ).click();
        await runAllTimers();
        await settle();
        expect("[data-date='2026-03-09'] .o_dso_load").toHaveCount(0);
        expect("[data-date='2026-03-02'] .o_dso_load").toHaveCount(1);
    });

    test("a load opens the list of its day", async () => {
        await openAgenda();
        await contains(".o_switch_view.o_calendar").click();
        await settle();
        await contains("[data-date='2026-03-05'] .o_dso_load").click();
        await settle();
        expect(names()).toEqual(["Call B"]);
        expect(facets()).toEqual(["My actions", "On 03/05/2026"]);
    });

    test("moving an action re-dates it", async () => {
        await mountCalendar();
        await settle();
        await moveEventToDate(1, "2026-03-20");
        await settle();
        expect.verifySteps(["reschedule 1 2026-03-20"]);
        expect("[data-date='2026-03-20'] .o_dso_load").toHaveCount(1);
        expect("[data-date='2026-03-02'] .o_dso_load").toHaveCount(0);
    });

    test("what was done stays where it is", async () => {
        Object.assign(Action._records[0], { state: "done", done_date: "2026-03-02" });
        await mountCalendar();
        await settle();
        expect(".o_event[data-event-id='1']").not.toHaveClass("fc-event-draggable");
        expect(".o_event[data-event-id='2']").toHaveClass("fc-event-draggable");
        // late, and still to be done: neither pale nor past
        expect(".o_event[data-event-id='1']").toHaveClass("o_past_event");
        expect(".o_event[data-event-id='2']").not.toHaveClass("o_past_event");
        expect(".o_event[data-event-id='2']").toHaveClass("o_dso_event_late");
        expect(".o_event[data-event-id='3']").not.toHaveClass("o_dso_event_late");
    });

    test("the kind of view is remembered for its tab", async () => {
        await openAgenda();
        await contains(".o_switch_view.o_calendar").click();
        await settle();
        expect(".o_calendar_view").toHaveCount(1);
        expect(facets()).toEqual(["My actions"]);
        await goTo("automatic");
        expect(".o_list_view").toHaveCount(1);
        await goTo("manual");
        expect(".o_calendar_view").toHaveCount(1);
    });
});
