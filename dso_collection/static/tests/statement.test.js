import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    contains,
    defineModels,
    fields,
    mockService,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";
import { utils as uiUtils } from "@web/core/ui/ui_service";
import { user } from "@web/core/user";
import { pick } from "@web/core/utils/objects";

describe.current.tags("desktop");

const COLLECTOR = "dso_collection.group_dso_collector";
const EXPORT = "base.group_allow_export";
const QUALIFY = ".o_dso_qualify_button";
const NEW_ACTION = ".o_dso_new_action_button";
const TICKS = ".o_data_row .o_list_record_selector input";
const DOCUMENTS = ".o_data_row [name=move_name]";

const BUCKETS = [
    { key: "000", label: "Not due", amount: 30, amount_text: "30.00", count: 1, overdue: false },
    { key: "001", label: "1–30 days", amount: 20, amount_text: "20.00", count: 1, overdue: true },
    { key: "031", label: "31–60 days", amount: 0, amount_text: "0.00", count: 0, overdue: true },
    { key: "061", label: "61–90 days", amount: 10, amount_text: "10.00", count: 1, overdue: true },
    { key: "091", label: "Over 90 days", amount: 0, amount_text: "0.00", count: 0, overdue: true },
];

/** As the server sends them. */
function makeFilters(id) {
    return {
        items: [["customer_id", "=", id]],
        open: [["reconciled", "=", false]],
        filters: [
            { key: "all", label: "All open", count: 3, domain: [] },
            { key: "overdue", label: "Overdue", count: 2, domain: [["days", ">", 0]] },
            { key: "disputed", label: "Disputed", count: 0, domain: [["status", "=", "D"]] },
        ],
        buckets: {
            "000": [["days", "=", 0]],
            "001": [["days", "=", 7]],
            "031": [["days", "=", 45]],
            "061": [["days", "=", 80]],
            "091": [["days", "=", 100]],
        },
    };
}

class Customer extends models.Model {
    _name = "dso.customer";
    name = fields.Char();
    statement_filters = fields.Json();
    ageing = fields.Json();
    _records = [
        { id: 1, name: "Acme", statement_filters: makeFilters(1), ageing: BUCKETS },
        { id: 2, name: "Nothing open", statement_filters: makeFilters(2), ageing: [] },
    ];
}

class Item extends models.Model {
    _name = "account.move.line";
    move_name = fields.Char();
    status = fields.Char();
    days = fields.Integer();
    reconciled = fields.Boolean();
    date_maturity = fields.Date();
    dso_status_text = fields.Char();
    dso_status_date = fields.Date();
    dso_excluded_reason = fields.Char();
    customer_id = fields.Many2one({ relation: "dso.customer" });
    _records = [
        { id: 11, move_name: "INV/11", customer_id: 1, days: 80 },
        { id: 12, move_name: "INV/12", customer_id: 1, days: 7 },
        { id: 13, move_name: "INV/13", customer_id: 1, days: 0 },
        { id: 14, move_name: "INV/14", customer_id: 1, days: 0, reconciled: true },
    ];
    _views = {
        list: `
            <list js_class="dso_statement_list" create="0" delete="0" edit="0" limit="2">
                <field name="move_name"/>
                <field name="status"/>
            </list>`,
    };
}

defineMailModels();
defineModels([Customer, Item]);

let groups;

beforeEach(() => {
    groups = [COLLECTOR, EXPORT];
    onRpc("has_group", ({ args }) => groups.includes(args[1]));
});

async function mountStatement(resId = 1) {
    await mountView({
        type: "form",
        resModel: "dso.customer",
        resId,
        arch: `
            <form>
                <field name="name"/>
                <field name="ageing" widget="dso_ageing"/>
                <notebook>
                    <page string="Statement" name="items"><widget name="dso_statement"/></page>
                    <page string="Other" name="other"><i>Something else</i></page>
                </notebook>
            </form>`,
    });
    await animationFrame();
}

/** What is asked of the server, in place of opening a dialog. */
function watchButtons(answer = () => {}) {
    mockService("action", {
        async doActionButton({ resModel, name, resIds, onClose }) {
            expect.step(`${resModel}.${name}(${resIds})`);
            await answer(onClose);
        },
    });
}

const documents = () => queryAllTexts(DOCUMENTS);

test("open items come page by page, closed ones do not", async () => {
    onRpc("account.move.line", "web_search_read", ({ kwargs }) => {
        expect.step(`${kwargs.offset}+${kwargs.limit}`);
    });
    await mountStatement();
    expect(documents()).toEqual(["INV/11", "INV/12"]);
    expect(".o_dso_statement .o_pager").toHaveText("1-2 / 3", { inline: true });
    await contains(".o_dso_statement .o_pager_next").click();
    expect(documents()).toEqual(["INV/13"]);
    expect.verifySteps(["0+2", "2+2"]);
});

