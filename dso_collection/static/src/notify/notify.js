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

/** A toast on what was done, with a button that takes it back or does what comes next. */
export function notifyAction(env, { params }) {
    const { message, type, sticky, undo, follow, next } = params;
    const offers = [];
    if (undo) {
        offers.push({ ...undo, name: _t("Undo"), icon: "fa-undo", method: "action_undo" });
    }
    if (follow) {
        offers.push({ ...follow, icon: "fa-check", reload: true });
    }
    const buttons = offers.map(({ name, icon, model, method, ids, reload }) => ({
        name,
        icon,
        onClick: async () => {
            close();
            const result = await env.services.orm.call(model, method, [ids]);
            await env.services.action.doAction(result);
            if (reload) {
                // an undo says so itself
                await env.services.action.doAction({
                    type: "ir.actions.client",
                    tag: "soft_reload",
                });
            }
        },
    }));
    const autocloseDelay = buttons.length ? UNDO_DELAY : undefined;
    const options = { type, sticky, buttons, ...(autocloseDelay && { autocloseDelay }) };
    const close = env.services.notification.add(message, options);
    return next;
}

registry.category("actions").add("dso_collection.notify", notifyAction);
