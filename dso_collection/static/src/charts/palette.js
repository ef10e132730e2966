import { TYPE_ICONS } from "../fields/fields";

/**
 * Colours that people with any colour vision can tell apart (after Okabe and Ito); none stands alone:
 * every one comes with an icon and a word.
 */
export const TYPE_COLORS = {
    call: "#0072B2",
    email: "#E69F00",
    email_interactive: "#F6D55C",
    email_internal: "#B8A07E",
    letter: "#009E73",
    letter_registered: "#00614A",
    letter_electronic: "#8FD3BC",
    sms: "#CC79A7",
    fax: "#8C8C8C",
    litigation: "#A63C00",
};

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

export const KIND_STYLES = {
    none: { color: "#BDBDBD", icon: "fa-question" },
    ongoing: { color: "#56B4E9", icon: "fa-comments-o" },
    promise: { color: "#009E73", icon: "fa-handshake-o" },
    dispute: { color: "#E69F00", icon: "fa-exclamation-triangle" },
    dispute_resolved: { color: "#0072B2", icon: "fa-check-square-o" },
    litigation: { color: "#A63C00", icon: "fa-gavel" },
};

const OTHER = { color: "#8C8C8C", icon: "fa-circle-o" };

export function getTypeStyle(key) {
    return {
        color: TYPE_COLORS[key] || OTHER.color,
        icon: TYPE_ICONS[key] || OTHER.icon,
    };
}

/** Series of the server, with colour and icon. */
export function withStyles(series, styles) {
    const getStyle = typeof styles === "function" ? styles : (key) => styles[key] || OTHER;
    return series.map((each) => ({ ...each, ...getStyle(each.key) }));
}
