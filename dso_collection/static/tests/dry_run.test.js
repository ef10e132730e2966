import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { Deferred, animationFrame, runAllTimers } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

class Scenario extends models.Model {
    _name = "dso.scenario";
    name = fields.Char();
    _records = [
        { id: 1, name: "Standard" },
        { id: 2, name: "Risky" },
    ];
}

class Customer extends models.Model {
    _name = "dso.customer";
    name = fields.Char();
    _records = [{ id: 11, name: "Acme" }];
}

defineMailModels();
defineModels([Scenario, Customer]);

const share = (types, first, amount) => ({
    types,
    count: Object.values(types).reduce((a, b) => a + b, 0),
    first,
    last: first,
    amount,
    reached: Object.keys(types).some((type) => type !== "email_internal"),
});

/** Two chunks: Acme gets two e-mails and a call, Bolt one e-mail. */
const CHUNKS = [
    {
        after_id: 11,
        done: 1,
        runs: [
            { "2026-03-06": { email: 1 }, "2026-03-16": { email: 1, call: 1 } },
            { "2026-03-06": { call: 1 } },
        ],
        customers: [
            {
                id: 11,
                name: "Acme",
                currency_id: 1,
                runs: [
                    share({ email: 2, call: 1 }, "2026-03-06", 100),
                    share({ call: 1 }, "2026-03-06", 100),
                ],
            },
        ],
    },
    {
        after_id: 12,
        done: 1,
        runs: [{ "2026-03-06": { email: 1 } }, {}],
        customers: [
            { id: 12, name: "Bolt", currency_id: 2, runs: [share({ email: 1 }, "2026-03-06", 70), false] },
        ],
    },
    { after_id: 12, done: 0, runs: [{}, {}], customers: [] },
];

let waiting, sent;

beforeEach(() => {
    waiting = null;
    onRpc("dso.dry.run", "prepare", ({ args: [params] }) => {
        sent = params;
        expect.step(`prepare ${params.population} ${params.compare_id} ${params.days}`);
        return {
            today: "2026-03-02",
            until: "2026-03-20",
            total: 2,
            types: [
                ["call", "Phone call"],
                ["email", "E-mail"],
                ["sms", "SMS"],
            ],
            runs: params.compare_id ? ["Own scenario", "Risky"] : ["Own scenario"],
            can_export: true,
        };
    });
    onRpc("dso.dry.run", "run_chunk", async ({ args: [params, afterId] }) => {
        expect.step(`chunk after ${afterId}`);
        if (afterId) {
            await waiting;
        }
        const runs = params.compare_id ? 2 : 1;
        const chunk = CHUNKS[[0, 11, 12].indexOf(afterId)];
        return {
            ...chunk,
            runs: chunk.runs.slice(0, runs),
            customers: chunk.customers.map((each) => ({ ...each, runs: each.runs.slice(0, runs) })),
        };
    });
});

async function mountDryRun(params) {
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "dso_collection.dry_run",
        params,
    });
    await animationFrame();
    await animationFrame();
}

const CHUNK_STEPS = ["chunk after 0", "chunk after 11", "chunk after 12"];

test("chunks are added up, by channel and by day", async () => {
    await mountDryRun();
    expect.verifySteps(["prepare all false 60", ...CHUNK_STEPS]);
    expect(queryAllTexts(".o_dso_summary tbody tr")).toEqual(["Phone call 1", "E-mail 3"]);
    expect(queryAllTexts(".o_dso_summary tfoot td")).toEqual(["4", "2", "03/06/2026: 2"]);
    expect(queryAllTexts(".o_dso_customer th")).toEqual(["Acme", "Bolt"]);
    expect(".o_dso_customer:eq(1)").toHaveText(/70\.00\s€/);
    expect(".o_dso_runs canvas").toHaveCount(1);
});

test("two scenarios beside one another, with the difference", async () => {
    await mountDryRun({ compare_id: 2, days: 18 });
    expect.verifySteps(["prepare all 2 18", ...CHUNK_STEPS]);
    expect(queryAllTexts(".o_dso_summary tbody tr")).toEqual([
        "Phone call 1 1 ±0",
        "E-mail 3 0 −3",
    ]);
    expect(".o_dso_runs canvas").toHaveCount(2);
    expect(queryAllTexts(".o_dso_customer td:last-child")).toEqual(["−2", "−1"]);
    expect(".o_dso_customer:eq(1)").toHaveText(/nothing/);
});

