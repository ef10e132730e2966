/* eslint-disable no-console */
/**
 * Runs in each document that the crawler opens, before any other script: it sees what goes wrong,
 * knows when everything has settled, and names and presses what can be clicked.
 */
(() => {
    if (window.dsoCrawler || window !== window.top) {
        return;
    }

    /** Milliseconds that another document may take to come. */
    const PATIENCE_TO_LEAVE = 60000;
    /** See settle.js, which runs before this. What timers do belongs to the click before. */
    const settled = window.dsoSettle;
    const setTimer = settled.setTimeout;

    const faults = [];
    const links = new Set();
    let opened = 0;
    let changes = 0;

    settled.onAnswer = (status, url) => {
        if (status >= 500) {
            tell("server", `${status} of ${url}`);
        }
    };
    const tell = (kind, text) => faults.push(`${kind}: ${String(text).slice(0, 1500)}`);

    // ------------------------------------------------------------------
    // What goes wrong
    // ------------------------------------------------------------------

    const consoleError = console.error.bind(console);
    console.error = (...parts) => {
        tell("console.error", parts.map((part) => part?.stack || part).join(" "));
        consoleError(...parts);
    };
    window.addEventListener("error", (ev) => {
        if (ev.message && !ev.message.includes("ResizeObserver loop")) {
            // Odoo's error service logs its own, a moment later
            setTimer(() => ev.defaultPrevented || tell("error", ev.error?.stack || ev.message), 0);
        }
    });
    window.addEventListener(
        "error",
        (ev) => {
            const { src, href } = ev.target || {};
            if (ev.target instanceof HTMLElement && (src || href)) {
                tell("not loaded", `${ev.target.tagName} ${src || href}`);
            }
        },
        true
    );
    window.addEventListener("unhandledrejection", (ev) => {
        const reason = ev.reason;
        setTimer(() => ev.defaultPrevented || tell("rejection", reason?.stack || reason), 0);
    });

    const isStarted = () => !window.odoo?.loader || Boolean(document.querySelector(READY));
    const READY = ".o_web_client .o_action_manager > *, #wrapwrap, main, .o_blockUI";

    /** Nothing is asked for, drawn or waited for any more. */
    const settle = async () => {
        const never = await settled.settle(3);
        if (never) {
            tell("never settles", never);
        }
    };

    // ------------------------------------------------------------------
    // What can be clicked
    // ------------------------------------------------------------------

    const CLICKABLE = [
        "button",
        "a[href]",
        "a.nav-link",
        "[role=button]",
        "[role=tab]",
        "[role=menuitem]",
        "[role=menuitemcheckbox]",
        "[role=menuitemradio]",
        "[role=option]",
        ".dropdown-item",
        "input[type=checkbox]",
        "input[type=radio]",
        "summary",
        "th.o_column_sortable",
        ".o_group_header",
        ".o_data_row > .o_data_cell",
        ".o_kanban_record",
        ".o_stat_info",
        ".o_facet_remove",
        ".fc-event",
        ".o_pivot_header_cell_closed",
        ".o_pivot_header_cell_opened",
        ".o_pivot_cell_value",
        ".o_accordion_toggle",
        ".o_datepicker_input",
        ".o_select_file_button",
    ].join(", ");
    /** What leads on from a screen: for a short walk. */
    const LIGHT = [
        ".o_switch_view",
        ".o_dso_tab",
        ".o_notebook .nav-link",
        ".o_dso_choices button",
        ".o_searchview_dropdown_toggler",
        ".o_list_button_add",
        ".o-kanban-button-new",
        ".o_dso_board button",
    ].join(", ");
    /** One of these stands for all of its kind. */
    const ROW = [
        ".o_data_row",
        ".o_kanban_record",
        ".o_group_header",
        ".fc-event",
        ".o_pivot tr",
        "tbody tr",
        ".o_dso_timeline li",
        ".o-mail-Message",
        ".o_dso_panel li",
        ".o-autocomplete--dropdown-item",
        ".o_datetime_picker",
        ".fc-daygrid-day, .fc-timegrid-slot",
        ".o_tag",
        ".o_optional_columns_dropdown",
    ].join(", ");
    /** What is Odoo's and the same everywhere, or leads out of the app. */
    const FOREIGN = [
        ".o-mail-Form-chatter",
        ".o-mail-Chatter",
        ".o_main_navbar",
        ".o_notification_manager",
        ".o-mail-ChatHub",
        ".o_datetime_picker",
        ".odoo-editor-editable",
        ".o-we-toolbar",
        ".note-editable",
        ".o_debug_manager",
        ".ui-datepicker",
        "[disabled]",
        ".disabled",
        "#stop-clickbot",
        ".o_group_buttons_restore",
    ].join(", ");

    const clean = (text) => (text || "").replace(/\s+/g, " ").trim();
    const isSeen = (element) => {
        if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: false })) {
            return false;
        }
        const { width, height } = element.getBoundingClientRect();
        return width > 0 && height > 0;
    };

    /** Numbers and dates change with what was clicked before. */
    const timeless = (text) => clean(text).replace(/\d[\d.,:/\u202f-]*/g, "#");

    /** Where it stands: the dialog, the menu or the view. */
    const getPlace = (element) => {
        const dialog = element.closest(".o_dialog, .modal");
        if (dialog) {
            const title = timeless(dialog.querySelector(".modal-title")?.innerText);
            return `dialog ${title}`;
        }
        const controller = window.odoo?.__WOWL_DEBUG__?.root.env.services.action.currentController;
        const action = controller?.action || {};
        const inTab = element.closest(".o_dso_agenda_main, .o_dso_panel, .o_popover");
        const tab = inTab && document.querySelector(".o_dso_tab.active")?.dataset.tab;
        const view = element
            .closest(".o_view_controller")
            ?.className.match(/o_(list|kanban|form|graph|pivot|calendar)_view/)?.[1];
        const panel = element.closest(".o_dso_panel") ? "panel" : "";
        const menu = element.closest(".o_popover, .o-dropdown--menu, .popover") ? "menu" : "";
        const model = action.res_model || action.tag || location.pathname;
        return [model, tab, view || controller?.view?.type, panel, menu].filter(Boolean).join(" ");
    };

    /** What it is, for people too. */
    const getLabel = (element) => {
        const { dataset } = element;
        const technical =
            element.getAttribute("name") ||
            dataset.tab ||
            dataset.menuXmlid ||
            dataset.hotkey ||
            [...element.classList].find((name) => /^o_[a-z]+(_[a-z]+)*$/.test(name)) ||
            timeless(element.id) ||
            "";
        const tag = element.tagName.toLowerCase();
        const kind = element.getAttribute("role") || (tag === "input" ? element.type : tag);
        const words = [
            element.getAttribute("aria-label"),
            dataset.tooltip,
            element.title,
            element.innerText,
            element.closest("label, .o_field_widget, .form-check")?.innerText,
        ];
        const text = timeless(words.find((word) => clean(word))).slice(0, 40);
        const row = element.closest(ROW);
        if (row && row !== element) {
            const field = element.closest("[name]")?.getAttribute("name");
            const cell = element.matches(".o_data_cell") ? "a row" : field || technical || text;
            return `${kind} [${cell}] in a row`;
        }
        if (row) {
            return `${kind} of a row`;
        }
        return `${kind} "${text}"${technical && ` [${technical}]`}`;
    };

    const getTop = () => {
        const dialogs = [...document.querySelectorAll(".o_dialog, .modal.show")].filter(isSeen);
        return dialogs.at(-1);
    };

    /** {key: element} of everything that a person could click now. */
    const find = (scope, light) => {
        const found = new Map();
        const top = getTop();
        const rows = new Set();
        const isLight = (element) => {
            const kind = element.matches(".o_data_row button, .o_kanban_record button")
                ? "button"
                : element.matches(".o_data_cell, .o_kanban_record, .fc-event") && "row";
            if (!kind || rows.has(kind)) {
                return element.matches(LIGHT);
            }
            return Boolean(rows.add(kind));
        };
        for (const element of document.querySelectorAll(CLICKABLE)) {
            const popover = element.closest(".o_popover, .o-dropdown--menu, .popover");
            if (top && !top.contains(element) && !popover) {
                continue;
            }
            if (scope && !element.closest(scope) && !top && !popover) {
                continue;
            }
            if (element.closest(FOREIGN) || !isSeen(element)) {
                continue;
            }
            if (element.parentElement.closest("button, a, [role=tab]") && !popover) {
                continue;
            }
            if (light && !isLight(element)) {
                continue;
            }
            const key = `${getPlace(element)} | ${getLabel(element)}`;
            if (!found.has(key)) {
                found.set(key, element);
            }
        }
        return found;
    };

    // ------------------------------------------------------------------
    // Pressing
    // ------------------------------------------------------------------

    window.open = (url) => {
        opened++;
        if (url) {
            links.add(String(url));
        }
        return null;
    };
    window.print = () => {
        opened++;
    };
    // whoever handles a link itself has prevented it by then
    window.addEventListener("click", (ev) => {
        const anchor = ev.target.closest?.("a[href]");
        if (!anchor || ev.defaultPrevented) {
            return;
        }
        const href = anchor.getAttribute("href");
        if (href.startsWith("#")) {
            opened++;
            return;
        }
        ev.preventDefault();
        opened++;
        links.add(anchor.href);
    });
    // what is sent leads to another document
    let leaving = false;
    window.addEventListener("submit", (ev) => {
        if (!ev.defaultPrevented) {
            opened++;
            leaving = true;
        }
    });
    // files are chosen by the system
    window.addEventListener(
        "click",
        (ev) => {
            if (ev.target.matches?.("input[type=file]")) {
                opened++;
                ev.preventDefault();
            }
        },
        true
    );

    const watch = () => {
        const observer = new MutationObserver((records) => {
            changes += records.filter(
                ({ target, type }) => type === "childList" || target.matches?.("[class]")
            ).length;
        });
        observer.observe(document.documentElement, {
            subtree: true,
            childList: true,
            characterData: true,
            attributes: true,
        });
        return observer;
    };

    const isBlank = (element) => {
        const { height } = element.getBoundingClientRect();
        const shows = "button, input, svg, canvas, img, iframe, td, .o_view_nocontent, select";
        return height < 10 || !(clean(element.innerText) || element.querySelector(shows));
    };

    /** What a person would see go wrong now. */
    const look = () => {
        for (const dialog of document.querySelectorAll(".o_error_dialog")) {
            tell("Oops", `${dialog.innerText} ${dialog.querySelector("pre")?.innerText || ""}`);
        }
        for (const dialog of document.querySelectorAll(".o_dialog")) {
            const title = clean(dialog.querySelector(".modal-title")?.innerText);
            const body = dialog.querySelector(".modal-body");
            if (["Access Error", "Access Denied", "Missing Record"].includes(title)) {
                tell("not allowed", body.innerText);
            } else if (body && isBlank(body)) {
                tell("blank", `dialog ${title}`);
            }
        }
        const manager = document.querySelector(".o_action_manager");
        if (!document.body || !clean(document.body.innerText)) {
            tell("blank", "the whole page");
        } else if (manager && (!manager.firstElementChild || isBlank(manager))) {
            tell("blank", "there is no view");
        } else if (manager) {
            const inner = ".o_view_controller, .o_dso_agenda_main, .o_dso_board, .o_content";
            for (const element of manager.querySelectorAll(inner)) {
                if (isSeen(element) && isBlank(element)) {
                    tell("blank", element.className);
                }
            }
        }
    };

    /** Whatever was told since the last time. */
    const report = (extra = {}) => {
        look();
        const controller = window.odoo?.__WOWL_DEBUG__?.root.env.services.action.currentController;
        return {
            faults: [...new Set(faults.splice(0))],
            links: [...links],
            where: `${controller?.action?.name || ""} ${location.pathname}`,
            dialog: Boolean(getTop()),
            ...extra,
        };
    };

    /** What our screens remember. Odoo's own windows tell each other that they live. */
    const getRemembered = () =>
        JSON.stringify(Object.entries(localStorage).filter(([key]) => key.startsWith("dso")));

    /** Not over it: what a tooltip shows is no answer to a click. */
    const MOUSE = ["pointerdown", "mousedown", "pointerup", "mouseup"];

    /** @param {boolean} again: what was drawn anew while it was pressed is pressed once more */
    const press = async (key, scope, again = false) => {
        const element = find(scope).get(key);
        if (!element) {
            return { missing: true, faults: [], links: [] };
        }
        const { requests } = settled;
        const before = { requests, opened, changes };
        const stored = getRemembered();
        const checked = element.checked;
        const isButton = element.matches("button, .btn, [role=button], .dropdown-item");
        const isOn = element.matches(
            ".active, .selected, [aria-selected=true], [aria-checked=true], [aria-pressed=true]"
        );
        const isChange = element.matches("[data-bs-toggle], .btn-close, .o_form_button_save, .o_clipboard_button");
        const observer = watch();
        for (const type of MOUSE) {
            element.dispatchEvent(new MouseEvent(type, { bubbles: true, cancelable: true }));
        }
        element.focus?.();
        element.click();
        await settle();
        if (leaving) {
            // ends with this document
            await new Promise((resolve) => setTimer(resolve, PATIENCE_TO_LEAVE));
        }
        for (const record of observer.takeRecords()) {
            changes += record.type === "childList" ? 1 : 0;
        }
        observer.disconnect();
        const idle =
            settled.requests === before.requests &&
            opened === before.opened &&
            changes === before.changes &&
            element.checked === checked &&
            stored === getRemembered();
        if (idle && isButton && !isOn && !isChange) {
            if (!again) {
                return press(key, scope, true);
            }
            tell("does nothing", key);
        }
        return report({ remembered: stored !== getRemembered() });
    };

    /**
     * Back to where the walk began, without what was typed and opened; with what the browser
     * remembers of it, or without.
     */
    const reset = async (action, remember = false) => {
        const { env } = window.odoo.__WOWL_DEBUG__.root;
        for (let times = 0; times < 5 && document.querySelector(".o_dialog"); times++) {
            env.services.dialog.closeAll();
            await settle();
        }
        env.services.popover && document.body.click();
        document.querySelector(".o_form_button_cancel")?.click();
        await settle();
        if (!remember) {
            localStorage.clear();
        }
        let left = false;
        env.services.action.doAction(action, { clearBreadcrumbs: true }).finally(() => {
            left = true;
        });
        for (let times = 0; times < 5; times++) {
            await settle();
            const buttons = [...document.querySelectorAll(".o_dialog .modal-footer button")];
            const discard = buttons.find((button) => button.innerText.includes("Discard"));
            if (left || !discard) {
                break;
            }
            // what was changed is not kept
            discard.click();
        }
        return report();
    };

    window.dsoCrawler = {
        tell,
        settle,
        press,
        reset,
        report,
        isStarted,
        count: () => faults.length,
        find: (scope, light) => [...find(scope, light).keys()],
        takeLinks: () => {
            const taken = [...links];
            links.clear();
            return taken;
        },
        run: async (code) => {
            await code();
            await settle();
            return report();
        },
    };
})();