test("on a phone each item is a card with due date, status and promise", async () => {
    patchWithCleanup(uiUtils, { isSmall: () => true });
    Item._views.list = `
        <list js_class="dso_statement_list" create="0" delete="0" edit="0" limit="2">
            <field name="move_name"/>
            <field name="date_maturity"/>
            <field name="dso_status_text" optional="show"/>
            <field name="dso_status_date" optional="show"/>
            <field name="dso_excluded_reason" optional="hide"/>
        </list>`;
    Object.assign(Item._records[0], {
        date_maturity: "2026-03-01",
        dso_status_text: "Promise to pay",
        dso_status_date: "2026-12-20",
        dso_excluded_reason: "promised",
    });
    watchButtons();
    await mountStatement();
    expect(".o_dso_statement_card").toHaveCount(2);
    for (const words of ["INV/11", "due Mar 1, 2026", "Promise to pay for Dec 20, 2026", "promised"]) {
        expect(".o_dso_statement_card:eq(0)").toHaveText(new RegExp(words));
    }
    expect(".o_dso_statement_card:eq(1) .o_dso_card_status").toHaveCount(0);
    await contains(`${TICKS}:eq(0)`).click();
    await contains(QUALIFY).click();
    expect.verifySteps(["account.move.line.action_dso_qualify(11)"]);
});

test("nothing is ticked: the buttons wait, and the bar says what to do", async () => {
    await mountStatement();
    expect(TICKS).toHaveCount(2);
    expect(QUALIFY).not.toBeEnabled();
    expect(NEW_ACTION).not.toBeEnabled();
    expect(".o_dso_statement_bar [role=status]").toHaveText("Tick items to change their status");
});

test("the button runs on the ticked items, and on no other", async () => {
    watchButtons();
    await mountStatement();
    await contains(`${TICKS}:eq(0)`).click();
    expect(QUALIFY).toBeEnabled();
    expect(".o_dso_statement_bar [role=status]").toHaveText("1 selected");
    await contains(QUALIFY).click();
    await contains(`${TICKS}:eq(1)`).click();
    await contains(`${TICKS}:eq(0)`).click();
    await contains(NEW_ACTION).click();
    expect.verifySteps([
        "account.move.line.action_dso_qualify(11)",
        "account.move.line.action_dso_new_action(12)",
    ]);
});

test("buttons run in the language and the companies of the user", async () => {
    mockService("action", {
        async doActionButton({ context }) {
            expect.step(pick(context, "lang", "allowed_company_ids"));
        },
    });
    await mountStatement();
    await contains(`${TICKS}:eq(0)`).click();
    await contains(QUALIFY).click();
    await contains(".o_dso_send_button").click();
    const { lang, allowed_company_ids } = user.context;
    expect(Boolean(lang)).toBe(true);
    expect.verifySteps([
        { lang, allowed_company_ids },
        { lang, allowed_company_ids },
    ]);
});

test("the tick in the heading ticks the page, and all pages are one click away", async () => {
    watchButtons();
    await mountStatement();
    await contains("thead .o_list_record_selector input").click();
    expect(".o_dso_statement_bar [role=status]").toHaveText("2 selected");
    await contains(".o_dso_select_all").click();
    expect(".o_dso_statement_bar [role=status]").toHaveText("3 selected");
    await contains(QUALIFY).click();
    expect.verifySteps(["account.move.line.action_dso_qualify(11,12,13)"]);
});

test("a filter narrows the list, only those that find something are offered", async () => {
    await mountStatement();
    expect(queryAllTexts(".o_dso_statement .o_dso_filter")).toEqual(["All open 3", "Overdue 2"]);
    await contains(".o_dso_filter[data-filter=overdue]").click();
    await animationFrame();
    expect(".o_dso_filter[data-filter=overdue]").toHaveAttribute("aria-pressed", "true");
    expect(documents()).toEqual(["INV/11", "INV/12"]);
    expect(".o_dso_statement .o_pager").toHaveCount(0);
});

test("a click on the bar shows the items of that age, another one all of them again", async () => {
    await mountStatement();
    await contains(".o_dso_ageing_key[data-bucket='001']").click();
    await animationFrame();
    expect(documents()).toEqual(["INV/12"]);
    expect(".o_dso_filter_bucket").toHaveText("1–30 days");
    expect(".o_dso_ageing_key[data-bucket='001']").toHaveAttribute("aria-pressed", "true");
    await contains(".o_dso_filter_bucket").click();
    await animationFrame();
    expect(".o_dso_statement .o_pager").toHaveText("1-2 / 3", { inline: true });
    expect(".o_dso_ageing_key[data-bucket='001']").toHaveAttribute("aria-pressed", "false");
});

