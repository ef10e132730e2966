import { describe, expect, test } from "@odoo/hoot";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    findComponent,
    models,
    mountView,
} from "@web/../tests/web_test_helpers";
import { AGE_STYLES } from "@dso_collection/charts/palette";
import { OrderedGraphRenderer } from "@dso_collection/charts/ordered_graph";

describe.current.tags("desktop");

class Trend extends models.Model {
    _name = "dso.trend";
    day = fields.Date();
    bucket = fields.Selection({
        selection: [
            ["001", "1 to 30 days"],
            ["031", "31 to 60 days"],
            ["091", "More than 90 days"],
        ],
    });
    team = fields.Char();
    amount = fields.Float();
    company_id = fields.Many2one({ relation: "res.company", default: 1 });
    // the oldest comes up first
    _records = [
        { id: 1, day: "2026-01-31", bucket: "091", team: "North", amount: 30, company_id: 1 },
        { id: 2, day: "2026-02-28", bucket: "031", team: "North", amount: 20, company_id: 1 },
        { id: 3, day: "2026-02-28", bucket: "001", team: "North", amount: 10, company_id: 1 },
        { id: 4, day: "2026-02-28", bucket: "001", team: "South", amount: 5, company_id: 1 },
    ];
}

defineMailModels();
defineModels([Trend]);

async function getSeries(columns) {
    const view = await mountView({
        type: "graph",
        resModel: "dso.trend",
        arch: `<graph js_class="dso_graph" type="bar" stacked="1">
            <field name="day" interval="month" />${columns}<field name="amount" type="measure" />
        </graph>`,
    });
    const renderer = findComponent(view, (each) => each instanceof OrderedGraphRenderer);
    // but the line of the sums
    return renderer.chart.data.datasets.filter(({ type }) => type !== "line");
}

test("series stand in the order of the selection, in the colours of the dashboard", async () => {
    const series = await getSeries(`<field name="bucket" />`);
    expect(series.map(({ label }) => label)).toEqual([
        "1 to 30 days",
        "31 to 60 days",
        "More than 90 days",
    ]);
    expect(series.map(({ data }) => [...data])).toEqual([
        [0, 15],
        [0, 20],
        [30, 0],
    ]);
    expect(series.map(({ backgroundColor }) => backgroundColor)).toEqual(
        ["001", "031", "091"].map((key) => AGE_STYLES[key].color)
    );
});

test("a third group with one value leaves the colours", async () => {
    Trend._records = Trend._records.filter(({ team }) => team === "North");
    const series = await getSeries(`<field name="bucket" /><field name="team" />`);
    expect(series.map(({ label, backgroundColor }) => [label, backgroundColor])).toEqual([
        ["1 to 30 days / North", AGE_STYLES["001"].color],
        ["31 to 60 days / North", AGE_STYLES["031"].color],
        ["More than 90 days / North", AGE_STYLES["091"].color],
    ]);
});

test("one company is not told with each series", async () => {
    const series = await getSeries(`<field name="bucket" /><field name="company_id" />`);
    expect(series.map(({ label }) => label)).toEqual([
        "1 to 30 days",
        "31 to 60 days",
        "More than 90 days",
    ]);
});

test("with a third group, each series has a colour of its own", async () => {
    const series = await getSeries(`<field name="bucket" /><field name="team" />`);
    expect(series.map(({ label }) => label)).toEqual([
        "1 to 30 days / North",
        "1 to 30 days / South",
        "31 to 60 days / North",
        "More than 90 days / North",
    ]);
    expect(new Set(series.map(({ backgroundColor }) => backgroundColor)).size).toBe(4);
});

test("what is no selection stays as it comes up", async () => {
    const series = await getSeries(`<field name="team" />`);
    expect(series.map(({ label }) => label)).toEqual(["North", "South"]);
});