test("customers are sorted and searched", async () => {
    await mountDryRun();
    await contains(".o_dso_who .o_dso_sort:contains(Customer)").click();
    expect(".o_dso_who th[aria-sort=ascending]").toHaveText("Customer");
    await contains(".o_dso_who .o_dso_sort:contains(Customer)").click();
    expect(queryAllTexts(".o_dso_customer th")).toEqual(["Bolt", "Acme"]);
    await contains(".o_dso_search").edit("acm", { confirm: false });
    expect(queryAllTexts(".o_dso_customer th")).toEqual(["Acme"]);
    expect.verifySteps(["prepare all false 60", ...CHUNK_STEPS]);
});

test("stopped, what was found so far stays", async () => {
    waiting = new Deferred();
    await mountDryRun();
    expect(".o_dso_params [role=status]").toHaveText("1 of 2 customers");
    expect(".progress").toHaveAttribute("aria-valuenow", "50");
    await contains(".o_dso_stop").click();
    waiting.resolve();
    await animationFrame();
    expect(queryAllTexts(".o_dso_customer th")).toEqual(["Acme"]);
    expect(".o_dso_params [role=status]").toHaveText(
        "Stopped: the figures below cover 1 of 2 customers"
    );
    expect.verifySteps(["prepare all false 60", "chunk after 0", "chunk after 11"]);
});

test("another number of days runs again", async () => {
    await mountDryRun();
    await contains("#dso_dry_run_days").edit("30");
    await animationFrame();
    expect.verifySteps(["prepare all false 60", ...CHUNK_STEPS, "prepare all false 30", ...CHUNK_STEPS]);
    for (const [typed, sentence] of [
        ["0", "cannot look 0 days ahead. Enter a number from 1 to 366."],
        ["-5", "cannot look -5 days ahead. Enter a number from 1 to 366."],
        ["100000", "cannot look 100000 days ahead. Enter a number from 1 to 366."],
        ["", "Enter how many days the dry run looks ahead, from 1 to 366."],
    ]) {
        // whatever a keyboard may do: pasted, or by a spinner
        const input = queryOne("#dso_dry_run_days");
        input.value = typed;
        await manuallyDispatchProgrammaticEvent(input, "change");
        await animationFrame();
        expect("#dso_dry_run_days").toHaveValue(30);
        expect(`.o_notification:contains("${sentence}")`).toHaveCount(1);
        await contains(`.o_notification:contains("${sentence}") .o_notification_close`).click();
    }
    // what was found before is still there
    expect(".o_dso_summary").toHaveCount(1);
});

test("nobody chosen: nothing is asked", async () => {
    await mountDryRun({ population: "customers" });
    expect(".o_dso_hint").toHaveText("Choose the customers to look at.");
    expect(".o_dso_run").not.toBeEnabled();
    expect.verifySteps([]);
});

test("whose scenario, which one, and compared with which: each is chosen and asked for", async () => {
    await mountDryRun({ population: "customers" });
    await contains("#dso_dry_run_population").select("scenario");
    await animationFrame();
    expect(".o_dso_run").not.toBeEnabled();
    for (const [place, name] of [
        [".o_dso_of_scenario", "Risky"],
        [".o_dso_scenario", "Standard"],
        [".o_dso_compare", "Risky"],
    ]) {
        await contains(`${place} input`).click();
        await runAllTimers();
        await contains(`.o-autocomplete--dropdown-item:contains(${name})`).click();
        await animationFrame();
        await animationFrame();
    }
    const run = (compared) => [`prepare scenario ${compared} 60`, ...CHUNK_STEPS];
    expect.verifySteps([...run(false), ...run(false), ...run(2)]);
    expect(sent).toEqual({
        population: "scenario",
        population_scenario_id: 2,
        customer_ids: [],
        scenario_id: 1,
        compare_id: 2,
        days: 60,
    });
});

test("the spreadsheet is of what is shown", async () => {
    patchWithCleanup(download, {
        _download: ({ url, data }) => {
            const { population, compare_id, days, company_ids } = JSON.parse(data.data);
            expect.step(`${url} ${population} ${compare_id} ${days} of ${company_ids}`);
            return Promise.resolve();
        },
    });
    await mountDryRun({ compare_id: 2, days: 18 });
    await contains(".o_dso_export").click();
    await animationFrame();
    expect.verifySteps([
        "prepare all 2 18",
        ...CHUNK_STEPS,
        "/dso_collection/dry_run.xlsx all 2 18 of 1",
    ]);
    expect(".o_dso_export").toBeEnabled();
});

test("a customer's name opens its file", async () => {
    await mountDryRun();
    patchWithCleanup(getService("action"), {
        doAction({ res_model, res_id }) {
            expect.step(`${res_model} ${res_id}`);
        },
    });
    await contains(".o_dso_customer:eq(1) th a").click();
    expect.verifySteps(["prepare all false 60", ...CHUNK_STEPS, "dso.customer 12"]);
});
