import { describe, expect, test } from "@odoo/hoot";
import { click, queryAllTexts, queryText } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Currency extends models.Model {
    _name = "res.currency";
    name = fields.Char();
    _records = [
        { id: 1, name: "EUR" },
        { id: 2, name: "GBP" },
    ];
}

class Action extends models.Model {
    _name = "dso.action";
    name = fields.Char();
    is_paused = fields.Boolean();
    leaving_text = fields.Char();
    agenda_state = fields.Selection({
        selection: [
            ["late", "To do"],
            ["upcoming", "Upcoming"],
            ["error", "Error"],
        ],
    });
    reason = fields.Char();
    error_message = fields.Char();
    broken_promise = fields.Boolean();
    amount = fields.Monetary({ currency_field: "currency_id", aggregator: "sum" });
    currency_id = fields.Many2one({ relation: "res.currency" });
    _records = [
        { id: 1, name: "A", agenda_state: "late", amount: 10, currency_id: 1, reason: "Because" },
        {
            id: 2,
            name: "B",
            agenda_state: "upcoming",
            amount: 20,
            currency_id: 1,
            broken_promise: true,
        },
        { id: 3, name: "C", agenda_state: "error", amount: 30, currency_id: 1, error_message: "!" },
    ];

    /** Counts as the server does. */
    dso_count_agenda(domain) {
        const todo = [["agenda_state", "in", ["late", "error"]]];
        const counts = {
            all: this.search_count(domain),
            todo: this.search_count([...domain, ...todo]),
        };
        expect.step(`${counts.all}/${counts.todo}`);
        return counts;
    }

    action_retry(ids) {
        this.write(ids, { agenda_state: "upcoming" });
        return false;
    }
}

defineMailModels();
defineModels([Currency, Action]);

const ARCH = `
    <list js_class="dso_agenda_list" multi_edit="1">
        <field name="currency_id" column_invisible="True" />
        <field name="name" />
        <field name="agenda_state" widget="dso_agenda_state" />
        <field name="reason" widget="dso_reason" />
        <field name="amount" sum="Total" />
        <button name="action_retry" type="object" string="Retry" />
    </list>`;
const SEARCH = `
    <search>
        <filter name="todo" string="To do" domain="[('agenda_state', 'in', ('late', 'error'))]" />
        <filter name="only_b" string="Only B" domain="[('name', '=', 'B')]" />
    </search>`;

function counters() {
    return queryAllTexts(".o_dso_counters .badge");
}

async function mountAgenda(props) {
    await mountView({
        type: "list",
        resModel: "dso.action",
        arch: ARCH,
        searchViewArch: SEARCH,
        ...props,
        context: { dso_agenda: "automatic", ...props?.context },
    });
    await animationFrame();
}

test("counters count what the list shows, in one call", async () => {
    await mountAgenda();
    expect(counters()).toEqual(["3 planned", "2 to do"]);
    expect.verifySteps(["3/2"]);
});

test("the red counter switches the filter on and off", async () => {
    await mountAgenda();
    await contains(".o_dso_counter_todo").click();
    await animationFrame();
    expect(".o_data_row").toHaveCount(2);
    expect(counters()).toEqual(["2 planned", "2 to do"]);
    expect(".o_dso_counter_todo").toHaveAttribute("aria-pressed", "true");

    await contains(".o_dso_counter_todo").click();
    await animationFrame();
    expect(".o_data_row").toHaveCount(3);
    expect(counters()).toEqual(["3 planned", "2 to do"]);
    expect.verifySteps(["3/2", "2/2", "3/2"]);
});

test("counters follow the filters of the screen", async () => {
    await mountAgenda({ context: { search_default_only_b: 1 } });
    expect(counters()).toEqual(["1 planned", "0 to do"]);
    expect(".o_dso_counter_todo").not.toHaveClass("text-bg-danger");
    expect.verifySteps(["1/0"]);
});

test("counters are up to date after a button", async () => {
    await mountAgenda();
    await click(".o_data_row:first button[name=action_retry]");
    await animationFrame();
    await animationFrame();
    expect(counters()).toEqual(["3 planned", "1 to do"]);
    expect.verifySteps(["3/2", "3/1"]);
});

test("the history has one counter, in grey", async () => {
    await mountAgenda({ context: { dso_agenda: "history" } });
    expect(counters()).toEqual(["3 in all"]);
    expect.verifySteps(["3/2"]);
});

test("what keeps an action back comes before its reason", async () => {
    await mountAgenda();
    expect(".o_data_row:eq(2) .o_dso_error").toHaveText("!");
    expect(queryText(".o_data_row:eq(0) .o_dso_clamp")).toBe("Because");
    expect(queryAllTexts(".o_data_row .badge")).toEqual(["To do", "Upcoming", "Error"]);
    expect.verifySteps(["3/2"]);
});

test("a broken promise is told in words", async () => {
    await mountAgenda();
    expect(".o_data_row:eq(1) .o_dso_broken").toHaveText("Broken promise");
    expect(".o_dso_broken").toHaveCount(1);
    expect.verifySteps(["3/2"]);
});

test("amounts of one currency are added up, those of two never", async () => {
    onRpc("get_currency_rates", () => ({ 1: 1, 2: 1.2 }));
    await mountAgenda();
    expect(".o_list_footer .o_list_number").toHaveText("$ 60.00");

    MockServer.env["dso.action"].write(3, { currency_id: 2 });
    await contains(".o_dso_counter_todo").click();
    await animationFrame();
    expect(".o_data_row").toHaveCount(2);
    expect(queryAllTexts(".o_list_footer .o_list_number").join("")).toBe("");
    expect.verifySteps(["3/2", "2/2"]);
});
