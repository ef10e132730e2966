import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dialog } from "@web/core/dialog/dialog";
import { CheckBox } from "@web/core/checkbox/checkbox";

/**
 * Keys that press a button, the first one of these names that can be seen: of the panel or row of
 * the current action, or above the list where actions are ticked (`bulk`). What a button may do, and
 * to whom, is said by the views alone.
 */
export const BUTTON_KEYS = [
    {
        key: "d",
        label: _t("Do it: log the call, preview and send, print, confirm…"),
        buttons: [
            "action_log",
            "action_confirm",
            "action_preview",
            "action_print_letters",
            "action_retry",
            "action_accept",
            "action_qualify",
        ],
        bulk: ["action_print_letters"],
    },
    { key: "l", label: _t("Log the result"), buttons: ["action_log"] },
    {
        key: "p",
        label: _t("Preview the message or letter"),
        buttons: [
            "action_preview",
            "action_view_message",
            "action_print_letters",
            "action_reprint_letters",
        ],
        bulk: ["action_preview_selected", "action_print_letters"],
    },
    {
        key: "c",
        label: _t("Confirm, or accept what a customer proposes"),
        buttons: ["action_confirm", "action_accept"],
        bulk: ["action_confirm_selected"],
    },
    {
        key: "r",
        label: _t("Reschedule: choose another date; reply to a customer"),
        buttons: ["action_open_reschedule", "action_reply"],
        bulk: ["action_open_reschedule"],
    },
    {
        key: "s",
        label: _t("Skip; refuse what a customer proposes, or dismiss a reply"),
        buttons: ["action_cancel", "action_refuse", "action_dismiss"],
        bulk: ["action_cancel_selected", "action_dismiss"],
    },
    {
        key: "a",
        label: _t("Reassign the ticked ones to another collector"),
        buttons: [],
        bulk: ["action_reassign"],
    },
    { key: "m", label: _t("Fix what holds it back"), buttons: ["action_fix"] },
    {
        key: "q",
        label: _t("Change the status of the items, or what a customer proposes"),
        buttons: ["action_change", "action_qualify", "action_qualify_items"],
    },
    {
        key: "h",
        label: _t("Reply handled"),
        buttons: ["action_handle"],
        bulk: ["action_handle"],
    },
    { key: "u", label: _t("Open the customer"), buttons: ["action_view_customer"] },
];

/** What the other keys do, for the help. */
export const MOVE_KEYS = [
    { keys: ["↓", "n"], label: _t("Next action") },
    { keys: ["↑", "b"], label: _t("Previous action") },
    { keys: [_t("Enter"), "o"], label: _t("Open beside the list") },
    { keys: [_t("Esc")], label: _t("Close") },
    { keys: ["x"], label: _t("Tick or untick") },
    { keys: ["f"], label: _t("Find: go to the search") },
    { keys: ["1", "…", "6"], label: _t("Go to a tab") },
    { keys: ["?"], label: _t("This help") },
];

/** The help of the keys, and the switch for those who would rather do without. */
export class AgendaKeysDialog extends Component {
    static template = "dso_collection.AgendaKeysDialog";
    static components = { Dialog, CheckBox };
    static props = { close: Function, enabled: Boolean, onToggle: Function };

    setup() {
        this.state = useState({ enabled: this.props.enabled });
        this.title = _t("Keyboard shortcuts of the agenda");
        this.groups = [
            { id: "move", title: _t("Move"), keys: MOVE_KEYS },
            {
                id: "do",
                title: _t("Do"),
                keys: BUTTON_KEYS.map(({ key, label }) => ({ keys: [key], label })),
            },
        ];
    }

    toggle(enabled) {
        this.state.enabled = enabled;
        this.props.onToggle(enabled);
    }
}
