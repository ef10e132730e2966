/* Measures the screen as it is now, and returns what can't be read of it as it should be.

   A value: the function that the test calls with {around, odoo, scrolls}. Rectangles are those of
   the texts themselves, not of the elements they stand in. */
(({ around, odoo, scrolls }) => {
    const SLACK = 1.5;
    const root = [...document.querySelectorAll(".modal")].pop() || document.body;
    const screen = document.documentElement;
    const faults = new Map();
    // the same is asked for each text of an element, and for all that it stands in
    const remember = (ask) => {
        const known = new Map();
        return (element) => {
            if (!known.has(element)) {
                known.set(element, ask(element));
            }
            return known.get(element);
        };
    };
    const style = remember((element) => getComputedStyle(element));
    const canvas = document.createElement("canvas").getContext("2d");

    const name = (element) => {
        const parts = [];
        for (let node = element; node && node !== document.body && parts.length < 4; ) {
            const classes = [...node.classList].filter((each) => !/^(m|p)[xytbse]?-|^d-/.test(each));
            let part = [node.tagName.toLowerCase(), ...classes.slice(0, 3)].join(".");
            const named = node.getAttribute("name") || node.getAttribute("data-name");
            part += named ? `[name=${named}]` : "";
            parts.unshift(node.id && !/\d/.test(node.id) ? `#${node.id}` : part);
            node = node.parentElement;
        }
        return parts.join(" > ");
    };
    // all that one container cuts is one fault
    const fault = (kind, element, text, detail, container = null) => {
        if (odoo.some(([known, selector]) => known === kind && element.closest(selector))) {
            return;
        }
        const place = name(container || element);
        const key = `${kind}|${place}`;
        if (!faults.has(key)) {
            faults.set(key, { kind, place, text: text.trim().slice(0, 80), detail });
        }
    };

    const isInline = remember((element) => /^(inline|contents|ruby)/.test(style(element).display)
        && !/^inline-(block|flex|grid|table)/.test(style(element).display));
    // for those who listen only: it is made small and cut on purpose
    const isForListening = remember((element) => {
        if (!element || element === root) {
            return false;
        }
        const { position, clip, clipPath, opacity } = style(element);
        return opacity === "0" || /rect\(0px/.test(clip) || clipPath === "inset(50%)"
            || (position === "absolute" && (element.offsetWidth <= 1
                || element.getBoundingClientRect().right < -500))
            || isForListening(element.parentElement);
    });
    const isAround = remember((element) => Boolean(around.length && element.closest(around.join(", "))));
    const isLookedAt = remember((element) => !isAround(element)
        && element.checkVisibility({ opacityProperty: true, visibilityProperty: true }));
    const hasBox = remember((element) => {
        const own = style(element);
        const [, alpha] = /rgba\(.*, ([\d.]+)\)/.exec(own.backgroundColor) || [null, "1"];
        return parseFloat(alpha) > 0.04
            || own.boxShadow !== "none"
            || own.backgroundImage !== "none"
            || ["Left", "Right", "Top", "Bottom"].every(
                (side) => parseFloat(own[`border${side}Width`]) > 0
            );
    });
    const isTold = (from, until) => {
        // as if the mouse rested there: some titles come then
        from.dispatchEvent(new MouseEvent("mouseover", { bubbles: true }));
        const told = "[title]:not([title='']), [data-tooltip]:not([data-tooltip='']),"
            + " [data-tooltip-template]";
        const nearest = from.closest(told);
        return (nearest && (until.contains(nearest) || nearest.contains(until)
            && until.closest("td, th, li, a, button, .o_field_widget, label, div") !== null
            && nearest.querySelectorAll("*").length < 40)) || !!until.querySelector(told);
    };
    const shorten = (box, other, axis) => {
        const [near, far] = axis === "x" ? ["left", "right"] : ["top", "bottom"];
        box[near] = Math.max(box[near], other[near]);
        box[far] = Math.min(box[far], other[far]);
    };
    const measureInside = (element) => {
        const rect = element.getBoundingClientRect();
        const left = rect.left + element.clientLeft;
        const top = rect.top + element.clientTop;
        return {
            left,
            top,
            right: left + element.clientWidth,
            bottom: top + element.clientHeight,
        };
    };
    const innerBox = remember(measureInside);

    /* From a text or a control outwards: what cuts it, what it sticks out of.

       Returns what is left of its rectangle. */
    const walk = (element, rect, text, isText) => {
        const seen = { left: rect.left, right: rect.right, top: rect.top, bottom: rect.bottom };
        // the content of a line is taller than what is drawn of its letters
        const tall = isText ? 0.28 * rect.height : SLACK;
        let jump = !isText && style(element).position;
        let nearest = isText;
        let boxed = false;
        let node = isText ? element : element.parentElement;
        for (; node; node = node.parentElement) {
            const own = style(node);
            if (node === document.body || node === screen) {
                break;
            }
            if (own.display === "contents") {
                continue;
            }
            const holds = own.position !== "static" || own.transform !== "none";
            if (jump === "fixed" || (jump === "absolute" && !holds)) {
                continue;
            }
            jump = own.position;
            if (isInline(node)) {
                continue;
            }
            const inner = innerBox(node);
            const beyondX = Math.max(inner.left - seen.left, seen.right - inner.right);
            const beyondY = Math.max(inner.top - seen.top, seen.bottom - inner.bottom);
            if (own.overflowX === "visible" && beyondX > SLACK) {
                const outer = node.getBoundingClientRect();
                const out = Math.max(outer.left - seen.left, seen.right - outer.right);
                if (out > 2 && (nearest || (hasBox(node) && !boxed))) {
                    fault("sticks out", element, text, `${Math.round(out)} px of ${name(node)}`);
                    boxed = true;
                }
            }
            if (own.overflowY === "visible" && beyondY > tall && hasBox(node) && !boxed) {
                const outer = node.getBoundingClientRect();
                const out = Math.max(outer.top - seen.top, seen.bottom - outer.bottom);
                if (out > tall + 2) {
                    fault("sticks out below", element, text, `${Math.round(out)} px`, node);
                    boxed = true;
                }
            }
            nearest = false;
            if (own.overflowX !== "visible" && beyondX > SLACK) {
                if (/auto|scroll/.test(own.overflowX)) {
                    if (!node.matches(scrolls)) {
                        fault("scrolls sideways", node, text, `${Math.round(beyondX)} px`);
                    }
                } else if (own.textOverflow === "ellipsis") {
                    if (!isTold(element, node)) {
                        fault("cut, no title", element, text, `${Math.round(beyondX)} px`);
                    }
                } else {
                    fault("cut", element, text, `${Math.round(beyondX)} px by ${name(node)}`);
                }
                shorten(seen, inner, "x");
            }
            if (own.overflowY !== "visible" && beyondY > tall) {
                if (!/auto|scroll/.test(own.overflowY)) {
                    if (own.webkitLineClamp === "none") {
                        fault("cut below", element, text, `${Math.round(beyondY)} px`, node);
                    } else if (!isTold(element, node)) {
                        fault("cut, no title", element, text, "its last lines");
                    }
                }
                shorten(seen, inner, "y");
            }
            if (seen.right <= seen.left || seen.bottom <= seen.top) {
                return null;
            }
        }
        const width = screen.clientWidth;
        const beyond = Math.max(-seen.left, seen.right - width);
        if (beyond > SLACK) {
            fault("beyond the screen", element, text, `${Math.round(beyond)} px`);
            shorten(seen, { left: 0, right: width }, "x");
        }
        return seen.right > seen.left ? seen : null;
    };

    /* Whether something that is not seen through lies over a point of an element. */
    const getCover = (element, x, y) => {
        const top = document.elementFromPoint(x, y);
        if (!top || top === element || top.contains(element)) {
            return null;
        }
        for (const other of document.elementsFromPoint(x, y)) {
            // what an element contains can lie over its own text, too
            if (other === element || other.contains(element)) {
                return null;
            }
            if (isAround(other)) {
                return null;
            }
            const own = style(other);
            const [, alpha] = /rgba\(.*, ([\d.]+)\)/.exec(own.backgroundColor) || [null, "1"];
            if (own.opacity !== "0" && (parseFloat(alpha) > 0.5
                || /^(IMG|CANVAS|VIDEO|IFRAME)$/.test(other.tagName))) {
                return other;
            }
        }
        return null;
    };
    const isFloating = remember((element) => {
        if (!element || element === document.body) {
            return null;
        }
        return /sticky|fixed/.test(style(element).position)
            ? element
            : isFloating(element.parentElement);
    });

    // ------------------------------------------------------------------
    const texts = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    // of a long list, thirty are enough
    const isMore = ".o_data_row:nth-child(n+31), .o_kanban_record:nth-child(n+31)";
    const isLeftOut = remember((element) =>
        Boolean(element.closest(`${isMore}, script, style, noscript, option, textarea, svg`))
    );
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        const element = node.parentElement;
        if (!node.data.trim() || isLeftOut(element)) {
            continue;
        }
        if (isLookedAt(element) && !isForListening(element)) {
            const range = document.createRange();
            range.selectNodeContents(node);
            texts.push({ element, range, text: node.data });
        }
    }
    const getRects = ({ range }) =>
        [...range.getClientRects()].filter((rect) => rect.width > 1 && rect.height > 1);

    for (const each of texts) {
        each.seen = getRects(each)
            .map((rect) => walk(each.element, rect, each.text, true))
            .filter((rect) => rect);
    }

    const controls = root.querySelectorAll("input, select, textarea, button, img, canvas, iframe");
    for (const control of controls) {
        const type = control.type || "";
        if (type === "hidden" || !isLookedAt(control) || isForListening(control)) {
            continue;
        }
        const rect = control.getBoundingClientRect();
        if (rect.width > 1 && rect.height > 1) {
            walk(control, rect, control.value || control.alt || control.innerText || "", false);
        }
        const own = style(control);
        const inner = control.clientWidth - parseFloat(own.paddingLeft) - parseFloat(own.paddingRight);
        canvas.font = own.font;
        let shown = "";
        if (control.tagName === "SELECT") {
            shown = control.selectedOptions[0]?.text || "";
        } else if (/^(text|search|number|email|tel|url)$/.test(type)) {
            // a text can be moved in its field; a number or a date is read at a glance
            const isShort = /^[\d\s.,:/%€$£-]+$/.test(control.value);
            shown = control.value ? (isShort ? control.value : "") : control.placeholder;
        }
        const needs = shown && canvas.measureText(shown).width;
        if (needs > inner + 2 && !isTold(control, control)) {
            fault("cut in its field", control, shown, `${Math.round(needs - inner)} px`);
        }
    }

    // texts over each other, where none of them floats over the rest on purpose
    const lines = texts.flatMap(({ element, seen, text }) =>
        seen.map((rect) => {
            const thin = 0.22 * (rect.bottom - rect.top);
            return { element, text, ...rect, top: rect.top + thin, bottom: rect.bottom - thin };
        })
    );
    lines.sort((one, other) => one.top - other.top);
    for (let i = 0; i < lines.length; i++) {
        const one = lines[i];
        for (let j = i + 1; j < lines.length && lines[j].top < one.bottom - 1; j++) {
            const other = lines[j];
            const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
            const high = Math.min(one.bottom, other.bottom) - other.top;
            if (wide > 2 && high > 2 && one.element !== other.element
                && isFloating(one.element) === isFloating(other.element)) {
                const x = Math.max(one.left, other.left) + wide / 2;
                const y = other.top + high / 2;
                // what is hidden by a menu or a dialog is looked at as covered
                if (!getCover(one.element, x, y) && !getCover(other.element, x, y)) {
                    fault("over another", one.element, one.text, `and ${name(other.element)}: ${other.text.trim().slice(0, 40)}`);
                }
            }
        }
    }

    // what lies over a text, wherever that one is after scrolling
    const scrolled = new Map();
    let left = texts.filter(({ seen }) => seen.length);
    const check = (each) => {
        const rects = getRects(each);
        let inside = false;
        for (const rect of rects) {
            const y = (rect.top + rect.bottom) / 2;
            if (y < 0 || y > window.innerHeight) {
                continue;
            }
            inside = true;
            for (const x of [rect.left + 2, rect.right - 2]) {
                if (x <= 0 || x >= screen.clientWidth) {
                    continue;
                }
                // outside of what scrolls, it is not there
                if (isAway(each.element, x, y)) {
                    continue;
                }
                const cover = getCover(each.element, x, y);
                if (cover && !isOver(cover, each.element)) {
                    fault("covered", each.element, each.text, `by ${name(cover)}`);
                }
            }
        }
        return inside;
    };
    const isAway = (element, x, y) => {
        let jump = "";
        for (let node = element; node && node !== document.body; node = node.parentElement) {
            const own = style(node);
            if (jump === "fixed" || (jump === "absolute" && own.position === "static")) {
                continue;
            }
            jump = own.position;
            if (!isInline(node) && (own.overflowX !== "visible" || own.overflowY !== "visible")) {
                const box = measureInside(node);
                if (x < box.left || x > box.right || y < box.top || y > box.bottom) {
                    return true;
                }
            }
        }
        return false;
    };
    // sticks to an edge on purpose: what scrolls below it comes out again
    const isOver = (cover, element) => {
        const floating = isFloating(cover);
        return floating && !floating.contains(element);
    };
    for (let time = 0; left.length && time < 12; time++) {
        if (time) {
            for (let node = left[0].element; node; node = node.parentElement) {
                if (!scrolled.has(node) && node.scrollHeight > node.clientHeight) {
                    scrolled.set(node, node.scrollTop);
                }
            }
            left[0].element.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
        }
        const rest = left.filter((each) => !check(each));
        left = rest.length === left.length ? rest.slice(1) : rest;
    }
    for (const [node, top] of scrolled) {
        node.scrollTop = top;
    }
    return { faults: [...faults.values()], texts: texts.length };
})
