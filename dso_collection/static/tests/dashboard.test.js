import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { user } from "@web/core/user";
import { getDefaultConfig } from "@web/views/view";
import { WebClient } from "@web/webclient/webclient";
import { Dashboard } from "@dso_collection/dashboard/dashboard";

describe.current.tags("desktop");
defineMailModels();

const TWO = [
    { id: 1, name: "Paris", currency: "EUR" },
    { id: 2, name: "London", currency: "GBP" },
];

function figure(key, amount, count, target = "customers") {
    return { key, label: `The ${key}`, amount, count, target, domain: [["key", "=", key]] };
}

function getData(companyId = 1, companies = TWO.slice(0, 1)) {
    return {
        companies,
        company_id: companyId,
        currency_id: companyId,
        today: "2026-03-10",
        totals: [figure("credits", -200, 1), figure("amount_due", 800, 2)],
        tiles: [figure("amount_overdue", 1000 * companyId, 2), figure("todo", false, 7, "actions")],
        ageing: [figure("000", 400, 1), figure("001", 100, 1, "items")],
        statuses: {
            rate_value: 30,
            rate_number: 50,
            kinds: [figure("none", 700, 2, "items"), figure("promise", 300, 2, "items")],
        },
        promised: {
            weeks: ["2026-03-02", "2026-03-09"],
            this_week: "2026-03-09",
            currencies: [
                {
                    id: 1,
                    name: "EUR",
                    series: [
                        {
                            key: "open",
                            label: "Open",
                            amounts: [0, 100],
                            counts: [0, 1],
                            domains: [[["week", "=", 0]], [["week", "=", 1]]],
                        },
                    ],
                },
                {
                    id: 2,
                    name: "GBP",
                    series: [
                        {
                            key: "open",
                            label: "Open",
                            amounts: [55, 0],
                            counts: [1, 0],
                            domains: [[["pounds", "=", 0]], [["pounds", "=", 1]]],
                        },
                    ],
                },
            ],
        },
        actions: {
            days: ["2026-03-09", "2026-03-10"],
            series: [
                {
                    key: "call",
                    label: "Phone call",
                    counts: [0, 3],
                    domains: [[["day", "=", 0]], [["day", "=", 1]]],
                },
            ],
        },
        collectors: [
            {
                id: 5,
                name: "Mia",
                overdue: { value: 700, count: 1, target: "customers", domain: [["of", "=", 5]] },
                todo: false,
                done: { value: 4, count: 4, target: "actions", domain: [["done", "=", 5]] },
                kept: { value: 50, count: 2, target: "promises", domain: [["kept", "=", 5]] },
            },
        ],
    };
}

function indicator(key, value, unit, more = {}) {
    return { key, label: `The ${key}`, value, unit, text: "", change: null, target: null, help: "Help", ...more };
}

function getIndicators() {
    return {
        tiles: [
            indicator("dso", 56.84, "days", {
                change: { verdict: "better", value: -9, text: "9.0 days less" },
                target: { verdict: "worse", value: 11.8, text: "11.8 above the target of 45" },
            }),
            indicator("add", false, "days", { text: "No sales within 36 months." }),
            indicator("cei", 45.9, "percent", {
                change: { verdict: "worse", value: -4.3, text: "4.3 points less" },
            }),
            indicator("cost_of_day", 1371, "money"),
        ],
        days: ["2026-02-28", "2026-03-10"],
        series: [
            { key: "best", label: "Best possible", values: [30, 31] },
            { key: "delinquent", label: "By late payment", values: [20, 25.84] },
        ],
        unknown: 0,
        method: "Counted back.",
        domain: [["company_id", "=", 1]],
        context: { search_default_own: 1 },
    };
}

let companies;

