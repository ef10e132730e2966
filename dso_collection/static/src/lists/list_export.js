import { onWillUnmount } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { evaluateBooleanExpr } from "@web/core/py_js/py";
import { user } from "@web/core/user";

/** Names of the customer's relations, which a row of a spreadsheet tells by a code too. */
const CODES = { partner_id: "partner_id/ref", customer_id: "customer_id/partner_id/ref" };

/**
 * A list that is exported as it is shown: its columns with their headers, in its order, and with
 * what the screen tells otherwise: the customer's code, and the currency of amounts.
 */
export const withListExport = (Controller) =>
    class extends Controller {
        setup() {
            super.setup();
            // Odoo's own button "Export All" too
            const { searchModel } = this.env;
            const { trigger } = searchModel;
            searchModel.trigger = (name, ...args) =>
                name === "direct-export-data"
                    ? this.exportShown()
                    : trigger.call(searchModel, name, ...args);
            onWillUnmount(() => {
                delete searchModel.trigger;
            });
        }

        /** What the list is, in the name of the file. */
        get exportTitle() {
            return this.env.config.getDisplayName() || this.props.archInfo.xmlDoc?.getAttribute("string");
        }

        getExportedColumns() {
            const { fields } = this.props;
            const shown = this.props.archInfo.columns.filter(
                (column) =>
                    column.type === "field" &&
                    // as in AmountsListRenderer
                    (column.name !== "company_id" || user.activeCompanies.length > 1) &&
                    (!column.optional || this.optionalActiveFields[column.name]) &&
                    !evaluateBooleanExpr(column.column_invisible, this.props.context) &&
                    fields[column.name].exportable !== false
            );
            const exported = [];
            const add = (name, field, label) => {
                if (!exported.some((each) => each.name === name)) {
                    exported.push({ name, label, store: field.store, type: field.type });
                }
            };
            const hasCode = shown.some(({ name }) => name === "partner_ref");
            for (const { name, label } of shown) {
                const field = fields[name];
                add(name, field, label || field.string);
                if (name in CODES && !hasCode) {
                    add(CODES[name], { store: true, type: "char" }, _t("Customer code"));
                }
                if (field.type === "monetary") {
                    const currency = field.currency_field || "currency_id";
                    if (fields[currency]) {
                        add(currency, fields[currency], fields[currency].string);
                    }
                }
            }
            return exported;
        }

        /** Everything that the filters show, or what is ticked, as a spreadsheet. */
        async exportShown() {
            const { root } = this.model;
            const ticked = !root.isDomainSelected && root.selection.map(({ resId }) => resId);
            await download({
                url: "/dso_collection/list.xlsx",
                data: {
                    data: JSON.stringify({
                        context: root.context,
                        domain: root.domain,
                        fields: this.getExportedColumns(),
                        groupby: root.groupBy,
                        ids: ticked?.length ? ticked : false,
                        import_compat: false,
                        model: root.resModel,
                        order: root.orderBy,
                        title: String(this.exportTitle || ""),
                    }),
                },
            });
        }
    };
