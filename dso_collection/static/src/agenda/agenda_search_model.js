import { SearchModel } from "@web/search/search_model";

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
            const { search_default_my: _my, ...context } = config.context || {};
            config = { ...config, context };
        }
        await super.load(config);
        if (agenda) {
            this.restoreFacets();
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

    restoreFacets() {
        const { memory, tabId, shared } = this.agenda;
        const defaults = this.query;
        const own =
            memory.getTab(tabId).own || this.describeQuery(defaults.filter((elem) => this.isOwn(elem)));
        const others = shared
            ? memory.data.shared ||
              this.describeQuery(defaults.filter((elem) => !this.isOwn(elem)))
            : [];
        this.blockNotification = true;
        this.query = [];
        for (const facet of [...others, ...own]) {
            this.applyFacet(facet);
        }
        this.blockNotification = false;
        this._reset();
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
                const item = find((i) => i.name === facet.name && /ilter$/.test(i.type));
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
                const item = find((i) => facet.name && i.name === facet.name);
                if (item) {
                    const intervalId = facet.interval;
                    this.query.push({ searchItemId: item.id, ...(intervalId && { intervalId }) });
                } else if (!facet.name && facet.fieldName in this.searchViewFields) {
                    this.createNewGroupBy(facet.fieldName, { interval: facet.interval });
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
