import { describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts, queryFirst } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const STAGES = ".o_dso_stage";
const DETAIL = ".o_dso_line_detail";

function makeStep(id, name, state, date, values = {}) {
    return {
        id,
        name,
        state,
        date: date && `2026-03-${date}`,
        date_text: date ? `03/${date}/2026` : "",
        action_type: "email",
        type: "E-mail",
        timing: `${id} days after the due date`,
        automatic: true,
        action_id: false,
        ...values,
    };
}

const STEPS = [
    makeStep(1, "Friendly", "passed", false),
    makeStep(2, "First", "done", "06", { action_id: 71 }),
    makeStep(3, "Call", "due", "16", { action_type: "call", type: "Phone call", automatic: false }),
    makeStep(4, "Last", "later", "26"),
];

class Customer extends models.Model {
    _name = "dso.customer";
    name = fields.Char();
    scenario_line = fields.Json();
    currency_totals = fields.Json();
    statement_filters = fields.Json();
    _records = [
        {
            id: 1,
            name: "Acme",
            scenario_line: STEPS,
            currency_totals: [
                { currency: "EUR", overdue: "5 €", not_due: "6 €", credits: "1 €", due: "10 €" },
                { currency: "USD", overdue: "$7", not_due: "$0", credits: "$0", due: "$7" },
            ],
            statement_filters: {},
        },
        { id: 2, name: "New", scenario_line: [], currency_totals: [], statement_filters: {} },
    ];
}

defineMailModels();
defineModels([Customer]);

async function mountSheet(arch, resId = 1) {
    await mountView({ type: "form", resModel: "dso.customer", resId, arch: `<form>${arch}</form>` });
    await animationFrame();
}

describe("line of the scenario", () => {
    const ARCH = `<field name="scenario_line" widget="dso_scenario_line"/>`;

    test("steps in their order, with word and date; what comes next is told", async () => {
        await mountSheet(ARCH);
        expect(queryAllTexts(".o_dso_stage_name")).toEqual(["Friendly", "First", "Call", "Last"]);
        expect(queryAllTexts(".o_dso_stage_date")).toEqual([
            "Left out",
            "Done 03/06/2026",
            "To do 03/16/2026",
            "Later 03/26/2026",
        ]);
        expect(`${STAGES}[aria-checked=true]`).toHaveText(/Call/);
        expect(DETAIL).toHaveText(/Phone call\s*3 days after the due date/);
        expect(DETAIL).not.toHaveText(/is sent automatically/);
    });

    test("a click tells of another one, and opens its action", async () => {
        mockService("action", {
            async doAction(action) {
                expect.step(`${action.res_model} ${action.res_id}`);
            },
        });
        await mountSheet(ARCH);
        await contains(`${STAGES}:eq(1)`).click();
        expect(DETAIL).toHaveText(/is sent automatically/);
        await contains(".o_dso_line_open").click();
        await animationFrame();
        expect.verifySteps(["dso.action 71"]);
    });

    test("the arrow keys move along the line; one tab stop for all", async () => {
        await mountSheet(ARCH);
        expect(`${STAGES}[tabindex='0']`).toHaveCount(1);
        queryFirst(`${STAGES}:eq(2)`).focus();
        await press("ArrowRight");
        await animationFrame();
        expect(`${STAGES}:eq(3)`).toBeFocused();
        expect(`${STAGES}:eq(3)`).toHaveAttribute("aria-checked", "true");
        await press("ArrowRight");
        await animationFrame();
        expect(`${STAGES}:eq(3)`).toBeFocused();
        await press("Home");
        await animationFrame();
        expect(`${STAGES}:eq(0)`).toBeFocused();
        expect(`${STAGES}[tabindex='0']`).toHaveCount(1);
    });

    test("without a scenario it says so", async () => {
        await mountSheet(ARCH, 2);
        expect(STAGES).toHaveCount(0);
        expect("[name=scenario_line]").toHaveText("No scenario, or one without steps.");
    });
});

