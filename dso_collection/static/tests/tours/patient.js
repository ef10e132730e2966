import { registry } from "@web/core/registry";

/** What Odoo allows for a step at most, in milliseconds: by default it gives up after 10 seconds, in
 * which a machine that does other things may not draw a screen. */
const PATIENCE = 60000;

/** Each step may take as long as it does on a slow machine; a tour is no slower for it. */
export function addTour(name, { steps }) {
    registry.category("web_tour.tours").add(name, {
        steps: () => steps().map((step) => ({ timeout: PATIENCE, ...step })),
    });
}