beforeEach(() => {
    companies = TWO.slice(0, 1);
    onRpc("dso.dashboard", "get_indicators", getIndicators);
    onRpc("dso.dashboard", "get_forecast", () => ({
        weeks: ["2026-03-02", "2026-03-09"],
        this_week: "2026-03-09",
        series: [
            {
                key: "came",
                label: "Came in",
                target: "came",
                amounts: [90, 0],
                domains: [[["came", "=", 0]], [["came", "=", 1]]],
            },
            {
                key: "none",
                label: "As its customer pays",
                target: "forecast",
                amounts: [0, 120],
                domains: [[["week", "=", 0]], [["week", "=", 1]]],
            },
        ],
        ranges: [false, [80, 200]],
        late: { amount: 55, target: "forecast", domain: [["place", "=", "late"]] },
    }));
    onRpc("dso.dashboard", "get_data", ({ args }) => getData(args[0] || 1, companies));
    onRpc("dso.dashboard", "get_trend", () => ({
        days: ["2026-02-28", "2026-03-10"],
        series: [
            {
                key: "001",
                label: "1 to 30 days",
                amounts: [80, 100],
                counts: [1, 1],
                domains: [[["day", "=", "then"]], [["day", "=", "now"]]],
            },
        ],
    }));
});

async function mountDashboard() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "dso_collection.dashboard",
    });
    await animationFrame();
}

/** What is opened behind a figure, in place of opening it. */
function watchLists() {
    patchWithCleanup(getService("action"), {
        loadAction: async (xmlid) => ({ type: "ir.actions.act_window", xmlid }),
        doAction({ xmlid, domain, name, context }, { viewType }) {
            if (xmlid.endsWith("dso_indicator_month_action")) {
                expect.step(`months ${JSON.stringify(domain)} ${viewType} ${JSON.stringify(context)}`);
                return;
            }
            expect.step(`${xmlid.split(".")[1]} ${JSON.stringify(domain)} ${viewType} ${name}`);
        },
    });
}

test("figures in the company's currency, and how many are behind them", async () => {
    await mountDashboard();
    expect(queryAllTexts(".o_dso_amounts .o_dso_tile_value")).toEqual(["$ 1,000", "7"]);
    expect(queryAllTexts(".o_dso_amounts .o_dso_tile_hint")).toEqual([
        "2 customers",
        "actions due or in error",
    ]);
    expect(queryAllTexts(".o_dso_ageing .o_dso_share_percent")).toEqual(["80 %", "20 %"]);
    expect(".o_dso_rate").toHaveText("With a status: 30 % of the amount, 50 % of the items");
    expect(".o_dso_company").toHaveCount(0);
});

test("the same figures in a table below each chart", async () => {
    await mountDashboard();
    await contains(".o_dso_actions summary").click();
    await contains(".o_dso_trend summary").click();
    expect(queryAllTexts(".o_dso_actions tbody th, .o_dso_actions tbody td button")).toEqual([
        "03/10",
        "3",
    ]);
    expect(queryAllTexts(".o_dso_trend tbody button")).toEqual(["$ 80", "$ 100"]);
    expect(".o_dso_trend canvas").toHaveAttribute("aria-label", "Overdue at the end of each month");
});

test("a series is switched off and on", async () => {
    await mountDashboard();
    const item = ".o_dso_actions .o_dso_legend_item";
    expect(item).toHaveAttribute("aria-pressed", "true");
    await contains(item).click();
    expect(item).toHaveAttribute("aria-pressed", "false");
    await contains(item).click();
    expect(item).toHaveAttribute("aria-pressed", "true");
});

test("currencies are shown one by one", async () => {
    await mountDashboard();
    await contains(".o_dso_promised summary").click();
    expect(queryAllTexts(".o_dso_promised tbody button")).toEqual(["$ 100"]);
    await contains(".o_dso_promised .btn-group .btn:eq(1)").click();
    await contains(".o_dso_promised summary").click();
    expect(queryAllTexts(".o_dso_promised tbody button")).toEqual(["55 €"]);
});

