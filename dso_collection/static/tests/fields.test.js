import { describe, expect, test } from "@odoo/hoot";
import { manuallyDispatchProgrammaticEvent, queryAllAttributes, queryAllTexts, queryOne } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, defineModels, fields, getService, mockService, models, mountView, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

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
    is_paused = fields.Boolean();
    leaving_text = fields.Char();
    leads = fields.Boolean();
    reason = fields.Char();
    error_message = fields.Char();
    broken_promise = fields.Boolean();
    currency_id = fields.Many2one({ relation: "res.currency", default: 1 });
    amount = fields.Monetary({ currency_field: "currency_id" });
    pdf = fields.Binary({ string: "Letters" });
    followup_days = fields.Integer({ string: "Follow-up After" });
    _records = STATES.map(([agenda_state], index) => ({
        id: index + 1,
        name: `Item ${index + 1}`,
        agenda_state,
        leads: index === 0,
        amount: 100,
        currency_id: index < 3 ? 1 : 2,
        pdf: "coucou==\n",
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

test("what is confirmed says when it leaves; paused is a state of its own", async () => {
    Item._records = [
        { id: 1, agenda_state: "confirmed", leaving_text: "goes out today at 9:00 AM" },
        { id: 2, agenda_state: "confirmed", is_paused: true },
        { id: 3, agenda_state: "late", is_paused: true },
    ];
    await mountList(`<field name="agenda_state" widget="dso_agenda_state"/>`);
    const [confirmed, , late] = ["confirmed", "", "late"].map(
        (state) => STATES.find(([key]) => key === state)?.[1]
    );
    expect(queryAllTexts(".o_data_row .badge")).toEqual([confirmed, "Paused", late]);
    expect(queryAllTexts(".o_dso_leaving")).toEqual(["goes out today at 9:00 AM"]);
    expect(".o_dso_badge_paused").toHaveCount(1);
});

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

describe("PDF", () => {
    const FRAME = ".o_field_widget[name=pdf] iframe.o_pdfview_iframe";

    /** In a dialog, as letters and previews are shown. */
    async function openDialog() {
        Item._views = {
            form: `<form><field name="pdf" widget="dso_pdf" readonly="1"/></form>`,
        };
        await mountWithCleanup(WebClient);
        await getService("action").doAction({
            type: "ir.actions.act_window",
            res_model: "dso.item",
            res_id: 1,
            views: [[false, "form"]],
            target: "new",
        });
        // the document of the viewer is there
        await manuallyDispatchProgrammaticEvent(queryOne(FRAME), "load");
    }

    /** A key that is pressed within the viewer, which may use it itself. */
    async function pressWithin(key, { used = false } = {}) {
        const { contentWindow } = queryOne(FRAME);
        const ev = new contentWindow.KeyboardEvent("keydown", { key, cancelable: true });
        if (used) {
            ev.preventDefault();
        }
        contentWindow.dispatchEvent(ev);
        await animationFrame();
        await animationFrame();
    }

    test("is shown by Odoo's viewer, under the name of its field", async () => {
        await openDialog();
        expect(`.modal ${FRAME}`).toHaveCount(1);
        expect(FRAME).toHaveAttribute("title", "Letters");
        expect(queryOne(FRAME).dataset.src).toInclude("/web/static/lib/pdfjs/web/viewer.html");
    });

    test("Escape within it closes the dialog around it", async () => {
        await openDialog();
        await pressWithin("Escape");
        expect(".modal").toHaveCount(0);
    });

    test("other keys, and an Escape that the viewer uses, are its own", async () => {
        await openDialog();
        await pressWithin("ArrowDown");
        await pressWithin("Escape", { used: true });
        expect(".modal").toHaveCount(1);
    });

    test("without a document there is no frame", async () => {
        Item._records[0].pdf = false;
        await mountView({
            type: "form",
            resModel: "dso.item",
            resId: 1,
            arch: `<form><field name="pdf" widget="dso_pdf" readonly="1"/></form>`,
        });
        expect(".o_field_widget[name=pdf]").toHaveCount(1);
        expect("iframe").toHaveCount(0);
    });
});

describe("buttons that are only an icon", () => {
    test("have their tooltip as their name", async () => {
        await mountList(`
            <field name="name"/>
            <button name="call" type="object" icon="fa-phone" title="Log the call"/>`);
        expect(queryAllAttributes(".o_data_row button[name=call]", "aria-label")).toEqual(
            STATES.map(() => "Log the call")
        );
    });

    test("with words have these alone", async () => {
        await mountList(`
            <field name="name"/>
            <button name="call" type="object" icon="fa-phone" string="Call" title="Log the call"/>
            <button name="text" type="object" string="Write" title="Write a message"/>`);
        expect(".o_data_row button[aria-label]").toHaveCount(0);
        expect(queryAllTexts(".o_data_row:first button")).toEqual(["Call", "Write"]);
    });

    test("of forms keep a name that the view gives, and what is within them", async () => {
        await mountView({
            type: "form",
            resModel: "dso.item",
            resId: 1,
            arch: `
                <form>
                    <button name="one" type="object" icon="fa-phone" title="Tip" aria-label="Own name"/>
                    <button name="two" type="object" icon="fa-phone" title="Tip"/>
                    <button name="three" type="object" icon="fa-phone" title="Tip"><b>3 calls</b></button>
                </form>`,
        });
        expect("button[name=one]").toHaveAttribute("aria-label", "Own name");
        expect("button[name=two]").toHaveAttribute("aria-label", "Tip");
        expect("button[name=three]").not.toHaveAttribute("aria-label");
        expect("button[name=three]").toHaveText("3 calls");
    });
});

test("what cannot be saved is named, with what it takes", async () => {
    mockService("notification", {
        add: (message, { type }) => {
            expect.step(`${type}: ${message}`);
            return () => {};
        },
    });
    await mountView({
        resModel: "dso.item",
        resId: 1,
        type: "form",
        arch: '<form><button name="go" type="object" string="Go" /><field name="name" required="1" /><field name="followup_days" /></form>',
    });
    await contains("[name=followup_days] input").edit("99999999999");
    await contains("[name=name] input").edit("");
    await contains("button[name=go]").click();
    expect.verifySteps([
        "danger: “Follow-up After” must be a whole number from 0 to 3,650.\n“Name” is empty. Fill it in.",
    ]);
});
