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
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const COLLECTOR = "dso_collection.group_dso_collector";
const QUALIFY = ".o_dso_qualify_button";
const NEW_ACTION = ".o_dso_new_action_button";
const TICKS = ".o_data_row .o_list_record_selector input";

class Customer extends models.Model {
    _name = "dso.customer";
    name = fields.Char();
    item_ids = fields.One2many({ relation: "account.move.line", relation_field: "customer_id" });
    _records = [
        { id: 1, name: "Acme", item_ids: [11, 12, 13] },
        { id: 2, name: "Nothing open", item_ids: [] },
    ];
}

class Item extends models.Model {
    _name = "account.move.line";
    move_name = fields.Char();
    status = fields.Char();
    customer_id = fields.Many2one({ relation: "dso.customer" });
    _records = [
        { id: 11, move_name: "INV/11", customer_id: 1 },
        { id: 12, move_name: "INV/12", customer_id: 1 },
        { id: 13, move_name: "INV/13", customer_id: 1 },
    ];
}

defineMailModels();
defineModels([Customer, Item]);

let groups;

beforeEach(() => {
    groups = [COLLECTOR];
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
                <field name="item_ids" readonly="1" widget="dso_statement">
                    <list create="0" delete="0" edit="0" no_open="1">
                        <field name="move_name"/>
                        <field name="status"/>
                    </list>
                </field>
            </form>`,
    });
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

test("nothing is ticked: the buttons wait, and the bar says what to do", async () => {
    await mountStatement();
    expect(TICKS).toHaveCount(3);
    expect(QUALIFY).not.toBeEnabled();
    expect(NEW_ACTION).not.toBeEnabled();
    expect(".o_dso_statement_bar [role=status]").toHaveText("Tick items to change their status");
});

test("the button runs on the ticked items, and on no other", async () => {
    watchButtons();
    await mountStatement();
    await contains(`${TICKS}:eq(0)`).click();
    await contains(`${TICKS}:eq(2)`).click();
    expect(QUALIFY).toBeEnabled();
    expect(".o_dso_statement_bar [role=status]").toHaveText("2 selected");
    await contains(QUALIFY).click();
    await contains(`${TICKS}:eq(0)`).click();
    await contains(NEW_ACTION).click();
    expect.verifySteps([
        "account.move.line.action_dso_qualify(11,13)",
        "account.move.line.action_dso_new_action(13)",
    ]);
});

test("a second click takes the tick away, and the buttons wait again", async () => {
    await mountStatement();
    await contains(`${TICKS}:eq(1)`).click();
    await contains(`${TICKS}:eq(1)`).click();
    expect(QUALIFY).not.toBeEnabled();
});

test("the tick in the heading ticks all of them, and none", async () => {
    watchButtons();
    await mountStatement();
    await contains("thead .o_list_record_selector input").click();
    expect(`${TICKS}:checked`).toHaveCount(3);
    await contains(QUALIFY).click();
    expect.verifySteps(["account.move.line.action_dso_qualify(11,12,13)"]);
    await contains("thead .o_list_record_selector input").click();
    expect(`${TICKS}:checked`).toHaveCount(0);
    expect(QUALIFY).not.toBeEnabled();
});

test("what was edited in the file is saved first, and it is read again afterwards", async () => {
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
        expect.step("read");
    });
    await contains(QUALIFY).click();
    await animationFrame();
    expect.verifySteps([
        "save Acme & Sons",
        "account.move.line.action_dso_qualify(11)",
        "read",
    ]);
    expect(".o_data_row:eq(0) [name=status]").toHaveText("Promise");
});

test("those who only read see the items without ticks and buttons", async () => {
    groups = [];
    await mountStatement();
    expect(queryAllTexts(".o_data_row [name=move_name]")).toEqual(["INV/11", "INV/12", "INV/13"]);
    expect(".o_list_record_selector").toHaveCount(0);
    expect(".o_dso_statement_bar").toHaveCount(0);
});

test("without an open item there is nothing to tick", async () => {
    await mountStatement(2);
    expect(".o_dso_statement_bar").toHaveCount(0);
});