test("companies are shown one by one", async () => {
    companies = TWO;
    await mountDashboard();
    expect(queryAllTexts(".o_dso_company")).toEqual(["Paris EUR", "London GBP"]);
    await contains(".o_dso_company:eq(1)").click();
    await animationFrame();
    expect(".o_dso_company:eq(1)").toHaveAttribute("aria-pressed", "true");
    expect(".o_dso_amounts .o_dso_tile_value:eq(0)").toHaveText("2,000 €");
});

test("a click opens the list behind, with the same domain", async () => {
    await mountDashboard();
    watchLists();
    await contains(".o_dso_amounts .o_dso_tile:eq(0)").click();
    await contains(".o_dso_amounts .o_dso_tile:eq(1)").click();
    await contains(".o_dso_ageing .o_dso_share_line:eq(1)").click();
    await contains(".o_dso_trend summary").click();
    await contains(".o_dso_trend tbody button:eq(0)").click();
    await contains(".o_dso_collectors tbody button:contains(50 %)").click();
    expect.verifySteps([
        'dso_customer_action [["key","=","amount_overdue"]] list The amount_overdue',
        'dso_action_report_action [["key","=","todo"]] list The todo',
        'dso_item_report_action [["key","=","001"]] list The 001',
        'dso_overdue_trend_action [["day","=","then"]] list 1 to 30 days, Feb 26',
        'dso_promise_action [["kept","=",5]] list Mia: Promises',
    ]);
});

test("in the agenda of a collector, own customers at first; the filter can be removed", async () => {
    const asked = [];
    onRpc("dso.dashboard", "get_data", ({ args }) => {
        asked.push(args[1]);
    });
    const updates = [];
    const memory = {
        getTab: () => ({}),
        updateTab: (tab, values) => updates.push({ tab, ...values }),
    };
    await mountWithCleanup(Dashboard, {
        componentEnv: { config: getDefaultConfig(), dsoAgenda: { own: true, memory } },
        props: { action: {}, actionId: 1, className: "", updateActionState: () => {} },
    });
    await animationFrame();
    expect(".o_dso_own").toHaveAttribute("aria-pressed", "true");
    await contains(".o_dso_own").click();
    await animationFrame();
    expect(".o_dso_own").toHaveAttribute("aria-pressed", "false");
    expect(asked).toEqual([true, false]);
    expect(updates).toEqual([{ tab: "charts", everybody: true }]);
});

test("days, percents and money, what became better in words, and a sentence without a figure", async () => {
    await mountDashboard();
    expect(queryAllTexts(".o_dso_indicator .o_dso_tile_value")).toEqual([
        "56.8 days",
        "–",
        "45.9 %",
        "$ 1,371",
    ]);
    expect(queryAllTexts(".o_dso_indicator .o_dso_tile_hint")).toEqual([
        "No sales within 36 months.",
    ]);
    expect(queryAllTexts(".o_dso_tile_change")).toEqual([
        "9.0 days less (better)",
        "4.3 points less (worse)",
    ]);
    expect(".o_dso_tile_change:eq(0) .fa-arrow-down").toHaveCount(1);
    expect(".o_dso_tile_target").toHaveText("11.8 above the target of 45 (missed)");
});

test("the months behind DSO are those of the same customers", async () => {
    await mountDashboard();
    watchLists();
    await contains(".o_dso_indicator[data-key=dso]").click();
    await contains(".o_dso_curve summary:eq(0)").click();
    await contains(".o_dso_curve tbody button:contains(25.8)").click();
    expect.verifySteps([
        'months [["company_id","=",1]] list {"search_default_own":1}',
        'months [["company_id","=",1],["day","=","2026-03-10"]] list {"search_default_own":1}',
    ]);
});

