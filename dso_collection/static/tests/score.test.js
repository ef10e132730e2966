import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllAttributes, queryAllTexts } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { defineModels, fields, models, mountView } from "@web/../tests/web_test_helpers";

describe.current.tags("desktop");

class Action extends models.Model {
    _name = "dso.action";
    name = fields.Char();
    score = fields.Float({ digits: [4, 1] });
    score_reason = fields.Char();
    _records = [
        { id: 1, name: "Call", score: 57.5, score_reason: "58 of 100: 12,400 at stake (22.1)." },
        { id: 2, name: "E-mail", score: 0, score_reason: false },
        { id: 3, name: "Letter", score: 100, score_reason: "100 of 100." },
    ];
}

defineMailModels();
defineModels([Action]);

beforeEach(async () => {
    await mountView({
        type: "list",
        resModel: "dso.action",
        arch: `<list><field name="name"/><field name="score" widget="dso_score"/></list>`,
    });
});

test("shows whole points and a bar of that length", async () => {
    expect(queryAllTexts(".o_dso_score_number")).toEqual(["58", "0", "100"]);
    const styles = queryAllAttributes(".o_dso_score_bar > span", "style");
    expect(styles).toEqual(["width: 57.5%", "width: 0%", "width: 100%"]);
});

test("explains itself, also to those who do not see it", async () => {
    const [first, second] = queryAllAttributes(".o_dso_score", "data-tooltip");
    expect(first).toBe("58 of 100: 12,400 at stake (22.1).");
    expect(second).toBe("Nothing is at stake.");
    const [label] = queryAllAttributes(".o_dso_score", "aria-label");
    expect(label).toBe("Score: 58 of 100: 12,400 at stake (22.1).");
    expect(queryAllAttributes(".o_dso_score", "role")).toEqual(["img", "img", "img"]);
});
