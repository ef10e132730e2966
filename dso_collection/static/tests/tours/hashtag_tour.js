import { addTour } from "./patient";

const SUBJECT = ".o_field_widget[name=subject] input";

/** Type at the end, as the keyboard does: one event for each letter. */
function typeAtEnd(input, text) {
    input.focus();
    for (const letter of text) {
        input.setRangeText(letter, input.value.length, input.value.length, "end");
        input.dispatchEvent(
            new InputEvent("input", { bubbles: true, data: letter, inputType: "insertText" })
        );
    }
}

addTour("dso_collection_hashtags", {
    steps: () => [
        {
            content: "Open the template",
            trigger: ".o_data_row .o_data_cell[name=name]:contains(Tour reminder)",
            run: "click",
        },
        {
            content: "Type a hashtag that does not exist into the subject",
            trigger: SUBJECT,
            run: "edit Pay #item_amount_overdue",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is refused: the sentence names it, says where, and which one exists",
            trigger:
                ".modal:contains(“#item_amount_overdue” in the Subject of “Tour reminder”)" +
                ":contains(Did you mean “#items_amount_overdue”) .modal-footer button",
            run: "click",
        },
        {
            content: "Begin anew, with a text without hashtag",
            trigger: `body:not(:has(.modal)) ${SUBJECT}`,
            run: "edit Pay by",
        },
        {
            content: "Type # and the beginning of a name",
            trigger: SUBJECT,
            run({ anchor }) {
                typeAtEnd(anchor, " #dead");
            },
        },
        {
            content: "It is suggested, with what it means: choose it",
            trigger: ".o-we-powerbox .o-we-command:contains(#deadline):contains(Date in eight days)",
            run: "click",
        },
        {
            content: "It is in the subject",
            trigger: `body:not(:has(.o-we-powerbox)) ${SUBJECT}:value(Pay by #deadline)`,
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
        {
            content: "Look all of them up",
            trigger: "button[data-menu-xmlid='dso_collection.dso_configuration_menu']",
            run: "click",
        },
        {
            content: "On the page of hashtags",
            trigger: ".dropdown-item[data-menu-xmlid='dso_collection.dso_hashtag_menu']",
            run: "click",
        },
        {
            content: "On its own page",
            trigger: ".o_last_breadcrumb_item:contains(Hashtags)",
        },
        {
            content: "Each with an example of a real customer",
            trigger: ".o_data_row:contains(#items_amount_overdue):contains(480.00)",
        },
        {
            content: "Search",
            trigger: ".o_field_widget[name=words] input",
            run: "edit collector name && press Tab",
        },
        {
            content: "Only what fits, ready to be copied",
            trigger:
                ".o_form_view:not(:contains(#items_amount_overdue)) .o_data_row:contains(#collector_name):contains(Colin Collector) .o_clipboard_button",
        },
        {
            content: "Leave nothing unsaved",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "The page stays as it is",
            trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
        {
            content: "With what was found",
            trigger: ".o_data_row:contains(#collector_name):contains(Colin Collector)",
        },
    ],
});
