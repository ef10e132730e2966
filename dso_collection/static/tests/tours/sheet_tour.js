import { addTour } from "./patient";

const NO_DIALOG = "body:not(:has(.modal))";
const row = (text) => `.o_dso_statement .o_data_row:contains(${text})`;
/** All that the list shows. */
const only = (...texts) => {
    const count = texts.length;
    const all = texts.map((text) => `:has(.o_data_row:contains(${text}))`).join("");
    return `.o_dso_statement${all}:has(.o_data_row:eq(${count - 1})):not(:has(.o_data_row:eq(${count})))`;
};

const press = (key) => ({
    content: `Press ${key}`,
    trigger: ".o_dso_stage[tabindex='0']",
    run: `press ${key}`,
});

// A customer looked through, qualified, written to
addTour("dso_collection_sheet", {
    steps: () => [
        {
            content: "Three items are open",
            trigger: only("1,000.00", "500.00", "250.00"),
        },
        {
            content: "What is over 90 days overdue",
            trigger: ".o_dso_ageing_key[data-bucket='091']:contains(1,000.00)",
            run: "click",
        },
        {
            content: "The statement shows that one alone",
            trigger: only("1,000.00"),
        },
        {
            content: "Show what is overdue, whatever its age",
            trigger: ".o_dso_filter[data-filter=overdue]:contains(Overdue 3)",
            run: "click",
        },
        {
            content: "Tick one",
            trigger: `${only("1,000.00", "500.00", "250.00")} .o_data_row:contains(500.00) .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Change its status",
            trigger: ".o_dso_qualify_button:enabled",
            run: "click",
        },
        {
            content: "Promised, in one click",
            trigger: ".modal button[name=action_quick_promise]:contains(7 days)",
            run: "click",
        },
        {
            content: "The statement says so",
            trigger: `${NO_DIALOG} ${row("500.00")}:contains(Promise to pay):has(.o_dso_star_specific)`,
        },
        {
            content: "And has a filter for it",
            trigger: ".o_dso_filter[data-filter=promised]:contains(Promised 1)",
            run: "click",
        },
        {
            content: "With the one item",
            trigger: only("500.00"),
        },
        {
            content: "Look at what happens next",
            trigger: ".o_notebook .nav-link[name=planned]",
            run: "click",
        },
        {
            content: "The line says what comes next",
            trigger: ".o_dso_stage[data-state=due][aria-checked=true]:contains(First reminder)",
            run: "click",
        },
        press("ArrowRight"),
        {
            content: "And afterwards",
            trigger: ".o_dso_stage[data-state=later][aria-checked=true]:contains(Second reminder)",
        },
        {
            content: "Back to the statement",
            trigger: ".o_notebook .nav-link[name=items]",
            run: "click",
        },
        {
            content: "Send the statement",
            trigger: ".o_dso_send_button",
            run: "click",
        },
        {
            content: "The dialog is filled in",
            trigger: ".modal [name=mail_template_id] input:value(Statement of account)",
        },
        {
            content: "Do it",
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        {
            content: "Look at what happened",
            trigger: `${NO_DIALOG} .o_notebook .nav-link[name=timeline]`,
            run: "click",
        },
        {
            content: "The statement left",
            trigger: ".o_dso_entry[data-kind=action]:contains(Statement of account):contains(Done)",
        },
        {
            content: "The promise before it",
            trigger: ".o_dso_entry[data-kind=qualification]:contains(Promise to pay)",
        },
        {
            content: "Only the payments",
            trigger: ".o_dso_filter[data-kind=payment]",
            run: "click",
        },
        {
            content: "There was one, long ago",
            trigger: ".o_dso_timeline:not(:has([data-kind=action].o_dso_entry)) .o_dso_entry:contains(75.00)",
        },
        {
            content: "What is paid is shown on demand",
            trigger: ".o_notebook .nav-link[name=items]",
            run: "click",
        },
        {
            content: "All open items first",
            trigger: ".o_dso_filter[data-filter=all]",
            run: "click",
        },
        {
            content: "Closed ones too",
            trigger: ".o_dso_closed input",
            run: "click",
        },
        {
            content: "Four are there",
            trigger: ".o_dso_statement .o_data_row:eq(3)",
        },
    ],
});
