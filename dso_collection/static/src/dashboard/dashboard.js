import { Component, onWillStart, useRef, useState } from "@odoo/owl";
import { formatCurrency } from "@web/core/currency";
import { deserializeDate, formatDate } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { useSetupAction } from "@web/search/action_hook";
import { Layout } from "@web/search/layout";
import { formatFloat, formatInteger, formatMonetary } from "@web/views/fields/formatters";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import {
    AGE_STYLES,
    FORECAST_STYLES,
    INDICATOR_STYLES,
    KIND_STYLES,
    PROMISE_STYLES,
    withStyles,
} from "../charts/palette";
import { getTypeStyle } from "../fields/action_types";
import { ShareBar } from "../charts/share_bar";
import { StackedChart } from "../charts/stacked_chart";
import { formatShortDay } from "../charts/short_day";
import { CustomerChoice, readChoice, readOwn, rememberChoice, rememberOwn } from "./customer_choice";

/** What a figure opens, by the name that the server gives it. */
const TARGETS = {
    customers: "dso_collection.dso_customer_action",
    items: "dso_collection.dso_item_report_action",
    actions: "dso_collection.dso_action_report_action",
    promises: "dso_collection.dso_promise_action",
    trend: "dso_collection.dso_overdue_trend_action",
    forecast: "dso_collection.dso_forecast_item_action",
    came: "dso_collection.dso_forecast_came_action",
    months: "dso_collection.dso_indicator_month_action",
};

const TILE_ICONS = {
    amount_overdue: "fa-exclamation-circle",
    amount_due: "fa-balance-scale",
    amount_disputed: "fa-exclamation-triangle",
    amount_promised: "fa-handshake-o",
    todo: "fa-bell",
    dso: "fa-calendar",
    bpdso: "fa-calendar-check-o",
    add: "fa-hourglass-half",
    cei: "fa-tachometer",
    cost_of_day: "fa-money",
};

/** How many times as high as the one in the middle a bar may be before it is cut. */
const HIGHEST = 4;

/** Whether a figure became better, by more than a colour. */
const VERDICTS = {
    better: { className: "text-success", icon: "fa-thumbs-o-up" },
    worse: { className: "text-danger", icon: "fa-thumbs-o-down" },
    same: { className: "text-muted", icon: "fa-arrows-h" },
};

/**
 * The credit manager's page: one company at a time, in its currency. In the agenda of somebody with
 * customers it begins with these alone.
 */
