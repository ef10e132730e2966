import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { click, queryAll, queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { session } from "@web/session";
import { getTypeStyle } from "@dso_collection/fields/action_types";

describe.current.tags("desktop");

const TYPES = [
    ["call", "Phone call"],
    ["email", "E-mail"],
    ["email_interactive", "Interactive e-mail"],
    ["email_internal", "Internal e-mail"],
    ["letter", "Letter"],
    ["letter_registered", "Registered letter"],
    ["letter_electronic", "Electronic registered mail"],
    ["sms", "SMS"],
    ["fax", "Fax"],
    ["litigation", "Litigation"],
];

class Action extends models.Model {
    _name = "dso.action";
    action_type = fields.Selection({ selection: TYPES });
    is_paused = fields.Boolean();
    leaving_text = fields.Char();
    agenda_state = fields.Selection({
        selection: [
            ["error", "Error"],
            ["upcoming", "Upcoming"],
        ],
    });
    reason = fields.Char();
    error_message = fields.Char();
    broken_promise = fields.Boolean();
    _records = TYPES.map(([type, label], index) => ({
        id: index + 1,
        action_type: type,
        agenda_state: "error",
        error_message: `${label} failed. Fix it.`,
    }));

    /** Counts as the server does. */
    dso_count_agenda(domain) {
        return { all: this.search_count(domain), todo: 0 };
    }

    action_retry(ids) {
        expect.step(`retry ${ids.join()}`);
        this.write(ids, { agenda_state: "upcoming", error_message: false });
        return false;
    }
}

defineMailModels();
defineModels([Action]);

beforeEach(() => {
    const style = (type, index) => ({ icon: `fa-of-${type}`, color: `#00000${index}` });
    const styles = TYPES.map(([type], index) => [type, style(type, index)]);
    patchWithCleanup(session, { dso_action_types: Object.fromEntries(styles) });
});

async function mountTypes(options) {
    await mountView({
        type: "list",
        resModel: "dso.action",
        arch: `
            <list js_class="dso_agenda_list">
                <header>
                    <button name="action_retry" type="object" string="Retry" />
                </header>
                <field name="action_type" widget="dso_action_type" options="${options}" />
                <field name="agenda_state" widget="dso_agenda_state" />
                <field name="reason" widget="dso_reason" />
            </list>`,
        context: { dso_agenda: "automatic" },
    });
    await animationFrame();
}

test("what is no type has an icon and a colour all the same", () => {
    expect(getTypeStyle("fax")).toEqual({ icon: "fa-of-fax", color: "#000008" });
    expect(getTypeStyle("no such type")).toEqual({ icon: "fa-circle-o", color: "#8C8C8C" });
});

test("every channel has an icon of its own, whose name is read out", async () => {
    await mountTypes("{'icon_only': true}");
    const icons = queryAll(".o_data_cell[name=action_type] i");
    expect(icons.map((icon) => icon.getAttribute("aria-label"))).toEqual(
        TYPES.map(([, label]) => label)
    );
    expect(queryAllAttributes(".o_data_cell[name=action_type] i", "role")).toEqual(
        TYPES.map(() => "img")
    );
    const classes = icons.map((icon) => icon.className);
    expect(new Set(classes).size).toBe(TYPES.length);
    expect(classes.some((name) => name.includes("fa-circle-o"))).toBe(false);
});

test("beside its name the icon is not read out a second time", async () => {
    await mountTypes("{}");
    expect(queryAllTexts(".o_data_cell[name=action_type]")).toEqual(TYPES.map(([, label]) => label));
    expect(".o_data_cell[name=action_type] i[aria-label]").toHaveCount(0);
    expect(".o_data_cell[name=action_type] i[aria-hidden=true]").toHaveCount(TYPES.length);
});

test("retry in bulk is for what is ticked, and its errors go", async () => {
    await mountTypes("{'icon_only': true}");
    await click(".o_data_row:eq(7) .o_list_record_selector input");
    await click(".o_data_row:eq(8) .o_list_record_selector input");
    await animationFrame();
    await contains(".o_control_panel button:contains(Retry)").click();
    await animationFrame();
    expect.verifySteps(["retry 8,9"]);
    expect(".o_dso_error").toHaveCount(TYPES.length - 2);
    expect(".o_data_row:eq(7) .badge").toHaveText("Upcoming");
    expect(".o_data_row:eq(6) .o_dso_error").toHaveText(
        "Electronic registered mail failed. Fix it."
    );
});
