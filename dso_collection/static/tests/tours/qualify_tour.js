import { addTour } from "./patient";

const NO_DIALOG = "body:not(:has(.modal))";
const ITEMS = ".o_form_view [name=item_ids]";

/** An item of the customer's statement, found by its amount. */
const item = (amount) => `${ITEMS} .o_data_row:contains(${amount})`;

const tick = (amount) => ({
    content: `Tick the item of ${amount}`,
    trigger: `${item(amount)} .o_list_record_selector input:not(:checked)`,
    run: "click",
});

const openDialog = {
    content: "Change the status of what is ticked",
    trigger: ".o_dso_qualify_button:enabled",
    run: "click",
};

const chooseStatus = (name) => [
    {
        content: "Type the status",
        trigger: ".modal .o_field_widget[name=status_id] input",
        run: `edit ${name}`,
    },
    {
        content: `Choose ${name}`,
        trigger: `.o-autocomplete--dropdown-item:contains(${name})`,
        run: "click",
    },
];

const chooseRadio = (field, label) => ({
    content: `Choose “${label}”`,
    trigger: `.modal .o_field_widget[name=${field}] .o_radio_item:contains(${label}) input`,
    run: "click",
});

const apply = {
    content: "Apply",
    trigger: ".modal footer button[name=action_apply]",
    run: "click",
};

const openTab = (name) => ({
    content: `Open the tab “${name}”`,
    trigger: `${NO_DIALOG} .o_notebook .nav-link:contains(${name})`,
    run: "click",
});

const openManualActions = [
    {
        content: "Open the agenda",
        trigger: `${NO_DIALOG} [data-menu-xmlid="dso_collection.dso_agenda_menu"]`,
        run: "click",
    },
    {
        content: "It opens on the manual actions",
        trigger: ".o_dso_tab[data-tab=manual].active",
    },
];

// From a selection of two items to a planned specific action
addTour("dso_collection_qualify", {
    steps: () => [
        {
            content: "Nothing is ticked yet",
            trigger: ".o_dso_statement_bar:contains(Tick items) .o_dso_qualify_button:disabled",
        },
        tick("1,000.00"),
        tick("500.00"),
        {
            content: "Two are",
            trigger: ".o_dso_statement_bar:contains(2 selected)",
        },
        openDialog,
        {
            content: "Both are in the dialog, and no other",
            trigger:
                ".modal:contains(2 items):contains(1,500.00):not(:contains(250.00)) [name=line_ids]",
        },
        ...chooseStatus("Ongoing"),
        {
            content: "Note what was said",
            trigger: ".modal .o_field_widget[name=comment] textarea",
            run: "edit Waits for his director && press Tab",
        },
        {
            content: "Step two",
            trigger: ".modal footer button[name=action_next]",
            run: "click",
        },
        chooseRadio("email_mode", "To the customer"),
        {
            content: "Status, comment and both items are in the message already",
            trigger:
                ".modal [name=email_body] .odoo-editor-editable:contains(Ongoing)" +
                ":contains(Waits for his director):contains(1,000.00):contains(500.00)",
        },
        {
            content: "It goes to the collections contact",
            trigger: ".modal [name=email_recipient_ids] .o_tag:contains(Ann)",
        },
        {
            content: "Write another subject",
            trigger: ".modal .o_field_widget[name=email_subject] input",
            run: "edit As agreed on the phone && press Tab",
        },
        {
            content: "Back to step one",
            trigger: ".modal footer button[name=action_back]",
            run: "click",
        },
        {
            content: "Nothing is lost: go to step three by the bar",
            trigger:
                ".modal .o_field_widget[name=comment] textarea:value(Waits for his director)",
        },
        {
            content: "Step three",
            trigger: ".modal .o_arrow_button:contains(3. Next action)",
            run: "click",
        },
        {
            content: "The scenario says what it would do",
            trigger: ".modal [name=scenario_preview]:contains(First reminder)",
        },
        chooseRadio("next_action", "Specific action for these items"),
        {
            content: "Read what will happen",
            trigger: ".modal .o_dso_summary:contains(Ongoing):contains(To the customer):contains(Phone call on)",
        },
        apply,
        {
            content: "The screen follows: the third item leads, the two have their own action",
            trigger: `${NO_DIALOG} ${item("250.00")}:has(.o_dso_star)`,
        },
        {
            content: "The first has its star",
            trigger: `${item("1,000.00")}:has(.o_dso_star_specific):not(:has(.o_dso_star)):contains(Ongoing)`,
        },
        {
            content: "And the second",
            trigger: `${item("500.00")}:has(.o_dso_star_specific):contains(Ongoing)`,
        },
        openTab("Planned actions"),
        {
            content: "The call is planned",
            trigger: "[name=open_action_ids] .o_data_row:contains(1,500.00) button[name=action_log]",
        },
        {
            content: "Beside the scenario",
            trigger: "[name=open_action_ids] .o_data_row:contains(First reminder):contains(250.00)",
        },
        openTab("Timeline"),
        {
            content: "It is told there, both items in one entry",
            trigger:
                ".o_dso_entry[data-kind=qualification]:contains(Waits for his director):contains(Ongoing)",
        },
        ...openManualActions,
        {
            content: "And in the agenda",
            trigger: ".o_data_row:contains(Acme):contains(1,500.00):contains(Specific action for)",
        },
    ],
});

