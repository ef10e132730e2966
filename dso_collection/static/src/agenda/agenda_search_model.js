import { Domain } from "@web/core/domain";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { SearchModel } from "@web/search/search_model";
import { INTERVAL_OPTIONS } from "@web/search/utils/dates";

/**
 * Filters on what there is to do. They belong to one tab: "To do" means nothing in the history. All
 * others are about customers, collectors and kinds, and follow the user from tab to tab.
 */
const OWN_FILTERS = new Set([
    "todo",
    "to_confirm",
    "confirmed",
    "upcoming",
    "errors",
    "paused",
    "receipt_missing",
    "late",
    "today",
    "this_week",
    "done",
    "cancelled",
    "done_date",
    "group_date",
    "group_done_date",
]);

/**
 * A search that remembers. Within the agenda its facets come from the memory, and go there at each
 * change; elsewhere it is Odoo's own.
 */
export class AgendaSearchModel extends SearchModel {
    get agenda() {
        return this.env.dsoAgenda;
    }

    async load(config) {
        const agenda = this.agenda;
        if (agenda && !agenda.own) {
            // somebody without customers looks at everybody's
            const {
                search_default_my: _my,
                search_default_my_customers: _customers,
                ...context
            } = config.context || {};
            config = { ...config, context };
        }
        await super.load(config);
        if (agenda) {
            await this.restoreFacets();
            this.saveFacets();
        }
    }

    async _notify() {
        if (this.agenda && !this.blockNotification) {
            this.saveFacets();
        }
        return super._notify();
    }

    /** Whether this element of the query is for the tab alone. */
    isOwn(queryElem) {
        return !this.agenda.shared || OWN_FILTERS.has(this.searchItems[queryElem.searchItemId].name);
    }

    saveFacets() {
        const { memory, tabId, shared } = this.agenda;
        const own = this.query.filter((elem) => this.isOwn(elem));
        memory.updateTab(tabId, { own: this.describeQuery(own) });
        if (shared) {
            const others = this.query.filter((elem) => !this.isOwn(elem));
            memory.update({
                shared: this.describeQuery(others),
                sharedDomain: this.getDomainOf(others),
            });
        }
    }

    async restoreFacets() {
        const { memory, tabId, shared } = this.agenda;
        const defaults = this.query;
        const own =
            memory.getTab(tabId).own || this.describeQuery(defaults.filter((elem) => this.isOwn(elem)));
        const others = shared
            ? memory.data.shared ||
              this.describeQuery(defaults.filter((elem) => !this.isOwn(elem)))
            : [];
        const facets = await this.keepValid([...others, ...own]);
        this.blockNotification = true;
        this.query = [];
        for (const facet of facets) {
            const { length } = this.query;
            try {
                this.applyFacet(facet);
                this.getDomainOf(this.query.slice(length));
                // its words in the search bar
                void this.facets;
            } catch {
                // of another version, or written by somebody else
                this.query.length = length;
            }
        }
        this.blockNotification = false;
        this._reset();
    }

    /** Facets without those that speak of something that is no more: a record, a field. */
    async keepValid(facets) {
        const isValid = await Promise.all(facets.map((facet) => this.isValid(facet)));
        return facets.filter((_facet, index) => isValid[index]);
    }

    async isValid(facet) {
        if (facet.kind === "field") {
            return this.isValidField(facet);
        }
        if (facet.kind === "domain") {
            return (
                typeof facet.domain === "string" &&
                typeof facet.description === "string" &&
                this.isValidDomain(facet.domain)
            );
        }
        if (facet.kind === "favorite") {
            const favorite = Object.values(this.searchItems).find(
                (item) => item.type === "favorite" && item.serverSideId === facet.id
            );
            return Boolean(
                favorite &&
                    [...favorite.groupBys, ...(favorite.orderBy || [])].every((each) =>
                        this.isKnownField(each.name || each)
                    ) &&
                    (await this.isValidDomain(favorite.domain))
            );
        }
        return true;
    }

    /** "date:month", "partner_id.x_segment", "amount desc" */
    isKnownField(spec) {
        const [path] = String(spec).split(/[: ]/);
        return (
            Object.hasOwn(this.searchViewFields, path) ||
            (path.includes(".") && Object.hasOwn(this.searchViewFields, path.split(".")[0]))
        );
    }

    /** By Odoo's own check of domains: fields may be those of other records. */
    async isValidDomain(domain) {
        try {
            const list = new Domain(domain).toList(this.domainEvalContext);
            return await rpc(
                "/web/domain/validate",
                { model: this.resModel, domain: list },
                { silent: true }
            );
        } catch (error) {
            // nobody can tell while the server cannot be reached
            return error instanceof ConnectionLostError;
        }
    }

