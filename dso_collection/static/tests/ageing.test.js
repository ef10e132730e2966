import { beforeEach, describe, expect, test } from "@odoo/hoot";
import { queryAllTexts, queryValue } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
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
    toggleMenuItem,
    toggleSearchBarMenu,
} from "@web/../tests/web_test_helpers";
import { download } from "@web/core/network/download";
import { utils as uiUtils } from "@web/core/ui/ui_service";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

const DAY = "#dso_as_of";

class Ageing extends models.Model {
    _name = "dso.ageing";
    bucket = fields.Selection({
        selection: [
            ["000", "Not due"],
            ["001", "1 to 30 days"],
        ],
    });
    amount = fields.Float({ string: "Open" });
    document = fields.Char();
    _records = [
        { id: 1, bucket: "000", amount: 10, document: "INV/1" },
        { id: 2, bucket: "001", amount: 20, document: "INV/2" },
    ];
    _views = {
        pivot: `<pivot js_class="dso_ageing_pivot" string="Ageing">
            <field name="bucket" type="col" /><field name="amount" type="measure" />
        </pivot>`,
        list: `<list js_class="dso_ageing_list"><field name="document" /></list>`,
        search: `<search><filter name="big" string="Big" domain="[('amount', '>', 15)]" /></search>`,
    };
}

defineMailModels();
defineModels([Ageing]);

const ACTION = {
    id: 7,
    name: "Ageing",
    res_model: "dso.ageing",
    type: "ir.actions.act_window",
    views: [
        [false, "pivot"],
        [false, "list"],
        [false, "search"],
    ],
};

let asked;

beforeEach(() => {
    asked = [];
    onRpc("dso.ageing", "get_today", () => "2026-12-01");
    onRpc("has_group", () => true);
    onRpc("dso.ageing", "formatted_read_grouping_sets", ({ kwargs }) => {
        asked.push(kwargs.context.dso_as_of);
    });
    onRpc("dso.ageing", "web_search_read", ({ kwargs }) => {
        asked.push(kwargs.context.dso_as_of);
    });
});

async function openPivot() {
    await mountWithCleanup(WebClient);
    await getService("action").doAction(ACTION, { viewType: "pivot" });
    // the title follows what is drawn
    await animationFrame();
}

async function choose(day) {
    await contains(DAY).edit(day, { confirm: "enter" });
    await animationFrame();
}

test("today at first, then the day that is chosen, and today again", async () => {
    await openPivot();
    expect(queryValue(DAY)).toBe("12/01/2026");
    expect(asked.at(-1)).toBe(undefined);
    await choose("10/31/2026");
    expect(asked.at(-1)).toBe("2026-10-31");
    expect(queryValue(DAY)).toBe("10/31/2026");
    await choose("12/01/2026");
    expect(asked.at(-1)).toBe(false, { message: "a favourite of today is always today's" });
});

test("a day to come is told, and asked for by nobody", async () => {
    await openPivot();
    const before = asked.length;
    await choose("12/02/2026");
    expect(".o_notification").toHaveCount(1);
    expect(queryAllTexts(".o_notification")[0]).toMatch(/12\/02\/2026 is not known yet/);
    expect(asked).toHaveLength(before);
    expect(queryValue(DAY)).toBe("12/01/2026");
});

test("the day goes from view to view, into the title and into what is opened", async () => {
    await openPivot();
    expect(".o_breadcrumb .active").toHaveText("Ageing as of 12/01/2026");
    await choose("10/31/2026");
    expect(".o_breadcrumb .active").toHaveText("Ageing as of 10/31/2026");
    await contains(".o_switch_view.o_list").click();
    expect(queryValue(DAY)).toBe("10/31/2026");
    expect(asked.at(-1)).toBe("2026-10-31");
    await contains(".o_switch_view.o_pivot").click();
    await contains(".o_pivot_cell_value:eq(1)").click();
    await animationFrame();
    expect(".o_list_view").toHaveCount(1);
    expect(asked.at(-1)).toBe("2026-10-31");
    expect(".o_breadcrumb .active").toHaveText("Open items as of 10/31/2026");
    await contains(".breadcrumb-item:first a").click();
    expect(".o_pivot_view").toHaveCount(1);
    expect(queryValue(DAY)).toBe("10/31/2026");
});

test("a favourite keeps its day", async () => {
    Ageing._filters = [
        {
            id: 3,
            name: "Last year",
            domain: "[]",
            context: "{'dso_as_of': '2025-12-31'}",
            sort: "[]",
            user_ids: [7],
            action_id: false,
            is_default: false,
        },
    ];
    await openPivot();
    await choose("10/31/2026");
    await toggleSearchBarMenu();
    await toggleMenuItem("Last year");
    expect(asked.at(-1)).toBe("2025-12-31");
    expect(queryValue(DAY)).toBe("12/31/2025");
});

test("both files are of what is shown", async () => {
    const files = [];
    patchWithCleanup(download, {
        _download: async ({ url, data }) => files.push([url, JSON.parse(data.data)]),
    });
    await openPivot();
    await choose("10/31/2026");
    await toggleSearchBarMenu();
    await toggleMenuItem("Big");
    for (const format of ["xlsx", "pdf"]) {
        await contains(`.o_dso_export_${format}`).click();
    }
    expect(files.map(([url]) => url)).toEqual([
        "/dso_collection/ageing.xlsx",
        "/dso_collection/ageing.pdf",
    ]);
    for (const [, data] of files) {
        expect(data.day).toBe("2026-10-31");
        expect(data.domain).toEqual([["amount", ">", 15]]);
        expect(data.filters).toEqual(["Big"]);
    }
});

test("without the right to export there is paper only", async () => {
    onRpc("has_group", ({ args }) => args[1] !== "base.group_allow_export");
    await openPivot();
    await animationFrame();
    expect(".o_dso_export_xlsx").toHaveCount(0);
    expect(".o_dso_export_pdf").toHaveCount(1);
});

test("on a narrow screen, too", async () => {
    patchWithCleanup(uiUtils, { isSmall: () => true });
    await openPivot();
    await animationFrame();
    expect(DAY).toBeVisible();
    expect(".o_dso_export_xlsx").toBeVisible();
    expect(".o_dso_export_pdf").toBeVisible();
});
