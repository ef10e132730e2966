import { addTour } from "./patient";

addTour("dso_collection_dry_run", {
    steps: () => [
        {
            content: "What would go out to this customer",
            trigger: ".o_form_view button[name=action_dry_run]",
            run: "click",
        },
        {
            content: "One e-mail and one call",
            trigger: ".o_dso_summary tr[data-channel=call]:contains(1)",
        },
        {
            content: "Look at the customer itself",
            trigger: ".o_dso_customer a:contains(Acme)",
            run: "click",
        },
        {
            content: "It is the file",
            trigger: ".o_form_view button[name=action_dry_run]",
        },
        {
            content: "Back to the run",
            trigger: ".breadcrumb-item:contains(Dry run) a, .o_back_button:contains(Dry run)",
            run: "click",
        },
        {
            content: "It is as it was",
            trigger: ".o_dso_customer a:contains(Acme)",
        },
    ],
});

addTour("dso_collection_dashboard", {
    steps: () => [
        {
            content: "480 are overdue",
            trigger: ".o_dso_tile[data-key=amount_overdue]:contains(480):contains(1 customer)",
        },
        {
            content: "By age, too, and at the end of months",
            trigger: ".o_dso_ageing .o_dso_share_line:contains(1 to 30 days):contains(480)",
        },
        {
            content: "The trend has come",
            trigger: ".o_dso_trend canvas",
        },
        {
            content: "One action to do: open it",
            trigger: ".o_dso_tile[data-key=todo]:contains(1)",
            run: "click",
        },
        {
            content: "It is the customer's reminder",
            trigger: ".o_list_view .o_data_row:contains(Acme):contains(First reminder)",
        },
        {
            content: "Back to the dashboard",
            trigger: ".breadcrumb-item:contains(Dashboard) a, .o_back_button:contains(Dashboard)",
            run: "click",
        },
        {
            content: "The customers behind the figure",
            trigger: ".o_dso_tile[data-key=amount_overdue]",
            run: "click",
        },
        {
            content: "It is this one",
            trigger: ".o_list_view .o_data_row:contains(Acme):contains(480.00)",
        },
    ],
});
