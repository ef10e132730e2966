import { describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const STATES = [
    ["confirmed", "Confirmed"],
    ["late", "To do"],
    ["upcoming", "Upcoming"],
    ["error", "Error"],
    ["done", "Done"],
    ["cancelled", "Cancelled"],
];

class Item extends models.Model {
    _name = "dso.item";
    name = fields.Char();
    agenda_state = fields.Selection({ selection: STATES });
    leads = fields.Boolean();
    reason = fields.Char();
    error_message = fields.Char();
    broken_promise = fields.Boolean();
    currency_id = fields.Many2one({ relation: "res.currency", default: 1 });
    amount = fields.Monetary({ currency_field: "currency_id" });
    _records = STATES.map(([agenda_state], index) => ({
        id: index + 1,
        name: `Item ${index + 1}`,
        agenda_state,
        leads: index === 0,
        amount: 100,
        currency_id: index < 3 ? 1 : 2,
        reason: "30 days overdue",
        error_message: index === 3 ? "No e-mail address" : false,
        broken_promise: index === 1,
    }));
}

defineMailModels();
defineModels([Item]);

function mountList(columns, options = {}) {
    return mountView({
        type: "list",
        resModel: "dso.item",
        arch: `<list ${options.jsClass ? `js_class="${options.jsClass}"` : ""}>${columns}</list>`,
        ...options.props,
    });
}

test("each state has its word and an icon of its own", async () => {
    await mountList(`<field name="agenda_state" widget="dso_agenda_state"/>`);
    expect(queryAllTexts(".o_data_row .badge")).toEqual(STATES.map(([, label]) => label));
    const icons = queryAllAttributes(".o_data_row .badge i", "class");
    expect(new Set(icons).size).toBe(STATES.length);
    // the word says it all
    expect(queryAllAttributes(".o_data_row .badge i", "aria-hidden")).toEqual(
        STATES.map(() => "true")
    );
});

test("the star says what it stands for, to those who do not see it too", async () => {
    await mountList(`
        <field name="leads" widget="dso_star"/>
        <field name="name"/>`);
    expect(".o_data_row i.o_dso_star").toHaveCount(1);
    expect(".o_data_row:first i.o_dso_star").toHaveAttribute("aria-label", "Leader");
    expect(".o_data_row:first i.o_dso_star").toHaveAttribute("role", "img");
});

test("the other star is that of a specific action", async () => {
    await mountList(`<field name="leads" widget="dso_star" options="{'specific': true}"/>`);
    expect(".o_data_row i.o_dso_star").toHaveCount(0);
    expect(".o_data_row i.o_dso_star_specific").toHaveCount(1);
    expect("i.o_dso_star_specific").toHaveAttribute("aria-label", "Specific action");
});

test("a reason begins with what keeps the action back, or a broken promise", async () => {
    await mountList(`<field name="reason" widget="dso_reason"/>`);
    const said = queryAllTexts(".o_data_row td[name=reason]").map((text) => text.split("\n"));
    expect(said[0]).toEqual(["30 days overdue"]);
    expect(said[1]).toEqual(["Broken promise", "30 days overdue"]);
    expect(said[3]).toEqual(["No e-mail address", "30 days overdue"]);
});

describe("amounts", () => {
    const COLUMNS = `
        <field name="currency_id"/>
        <field name="amount" sum="Total"/>`;
    const TOTAL = ".o_list_footer .o_list_number";

    test("of one currency are added up", async () => {
        await mountList(COLUMNS, {
            jsClass: "dso_amounts_list",
            props: { domain: [["currency_id", "=", 1]] },
        });
        expect(queryAllTexts(TOTAL).join("")).toInclude("300.00");
    });

    test("of two currencies never are", async () => {
        await mountList(COLUMNS, { jsClass: "dso_amounts_list" });
        expect(".o_data_row").toHaveCount(6);
        expect(queryAllTexts(TOTAL).join("")).toBe("");
    });

    test("of two currencies are for each by itself in groups", async () => {
        await mountList(COLUMNS, {
            jsClass: "dso_amounts_list",
            props: { groupBy: ["currency_id"] },
        });
        const totals = queryAllTexts(".o_group_header .o_list_number");
        expect(totals.length).toBe(2);
        for (const total of totals) {
            expect(total).toInclude("300.00");
        }
        expect(queryAllTexts(TOTAL).join("")).toBe("");
    });
});
