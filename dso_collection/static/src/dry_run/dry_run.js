import { Component, onWillDestroy, onWillStart, useRef, useState } from "@odoo/owl";
import { deserializeDate, formatDate, serializeDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { download } from "@web/core/network/download";
import { Pager } from "@web/core/pager/pager";
import { MultiRecordSelector } from "@web/core/record_selectors/multi_record_selector";
import { RecordSelector } from "@web/core/record_selectors/record_selector";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { withStyles } from "../charts/palette";
import { getTypeStyle } from "../fields/action_types";
import { StackedChart } from "../charts/stacked_chart";
import { formatShortDay } from "../charts/short_day";

const PAGE_SIZE = 40;
/** More customers than these are told by their number. */
const MAX_TAGS = 20;
/** As the server says. */
const MAX_DAYS = 366;
const MODEL = "dso.dry.run";
const DEFAULT_PARAMS = {
    population: "all",
    population_scenario_id: false,
    customer_ids: [],
    scenario_id: false,
    compare_id: false,
    days: 60,
};

/**
 * What would go out if nobody paid. The ledger is read in chunks of customers, so that the figures
 * grow while one looks, and the run can be stopped at any time. Nothing is written.
 */
export class DryRun extends Component {
    static template = "dso_collection.DryRun";
    static components = { Layout, MultiRecordSelector, Pager, RecordSelector, StackedChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.maxDays = MAX_DAYS;
        this.display = { controlPanel: {} };
        const before = this.props.state?.dryRun;
        this.params = useState({ ...DEFAULT_PARAMS, ...this.props.action.params, ...before?.params });
        this.state = useState({
            status: "idle",
            isExporting: false,
            done: 0,
            total: 0,
            prepared: null,
            runs: [],
            sort: before?.sort || { key: "count0", descending: true },
            offset: 0,
            query: "",
        });
        // a plain list: thousands of rows are not watched one by one
        this.customers = [];
        this.request = 0;
        this.formatCount = this.formatCount.bind(this);
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({
                dryRun: { params: { ...this.params }, sort: { ...this.state.sort } },
            }),
        });
        onWillStart(() => {
            // not awaited: the screen fills while the chunks come in
            this.run();
        });
        onWillDestroy(() => this.stop());
    }

    // -------------------------------------------------------------------------
    // What is asked for
    // -------------------------------------------------------------------------

    get populations() {
        return [
            ["all", _t("All customers")],
            ["scenario", _t("Customers with a scenario")],
            ["customers", _t("Chosen customers")],
        ];
    }

    get showsTags() {
        return this.params.customer_ids.length <= MAX_TAGS;
    }

    update(values) {
        Object.assign(this.params, values);
        return this.run();
    }

    updateDays(ev) {
        const typed = ev.target.value;
        const days = Number(typed);
        if (!typed.trim() || !Number.isInteger(days) || days < 1 || days > MAX_DAYS) {
            // what was found before stays
            ev.target.value = this.params.days;
            this.notification.add(
                typed.trim()
                    ? _t(
                          "A dry run cannot look %(days)s days ahead. Enter a number from 1 to %(maximum)s.",
                          { days: typed, maximum: MAX_DAYS }
                      )
                    : _t("Enter how many days the dry run looks ahead, from 1 to %s.", MAX_DAYS),
                { type: "danger" }
            );
            return;
        }
        ev.target.value = days;
        if (days !== this.params.days) {
            this.update({ days });
        }
    }

    /** Whether it is known whom to look at. */
    get isComplete() {
        const { population, population_scenario_id, customer_ids } = this.params;
        return (
            population === "all" ||
            (population === "scenario" && population_scenario_id) ||
            (population === "customers" && customer_ids.length > 0)
        );
    }

    // -------------------------------------------------------------------------
    // The run
    // -------------------------------------------------------------------------

    /** Chunk by chunk; a later run or a stop ends this one. */
    async run() {
        const request = ++this.request;
        const isCurrent = () => request === this.request;
        const params = { ...this.params, customer_ids: [...this.params.customer_ids] };
        this.customers = [];
        Object.assign(this.state, { done: 0, total: 0, runs: [], offset: 0, prepared: null });
        if (!this.isComplete) {
            this.state.status = "idle";
            return;
        }
        this.state.status = "running";
        try {
            const prepared = await this.orm.silent.call(MODEL, "prepare", [params]);
            if (!isCurrent()) {
                return;
            }
            if (Object.keys(prepared.gone || {}).length) {
                // chosen before, and deleted since
                Object.assign(this.params, prepared.gone);
                Object.assign(params, prepared.gone);
                if (!this.isComplete) {
                    this.state.status = "idle";
                    return;
                }
            }
            Object.assign(this.state, {
                prepared,
                total: prepared.total,
                runs: prepared.runs.map((name) => ({ name, days: {} })),
            });
            if (this.state.sort.key.slice(-1) >= prepared.runs.length) {
                this.state.sort = { key: "count0", descending: true };
            }
            let afterId = 0;
            while (isCurrent()) {
                const chunk = await this.orm.silent.call(MODEL, "run_chunk", [params, afterId]);
                if (!isCurrent()) {
                    return;
                }
                if (!chunk.done) {
                    this.state.status = "done";
                    return;
                }
                this.add(chunk);
                afterId = chunk.after_id;
            }
        } catch (error) {
            if (isCurrent()) {
                this.state.status = "stopped";
            }
            throw error;
        }
    }

    add(chunk) {
        this.customers.push(...chunk.customers);
        this.state.runs = this.state.runs.map((run, index) => {
            const days = { ...run.days };
            for (const [day, counts] of Object.entries(chunk.runs[index])) {
                days[day] = { ...days[day] };
                for (const [type, count] of Object.entries(counts)) {
                    days[day][type] = (days[day][type] || 0) + count;
                }
            }
            return { ...run, days };
        });
        this.state.done += chunk.done;
    }

    /** What was found so far stays. */
    stop() {
        if (this.state.status === "running") {
            this.request++;
            this.state.status = "stopped";
        }
    }

    // -------------------------------------------------------------------------
    // Results
    // -------------------------------------------------------------------------

    get isCompared() {
        return this.state.runs.length > 1;
    }

    get percent() {
        return this.state.total ? Math.round((100 * this.state.done) / this.state.total) : 0;
    }

    get progress() {
        const { done, total } = this.state;
        return _t("%(done)s of %(total)s customers", {
            done: formatInteger(done),
            total: formatInteger(total),
        });
    }

    /** Types of action in use, in the order of all screens, with totals for each run. */
    get channels() {
        const totals = this.state.runs.map(({ days }) => {
            const counts = {};
            for (const byType of Object.values(days)) {
                for (const [type, count] of Object.entries(byType)) {
                    counts[type] = (counts[type] || 0) + count;
                }
            }
            return counts;
        });
        return (this.state.prepared?.types || [])
            .map(([key, label]) => ({
                key,
                label,
                ...getTypeStyle(key),
                counts: totals.map((counts) => counts[key] || 0),
            }))
            .filter(({ counts }) => counts.some(Boolean));
    }

    /** Actions and customers of each run, and the day with the most. */
    get summaries() {
        return this.state.runs.map(({ name, days }, index) => {
            const totals = Object.entries(days).map(([day, counts]) => [
                day,
                Object.values(counts).reduce((a, b) => a + b, 0),
            ]);
            const busiest = totals.reduce((best, each) => (each[1] > best[1] ? each : best), ["", 0]);
            return {
                name,
                count: totals.reduce((sum, [, count]) => sum + count, 0),
                customers: this.customers.filter(({ runs }) => runs[index].reached).length,
                busiest: busiest[1] && {
                    day: this.formatDate(busiest[0]),
                    count: busiest[1],
                },
            };
        });
    }

    /** All days from today to the end, so that two charts lie side by side. */
    get days() {
        const { today, until } = this.state.prepared;
        const last = deserializeDate(until);
        const days = [];
        for (let day = deserializeDate(today); day <= last; day = day.plus({ days: 1 })) {
            days.push(serializeDate(day));
        }
        return days;
    }

    get charts() {
        const days = this.days;
        const labels = days.map((day) => this.formatDay(day));
        const channels = this.channels;
        const sums = this.state.runs.flatMap((run) =>
            Object.values(run.days).map((counts) =>
                Object.values(counts).reduce((a, b) => a + b, 0)
            )
        );
        return this.state.runs.map((run, index) => ({
            name: run.name,
            labels,
            // the same scale for both
            max: this.isCompared ? Math.max(...sums, 1) : undefined,
            series: withStyles(
                channels.map(({ key, label }) => ({
                    key,
                    label,
                    values: days.map((day) => run.days[day]?.[key] || 0),
                })),
                getTypeStyle
            ),
            index,
        }));
    }

    // -------------------------------------------------------------------------
    // Customers
    // -------------------------------------------------------------------------

    getCount(customer, index) {
        return customer.runs[index] ? customer.runs[index].count : 0;
    }

    getDifference(customer) {
        return this.getCount(customer, 1) - this.getCount(customer, 0);
    }

    get found() {
        const query = this.state.query.trim().toLowerCase();
        return query
            ? this.customers.filter(({ name }) => name.toLowerCase().includes(query))
            : this.customers;
    }

    getSortValue(customer) {
        const { key } = this.state.sort;
        if (key === "name") {
            return customer.name.toLowerCase();
        }
        if (key === "difference") {
            return this.getDifference(customer);
        }
        const index = Number(key.slice(-1));
        if (key.startsWith("first")) {
            // those who get nothing come last
            return customer.runs[index] ? customer.runs[index].first : "9999";
        }
        return this.getCount(customer, index);
    }

    /** The rows of this page. */
    get page() {
        const direction = this.state.sort.descending ? -1 : 1;
        const keyed = this.found.map((customer) => [this.getSortValue(customer), customer]);
        keyed.sort(
            ([a, first], [b, second]) =>
                direction * (a < b ? -1 : a > b ? 1 : 0) || (first.name < second.name ? -1 : 1)
        );
        return keyed
            .slice(this.state.offset, this.state.offset + PAGE_SIZE)
            .map(([, customer]) => customer);
    }

    get pagerProps() {
        return {
            offset: this.state.offset,
            limit: PAGE_SIZE,
            total: this.found.length,
            isEditable: false,
            onUpdate: ({ offset }) => {
                this.state.offset = offset;
            },
        };
    }

    get hasPages() {
        return this.found.length > PAGE_SIZE;
    }

    sortBy(key) {
        const { sort } = this.state;
        const descending = sort.key === key ? !sort.descending : /^(count|difference)/.test(key);
        this.state.sort = { key, descending };
        this.state.offset = 0;
    }

    getAriaSort(key) {
        const { sort } = this.state;
        return sort.key === key ? (sort.descending ? "descending" : "ascending") : "none";
    }

    getSortIcon(key) {
        const icons = { descending: "fa-sort-desc", ascending: "fa-sort-asc", none: "fa-sort" };
        return icons[this.getAriaSort(key)];
    }

    search(ev) {
        this.state.query = ev.target.value;
        this.state.offset = 0;
    }

    /** How many of each type one customer gets, with icons. */
    getTypes(share) {
        const labels = Object.fromEntries(this.state.prepared.types);
        return Object.entries(share.types).map(([key, count]) => ({
            key,
            count,
            label: labels[key],
            ...getTypeStyle(key),
        }));
    }

    openCustomer(customer) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "dso.customer",
            res_id: customer.id,
            views: [[false, "form"]],
        });
    }

    /** The server runs it once more, in one go: the button says so as long as that takes. */
    async export() {
        this.state.isExporting = true;
        try {
            await download({
                url: "/dso_collection/dry_run.xlsx",
                data: {
                    data: JSON.stringify({
                        ...this.params,
                        company_ids: user.context.allowed_company_ids,
                    }),
                },
            });
        } finally {
            this.state.isExporting = false;
        }
    }

    // -------------------------------------------------------------------------
    // Words
    // -------------------------------------------------------------------------

    formatDay(day) {
        return formatShortDay(day);
    }

    formatDate(day) {
        return formatDate(deserializeDate(day));
    }

    formatCount(count) {
        return formatInteger(count);
    }

    formatDifference(difference) {
        const sign = difference > 0 ? "+" : difference < 0 ? "−" : "±";
        return `${sign}${formatInteger(Math.abs(difference))}`;
    }

    formatAmount(customer, share) {
        return formatMonetary(share.amount, { currencyId: customer.currency_id });
    }
}

registry.category("actions").add("dso_collection.dry_run", DryRun);