test("a month of years does not make the others a line", async () => {
    const series = [
        { key: "best", label: "Best", values: [30, 30, 30] },
        { key: "delinquent", label: "Late", values: [1000, 20, 10] },
    ];
    const getLimit = (values) => Dashboard.prototype.getLimit(values);
    expect(getLimit(series)).toBe(200);
    expect(getLimit([{ values: [30, 60, 90] }])).toBe(undefined);
    expect(getLimit([{ values: [0, 0] }])).toBe(undefined);
});

test("customers are chosen, stay chosen in this window, and all are back with one click", async () => {
    const asked = [];
    onRpc("dso.dashboard", "get_data", ({ args }) => {
        asked.push(args[2]);
    });
    onRpc("dso.dashboard", "get_indicators", ({ args }) => {
        asked.push(args[2]);
    });
    browser.sessionStorage.setItem(
        `dso_collection.dashboard.choice.${user.userId}`,
        JSON.stringify({ country: [7], planet: [1], tag: "x" })
    );
    await mountDashboard();
    expect(asked).toEqual([{ country: [7] }, { country: [7] }]);
    expect(queryAllAttributes(".o_dso_criteria .o_dso_selector", "data-key")).toEqual(["country"]);
    await contains(".o_dso_choose").click();
    expect(".o_dso_criteria .o_dso_selector").toHaveCount(5);
    await contains(".o_dso_all").click();
    await animationFrame();
    expect(asked.slice(2)).toEqual([{}, {}]);
    expect(".o_dso_criteria").toHaveCount(0);
    expect(browser.sessionStorage.getItem(`dso_collection.dashboard.choice.${user.userId}`)).toBe("{}");
});

test("own customers stay chosen in this window", async () => {
    const asked = [];
    onRpc("dso.dashboard", "get_data", ({ args }) => {
        asked.push(args[1]);
    });
    browser.sessionStorage.setItem(`dso_collection.dashboard.own.${user.userId}`, "true");
    await mountDashboard();
    expect(".o_dso_own").toHaveAttribute("aria-pressed", "true");
    await contains(".o_dso_own").click();
    await animationFrame();
    expect(asked).toEqual([true, false]);
    expect(browser.sessionStorage.getItem(`dso_collection.dashboard.own.${user.userId}`)).toBe("false");
});

test("what came in and what is expected open the items behind; what is late stands apart", async () => {
    await mountDashboard();
    watchLists();
    await contains(".o_dso_forecast summary").click();
    expect(queryAllTexts(".o_dso_forecast tbody td:last-child")).toEqual(["", "from $ 80 to $ 200"]);
    await contains(".o_dso_forecast tbody button:contains(90)").click();
    await contains(".o_dso_forecast tbody button:contains(120)").click();
    await contains(".o_dso_late").click();
    expect.verifySteps([
        'dso_forecast_came_action [["came","=",0]] list Came in, 03/02',
        'dso_forecast_item_action [["week","=",1]] list As its customer pays, 03/09',
        'dso_forecast_item_action [["place","=","late"]] list Late against the forecast',
    ]);
});

test("a table of companies, each in its currency, chooses one", async () => {
    companies = TWO;
    patchWithCleanup(user, { activeCompanies: TWO });
    onRpc("dso.dashboard", "get_companies", () => [
        { id: 1, name: "Paris", currency_id: 1, overdue: 10, dso: 40, bpdso: 30, add: 10, cei: 80 },
        { id: 2, name: "London", currency_id: 2, overdue: 20, dso: false, bpdso: false, add: false, cei: false },
    ]);
    await mountDashboard();
    expect(queryAllTexts(".o_dso_companies tbody td")).toEqual([
        ...["$ 10", "40.0 days", "30.0 days", "10.0 days", "80.0 %"],
        ...["20 €", "–", "–", "–", "–"],
    ]);
    await contains(".o_dso_companies tbody button:contains(London)").click();
    await animationFrame();
    expect(".o_dso_companies tbody tr:eq(1)").toHaveClass("table-active");
    expect(".o_dso_amounts .o_dso_tile_value:eq(0)").toHaveText("2,000 €");
});
