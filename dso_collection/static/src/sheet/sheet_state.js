import { EventBus, reactive, toRaw, useState } from "@odoo/owl";

/** What the statement of a customer's screen is narrowed to, shared by its widgets. */
const states = new WeakMap();

/**
 * @param {Object} record the customer's, of the form
 * @returns {Object} reactive: `filter` (a key of the statement's filters), `bucket` (an age, or
 *  false) and `closed` (whether closed items are shown); `bus` tells that the form was read again.
 *  Another customer starts afresh.
 */
export function useSheetState(record) {
    // each component has a proxy of its own
    const key = toRaw(record.model);
    if (!states.has(key)) {
        states.set(key, reactive({ resId: false, bus: new EventBus() }));
    }
    const state = states.get(key);
    if (state.resId !== record.resId) {
        Object.assign(state, { resId: record.resId, filter: "all", bucket: false, closed: false });
    }
    return useState(state);
}
