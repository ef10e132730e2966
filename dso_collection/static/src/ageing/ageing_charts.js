import { registry } from "@web/core/registry";
import { pivotView } from "@web/views/pivot/pivot_view";
// the graph that this one is made of has to be there first
import "../charts/ordered_graph";
import { withAgeing } from "./ageing_day";

const views = registry.category("views");

views.add("dso_ageing_graph", withAgeing(views.get("dso_graph")));
views.add("dso_ageing_pivot", withAgeing(pivotView));
