import { addTour } from "./patient";

/**
 * A working day with the keyboard. The actions of the customers "Day 01", "Day 02" … are in this
 * order, see tests/test_agenda_tour.py.
 */

const NO_DIALOG = "body:not(:has(.modal))";
const customer = (number) => `Day ${String(number).padStart(2, "0")}`;

/** The panel shows this customer, and no dialog is above it. */
const at = (number) => `${NO_DIALOG} .o_dso_panel h2:contains(${customer(number)})`;

const counter = (tab, kind, count) => ({
    content: `${tab}: ${count} ${kind}`,
    trigger: `.o_dso_tab[data-tab=${tab}] .o_dso_tab_${kind}:contains(${count})`,
});

const key = (number, pressed, content) => ({
    content: `${customer(number)}: ${content}`,
    trigger: at(number),
    run: `press ${pressed}`,
});

const inDialog = (button, pressed, content) => ({
    content,
    trigger: `.modal footer button[name=${button}]:enabled`,
    run: `press ${pressed}`,
});

const confirmDialog = {
    content: "Yes, skip it",
    trigger: ".modal footer .btn-primary:enabled",
    run: "press Enter",
};

/** Log a call or something done by hand, with a result, in words. */
const log = (number, result, comment) => [
    key(number, "d", "log"),
    ...(result
        ? [
              {
                  content: "Unfold the results",
                  trigger: ".modal .o_field_widget[name=result] input",
                  run: "click",
              },
              {
                  content: `Choose ${result}`,
                  trigger: `.o_select_menu_item:contains(${result})`,
                  run: "click",
              },
              {
                  content: "It is chosen",
                  trigger: `.modal .o_field_widget[name=result] input:value(${result})`,
              },
          ]
        : []),
    {
        content: "Note what was said",
        trigger: ".modal .o_field_widget[name=comment] textarea",
        run: `edit ${comment} && press Tab`,
    },
    inDialog("action_apply", "Alt+q", "Mark as done"),
];

const send = (number) => [
    key(number, "d", "preview the e-mail"),
    {
        content: "It goes to the collections contact",
        trigger: `.modal .o_field_widget[name=recipients]:contains(day${String(number).padStart(2, "0")}@example.com)`,
    },
    inDialog("action_send", "Alt+w", "Send it"),
];

const print = (number) => [
    key(number, "d", "look at the letter"),
    {
        content: "The letter is shown",
        trigger: ".modal [name=pdf] :iframe #viewer .page",
    },
    inDialog("action_print", "Alt+q", "Create the PDF and mark as done"),
    {
        content: "Printed",
        trigger: ".modal .modal-title:contains(Printed letters)",
    },
    {
        content: "The letter is shown as it was printed",
        trigger: ".modal [name=pdf] :iframe #viewer .page",
    },
    {
        content: "Close",
        trigger: ".modal footer button:contains(Close)",
        run: "press Alt+x",
    },
];

const redate = (number) => [
    key(number, "r", "another day"),
    inDialog("action_apply", "Alt+q", "The next working day"),
];

/** A status by the beginning of its name, in the dialog that is open, and what was said. */
const changeStatus = (name, comment) => [
    {
        content: "Type the status",
        trigger: ".modal .o_field_widget[name=status_id] input",
        run: `edit ${name}`,
    },
    {
        content: `${name} is the one that Enter takes`,
        trigger: `.o-autocomplete--dropdown-item .ui-state-active:contains(${name})`,
    },
    {
        content: "Take it",
        trigger: ".modal .o_field_widget[name=status_id] input",
        run: "press Enter",
    },
    {
        content: "Note what was said",
        trigger: ".modal .o_field_widget[name=comment] textarea",
        run: `edit ${comment} && press Tab`,
    },
    inDialog("action_apply", "Alt+q", "Apply"),
];

const skip = (number) => [key(number, "s", "skip"), confirmDialog];

