import { beforeEach, describe, expect, test } from "@odoo/hoot";
import {
    queryAll,
    queryAllAttributes,
    queryAllProperties,
    queryAllTexts,
    queryOne,
} from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { Component, reactive, useState, xml } from "@odoo/owl";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { contains, findComponent, mountWithCleanup } from "@web/../tests/web_test_helpers";
import { PROMISE_STYLES, withStyles } from "@dso_collection/charts/palette";
import { ShareBar } from "@dso_collection/charts/share_bar";
import { StackedChart } from "@dso_collection/charts/stacked_chart";

describe.current.tags("desktop");
defineMailModels();

const format = (value) => `${value} €`;

describe("stacked chart", () => {
    const SERIES = [
        { key: "call", label: "Phone call", color: "#0072B2", icon: "fa-phone", values: [2, 0, 1] },
        { key: "sms", label: "SMS", color: "#CC79A7", icon: "fa-comment", values: [1, 0, 4] },
    ];
    const ITEM = ".o_dso_legend_item";

    let props;

    beforeEach(() => {
        props = reactive({
            name: "Actions by day",
            labels: ["Mar 9", "Mar 10", "Mar 11"],
            series: SERIES,
            format,
            onSelect: (series, index) => expect.step(`${series.key} ${index}`),
        });
    });

    async function mountChart(values = {}) {
        Object.assign(props, values);
        class Parent extends Component {
            static components = { StackedChart };
            static props = [];
            static template = xml`<div style="width: 600px"><StackedChart t-props="state"/></div>`;
            setup() {
                this.state = useState(props);
            }
        }
        const parent = await mountWithCleanup(Parent);
        return findComponent(parent, (component) => component instanceof StackedChart);
    }

    /** Click on a bar, where it is drawn. */
    async function clickOnBar(component, dataset, index) {
        const bar = component.chart.getDatasetMeta(dataset).data[index];
        const position = bar.getCenterPoint();
        await contains("canvas").click({ position, relative: true });
    }

    const drawn = (component) =>
        component.chart.data.datasets.map(({ label, data, backgroundColor }) => [
            label,
            [...data],
            backgroundColor,
        ]);

    test("bars on one another, in the colours of the legend", async () => {
        const component = await mountChart();
        expect(drawn(component)).toEqual([
            ["Phone call", [2, 0, 1], "#0072B2"],
            ["SMS", [1, 0, 4], "#CC79A7"],
        ]);
        expect([...component.chart.data.labels]).toEqual(["Mar 9", "Mar 10", "Mar 11"]);
        const { x, y } = component.chart.options.scales;
        expect([x.stacked, y.stacked]).toEqual([true, true]);
        expect(queryAllTexts(ITEM)).toEqual(["Phone call3 €", "SMS5 €"]);
        const colors = queryAll(`${ITEM} .o_dso_swatch`).map((el) => el.style.backgroundColor);
        expect(colors).toEqual(["rgb(0, 114, 178)", "rgb(204, 121, 167)"]);
        expect(`${ITEM}:eq(0) .fa-phone`).toHaveAttribute("aria-hidden", "true");
        expect("canvas").toHaveAttribute("aria-label", "Actions by day");
    });

    test("a series that is switched off is no longer drawn, and stays in the table", async () => {
        const component = await mountChart();
        await contains(`${ITEM}:eq(0)`).click();
        expect(drawn(component).map(([label]) => label)).toEqual(["SMS"]);
        expect(queryAllAttributes(ITEM, "aria-pressed")).toEqual(["false", "true"]);
        expect(queryAllProperties("thead th", "textContent")).toEqual(["Date", "Phone call", "SMS"]);
        await contains(`${ITEM}:eq(0)`).click();
        expect(drawn(component).map(([label]) => label)).toEqual(["Phone call", "SMS"]);
        expect(queryAllAttributes(ITEM, "aria-pressed")).toEqual(["true", "true"]);
    });

    test("a click on a bar tells whose it is, with others switched off too", async () => {
        const component = await mountChart();
        await clickOnBar(component, 0, 0);
        await clickOnBar(component, 1, 2);
        expect.verifySteps(["call 0", "sms 2"]);
        await contains(`${ITEM}:eq(0)`).click();
        await clickOnBar(component, 0, 2);
        expect.verifySteps(["sms 2"]);
    });

    test("the table has the days with anything, and its figures are buttons", async () => {
        await mountChart();
        await contains("summary").click();
        expect(queryAllTexts("tbody th")).toEqual(["Mar 9", "Mar 11"]);
        expect(queryAllTexts("tbody button")).toEqual(["2 €", "1 €", "1 €", "4 €"]);
        await contains("tbody tr:eq(1) button:eq(0)").click();
        expect.verifySteps(["call 2"]);
    });

    test("where nothing is behind them, figures are text", async () => {
        await mountChart({ onSelect: undefined, showTotal: false });
        await contains("summary").click();
        expect("tbody button").toHaveCount(0);
        expect(queryAllTexts("tbody td")).toEqual(["2 €", "1 €", "1 €", "4 €"]);
        expect(queryAllTexts(ITEM)).toEqual(["Phone call", "SMS"]);
    });

    test("two charts beside one another reach equally far, and today is bold", async () => {
        const component = await mountChart({ max: 40, now: 1, wholeNumbers: true });
        expect(component.chart.scales.y.max).toBe(40);
        expect(component.chart.options.scales.y.ticks.precision).toBe(0);
        const weights = component.chart.scales.x.ticks.map(
            (_tick, index) => component.getConfig().options.scales.x.ticks.font({ index }).weight
        );
        expect(weights).toEqual(["normal", "bold", "normal"]);
    });

    test("beside the mouse: what each part is, and the sum of several", async () => {
        const component = await mountChart();
        const { callbacks, filter } = component.getConfig().options.plugins.tooltip;
        const items = [2, 1].map((raw, index) => ({ raw, dataset: SERIES[index] }));
        expect(items.map(callbacks.label)).toEqual([" Phone call: 2 €", " SMS: 1 €"]);
        expect(callbacks.footer(items)).toBe("3 €");
        expect(callbacks.footer(items.slice(1))).toBe("");
        expect(filter({ raw: 0 })).toBe(false);
    });

    test("other figures are drawn anew, in the same place", async () => {
        const component = await mountChart();
        const first = component.chart;
        props.series = [{ ...SERIES[0], values: [7, 7, 7] }];
        await animationFrame();
        expect(component.chart === first).toBe(false);
        expect(drawn(component)).toEqual([["Phone call", [7, 7, 7], "#0072B2"]]);
        expect("canvas").toHaveCount(1);
        expect(window.Chart.getChart(queryOne("canvas")) === component.chart).toBe(true);
    });
});

