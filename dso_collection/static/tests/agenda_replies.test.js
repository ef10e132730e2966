import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { press, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame, mockDate } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineActions,
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

const STATES = [
    ["to_handle", "To handle"],
    ["handled", "Handled"],
];
/** What the server answers with: the list is loaded again after it. */
const say = (message) => ({
    type: "ir.actions.client",
    tag: "display_notification",
    params: { type: "success", message, next: { type: "ir.actions.act_window_close" } },
});

class Reply extends models.Model {
    _name = "dso.reply";
    subject = fields.Char();
    state = fields.Selection({ selection: STATES });
    has_proposal = fields.Boolean();

    _records = [
        { id: 1, subject: "Promise", has_proposal: true },
        { id: 2, subject: "Dispute", has_proposal: true },
        { id: 3, subject: "E-mail", has_proposal: false },
    ].map((values) => ({ state: "to_handle", ...values }));

    _views = {
        "list,1": `<list><field name="subject" /><field name="state" /></list>`,
        "form,9": `
            <form js_class="dso_agenda_form" disable_autofocus="1" create="0" edit="0">
                <field name="state" invisible="1" />
                <field name="has_proposal" invisible="1" />
                <h2><field name="subject" readonly="1" /></h2>
                <button name="action_accept" type="object" string="Accept" invisible="not has_proposal" />
                <button name="action_change" type="object" string="Change" invisible="not has_proposal" />
                <button name="action_refuse" type="object" string="Refuse" confirm="Refuse?" invisible="not has_proposal" />
                <button name="action_qualify" type="object" string="Change status" invisible="has_proposal" />
                <button name="action_reply" type="object" string="Reply" />
                <button name="action_handle" type="object" string="Handled" invisible="state != 'to_handle'" />
            </form>`,
        "search,false": `<search />`,
    };

    handle(method, ids) {
        expect.step(`${method} ${ids}`);
        this.write(ids, { state: "handled", has_proposal: false });
        return say(`${method} done`);
    }
    action_accept(ids) {
        return this.handle("accept", ids);
    }
    action_refuse(ids) {
        return this.handle("refuse", ids);
    }
    action_handle(ids) {
        return this.handle("handle", ids);
    }
    action_change(ids) {
        expect.step(`change ${ids}`);
        return false;
    }
    action_qualify(ids) {
        expect.step(`qualify ${ids}`);
        return false;
    }
    action_reply(ids) {
        expect.step(`reply ${ids}`);
        return false;
    }
}

class Action extends models.Model {
    _name = "dso.action";

    dso_get_agenda() {
        return {
            tabs: [{ id: "replies", name: "Replies", icon: "fa-reply", actions: [1] }],
            own: true,
            panels: { "dso.reply": 9 },
        };
    }
    dso_count_agenda_tabs() {
        return {};
    }
}

defineMailModels();
defineModels([Action, Reply]);
defineActions([
    {
        id: 1,
        name: "Replies",
        res_model: "dso.reply",
        views: [[1, "list"]],
        domain: "[('state', '=', 'to_handle')]",
    },
    { id: 10, name: "Agenda", type: "ir.actions.client", tag: "dso_collection.agenda" },
]);

beforeEach(() => {
    browser.localStorage.clear();
    mockDate("2026-03-06 09:00:00");
    onRpc("has_group", () => true);
});

async function settle() {
    for (let frame = 0; frame < 4; frame++) {
        await animationFrame();
    }
}

async function hit(key) {
    await press(key);
    await settle();
}

const current = () => queryAllTexts(".o_dso_current .o_data_cell[name=subject]");

test("replies are decided one after the other by keys, and each says what was done", async () => {
    await mountWithCleanup(WebClient);
    await getService("action").doAction(10);
    await settle();
    await hit("Enter");
    expect(".o_dso_panel h2").toHaveText("Promise");
    await hit("q");
    expect.verifySteps(["change 1"]);
    await hit("r");
    expect.verifySteps(["reply 1"]);

    await hit("c");
    expect.verifySteps(["accept 1"]);
    expect(queryAllTexts(".o_notification_content")).toEqual(["accept done"]);
    expect(current()).toEqual(["Dispute"]);
    expect(".o_dso_panel h2").toHaveText("Dispute");

    await hit("s");
    expect(".modal").toHaveCount(1);
    await hit("Enter");
    expect.verifySteps(["refuse 2"]);
    expect(current()).toEqual(["E-mail"]);

    // of an e-mail there is nothing to accept or to refuse
    await hit("c");
    await hit("s");
    expect.verifySteps([]);
    await hit("q");
    expect.verifySteps(["qualify 3"]);
    await hit("h");
    expect.verifySteps(["handle 3"]);
    expect(".o_dso_panel_empty").toHaveCount(1);
});