export class Dashboard extends Component {
    static template = "dso_collection.Dashboard";
    static components = { CustomerChoice, Layout, ShareBar, StackedChart };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.keepLastTrend = new KeepLast();
        this.keepLastIndicators = new KeepLast();
        this.keepLastCompanies = new KeepLast();
        this.keepLastForecast = new KeepLast();
        const { companyId, own, choice } = this.props.state || {};
        const agenda = this.env.dsoAgenda;
        const isActive = user.activeCompanies.some(({ id }) => id === companyId);
        this.state = useState({
            // another company may have been chosen since
            companyId: isActive ? companyId : false,
            own:
                own ??
                (agenda ? agenda.own && !agenda.memory.getTab("charts").everybody : readOwn()),
            promisedCurrency: 0,
            choice: choice || readChoice(),
            data: null,
            trend: null,
            indicators: null,
            companies: null,
            forecast: null,
        });
        this.display = { controlPanel: {} };
        useSetupAction({
            rootRef: useRef("root"),
            getLocalState: () => ({
                companyId: this.state.companyId,
                own: this.state.own,
                choice: { ...this.state.choice },
            }),
        });
        this.titles = {
            overdue: _t("Overdue"),
            todo: _t("To do"),
            done: _t("Done in 30 days"),
            kept: _t("Promises"),
            late: _t("Late against the forecast"),
        };
        this.formatAmount = this.formatAmount.bind(this);
        this.formatShort = this.formatShort.bind(this);
        this.formatDays = this.formatDays.bind(this);
        onWillStart(() => this.load());
    }

    async load() {
        const choice = { ...this.state.choice };
        const args = [this.state.companyId, this.state.own, choice];
        const ready = this.keepLast.add(this.orm.call("dso.dashboard", "get_data", args));
        this.state.trend = null;
        // amounts are told in the currency of the company that is shown: not before it is
        const shown = ready.catch(() => new Promise(() => {}));
        this.loadIndicators(args, shown);
        this.loadForecast(args, shown);
        this.loadCompanies([this.state.own, choice]);
        // not awaited: the page does not wait for the past
        this.keepLastTrend
            .add(this.orm.silent.call("dso.dashboard", "get_trend", args))
            .then((trend) => {
                const series = trend.series.map((each) => ({ ...each, values: each.amounts }));
                this.state.trend = {
                    labels: trend.days.map((day) => this.formatMonth(day)),
                    days: trend.days,
                    series: withStyles(series, AGE_STYLES),
                };
            });
        const data = await ready;
        this.state.companyId = data.company_id;
        this.state.promisedCurrency = 0;
        this.state.data = this.prepare(data);
    }

    /** DSO and its kin, which a large ledger takes longer to tell. */
    async loadIndicators(args, shown) {
        this.state.indicators = null;
        const asked = this.orm.silent.call("dso.dashboard", "get_indicators", args);
        const [found] = await this.keepLastIndicators.add(Promise.all([asked, shown]));
        this.state.indicators = {
            ...found,
            labels: found.days.map((day) => this.formatMonth(day)),
            series: withStyles(found.series, INDICATOR_STYLES),
            limit: this.getLimit(found.series),
        };
    }

    /**
     * Where the axis ends: soon after a ledger begins, all that customers owe may stand for years of
     * its first sales.
     */
    getLimit(series) {
        const [first] = series;
        const totals = first.values
            .map((_value, index) => series.reduce((sum, { values }) => sum + values[index], 0))
            .filter(Boolean)
            .sort((a, b) => a - b);
        const middle = totals[Math.floor(totals.length / 2)];
        return totals.at(-1) > HIGHEST * middle ? Math.ceil((HIGHEST * middle) / 10) * 10 : undefined;
    }

    /** What came in, and what is expected. */
    async loadForecast(args, shown) {
        this.state.forecast = null;
        const asked = this.orm.silent.call("dso.dashboard", "get_forecast", args);
        const [found] = await this.keepLastForecast.add(Promise.all([asked, shown]));
        const series = found.series.map((each) => ({ ...each, values: each.amounts }));
        this.state.forecast = {
            ...found,
            labels: found.weeks.map((day) => this.formatDay(day)),
            now: found.weeks.indexOf(found.this_week),
            series: withStyles(series, FORECAST_STYLES),
        };
    }

    /** A table of companies, where there are several. */
    async loadCompanies(args) {
        this.state.companies = null;
        if (user.activeCompanies.length > 1) {
            this.state.companies = await this.keepLastCompanies.add(
                this.orm.silent.call("dso.dashboard", "get_companies", args)
            );
        }
    }

    /** What the components show, made once and not at each rendering. */
    prepare(data) {
        return {
            ...data,
            ageing: withStyles(data.ageing, AGE_STYLES),
            kinds: withStyles(data.statuses.kinds, KIND_STYLES),
            actions: {
                ...data.actions,
                labels: data.actions.days.map((day) => this.formatDay(day)),
                now: data.actions.days.indexOf(data.today),
                series: withStyles(
                    data.actions.series.map((each) => ({ ...each, values: each.counts })),
                    getTypeStyle
                ),
            },
            promised: {
                ...data.promised,
                labels: data.promised.weeks.map((day) => this.formatDay(day)),
                now: data.promised.weeks.indexOf(data.promised.this_week),
                currencies: data.promised.currencies.map((currency) => ({
                    ...currency,
                    series: withStyles(
                        currency.series.map((each) => ({ ...each, values: each.amounts })),
                        PROMISE_STYLES
                    ),
                })),
            },
        };
    }

    selectCompany(companyId) {
        this.state.companyId = companyId;
        return this.load();
    }

    /** Their own customers, or everybody's. */
    toggleOwn() {
        this.state.own = !this.state.own;
        if (this.env.dsoAgenda) {
            this.env.dsoAgenda.memory.updateTab("charts", { everybody: !this.state.own });
        } else {
            rememberOwn(this.state.own);
        }
        return this.load();
    }

    /** Other customers: by collector, scenario, tag, country or salesperson. */
    choose(choice) {
        this.state.choice = choice;
        rememberChoice(choice);
        return this.load();
    }

    get hasDso() {
        return this.state.indicators.series.some(({ values }) => values.some(Boolean));
    }

    get hasForecast() {
        return this.state.forecast.series.some(({ values }) => values.some(Boolean));
    }

    /** At least and at most, of each week. */
    get ranges() {
        return this.state.forecast.ranges.map((range) =>
            range && range[1] ? this.formatRange(range) : ""
        );
    }

    get promised() {
        return this.state.data.promised.currencies[this.state.promisedCurrency];
    }

    get hasTrend() {
        return this.state.trend.series.some(({ values }) => values.some(Boolean));
    }

    // -------------------------------------------------------------------------
    // Words
    // -------------------------------------------------------------------------

    getTileIcon(tile) {
        return TILE_ICONS[tile.key];
    }

    getVerdict(change) {
        return VERDICTS[change.verdict];
    }

    /** Which way a figure went. */
    getArrow({ value }) {
        if (!value) {
            return "fa-arrow-right";
        }
        return value > 0 ? "fa-arrow-up" : "fa-arrow-down";
    }

    getVerdictLabel({ verdict }) {
        return { better: _t("better"), worse: _t("worse"), same: _t("no change") }[verdict];
    }

    getTargetLabel({ verdict }) {
        return verdict === "worse" ? _t("missed") : _t("reached");
    }

    formatIndicator({ value, unit }) {
        if (value === false) {
            return "–";
        }
        return { days: this.formatDays, percent: this.formatPercent, money: this.formatAmount }[
            unit
        ].call(this, value);
    }

    formatDays(value) {
        return _t("%s days", formatFloat(value, { digits: [16, 1] }));
    }

    formatPercent(value) {
        return `${formatFloat(value, { digits: [16, 1] })} %`;
    }

    getTileHint(tile) {
        if (tile.amount === false) {
            return _t("actions due or in error");
        }
        return tile.count === 1 ? _t("1 customer") : _t("%s customers", formatInteger(tile.count));
    }

    get qualified() {
        const { rate_value: value, rate_number: number } = this.state.data.statuses;
        return _t("With a status: %(value)s of the amount, %(number)s of the items", {
            value: this.formatRate(value),
            number: this.formatRate(number),
        });
    }

    get today() {
        return formatDate(deserializeDate(this.state.data.today));
    }

    formatDay(day) {
        return formatShortDay(day);
    }

    formatMonth(day) {
        return deserializeDate(day).toLocaleString({ month: "short", year: "2-digit" });
    }

    /** An amount in the company's currency, to the unit: the lists behind are exact. */
    formatAmount(amount, currencyId = this.state.data.currency_id) {
        return formatMonetary(amount, { currencyId, digits: [false, 0] });
    }

    /** An amount beside an axis: "150k €", or "1.5k €" where there is half a thousand. */
    formatShort(amount, currencyId = this.state.data.currency_id) {
        const unit = [1e9, 1e6, 1e3].find((each) => Math.abs(amount) >= each) || 1;
        return formatCurrency(amount, currencyId, {
            humanReadable: true,
            digits: [false, amount % unit ? 1 : 0],
        });
    }

    get formatPromisedShort() {
        const { id } = this.promised;
        return (amount) => this.formatShort(amount, id);
    }

    get formatPromised() {
        const { id } = this.promised;
        return (amount) => this.formatAmount(amount, id);
    }

    formatRange([low, high]) {
        return _t("from %(low)s to %(high)s", {
            low: this.formatAmount(low),
            high: this.formatAmount(high),
        });
    }

    formatCount(count) {
        return formatInteger(count);
    }

    formatRate(rate) {
        return `${Math.round(rate)} %`;
    }

    // -------------------------------------------------------------------------
    // Behind the figures
    // -------------------------------------------------------------------------

    /** The list behind a figure: the very records that were counted. */
    async open(target, domain, name) {
        const action = await this.action.loadAction(TARGETS[target]);
        return this.action.doAction(
            { ...action, name, display_name: name, domain, context: {} },
            { viewType: "list" }
        );
    }

    /** The months behind DSO and its kin, of the same customers. */
    async openMonths(day = null) {
        const { domain, context } = this.state.indicators;
        const action = await this.action.loadAction(TARGETS.months);
        return this.action.doAction(
            { ...action, domain: day ? [...domain, ["day", "=", day]] : domain, context },
            { viewType: "list" }
        );
    }

    openFigure(figure, name = figure.label) {
        return this.open(figure.target, figure.domain, name);
    }

    openSeries(target, labels, series, index) {
        return this.open(target, series.domains[index], `${series.label}, ${labels[index]}`);
    }

    openCell(row, cell, title) {
        return this.open(cell.target, cell.domain, `${row.name}: ${title}`);
    }
}

registry.category("actions").add("dso_collection.dashboard", Dashboard);