    /** A chosen record, such as a collector, may have been deleted or be out of reach. */
    async isValidField({ fieldName, value }) {
        const field = Object.hasOwn(this.searchViewFields, fieldName || "")
            ? this.searchViewFields[fieldName]
            : null;
        if (!field || !value || typeof value !== "object") {
            return false;
        }
        if (!field.relation || typeof value.value !== "number") {
            return true;
        }
        try {
            const domain = [["id", "=", value.value]];
            const context = { active_test: false };
            return (await this.orm.silent.searchCount(field.relation, domain, { context })) > 0;
        } catch (error) {
            return error instanceof ConnectionLostError;
        }
    }

    isGroupable(fieldName) {
        return Boolean(
            Object.hasOwn(this.searchViewFields, fieldName || "") &&
                this.searchViewFields[fieldName].groupable
        );
    }

    /** The domain of some elements of the query, without that of the tab. */
    getDomainOf(query) {
        const whole = this.query;
        this.query = query;
        try {
            return this._getDomain({ withGlobal: false });
        } finally {
            this.query = whole;
        }
    }

    describeQuery(query) {
        return query.map((elem) => this.describeFacet(elem)).filter(Boolean);
    }

    /** An element of the query in words that hold for another search on the same view. */
    describeFacet(elem) {
        const item = this.searchItems[elem.searchItemId];
        switch (item.type) {
            case "favorite":
                return { kind: "favorite", id: item.serverSideId };
            case "field":
                return {
                    kind: "field",
                    fieldName: item.fieldName,
                    description: item.description,
                    value: elem.autocompleteValue,
                };
            case "field_property":
                return {
                    kind: "domain",
                    description: `${item.description}: ${elem.autocompleteValue.label}`,
                    domain: this._getFieldDomain(item, [elem.autocompleteValue]).toString(),
                };
            case "dateFilter":
                return { kind: "date", name: item.name, generatorId: elem.generatorId };
            case "groupBy":
            case "dateGroupBy":
                return {
                    kind: "groupBy",
                    name: item.name,
                    fieldName: item.fieldName,
                    interval: elem.intervalId,
                };
            case "filter":
                return item.name
                    ? { kind: "filter", name: item.name }
                    : {
                          kind: "domain",
                          description: item.description,
                          tooltip: item.tooltip,
                          domain: item.domain.toString(),
                          context: item.context,
                      };
        }
        return null;
    }

    /** The reverse; what no longer exists is left out. */
    applyFacet(facet) {
        const find = (predicate) => Object.values(this.searchItems).find(predicate);
        switch (facet.kind) {
            case "favorite": {
                const item = find((i) => i.type === "favorite" && i.serverSideId === facet.id);
                if (item) {
                    this.query.push({ searchItemId: item.id });
                }
                break;
            }
            case "field": {
                const fields = Object.values(this.searchItems).filter(
                    (i) => i.type === "field" && i.fieldName === facet.fieldName
                );
                const item = fields.find((i) => i.description === facet.description) || fields[0];
                if (item) {
                    this.addAutoCompletionValues(item.id, facet.value);
                }
                break;
            }
            case "filter":
            case "date": {
                const type = facet.kind === "date" ? "dateFilter" : "filter";
                const item = find((i) => i.type === type && facet.name && i.name === facet.name);
                if (!item) {
                    break;
                }
                if (facet.kind === "filter") {
                    this.toggleSearchItem(item.id);
                } else {
                    this.query.push({ searchItemId: item.id, generatorId: facet.generatorId });
                }
                break;
            }
            case "groupBy": {
                const item = find(
                    (i) => /roupBy$/.test(i.type) && facet.name && i.name === facet.name
                );
                const interval = Object.hasOwn(INTERVAL_OPTIONS, facet.interval || "")
                    ? facet.interval
                    : undefined;
                if (item?.type === "dateGroupBy") {
                    const intervalId = interval || item.defaultIntervalId;
                    this.query.push({ searchItemId: item.id, intervalId });
                } else if (item) {
                    this.query.push({ searchItemId: item.id });
                } else if (!facet.name && this.isGroupable(facet.fieldName)) {
                    this.createNewGroupBy(facet.fieldName, { interval });
                }
                break;
            }
            case "domain":
                this.createNewFilters([
                    {
                        description: facet.description,
                        tooltip: facet.tooltip,
                        domain: facet.domain,
                        invisible: "True",
                        ...(facet.context && { context: facet.context }),
                    },
                ]);
                break;
        }
    }
}
