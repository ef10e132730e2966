/* global Chart */
import { Component, onWillStart, onWillUnmount, useEffect, useRef, useState } from "@odoo/owl";
import { loadBundle } from "@web/core/assets";
import { cookie } from "@web/core/browser/cookie";
import { getCustomColor } from "@web/core/colors/colors";

/**
 * Stacked bars on Odoo's own Chart.js. The legend has icons and switches a series off and on; the
 * same figures are in a table below, for whoever cannot see or point at bars.
 */
export class StackedChart extends Component {
    static template = "dso_collection.StackedChart";
    static props = {
        name: String,
        labels: { type: Array, element: String },
        series: {
            type: Array,
            element: {
                type: Object,
                shape: {
                    key: String,
                    label: String,
                    color: String,
                    icon: String,
                    values: { type: Array, element: Number },
                    "*": true,
                },
            },
        },
        format: Function,
        formatAxis: { type: Function, optional: true },
        // called with a series and the index of a label
        onSelect: { type: Function, optional: true },
        // index of the label that is now
        now: { type: Number, optional: true },
        // what the axis reaches at least, for two charts beside one another
        max: { type: Number, optional: true },
        // where the axis ends, whatever is higher: one bar would make all others a line
        limit: { type: Number, optional: true },
        // a remark on each label, below its figures
        notes: { type: Array, element: String, optional: true },
        wholeNumbers: { type: Boolean, optional: true },
        showTotal: { type: Boolean, optional: true },
    };
    static defaultProps = { showTotal: true };

    setup() {
        this.canvas = useRef("canvas");
        this.state = useState({ hidden: {} });
        this.chart = null;
        onWillStart(() => loadBundle("web.chartjs_lib"));
        useEffect(
            () => this.draw(),
            () => [
                this.props.labels,
                this.props.series,
                this.props.max,
                this.props.limit,
                Object.keys(this.state.hidden).join(),
            ]
        );
        onWillUnmount(() => this.chart?.destroy());
    }

    get visible() {
        return this.props.series.filter(({ key }) => !this.state.hidden[key]);
    }

    get totals() {
        return Object.fromEntries(
            this.props.series.map(({ key, values }) => [key, values.reduce((a, b) => a + b, 0)])
        );
    }

    /** Rows of the table: the labels that have anything. */
    get rows() {
        return this.props.labels
            .map((label, index) => ({ label, index }))
            .filter(({ index }) => this.props.series.some(({ values }) => values[index]));
    }

    toggle(key) {
        if (this.state.hidden[key]) {
            delete this.state.hidden[key];
        } else {
            this.state.hidden[key] = true;
        }
    }

    select(series, index) {
        if (this.props.onSelect && series.values[index]) {
            this.props.onSelect(series, index);
        }
    }

    draw() {
        this.chart?.destroy();
        this.chart = new Chart(this.canvas.el, this.getConfig());
    }

    getConfig() {
        const scheme = cookie.get("color_scheme");
        const text = getCustomColor(scheme, "#374151", "#E4E4E4");
        const grid = getCustomColor(scheme, "rgba(0,0,0,.08)", "rgba(255,255,255,.12)");
        const edge = getCustomColor(scheme, "#FFFFFF", "#262A36");
        const { format, formatAxis, labels, limit, max, notes, now, wholeNumbers } = this.props;
        const visible = this.visible;
        return {
            type: "bar",
            data: {
                // copies: Chart.js keeps notes of its own on the arrays it is given
                labels: [...labels],
                datasets: visible.map((series) => ({
                    label: series.label,
                    data: [...series.values],
                    backgroundColor: series.color,
                    borderColor: edge,
                    // neighbours are told apart by more than their colour
                    borderWidth: { top: 1 },
                    maxBarThickness: 44,
                })),
            },
            options: {
                animation: false,
                responsive: true,
                maintainAspectRatio: false,
                interaction: { mode: "index", intersect: false },
                onClick: (ev, _elements, chart) => {
                    const [hit] = chart.getElementsAtEventForMode(
                        ev,
                        "nearest",
                        { intersect: true },
                        true
                    );
                    if (hit) {
                        this.select(visible[hit.datasetIndex], hit.index);
                    }
                },
                onHover: (ev, _elements, chart) => {
                    const hits = chart.getElementsAtEventForMode(
                        ev,
                        "nearest",
                        { intersect: true },
                        true
                    );
                    const clickable = this.props.onSelect && hits.length;
                    chart.canvas.style.cursor = clickable ? "pointer" : "default";
                },
                plugins: {
                    legend: { display: false },
                    tooltip: {
                        filter: (item) => item.raw !== 0,
                        itemSort: (a, b) => b.datasetIndex - a.datasetIndex,
                        callbacks: {
                            label: (item) => ` ${item.dataset.label}: ${format(item.raw)}`,
                            footer: (items) => {
                                const total = items.reduce((sum, item) => sum + item.raw, 0);
                                const note = items.length ? notes?.[items[0].dataIndex] : "";
                                const sum = items.length > 1 ? format(total) : "";
                                return [sum, note].filter(Boolean).join("\n");
                            },
                        },
                    },
                },
                scales: {
                    x: {
                        stacked: true,
                        grid: { display: false },
                        ticks: {
                            color: text,
                            maxRotation: 0,
                            autoSkipPadding: 12,
                            font: (context) => ({
                                weight: context.index === now ? "bold" : "normal",
                            }),
                        },
                    },
                    y: {
                        stacked: true,
                        beginAtZero: true,
                        suggestedMax: max,
                        max: limit,
                        grid: { color: grid },
                        border: { display: false },
                        ticks: {
                            color: text,
                            maxTicksLimit: 6,
                            precision: wholeNumbers ? 0 : undefined,
                            callback: (value) => (formatAxis || format)(value),
                        },
                    },
                },
            },
        };
    }
}
