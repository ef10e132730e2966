import { registry } from "@web/core/registry";
import { ListController } from "@web/views/list/list_controller";
import { SearchModel } from "@web/search/search_model";
import { amountsListView } from "../amounts/amounts_list";
import { KEPT, withListAttributes } from "../lists/kept_list";
import { withListExport } from "../lists/list_export";
import { withAgeing } from "./ageing_day";

registry.category("views").add(
    "dso_ageing_list",
    withListAttributes(
        withAgeing({
            ...amountsListView,
            Controller: withListExport(ListController),
            SearchModel,
        }),
        { ...KEPT, class: "o_dso_view", edit: "0" }
    )
);
