import { addTour } from "./patient";

const NO_DIALOG = "body:not(:has(.modal))";
const LIST = ".o_list_view";

/** A line of a list, found by what it says. */
const row = (...words) =>
    `${NO_DIALOG} ${LIST} .o_data_row${words.map((word) => `:contains(${word})`).join("")}`;

const tickAll = {
    content: "Tick all of them",
    trigger: `${NO_DIALOG} ${LIST} thead .o_list_record_selector input:not(:checked)`,
    run: "click",
};

/** A button above the list, for what is ticked. */
const headerButton = (name) => ({
    content: `${name} for what is ticked`,
    trigger: `${NO_DIALOG} .o_control_panel button:not(:disabled):contains(/^${name}$/)`,
    run: "click",
});

const dialogButton = (name) => ({
    content: `Press ${name}`,
    trigger: `.modal footer button[name=${name}]:enabled`,
    run: "click",
});

const closeDialog = {
    content: "Close the dialog",
    trigger: ".modal footer button[special=cancel], .modal footer .btn:contains(Close)",
    run: "click",
};

const openTab = (tab) => [
    {
        content: "Go to the agenda",
        trigger: `${NO_DIALOG} [data-menu-xmlid="dso_collection.dso_agenda_menu"]`,
        async run({ click }) {
            // an agenda that is open stays until the new one comes: it is not the one meant below
            document.querySelector(".o_dso_agenda_screen")?.classList.add("o_dso_left");
            await click();
        },
    },
    {
        content: `Go to its tab ${tab}`,
        trigger: `.o_dso_agenda_screen:not(.o_dso_left) .o_dso_tab[data-tab=${tab}]`,
        run: "click",
    },
    {
        content: "It is shown",
        trigger: `.o_dso_tab[data-tab=${tab}].active`,
    },
];

const chooseResult = (label) => [
    {
        content: "Open the list of results",
        trigger: ".modal .o_field_widget[name=result] input",
        run: "click",
    },
    {
        content: `Choose ${label}`,
        trigger: `.o_select_menu_item:contains(${label})`,
        run: "click",
    },
];

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

/** The other items stay as they are: they leave the dialog. */
// a reply that speaks of no item begins with none
const takeItem = (amount) => ({
    content: `Take the item of ${amount}`,
    trigger: `.modal [name=taken_line_ids] .o-checkbox:contains(${amount}) input:not(:checked)`,
    run: "click",
});

addTour("dso_collection_letters", {
    steps: () => [
        {
            content: "Three letters wait",
            trigger: `${NO_DIALOG} ${LIST}:has(.o_data_row:contains(Acme)):has(.o_data_row:contains(Beta)) .o_data_row:contains(Gamma)`,
        },
        tickAll,
        headerButton("Print letters"),
        {
            content: "The pile can be looked at before it is printed",
            trigger: ".modal:contains(Letters to print):contains(Pages shown: 3) [name=ready_count]:contains(3)",
        },
        {
            content: "It is shown",
            trigger: ".modal .o_field_widget[name=pdf] :iframe .page[data-loaded=true]",
        },
        dialogButton("action_print"),
        {
            content: "They are printed: to be downloaded, and no more to print",
            trigger: ".modal:has(footer button[name=action_download]):not(:has(footer button[name=action_print])) [name=page_count]:contains(3)",
        },
        closeDialog,
        {
            content: "Nothing is left to do",
            trigger: `${NO_DIALOG} .o_view_nocontent`,
        },
        ...openTab("history"),
        {
            content: "They are in the history",
            trigger: `${row("Gamma", "Done")}`,
        },
        {
            content: "Tick one",
            trigger: `${row("Beta")} .o_list_record_selector input`,
            run: "click",
        },
        headerButton("Print letters again"),
        {
            content: "It is the one that was printed",
            trigger: ".modal:has(footer button[name=action_download]) [name=page_count]:contains(1)",
        },
        closeDialog,
        {
            content: "Back on the list",
            trigger: row("Beta"),
        },
    ],
});

