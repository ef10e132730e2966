/**
 * Colours that people with any colour vision can tell apart (after Okabe and Ito); none stands alone:
 * every one comes with an icon and a word. Those of the types of action are their channels'.
 */

/** The older the darker: the order is seen without colours, too. */
export const AGE_STYLES = {
    "000": { color: "#56B4E9", icon: "fa-calendar-o" },
    "001": { color: "#FDD49E", icon: "fa-hourglass-start" },
    "031": { color: "#FC8D59", icon: "fa-hourglass-half" },
    "061": { color: "#D7301F", icon: "fa-hourglass-end" },
    "091": { color: "#7F0000", icon: "fa-exclamation-circle" },
};

export const PROMISE_STYLES = {
    kept: { color: "#009E73", icon: "fa-check" },
    open: { color: "#56B4E9", icon: "fa-clock-o" },
    partly: { color: "#E69F00", icon: "fa-adjust" },
    broken: { color: "#A63C00", icon: "fa-chain-broken" },
};

export const INDICATOR_STYLES = {
    best: { color: "#56B4E9", icon: "fa-calendar-check-o" },
    delinquent: { color: "#D7301F", icon: "fa-hourglass-half" },
};

export const FORECAST_STYLES = {
    came: { color: "#595959", icon: "fa-check-circle" },
    announced: { color: "#0072B2", icon: "fa-paper-plane-o" },
    promise: { color: "#009E73", icon: "fa-handshake-o" },
    dispute: { color: "#E69F00", icon: "fa-exclamation-triangle" },
    none: { color: "#BDBDBD", icon: "fa-clock-o" },
};

export const KIND_STYLES = {
    none: { color: "#BDBDBD", icon: "fa-question" },
    announced: { color: "#0072B2", icon: "fa-paper-plane-o" },
    ongoing: { color: "#56B4E9", icon: "fa-comments-o" },
    promise: { color: "#009E73", icon: "fa-handshake-o" },
    promise_past: { color: "#CC79A7", icon: "fa-chain-broken" },
    dispute: { color: "#E69F00", icon: "fa-exclamation-triangle" },
    dispute_resolved: { color: "#0072B2", icon: "fa-check-square-o" },
    litigation: { color: "#A63C00", icon: "fa-gavel" },
};

const OTHER = { color: "#8C8C8C", icon: "fa-circle-o" };

/** Series of the server, with colour and icon. */
export function withStyles(series, styles) {
    const getStyle = typeof styles === "function" ? styles : (key) => styles[key] || OTHER;
    return series.map((each) => ({ ...each, ...getStyle(each.key) }));
}
