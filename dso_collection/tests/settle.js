/**
 * Runs in each document that a test opens, before any other script: it knows when everything has
 * settled. Nothing is waited for that is not on its way, so that a quick machine is quick.
 */
(() => {
    if (window.dsoSettle || window !== window.top) {
        return;
    }

    /** Milliseconds after which something that never settles is told: a busy machine is none. */
    const PATIENCE = 120000;
    /** Timers up to so many milliseconds, which wait for the next click, key or width: when there
        is nothing else to wait for they go off at once. */
    const SHORT = 450;
    /** Times that they go off in one wait: something that moves for ever may do so. */
    const ROUNDS = 10;
    /** Milliseconds until a picture or a font that does not come is done without. */
    const PATIENCE_WITH_FILES = 5000;

    const { setTimeout, clearTimeout, requestAnimationFrame } = window;
    /** What goes off soon, the earliest first to be set. */
    const timers = new Map();
    const state = { pending: 0, requests: 0, onAnswer: () => {} };

    window.setTimeout = (callback, delay = 0, ...args) => {
        const run = (...given) => {
            timers.delete(id);
            return typeof callback === "function" ? callback(...given) : undefined;
        };
        const id = setTimeout(run, delay, ...args);
        if (!(delay > SHORT)) {
            timers.set(id, { run: () => run(...args), due: performance.now() + (delay || 0) });
        }
        return id;
    };
    window.clearTimeout = (id) => {
        timers.delete(id);
        clearTimeout(id);
    };
    const goOff = () => {
        const waiting = [...timers].sort((one, other) => one[1].due - other[1].due);
        for (const [id, { run }] of waiting) {
            // one may stop another
            if (timers.has(id)) {
                clearTimeout(id);
                try {
                    run();
                } catch (error) {
                    reportError(error);
                }
            }
        }
    };

    const { open, send } = XMLHttpRequest.prototype;
    XMLHttpRequest.prototype.open = function (method, url, ...args) {
        this.dsoUrl = String(url);
        return open.call(this, method, url, ...args);
    };
    XMLHttpRequest.prototype.send = function (...args) {
        state.pending++;
        state.requests++;
        this.addEventListener("loadend", () => {
            state.pending--;
            state.onAnswer(this.status, this.dsoUrl);
        });
        return send.apply(this, args);
    };
    const { fetch } = window;
    window.fetch = async (...args) => {
        state.pending++;
        state.requests++;
        try {
            const response = await fetch.apply(window, args);
            state.onAnswer(response.status, response.url);
            return response;
        } finally {
            state.pending--;
        }
    };

    // frames do not come to a page that is not shown
    const frame = () =>
        new Promise((resolve) => {
            requestAnimationFrame(resolve);
            setTimeout(resolve, 50);
        });
    const getTasks = () => {
        const owl = window.odoo?.loader?.modules?.get("@odoo/owl");
        return [...(owl?.App.apps || [])].flatMap((app) => [...app.scheduler.tasks]);
    };
    const isLoading = () =>
        document.fonts.status === "loading" ||
        [...document.images].some((image) => !image.complete && image.loading !== "lazy") ||
        [...document.querySelectorAll("iframe")].some(
            (inner) => inner.contentDocument && inner.contentDocument.readyState !== "complete"
        );

    /** What moves to an end is there at once, such as a popover that fades in; what moves round and
        round stays as it is.
        @returns {boolean} whether anything did */
    const endMovements = () => {
        const moving = document
            .getAnimations()
            .filter(
                (each) =>
                    each.playState === "running" &&
                    each.effect &&
                    each.effect.getComputedTiming().endTime !== Infinity
            );
        moving.forEach((each) => each.finish());
        return moving.length > 0;
    };

    /**
     * Until nothing is asked for, drawn or waited for any more, in so many frames one after
     * another.
     *
     * @param {number} still: frames
     * @returns {string} what never ends; nothing where all is well
     */
    const settle = async (still = 2) => {
        const began = performance.now();
        let quiet = 0;
        let changes = 0;
        let rounds = 0;
        const observer = new MutationObserver((records) => (changes += records.length));
        observer.observe(document, {
            subtree: true,
            childList: true,
            characterData: true,
            attributes: true,
        });
        try {
            while (quiet < still) {
                await frame();
                const time = performance.now() - began;
                const drawing = getTasks().length && !document.querySelector(".o_error_dialog");
                const busy =
                    state.pending ||
                    drawing ||
                    document.querySelector(".o_blockUI, .o_loading_indicator") ||
                    (time < PATIENCE_WITH_FILES && isLoading());
                const waiting = !busy && !changes && timers.size && rounds < ROUNDS;
                if (waiting) {
                    rounds++;
                    goOff();
                }
                // what changes for ever may do so
                const moving = (endMovements() || changes) && time < PATIENCE_WITH_FILES;
                quiet = busy || waiting || moving ? 0 : quiet + 1;
                changes = 0;
                if (time > PATIENCE) {
                    const drawn = getTasks().map((task) => task.node.name);
                    return `${state.pending} requests, drawing ${drawn}`;
                }
            }
        } finally {
            observer.disconnect();
        }
        return "";
    };

    window.dsoSettle = Object.assign(state, { settle, setTimeout: setTimeout.bind(window) });
})();
