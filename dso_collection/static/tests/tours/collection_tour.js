import { addTour } from "./patient";

const openCollection = [
    {
        content: "Open the app menu",
        trigger: ".o_navbar_apps_menu button:enabled",
        run: "click",
    },
    {
        content: "Open Collection",
        trigger: '.o_app[data-menu-xmlid="dso_collection.dso_collection_menu_root"]',
        run: "click",
    },
    {
        content: "The app opens on the manual actions",
        trigger: ".o_dso_counter_all",
    },
];

addTour("dso_collection_confirm", {
    url: "/odoo",
    steps: () => [
        ...openCollection,
        {
            content: "Go to the automatic actions",
            trigger: ".o_dso_tab[data-tab=automatic]",
            run: "click",
        },
        {
            content: "They are there",
            trigger: ".o_dso_tab[data-tab=automatic].active",
        },
        {
            content: "One action waits for somebody",
            trigger: ".o_dso_counter_todo:contains(1 to do)",
            run: "click",
        },
        {
            content: "The red counter is a filter",
            trigger: ".o_searchview_facet:contains(To do)",
        },
        {
            content: "Read why, and preview the message",
            trigger:
                ".o_data_row:contains(Acme):contains(7 days overdue) button[name=action_preview]",
            run: "click",
        },
        {
            content: "It goes to the collections contact",
            trigger: ".modal .o_field_widget[name=recipients]:contains(ann@acme.example.com)",
        },
        {
            content: "It says what is owed",
            trigger: ".modal :iframe body:contains(480.00), .modal [name=body]:contains(480.00)",
        },
        {
            content: "Confirm it",
            trigger: ".modal footer button[name=action_confirm]",
            run: "click",
        },
        {
            content: "Nothing is left to do",
            trigger: "body:not(:has(.modal)) .o_dso_counter_todo:contains(0 to do)",
            run: "click",
        },
        {
            content: "It waits for its sending hours, confirmed",
            trigger: ".o_data_row:contains(Acme) .badge:contains(Confirmed)",
        },
    ],
});

addTour("dso_collection_history", {
    url: "/odoo",
    steps: () => [
        ...openCollection,
        {
            content: "Go to the history",
            trigger: ".o_dso_tab[data-tab=history]",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_dso_tab[data-tab=history].active",
        },
        {
            content: "The reminder was sent: open it",
            trigger: ".o_data_row:contains(Acme):contains(First reminder) .o_data_cell[name=partner_id]",
            run: "click",
        },
        {
            content: "Its snapshot says what the customer was told",
            trigger: ".o_form_view [name=item_ids] .o_data_row:contains(480.00)",
        },
        {
            content: "Open the file of the customer",
            trigger: ".o_form_view button[name=action_view_customer]",
            run: "click",
        },
        {
            content: "The next step is planned, with its reason",
            trigger: ".o_dso_reason:contains(Phone call):contains(10 days after the previous action)",
        },
    ],
});
