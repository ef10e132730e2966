import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { getTypeStyle } from "../fields/action_types";
import { AGE_STYLES, KIND_STYLES, PROMISE_STYLES } from "./palette";

/** The colours of the dashboard, by the field that makes the series. */
const STYLES = {
    action_type: getTypeStyle,
    bucket: (key) => AGE_STYLES[key],
    kind: (key) => KIND_STYLES[key],
    state: (key) => PROMISE_STYLES[key],
};

/**
 * Odoo's graph puts its series in the order in which they come up, in which "31 to 60 days" may stand
 * below "1 to 30 days", and colours them by that order. Here a selection keeps the order of its
 * values, and each value the colour that it has on the dashboard.
 */
export class OrderedGraphModel extends GraphModel {
    /** A company that all series share is not told again and again; a currency is. */
    _getDatasetLabel(dataPoint) {
        return this.isOneCompany ? dataPoint.labels[1] : super._getDatasetLabel(dataPoint);
    }

    _getData(dataPoints) {
        this.isOneCompany = this.tellsOneCompany(dataPoints);
        const data = super._getData(...arguments);
        for (const dataset of data.datasets) {
            // what nobody can know is a gap, and no nought
            dataset.data = dataset.data.map((value) => (value === false ? null : value));
        }
        const { fields, groupBy, mode } = this.metaData;
        const field = groupBy[1] && fields[groupBy[1].fieldName];
        if (mode === "pie" || field?.type !== "selection") {
            return data;
        }
        const keys = field.selection.map(([key]) => key);
        const others = new Set();
        for (const dataset of data.datasets) {
            const [identifier] = dataset.identifiers || [];
            const values = identifier ? JSON.parse(identifier) : [];
            dataset.seriesKey = values[1]?.[groupBy[1].spec];
            others.add(JSON.stringify(values.slice(2)));
        }
        const position = ({ seriesKey }) => (keys.indexOf(seriesKey) + 1 || keys.length + 1) - 1;
        data.datasets.sort((a, b) => position(a) - position(b));
        // of several companies, one colour would stand for several series
        if (others.size <= 1) {
            const getStyle = STYLES[groupBy[1].fieldName] || (() => undefined);
            for (const dataset of data.datasets) {
                dataset.seriesColor = getStyle(dataset.seriesKey)?.color;
            }
        }
        return data;
    }

    /** Whether the third and last group is the company, and there is one. */
    tellsOneCompany(dataPoints) {
        const { fields, groupBy, mode } = this.metaData;
        const isCompany = fields[groupBy[2]?.fieldName]?.relation === "res.company";
        if (mode === "pie" || !isCompany || groupBy.length > 3) {
            return false;
        }
        return new Set(dataPoints.map(({ labels }) => labels[2])).size === 1;
    }
}

export class OrderedGraphRenderer extends GraphRenderer {
    getBarChartData() {
        const data = super.getBarChartData();
        for (const dataset of data.datasets) {
            dataset.backgroundColor = dataset.seriesColor || dataset.backgroundColor;
        }
        return data;
    }
}

export const orderedGraphView = {
    ...graphView,
    Model: OrderedGraphModel,
    Renderer: OrderedGraphRenderer,
};

registry.category("views").add("dso_graph", orderedGraphView);