test("each currency has a line of its own, and there is no sum", async () => {
    await mountSheet(`<field name="currency_totals" widget="dso_currency_totals"/>`);
    expect(queryAllTexts(".o_dso_currencies tbody th")).toEqual(["EUR", "USD"]);
    expect(queryAllTexts(".o_dso_currencies tbody td:last-child")).toEqual(["10 €", "$7"]);
    expect(".o_dso_currencies tfoot").toHaveCount(0);
});

describe("timeline", () => {
    const ARCH = `<widget name="dso_timeline"/>`;

    function makeEntry(key, kind, day, values = {}) {
        return {
            key,
            kind,
            day,
            date: day,
            title: key,
            text: "",
            amount: "",
            who: "",
            badge: "",
            tone: "secondary",
            action_type: "",
            res_model: "",
            res_id: false,
            ...values,
        };
    }

    const ENTRIES = [
        makeEntry("Payment", "payment", "2026-03-12", { amount: "100.00" }),
        makeEntry("Promise", "qualification", "2026-03-09", { text: "<b>soon</b>" }),
        makeEntry("Answer", "reply", "2026-03-09"),
        makeEntry("Reminder", "action", "2026-03-06", { res_model: "dso.action", res_id: 5 }),
    ];

    /** Two entries a page. */
    function watchTimeline(entries = ENTRIES) {
        onRpc("dso.customer", "dso_get_timeline", ({ args }) => {
            const [ids, kinds, before] = args;
            expect.step(`${ids} ${kinds} ${before}`);
            const found = entries.filter(({ kind }) => !kinds || kinds.includes(kind));
            const start = before || 0;
            const next = start + 2 < found.length ? start + 2 : false;
            return { entries: found.slice(start, start + 2), next };
        });
    }

    const titles = () => queryAllTexts(".o_dso_entry_title");

    test("by day, page by page", async () => {
        watchTimeline();
        await mountSheet(ARCH);
        expect(titles()).toEqual(["Payment", "Promise"]);
        await contains(".o_dso_timeline_more").click();
        await animationFrame();
        expect(titles()).toEqual(["Payment", "Promise", "Answer", "Reminder"]);
        expect(queryAllTexts("h3")).toEqual(["2026-03-12", "2026-03-09", "2026-03-06"]);
        expect(".o_dso_timeline_more").toHaveCount(0);
        expect.verifySteps(["1 null false", "1 null 2"]);
    });

    test("one kind alone, and all of them again", async () => {
        watchTimeline();
        await mountSheet(ARCH);
        await contains(".o_dso_filter[data-kind=action]").click();
        await animationFrame();
        expect(titles()).toEqual(["Reminder"]);
        expect(".o_dso_filter[data-kind=action]").toHaveAttribute("aria-pressed", "true");
        await contains(".o_dso_filter[data-kind=action]").click();
        await animationFrame();
        expect.verifySteps(["1 null false", "1 action false", "1 null false"]);
    });

    test("what people wrote is text, never HTML", async () => {
        watchTimeline();
        await mountSheet(ARCH);
        expect(".o_dso_entry_body").toHaveText("<b>soon</b>");
        expect(".o_dso_entry_body b").toHaveCount(0);
        expect.verifySteps(["1 null false"]);
    });

    test("what can be opened is a link", async () => {
        mockService("action", {
            async doAction(action) {
                expect.step(`${action.res_model} ${action.res_id}`);
            },
        });
        watchTimeline(ENTRIES.slice(3));
        await mountSheet(ARCH);
        await contains("a.o_dso_entry_title").click();
        await animationFrame();
        expect.verifySteps(["1 null false", "dso.action 5"]);
    });

    test("nothing yet", async () => {
        watchTimeline([]);
        await mountSheet(ARCH);
        expect(".o_dso_timeline").toHaveText(/Nothing happened yet/);
        expect.verifySteps(["1 null false"]);
    });
});
