import { _t } from "@web/core/l10n/translation";
import { notificationService } from "@web/core/notifications/notification_service";
import { registry } from "@web/core/registry";
import { patch } from "@web/core/utils/patch";

/** How long a toast with a button stays: long enough to read it and to change one's mind. */
const UNDO_DELAY = 12000;

/** Counts the toasts, so that a screen does not tell again what a button has said itself. */
patch(notificationService, {
    start() {
        const service = super.start(...arguments);
        let count = 0;
        return {
            ...service,
            add(...args) {
                count++;
                return service.add(...args);
            },
            dsoGetCount: () => count,
        };
    },
});

/** A toast on what was done, with a button that takes it back where that is possible. */
export function notifyAction(env, { params }) {
    const { message, type, sticky, undo, next } = params;
    const buttons = [];
    if (undo) {
        buttons.push({
            name: _t("Undo"),
            icon: "fa-undo",
            onClick: async () => {
                close();
                const result = await env.services.orm.call(undo.model, "action_undo", [undo.ids]);
                await env.services.action.doAction(result);
            },
        });
    }
    const options = { type, sticky, buttons, ...(undo && { autocloseDelay: UNDO_DELAY }) };
    const close = env.services.notification.add(message, options);
    return next;
}

registry.category("actions").add("dso_collection.notify", notifyAction);
