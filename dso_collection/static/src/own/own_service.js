import { browser } from "@web/core/browser/browser";
import { rpcBus } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { session } from "@web/session";
import { user } from "@web/core/user";

const KEY = "dso_collection.own";

/**
 * Menus begin with the customers of the user where there are any, else with everybody's: said by the
 * server with the action. Odoo keeps actions in the browser: they are asked for anew where the user
 * has got customers since, or has none any more.
 */
export const ownService = {
    start() {
        if (session.dso_own === undefined) {
            return;
        }
        const now = `${user.userId}:${session.dso_own}`;
        if (browser.localStorage.getItem(KEY) !== now) {
            rpcBus.trigger("CLEAR-CACHES", "/web/action/load");
            browser.localStorage.setItem(KEY, now);
        }
    },
};

registry.category("services").add("dso_own", ownService);