test("the bar opens the statement where another tab is open", async () => {
    await mountStatement();
    await contains(".o_notebook .nav-link[name=other]").click();
    expect(".o_dso_statement").toHaveCount(0);
    await contains(".o_dso_ageing_key[data-bucket='061']").click();
    await animationFrame();
    await animationFrame();
    expect(documents()).toEqual(["INV/11"]);
});

test("an age without items cannot be chosen; each says what it holds", async () => {
    await mountStatement();
    expect(".o_dso_ageing_key[data-bucket='031']").not.toBeEnabled();
    expect(".o_dso_ageing_bar > div").toHaveCount(3);
    expect(".o_dso_ageing_key[data-bucket='061']").toHaveAttribute(
        "aria-label",
        "61–90 days: 10.00, 1 items"
    );
});

test("closed items come on demand", async () => {
    await mountStatement();
    await contains(".o_dso_closed input").click();
    await animationFrame();
    expect(".o_dso_statement .o_pager").toHaveText("1-2 / 4", { inline: true });
});

test("what was edited in the file is saved first, and all is read again afterwards", async () => {
    onRpc("dso.customer", "web_save", ({ args }) => {
        expect.step(`save ${args[1].name}`);
    });
    watchButtons((onClose) => {
        MockServer.env["account.move.line"].write(11, { status: "Promise" });
        return onClose();
    });
    await mountStatement();
    await contains("[name=name] input").edit("Acme & Sons");
    await contains(`${TICKS}:eq(0)`).click();
    onRpc("dso.customer", "web_read", () => {
        expect.step("read the file");
    });
    await contains(QUALIFY).click();
    await animationFrame();
    await animationFrame();
    expect.verifySteps([
        "save Acme & Sons",
        "account.move.line.action_dso_qualify(11)",
        "read the file",
    ]);
    expect(".o_data_row:eq(0) [name=status]").toHaveText("Promise");
});

test("typing in the form reads no item again", async () => {
    await mountStatement();
    onRpc("account.move.line", "web_search_read", () => {
        expect.step("read the items");
    });
    await contains("[name=name] input").edit("Acme & Sons");
    await animationFrame();
    expect.verifySteps([]);
});

test("the statement is sent and printed by the customer's buttons", async () => {
    watchButtons();
    await mountStatement();
    await contains(".o_dso_send_button").click();
    await contains(".o_dso_print_button").click();
    expect.verifySteps([
        "dso.customer.action_send_statement(1)",
        "dso.customer.action_print_statement(1)",
    ]);
});

test("what the filters show is exported, where one may", async () => {
    patchWithCleanup(download, {
        _download: ({ url, data }) => {
            const { domain, fields: columns } = JSON.parse(data.data);
            expect.step(url);
            expect(columns.map(({ name }) => name)).toEqual(["move_name", "status"]);
            expect(domain).toEqual([
                "&",
                ["customer_id", "=", 1],
                "&",
                ["days", ">", 0],
                ["reconciled", "=", false],
            ]);
            return Promise.resolve();
        },
    });
    await mountStatement();
    await contains(".o_dso_filter[data-filter=overdue]").click();
    await animationFrame();
    await contains(".o_dso_export_button").click();
    await animationFrame();
    expect.verifySteps(["/dso_collection/list.xlsx"]);
});

test("without the right to export there is no button", async () => {
    groups = [COLLECTOR];
    await mountStatement();
    expect(QUALIFY).toHaveCount(1);
    expect(".o_dso_export_button").toHaveCount(0);
});

test("a click on the part of the bar does what its line below does", async () => {
    await mountStatement();
    await contains(".o_dso_ageing_bar .o_dso_age_001").click();
    await animationFrame();
    expect(documents()).toEqual(["INV/12"]);
    expect(".o_dso_ageing_key[data-bucket='001']").toHaveClass("active");
    expect(".o_dso_ageing_bar .o_dso_age_061").toHaveClass("o_dso_age_muted");
    expect(".o_dso_ageing_bar .o_dso_age_001").not.toHaveClass("o_dso_age_muted");
});

test("those who only read see the items without ticks and buttons", async () => {
    groups = [];
    await mountStatement();
    expect(documents()).toEqual(["INV/11", "INV/12"]);
    expect(".o_list_record_selector").toHaveCount(0);
    expect(".o_dso_statement_bar button:not(.o_pager_next, .o_pager_previous)").toHaveCount(0);
});

test("without an open item it says so", async () => {
    await mountStatement(2);
    expect(".o_dso_statement_empty").toHaveText(
        "Nothing is open: this customer has paid everything."
    );
    expect(".o_list_renderer").toHaveCount(0);
});
