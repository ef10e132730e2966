import { addTour } from "./patient";

addTour("dso_collection_indicators", {
    steps: () => [
        {
            content: "Both customers: 680 overdue, and a DSO of days",
            trigger: ".o_dso_amounts .o_dso_tile[data-key=amount_overdue]:contains(680)",
        },
        {
            content: "Choose customers",
            trigger: ".o_dso_choose",
            run: "click",
        },
        {
            content: "By collector",
            trigger: ".o_dso_selector[data-key=collector] input",
            run: "edit Mia",
        },
        {
            content: "The one who collects the other customer",
            trigger: ".o-autocomplete--dropdown-item:contains(Mia Manager)",
            run: "click",
        },
        {
            content: "All of the page is of that customer",
            trigger: ".o_dso_amounts .o_dso_tile[data-key=amount_overdue]:contains(200):contains(1 customer)",
        },
        {
            content: "The curve has come, and the forecast",
            trigger: ".o_dso_board:has(.o_dso_curve canvas):has(.o_dso_forecast canvas, .o_dso_late)",
        },
        {
            content: "What is DSO made of?",
            trigger: ".o_dso_indicator[data-key=dso]:contains(days)",
            run: "click",
        },
        {
            content: "The months, of the same customers",
            trigger: ".o_searchview_facet:contains(Mia Manager)",
        },
        {
            content: "What was open on the last day",
            trigger: ".o_list_view .o_data_row:eq(0) [name=receivable]:contains(200.00)",
        },
        {
            content: "By age",
            trigger: ".o_list_view .o_data_row:eq(0) button[name=action_view_receivable]",
            run: "click",
        },
        {
            content: "200 of the other customer",
            trigger: ".o_pivot tbody:contains(Other customer):contains(200.00)",
        },
        {
            content: "And nothing of Acme; export it",
            trigger: "body:not(:has(.o_pivot tbody:contains(Acme))) .o_dso_export_xlsx",
            run: "click",
        },
        {
            content: "It was exported",
            trigger: ".o_dso_export_xlsx:enabled",
        },
        {
            content: "Back to the months",
            trigger: ".breadcrumb-item:contains(Indicators by month) a, .o_back_button",
            run: "click",
        },
        {
            content: "They are still those of the same customers: what was sold?",
            trigger:
                ".o_list_view:has(.o_searchview_facet:contains(Mia Manager)) .o_data_row:has([name=sales]:contains(200.00)) button[name=action_view_sales]",
            run: "click",
        },
        {
            content: "The invoice",
            trigger: ".o_list_view .o_data_row:contains(Other customer)",
        },
        {
            content: "Back to the dashboard",
            trigger: ".breadcrumb-item:contains(Dashboard) a, .o_back_button",
            run: "click",
        },
        {
            content: "The choice is remembered; all customers again",
            trigger: ".o_dso_selector[data-key=collector]:contains(Mia Manager)",
        },
        {
            content: "All customers again",
            trigger: ".o_dso_all",
            run: "click",
        },
        {
            content: "Both",
            trigger: ".o_dso_amounts .o_dso_tile[data-key=amount_overdue]:contains(680)",
        },
    ],
});