// A dispute, which needs its specific action; its end is a tour of its own
addTour("dso_collection_dispute", {
    steps: () => [
        tick("1,000.00"),
        openDialog,
        ...chooseStatus("Dispute: price"),
        {
            content: "Straight to step three",
            trigger: ".modal .o_arrow_button:contains(3. Next action)",
            run: "click",
        },
        chooseRadio("next_action", "Follow the scenario"),
        {
            content: "It says that this will not do",
            trigger: ".modal .alert:contains(A dispute always has a specific action)",
        },
        apply,
        {
            content: "It is refused, with what to do",
            trigger:
                ".o_error_dialog:contains(always has a specific action):contains(step three) footer button",
            run: "click",
        },
        chooseRadio("next_action", "Specific action for these items"),
        {
            content: "The warning is gone",
            trigger: ".modal:not(:has(.alert)) .o_field_widget[name=action_type]",
        },
        apply,
        {
            content: "The next item leads",
            trigger: `${NO_DIALOG} ${item("500.00")}:has(.o_dso_star)`,
        },
        {
            content: "The first is in dispute",
            trigger: `${item("1,000.00")}:has(.o_dso_star_specific):contains(Dispute: price)`,
        },
    ],
});

addTour("dso_collection_dispute_end", {
    steps: () => [
        openTab("Planned actions"),
        {
            content: "End its action",
            trigger:
                "[name=open_action_ids] .o_data_row:contains(1,000.00) button[name=action_open_end]",
            run: "click",
        },
        {
            content: "It asks about the dispute, with its item",
            trigger: ".modal [name=line_ids] .o_data_row:contains(Dispute: price):contains(1,000.00)",
        },
        chooseRadio("resolved", "Yes: the items go back"),
        {
            content: "End the action",
            trigger: ".modal footer button[name=action_apply]",
            run: "click",
        },
        openTab("Statement"),
        {
            content: "The item leads again",
            trigger: `${item("1,000.00")}:has(.o_dso_star):contains(Dispute resolved)`,
        },
    ],
});