addTour("dso_collection_wrong_number", {
    steps: () => [
        {
            content: "Call the customer",
            trigger: `${row("Acme", "Phone call")} button[name=action_log]`,
            run: "click",
        },
        {
            content: "The script says the amount",
            trigger: ".modal [name=script]:contains(480.00)",
        },
        {
            content: "And there is the number to click",
            trigger: ".modal .o_field_widget[name=phone] a[href^='tel:']:contains(34 56)",
        },
        {
            content: "The open items are on the same screen",
            trigger: ".modal [name=items_table]:contains(480.00)",
        },
        ...chooseResult("Wrong number"),
        {
            content: "It says what will follow",
            trigger: ".modal .alert:contains(The number of Acme, Ann is marked as wrong), .modal .alert:contains(The number of Ann is marked as wrong)",
        },
        {
            content: "There is another number: to call again is proposed",
            trigger: ".modal .o_field_widget[name=call_again] input:checked",
        },
        {
            content: "Note what was said",
            trigger: ".modal .o_field_widget[name=comment] textarea",
            run: "edit A bakery answered && press Tab",
        },
        dialogButton("action_apply"),
        {
            content: "The next call is planned, with the other number",
            trigger: `${row("Acme")} button[name=action_log]`,
            run: "click",
        },
        {
            content: "The wrong number is not proposed any more",
            trigger: ".modal .o_field_widget[name=phone] a:contains(65 43)",
        },
        closeDialog,
        {
            content: "Back on the list",
            trigger: row("Acme"),
        },
    ],
});

addTour("dso_collection_call_promise", {
    steps: () => [
        {
            content: "Call the customer",
            trigger: `${row("Acme", "Phone call")} button[name=action_log]`,
            run: "click",
        },
        ...chooseResult("Promised to pay"),
        {
            content: "It says what will be asked",
            trigger: ".modal .alert:contains(The status of the items is asked next)",
        },
        {
            content: "Note what was said",
            trigger: ".modal .o_field_widget[name=comment] textarea",
            run: "edit Pays next week && press Tab",
        },
        dialogButton("action_apply"),
        {
            content: "The item, the status and the comment are there already",
            trigger: ".modal .o_dso_qualify:has([name=line_ids] .o_data_row:contains(480.00)) [name=comment] textarea:value(Pays next week)",
        },
        {
            content: "Promised for a week from now",
            trigger: ".modal button[name=action_quick_promise]:contains(7 days)",
            run: "click",
        },
        {
            content: "The follow-up of the promise is planned",
            trigger: row("Acme", "Specific action for"),
        },
    ],
});

addTour("dso_collection_replies", {
    steps: () => [
        {
            content: "Two replies wait: open the one about two invoices",
            trigger: `${row("Acme", "One is wrong")} .o_data_cell[name=partner_id]`,
            run: "click",
        },
        {
            content: "It says that automatic actions wait",
            trigger: ".o_form_view .alert:contains(The automatic actions of this customer wait)",
        },
        {
            content: "Change the status of what it is about",
            trigger: ".o_form_view button[name=action_qualify]",
            run: "click",
        },
        {
            content: "The words of the customer are the comment",
            trigger: ".modal .o_dso_qualify [name=comment] textarea:value(One is wrong)",
        },
        ...chooseStatus("Dispute: price"),
        takeItem("480.00"),
        {
            content: "The reply is not done yet",
            trigger: ".modal .o_field_widget[name=reply_done] input:checked",
            run: "click",
        },
        dialogButton("action_apply"),
        {
            content: "It still waits: the other item",
            trigger: `${NO_DIALOG} .o_form_view:has(.alert:contains(wait until)) button[name=action_qualify]`,
            run: "click",
        },
        {
            content: "The disputed item is left out, unless it is ticked",
            trigger:
                ".modal .o_dso_qualify:not(:has([name=line_ids] .o_data_row:contains(480.00))) [name=taken_line_ids] input:not(:checked)",
        },
        takeItem("120.00"),
        {
            content: "Now the reply is done",
            trigger: ".modal .o_field_widget[name=reply_done] input:checked",
        },
        {
            content: "Promised for a week from now",
            trigger: ".modal button[name=action_quick_promise]:contains(7 days)",
            run: "click",
        },
        {
            content: "It is handled, and nothing waits for it",
            trigger: `${NO_DIALOG} .o_form_view:not(:has(.alert:contains(wait until))) button[name=action_reopen]`,
        },
        {
            content: "Back to the list",
            trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a:contains(Replies)",
            run: "click",
        },
        {
            content: "Dismiss the other one",
            trigger: `${row("Thank you")} button[name=action_dismiss]`,
            run: "click",
        },
        {
            content: "No reply is left",
            trigger: ".o_view_nocontent:contains(No reply is waiting for you)",
        },
    ],
});

