import { registry } from "@web/core/registry";
import { listView } from "@web/views/list/list_view";

/** Rows that the module makes: users neither make, copy nor delete them in a list. */
export const KEPT = { create: "0", delete: "0", duplicate: "0" };

/** Items are the ledger's: a list shows them and a click opens their document. */
export const LEDGER = {
    ...KEPT,
    class: "o_dso_view",
    edit: "0",
    action: "action_open_business_doc",
    type: "object",
};

/**
 * A list view with attributes that its arch need not say.
 *
 * Odoo validates each list, and each view that inherits it, against a schema whose cost doubles
 * with every attribute of `<list>`: eleven of them take ten seconds of CPU at each update. What is
 * the same for all lists of a kind therefore stands here, beside their js_class.
 *
 * @param {Object} view a description of a list view, as in the registry of views
 * @param {Object} attributes name → value of each attribute; one in the arch goes first
 */
export function withListAttributes(view, attributes) {
    class ArchParser extends view.ArchParser {
        parse(xmlDoc, ...args) {
            for (const [name, value] of Object.entries(attributes)) {
                if (!xmlDoc.hasAttribute(name)) {
                    xmlDoc.setAttribute(name, value);
                }
            }
            return super.parse(xmlDoc, ...args);
        }
    }
    const props = (genericProps, ...args) => {
        const { className, ...others } = view.props(genericProps, ...args);
        return { ...others, className: `${className || ""} ${attributes.class || ""}`.trim() };
    };
    return { ...view, ArchParser, props };
}

registry.category("views").add("dso_kept_list", withListAttributes(listView, KEPT));
