import { registry } from "@web/core/registry";

/** What may be cut off: with an ellipsis at the end of its line, or after its last line. */
const TOLD = "[title]:not([title='']), [data-tooltip], [data-tooltip-template]";

/** Whether an element cuts off what stands in it, and shows an ellipsis. */
function isCut(element) {
    const { textOverflow, webkitLineClamp } = getComputedStyle(element);
    return (
        (textOverflow === "ellipsis" && element.scrollWidth > element.clientWidth) ||
        (webkitLineClamp !== "none" && element.scrollHeight > element.clientHeight)
    );
}

/**
 * On our screens, a text that is cut off is told in full where the mouse rests: in lists, cards,
 * calendars and steps, whatever the width. Odoo does so in some cells of lists only.
 */
export const cutTitlesService = {
    dependencies: ["action"],
    start(env, { action }) {
        const isOurs = () => {
            const current = action.currentController?.action;
            return /^dso[._]/.test(current?.res_model || current?.tag || "") ||
                current?.res_model === "account.move.line";
        };
        document.addEventListener("mouseover", ({ target }) => {
            let element = target.closest?.(".o_action_manager *, .modal *");
            for (let depth = 0; element && depth < 4; depth++, element = element.parentElement) {
                // titles that we set are set again: the text, or the width, may be another by now
                const own = element.dataset.dsoCut;
                if (own) {
                    element.removeAttribute("title");
                    delete element.dataset.dsoCut;
                }
                if (isCut(element)) {
                    if (!element.closest(TOLD) && isOurs()) {
                        element.title = element.innerText.trim();
                        element.dataset.dsoCut = "1";
                    }
                    return;
                }
            }
        });
    },
};

registry.category("services").add("dso_cut_titles", cutTitlesService);