const confirmNext = (position, confirmed) => [
    {
        content: `The message ${position} of 3, ${confirmed} confirmed`,
        trigger: `.modal [name=position_text]:contains(${position} of 3, ${confirmed} confirmed)`,
    },
    dialogButton("action_confirm"),
];

addTour("dso_collection_leaf", {
    steps: () => [
        {
            content: "Three messages wait for their confirmation",
            trigger: `${NO_DIALOG} ${LIST}:has(.o_data_row:contains(Acme)):has(.o_data_row:contains(Beta)) .o_data_row:contains(Gamma)`,
        },
        tickAll,
        headerButton("Preview and confirm"),
        {
            content: "Look at the second one first",
            trigger: ".modal .o_dso_leaf button[name=action_next]",
            run: "click",
        },
        {
            content: "It is there: back to the first",
            trigger:
                ".modal:has([name=position_text]:contains(2 of 3)) .o_dso_leaf button[name=action_previous]",
            run: "click",
        },
        ...confirmNext(1, 0),
        ...confirmNext(2, 1),
        ...confirmNext(3, 2),
        {
            content: "All three wait for the sending hours",
            trigger: `${NO_DIALOG} ${LIST}:not(:has(.o_data_row:not(:contains(Confirmed)))) .o_data_row:contains(Gamma)`,
        },
    ],
});

addTour("dso_collection_retry", {
    steps: () => [
        {
            content: "The list says what to fix: open it",
            trigger: `${row("Acme", "Error")}:contains(user unknown) button[name=action_fix]`,
            run: "click",
        },
        {
            content: "It is the contact: correct the address",
            trigger: ".o_form_view .o_field_widget[name=email] input",
            run: "edit ann.new@acme.example.com && press Tab",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "It is saved: back to the list",
            trigger: `.o_form_view:has(.o_form_status_indicator_buttons.invisible), .o_form_view:has(.o_form_saved)`,
        },
        {
            content: "Back to the agenda",
            trigger: ".breadcrumb-item a:contains(Automatic actions), .o_back_button",
            run: "click",
        },
        {
            content: "Retry",
            trigger: `${row("Acme", "Error")} button[name=action_retry]`,
            run: "click",
        },
        {
            content: "It is not in error any more",
            trigger: `${NO_DIALOG} ${LIST}:not(:contains(user unknown)), ${NO_DIALOG} .o_view_nocontent`,
        },
    ],
});

addTour("dso_collection_contact", {
    steps: () => [
        {
            content: "Nobody receives the reminders",
            trigger: ".o_form_view:contains(Nobody receives the reminders yet)",
        },
        {
            content: "Ann does from now on, by one click",
            trigger:
                "[name=other_contact_ids] .o_kanban_record:contains(Ann) a[name=action_dso_use_for_collection]",
            run: "click",
        },
        {
            content: "She is the one",
            trigger:
                ".o_form_view:not(:contains(Nobody receives)) [name=contact_ids] .o_kanban_record:contains(Ann)",
        },
        {
            content: "Bob is not",
            trigger: "[name=other_contact_ids] .o_kanban_record:contains(Bob)",
        },
    ],
});
