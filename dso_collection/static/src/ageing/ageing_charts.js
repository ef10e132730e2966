import { registry } from "@web/core/registry";
import { pivotView } from "@web/views/pivot/pivot_view";
import { orderedGraphView } from "../charts/ordered_graph";
import { withAgeing } from "./ageing_day";

const views = registry.category("views");

views.add("dso_ageing_graph", withAgeing(orderedGraphView));
views.add("dso_ageing_pivot", withAgeing(pivotView));