describe("bar of shares", () => {
    const PARTS = [
        { key: "000", label: "Not due", color: "#56B4E9", icon: "fa-leaf", amount: 300, count: 1200 },
        { key: "001", label: "1–30 days", color: "#FDD49E", icon: "fa-hourglass", amount: 100, count: 2 },
        { key: "031", label: "31–60 days", color: "#FC8D59", icon: "fa-hourglass", amount: 0, count: 0 },
    ];

    const mountBar = (parts = PARTS) =>
        mountWithCleanup(ShareBar, {
            props: {
                name: "Overdue by age",
                parts,
                format,
                onSelect: ({ key }) => expect.step(key),
            },
        });

    test("each part is as wide as its share, and told in words", async () => {
        await mountBar();
        const parts = queryAll(".o_dso_share_part");
        expect(parts.map(({ style }) => style.width)).toEqual(["75%", "25%"]);
        expect(parts.map(({ style }) => style.backgroundColor)).toEqual([
            "rgb(86, 180, 233)",
            "rgb(253, 212, 158)",
        ]);
        expect(queryAllTexts(".o_dso_share_line")).toEqual([
            "Not due\n1,200\n300 €\n75 %",
            "1–30 days\n2\n100 €\n25 %",
            "31–60 days\n0\n0 €\n0 %",
        ]);
        expect(".o_dso_share").toHaveAttribute("aria-label", "Overdue by age");
        // the lines below say the same
        expect(".o_dso_share_bar").toHaveAttribute("aria-hidden", "true");
    });

    test("a click on the bar or on a line opens what is behind it", async () => {
        await mountBar();
        await contains(".o_dso_share_part:eq(1)").click();
        await contains(".o_dso_share_line:eq(0)").click();
        expect.verifySteps(["001", "000"]);
        expect(".o_dso_share_line:eq(2)").not.toBeEnabled();
    });

    test("of nothing there are no shares", async () => {
        await mountBar(PARTS.slice(2));
        expect(".o_dso_share_part").toHaveCount(0);
        expect(".o_dso_share_percent").toHaveText("0 %");
    });
});

test("series have their styles, others are grey", () => {
    const series = withStyles([{ key: "kept", values: [1] }, { key: "x", values: [] }], PROMISE_STYLES);
    expect(series).toEqual([
        { key: "kept", values: [1], ...PROMISE_STYLES.kept },
        { key: "x", values: [], color: "#8C8C8C", icon: "fa-circle-o" },
    ]);
});