addTour("dso_collection_day", {
    steps: () => [
        counter("manual", "todo", 12),
        counter("automatic", "todo", 7),
        counter("replies", "todo", 1),
        {
            content: "Open the first one",
            trigger: ".o_data_row.o_dso_current:contains(Day 01)",
            run: "press Enter",
        },
        ...log(1, "Reached", "Pays tomorrow"),
        ...log(2, "Message left", "With his assistant"),
        ...log(3, "Wrong number", "A private person"),
        ...log(4, "No answer", "Twice"),
        ...send(5),
        ...send(6),
        ...print(7),
        ...print(8),
        key(9, "d", "preview the SMS"),
        inDialog("action_send", "Alt+w", "Send it"),
        key(10, "q", "change the status of its items"),
        ...changeStatus("Dispute: missing goods", "Two pallets are missing"),
        ...redate(10),
        ...log(11, null, "To the lawyer"),
        ...log(12, "Promised to pay", "Spoke to the director"),
        {
            content: "The status is asked, with what was noted: the day is proposed",
            trigger: ".modal .o_field_widget[name=status_id] input:value(Promise to pay)",
        },
        inDialog("action_apply", "Alt+q", "Apply the promise"),
        {
            content: "Nothing is left to do by hand today",
            trigger: ".o_dso_tabs [data-tab=manual]:not(:has(.o_dso_tab_todo))",
            run: "press 2",
        },
        {
            content: "On to the automatic ones",
            trigger: ".o_dso_tab[data-tab=automatic].active",
        },
        key(13, "c", "confirm"),
        key(14, "c", "confirm"),
        key(15, "c", "confirm"),
        ...skip(16),
        ...redate(17),
        key(18, "p", "preview"),
        inDialog("action_confirm", "Alt+q", "Confirm it in the preview"),
        {
            content: "Back in the list, tick the last one",
            trigger: at(19),
            run: "press x",
        },
        {
            content: "Confirm what is ticked",
            trigger: ".o_selection_container button[name=action_confirm_selected]",
            run: "press c",
        },
        {
            content: "It says how many",
            trigger: ".o_notification:contains(1 confirmed.)",
        },
        {
            content: "Nothing is left to confirm",
            trigger: ".o_dso_tabs [data-tab=automatic]:not(:has(.o_dso_tab_todo))",
            run: "press 4",
        },
        {
            content: "The reply",
            trigger: `.o_dso_tab[data-tab=replies].active`,
        },
        key(20, "h", "handled"),
        {
            content: "No reply is left",
            trigger: ".o_dso_tabs [data-tab=replies]:not(:has(.o_dso_tab_todo))",
            run: "press 3",
        },
        ...[1, 5, 7, 9].map((number) => ({
            content: `${customer(number)} is in the history`,
            trigger: `.o_list_view .o_data_row:contains(${customer(number)}) [name=done_date]`,
        })),
        {
            content: "Nobody has left the agenda",
            trigger: ".o_dso_tab[data-tab=history].active",
        },
    ],
});

/** Filters persist over the tabs, and over a return to the screen. */
addTour("dso_collection_filters", {
    steps: () => [
        {
            content: "Look for one customer",
            trigger: ".o_dso_tab[data-tab=manual].active, .o_searchview_input",
            run: "click",
        },
        {
            content: "Type",
            trigger: ".o_searchview_input",
            run: "edit Day 13",
        },
        {
            content: "Search",
            trigger: ".o_searchview_autocomplete .o-dropdown-item:contains(Customer)",
            run: "click",
        },
        {
            content: "None by hand",
            trigger: ".o_searchview_facet:contains(Day 13)",
        },
        {
            content: "Go to the automatic ones",
            trigger: ".o_dso_tab[data-tab=automatic]",
            run: "click",
        },
        {
            content: "One, the filter has come along, and so have the counters",
            trigger: ".o_dso_tab[data-tab=automatic].active .o_dso_tab_todo:contains(1)",
        },
        {
            content: "Its facet is there",
            trigger: ".o_searchview_facet:contains(Day 13)",
        },
        {
            content: "And its action",
            trigger: ".o_data_row:contains(Day 13)",
        },
        {
            content: "Leave the screen",
            trigger: '[data-menu-xmlid="dso_collection.dso_customer_menu"]',
            run: "click",
        },
        {
            content: "Customers",
            trigger: ".o_last_breadcrumb_item:contains(Customers)",
        },
        {
            content: "Come back",
            trigger: '[data-menu-xmlid="dso_collection.dso_agenda_menu"]',
            run: "click",
        },
        {
            content: "The same tab and filter",
            trigger: ".o_dso_tab[data-tab=automatic].active",
        },
        {
            content: "The same filter",
            trigger: ".o_searchview_facet:contains(Day 13)",
        },
        {
            content: "The same action",
            trigger: ".o_data_row:contains(Day 13)",
        },
    ],
});
