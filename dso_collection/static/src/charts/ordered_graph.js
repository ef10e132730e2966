import { registry } from "@web/core/registry";
import { GraphModel } from "@web/views/graph/graph_model";
import { GraphRenderer } from "@web/views/graph/graph_renderer";
import { graphView } from "@web/views/graph/graph_view";
import { AGE_STYLES, KIND_STYLES, PROMISE_STYLES, getTypeStyle } from "./palette";

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
    _getData() {
        const data = super._getData(...arguments);
        const { fields, groupBy, mode } = this.metaData;
        const field = groupBy[1] && fields[groupBy[1].fieldName];
        if (mode === "pie" || field?.type !== "selection") {
            return data;
        }
        const keys = field.selection.map(([key]) => key);
        for (const dataset of data.datasets) {
            const [identifier] = dataset.identifiers || [];
            dataset.seriesKey = identifier && JSON.parse(identifier)[1][groupBy[1].spec];
        }
        const position = ({ seriesKey }) => (keys.indexOf(seriesKey) + 1 || keys.length + 1) - 1;
        data.datasets.sort((a, b) => position(a) - position(b));
        // with a third group, such as the company, one colour would stand for several series
        const getStyle = groupBy.length === 2 && STYLES[groupBy[1].fieldName];
        for (const dataset of getStyle ? data.datasets : []) {
            dataset.seriesColor = getStyle(dataset.seriesKey)?.color;
        }
        return data;
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

registry.category("views").add("dso_graph", {
    ...graphView,
    Model: OrderedGraphModel,
    Renderer: OrderedGraphRenderer,
});