// A promise is noted in one click
addTour("dso_collection_promise", {
    steps: () => [
        tick("500.00"),
        openDialog,
        {
            content: "Promised for a week from now, in one click",
            trigger: ".modal button[name=action_quick_promise]:contains(7 days)",
            run: "click",
        },
        {
            content: "The item has it",
            trigger: `${NO_DIALOG} ${item("500.00")}:has(.o_dso_star_specific):contains(Promise to pay)`,
        },
        {
            content: "The ledger is one click away",
            trigger: ".o_form_view button[name=action_view_promises]",
            run: "click",
        },
        {
            content: "It is open there",
            trigger: ".o_data_row:contains(500.00) .badge:contains(Open)",
        },
        {
            content: "The other one was not kept",
            trigger: ".o_data_row:contains(1,000.00) .badge:contains(Broken)",
        },
        ...openManualActions,
        {
            content: "The agenda shows it",
            trigger: ".o_data_row:contains(Acme):contains(1,000.00) .o_dso_broken:contains(Broken promise)",
        },
        {
            content: "But not on the one that is still open",
            trigger: ".o_data_row:contains(Acme):contains(500.00):not(:has(.o_dso_broken))",
        },
    ],
});

// After the payment of one
addTour("dso_collection_promise_kept", {
    steps: () => [
        {
            content: "The share kept is on the customer's screen",
            trigger: ".o_form_view button[name=action_view_promises]:contains(1 of 2 kept)",
            run: "click",
        },
        {
            content: "The paid one is kept",
            trigger: ".o_data_row:contains(500.00) .badge:contains(Kept)",
        },
        {
            content: "The other one is still broken",
            trigger: ".o_data_row:contains(1,000.00) .badge:contains(Broken)",
        },
    ],
});

// A new action with the words of an earlier one, and one with those of a step
addTour("dso_collection_copy", {
    steps: () => [
        tick("500.00"),
        {
            content: "A new action for it",
            trigger: ".o_dso_new_action_button:enabled",
            run: "click",
        },
        chooseRadio("copy_kind", "Earlier action"),
        {
            content: "Search the earlier actions",
            trigger: ".modal .o_field_widget[name=copy_action_id] input",
            run: "edit First reminder",
        },
        {
            content: "Choose the one of this customer",
            trigger: ".o-autocomplete--dropdown-item:contains(Acme: First reminder)",
            run: "click",
        },
        {
            content: "Its words, about the item ticked: not about those of that time",
            trigger:
                ".modal [name=body] .odoo-editor-editable:contains(Please pay):contains(500.00):not(:contains(1,000.00))",
        },
        {
            content: "Another subject for this one",
            trigger: ".modal .o_field_widget[name=subject] input",
            run: "edit Copied from the reminder && press Tab",
        },
        {
            content: "Plan it",
            trigger: ".modal footer button[name=action_apply]:contains(Plan)",
            run: "click",
        },
        {
            content: "It is on the screen",
            trigger: `${NO_DIALOG} ${item("500.00")}:has(.o_dso_star_specific)`,
        },
        tick("250.00"),
        {
            content: "A new action for the third item",
            trigger: ".o_dso_new_action_button:enabled",
            run: "click",
        },
        chooseRadio("copy_kind", "Step of a scenario"),
        {
            content: "Search the steps",
            trigger: ".modal .o_field_widget[name=copy_step_id] input",
            run: "edit Second reminder",
        },
        {
            content: "Choose the one of its scenario",
            trigger: ".o-autocomplete--dropdown-item:contains(Tour: 2. Second reminder)",
            run: "click",
        },
        {
            content: "Its words",
            trigger:
                ".modal [name=body] .odoo-editor-editable:contains(Please pay):contains(250.00)",
        },
        {
            content: "Another subject for this one",
            trigger: ".modal .o_field_widget[name=subject] input",
            run: "edit Copied from the step && press Tab",
        },
        {
            content: "Plan it",
            trigger: ".modal footer button[name=action_apply]:contains(Plan)",
            run: "click",
        },
        openTab("Planned actions"),
        {
            content: "All three are planned",
            trigger: "[name=open_action_ids]:has(.o_data_row:eq(2)) .o_data_row:contains(250.00)",
        },
    ],
});
