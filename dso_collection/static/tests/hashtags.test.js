import { describe, expect, test } from "@odoo/hoot";
import { click, press, queryAllTexts, queryOne, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { setSelection } from "@html_editor/../tests/_helpers/selection";
import { insertText } from "@html_editor/../tests/_helpers/user_actions";
import { expectElementCount } from "@html_editor/../tests/_helpers/ui_expectations";
import { HashtagHtmlField } from "@dso_collection/hashtags/hashtag_fields";
import { filterHashtags, findTyped } from "@dso_collection/hashtags/hashtag_service";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    contains,
    defineModels,
    fields,
    models,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

const HASHTAGS = [
    { name: "items_amount", section: "Items", description: "Total of all open items" },
    { name: "items_amount_overdue", section: "Items", description: "Total of what is late" },
    { name: "items_list_overdue", section: "Items", description: "Table of what is late" },
    { name: "deadline", section: "Dates", description: "Date in eight days" },
];

class Action extends models.Model {
    _name = "dso.action";
    name = fields.Char();

    dso_get_hashtags() {
        expect.step("load");
        return HASHTAGS;
    }
}

class Template extends models.Model {
    _name = "any.template";
    model = fields.Char();
    subject = fields.Char();
    text = fields.Text();
    body = fields.Html();
    _records = [
        { id: 1, model: "dso.action", subject: "Pay ", text: "Pay ", body: "<p>Pay </p>" },
        { id: 2, model: "res.partner", subject: "Pay ", text: "Pay ", body: "<p>Pay </p>" },
    ];
}

defineMailModels();
defineModels([Action, Template]);

const names = () => queryAllTexts(".o-we-powerbox .o-we-command-name");

async function mount(field, resId = 1) {
    await mountView({
        type: "form",
        resModel: "any.template",
        resId,
        arch: `<form><field name="model"/>${field}</form>`,
    });
}

/** Type at the end of an input, letter by letter, as a person does. */
async function type(selector, text) {
    const input = queryOne(selector);
    input.focus();
    input.setSelectionRange(input.value.length, input.value.length);
    for (const letter of text) {
        input.setRangeText(letter, input.selectionStart, input.selectionEnd, "end");
        input.dispatchEvent(
            new InputEvent("input", { bubbles: true, data: letter, inputType: "insertText" })
        );
    }
    await animationFrame();
    await animationFrame();
    return input;
}

test("what is being typed", () => {
    expect(findTyped("Pay #")).toEqual({ offset: 4, term: "" });
    expect(findTyped("Pay #Items_a")).toEqual({ offset: 4, term: "items_a" });
    for (const text of ["Pay", "Pay #12", "page#items", "/#items", "&#", "#items ", "##"]) {
        expect(findTyped(text)).toBe(null, { message: text });
    }
});

test("those that begin with it come first, then those that have its words", () => {
    const found = (term) => filterHashtags(HASHTAGS, term).map(({ name }) => name);
    expect(found("")).toEqual(HASHTAGS.map(({ name }) => name));
    expect(found("items_a")).toEqual(["items_amount", "items_amount_overdue"]);
    expect(found("overdue_list")).toEqual(["items_list_overdue"]);
    expect(found("late")).toEqual(["items_amount_overdue", "items_list_overdue"]);
    expect(found("nothing")).toEqual([]);
});

test("subject: suggests, narrows down, arrows and Enter choose", async () => {
    await mount(`<field name="subject" widget="dso_hashtag_char"/>`);
    const input = await type("[name=subject] input", "#");
    await expectElementCount(".o-we-powerbox", 1);
    expect(names()).toEqual(HASHTAGS.map(({ name }) => `#${name}`));
    expect(".o-we-powerbox").toHaveText(/Total of all open items/);
    await type("[name=subject] input", "items");
    expect(names()).toEqual(["#items_amount", "#items_amount_overdue", "#items_list_overdue"]);
    await press("ArrowDown");
    await animationFrame();
    expect(".o-we-command.active .o-we-command-name").toHaveText("#items_amount_overdue");
    await press("ArrowUp");
    await press("ArrowUp");
    await animationFrame();
    expect(".o-we-command.active .o-we-command-name").toHaveText("#items_list_overdue");
    await press("Enter");
    await animationFrame();
    expect(input).toHaveValue("Pay #items_list_overdue");
    expect(".o-we-powerbox").toHaveCount(0);
    expect(".o_form_status_indicator_buttons:not(.invisible)").toHaveCount(1);
    expect.verifySteps(["load"]);
});

test("subject: Escape closes and keeps what was typed", async () => {
    onRpc("web_save", ({ args }) => {
        expect(args[1].subject).toBe("Pay #dead");
        expect.step("save");
    });
    await mount(`<field name="subject" widget="dso_hashtag_char"/>`);
    await type("[name=subject] input", "#dead");
    await expectElementCount(".o-we-powerbox", 1);
    await press("Escape");
    await animationFrame();
    expect(".o-we-powerbox").toHaveCount(0);
    await contains(".o_form_button_save").click();
    expect.verifySteps(["load", "save"]);
});

test("subject: the mouse chooses too", async () => {
    await mount(`<field name="subject" widget="dso_hashtag_char"/>`);
    const input = await type("[name=subject] input", "#dead");
    await click(".o-we-command");
    await animationFrame();
    expect(input).toHaveValue("Pay #deadline");
    expect.verifySteps(["load"]);
});

test("text of an SMS", async () => {
    await mount(`<field name="text" widget="dso_hashtag_sms"/>`);
    const input = await type("[name=text] textarea", "#amount_over");
    expect(names()).toEqual(["#items_amount_overdue"]);
    await press("Tab");
    await animationFrame();
    expect(input).toHaveValue("Pay #items_amount_overdue");
    expect.verifySteps(["load"]);
});

test("templates of other models suggest nothing", async () => {
    await mount(
        `<field name="subject" widget="dso_hashtag_char"/>
         <field name="text" widget="dso_hashtag_sms"/>`,
        2
    );
    await type("[name=subject] input", "#items");
    expect(".o-we-powerbox").toHaveCount(0);
    await type("[name=text] textarea", "#items");
    expect(".o-we-powerbox").toHaveCount(0);
    expect.verifySteps([]);
});

describe("editor", () => {
    let editor;

    async function mountEditor(resId) {
        patchWithCleanup(HashtagHtmlField.prototype, {
            onEditorLoad(loaded) {
                editor = loaded;
                return super.onEditorLoad(...arguments);
            },
        });
        await mount(`<field name="body" widget="dso_hashtag_html"/>`, resId);
        const anchorNode = queryOne("[name=body] .odoo-editor-editable p").firstChild;
        setSelection({ anchorNode, anchorOffset: anchorNode.nodeValue.length });
    }

    const body = () => queryOne("[name=body] .odoo-editor-editable p").textContent;

    test("suggests, narrows down, arrows and Enter choose", async () => {
        await mountEditor(1);
        await insertText(editor, "#");
        await waitFor(".o-we-powerbox");
        expect(names()).toEqual(HASHTAGS.map(({ name }) => `#${name}`));
        await insertText(editor, "items_");
        await animationFrame();
        expect(names()).toEqual(["#items_amount", "#items_amount_overdue", "#items_list_overdue"]);
        await press("ArrowDown");
        await press("Enter");
        await animationFrame();
        expect(body()).toBe("Pay #items_amount_overdue");
        await expectElementCount(".o-we-powerbox", 0);
        await insertText(editor, " now");
        expect(body()).toBe("Pay #items_amount_overdue now");
        expect.verifySteps(["load"]);
    });

    test("closes where nothing fits, and on Escape", async () => {
        await mountEditor(1);
        await insertText(editor, "#");
        await waitFor(".o-we-powerbox");
        await insertText(editor, "xyz");
        await expectElementCount(".o-we-powerbox", 0);
        await insertText(editor, " #dead");
        await waitFor(".o-we-powerbox");
        await press("Escape");
        await expectElementCount(".o-we-powerbox", 0);
        expect(body()).toBe("Pay #xyz #dead");
        await insertText(editor, "l");
        await expectElementCount(".o-we-powerbox", 0);
        expect.verifySteps(["load"]);
    });

    test("the editor's own commands work as ever", async () => {
        await mountEditor(1);
        await insertText(editor, "/heading1");
        await waitFor(".o-we-powerbox");
        await press("Enter");
        expect("[name=body] .odoo-editor-editable h1").toHaveCount(1);
        expect.verifySteps([]);
    });

    test("templates of other models suggest nothing", async () => {
        await mountEditor(2);
        await insertText(editor, "#items");
        await animationFrame();
        await expectElementCount(".o-we-powerbox", 0);
        expect.verifySteps([]);
    });
});
