/* The script of the page that letters are printed from, see dso_letter_printer.py. For the old
 * browser in wkhtmltopdf, patched or not: no newer JavaScript than that of 2009.
 *
 * - What is too big for its place is made smaller: a letterhead, a long address.
 * - Pages break where a reader wants it. Neither build keeps a heading with its table, a total with
 *   its rows or a signature together, and only the patched one repeats headings of tables: so
 *   tables are taken apart here, one for each page, each with its heading.
 */
(function () {
    "use strict";

    /* Print sets letters a little wider than the screen, where this measures: so it measures in a
     * little less room than there will be. */
    var WIDTH = 0.94;
    var HEIGHT = 0.96;
    /* Parts of a page that are left free: for the lines that a text may take more in print, and,
     * after a break that was made here, for rounding. */
    var TEXT_SLACK = 0.04;
    var SLACK = 0.02;

    function each(list, callback) {
        var items = [];
        var i;
        for (i = 0; i < list.length; i++) {
            items.push(list[i]);
        }
        for (i = 0; i < items.length; i++) {
            callback(items[i], i);
        }
    }

    function height(node) {
        return node.getBoundingClientRect().height;
    }

    function contains(parent, node) {
        return parent !== node && Boolean(parent.compareDocumentPosition(node) & 16);
    }

    function fit(place) {
        var content = place.firstElementChild;
        var factor = 1;
        var round;
        if (!content) {
            return;
        }
        // what stands at the bottom stays there
        var low = /\bdso_return\b/.test(place.className);
        for (round = 0; round < 14; round++) {
            content.style.width = (100 * WIDTH) / factor + "%";
            if (content.offsetHeight * factor <= place.clientHeight * HEIGHT) {
                break;
            }
            factor -= 0.05;
        }
        content.style.width = 100 / factor + "%";
        if (factor < 1) {
            content.style.webkitTransformOrigin = low ? "0 100%" : "0 0";
            content.style.webkitTransform = "scale(" + factor + ")";
        }
    }

    /* One letter: where its pages end, as far as it was broken here. */
    function Letter(root, pageHeight) {
        this.root = root;
        this.page = pageHeight;
        this.base = root.getBoundingClientRect().top;
        this.broken = false;
    }

    /* How far down its page a node begins. */
    Letter.prototype.offset = function (node) {
        return (node.getBoundingClientRect().top - this.base) % this.page;
    };

    /* What is left on the page from a node on. */
    Letter.prototype.room = function (node, free) {
        var slack = free || (this.broken ? SLACK : TEXT_SLACK);
        return this.page * (1 - slack) - this.offset(node);
    };

    Letter.prototype.breakBefore = function (node) {
        var block = node;
        if (this.offset(node) < 1) {
            return;
        }
        if (node.nodeName === "TABLE") {
            // breaks are for blocks
            block = document.createElement("div");
            node.parentNode.insertBefore(block, node);
            block.appendChild(node);
        }
        block.style.pageBreakBefore = "always";
        this.base = block.getBoundingClientRect().top;
        this.broken = true;
    };

    /* The heading right above a node, else the node itself. */
    function getLead(node) {
        var lead = node;
        var before;
        while (lead.parentNode && !/\barticle\b/.test(lead.parentNode.className)) {
            before = lead.previousElementSibling;
            if (before) {
                return /^H[1-6]$/.test(before.nodeName) ? before : node;
            }
            lead = lead.parentNode;
        }
        before = lead.previousElementSibling;
        return before && /^H[1-6]$/.test(before.nodeName) ? before : node;
    }

    /* The rows of a table that belong together: totals with the row above them, and what follows
     * a row that is one cell, as long as that is not much. */
    Letter.prototype.getUnits = function (table) {
        var units = [];
        var limit = this.page / 3;
        var unit = null;
        var titled = false;
        each(table.rows, function (row) {
            var group = row.parentNode.nodeName;
            if (group === "THEAD") {
                return;
            }
            var joins = unit && (group === "TFOOT" || titled && row.cells.length > 1);
            if (group === "TBODY") {
                titled = row.cells.length === 1 || titled && row.cells.length > 1;
            }
            if (joins && unit.height + height(row) < limit) {
                unit.rows.push(row);
                unit.height += height(row);
            } else {
                unit = { rows: [row], height: height(row) };
                units.push(unit);
            }
        });
        return units;
    };

    /* All pages have the columns of the first. */
    function keepColumns(table) {
        var width = table.getBoundingClientRect().width;
        var widths = [];
        each(table.tHead.rows[0].cells, function (cell) {
            widths.push((100 * cell.getBoundingClientRect().width) / width + "%");
        });
        each(table.tHead.rows[0].cells, function (cell, i) {
            cell.style.width = widths[i];
        });
    }

    /* How much the remark right below a table takes, which stays with its end. */
    Letter.prototype.getNoteHeight = function (table) {
        var note = table.nextElementSibling;
        if (!note || note.nodeName !== "DIV" || height(note) > this.page / 12) {
            return 0;
        }
        return note.getBoundingClientRect().bottom - table.getBoundingClientRect().bottom;
    };

    Letter.prototype.splitTable = function (table, noteHeight) {
        var lead = getLead(table);
        var note = noteHeight === undefined ? this.getNoteHeight(table) : noteHeight;
        var whole = table.getBoundingClientRect().bottom - lead.getBoundingClientRect().top + note;
        if (whole <= this.room(lead)) {
            return;
        }
        var units = this.getUnits(table);
        if (units.length) {
            units[units.length - 1].height += note;
        }
        var head = height(table.tHead);
        var above = table.getBoundingClientRect().top - lead.getBoundingClientRect().top;
        var least = units.length ? units[0].height + (units.length > 2 ? units[1].height : 0) : 0;
        if (above + head + least > this.room(lead)) {
            this.breakBefore(lead);
        }
        keepColumns(table);
        var room = this.room(table);
        var used = head;
        var taken = 0;
        while (taken < units.length && used + units[taken].height <= room) {
            used += units[taken].height;
            taken++;
        }
        if (taken >= units.length) {
            return;
        }
        // higher than a page: it breaks where it breaks
        taken = Math.max(taken, 1);
        if (taken >= units.length) {
            return;
        }
        var rest = table.cloneNode(false);
        rest.appendChild(table.tHead.cloneNode(true));
        var body = document.createElement("tbody");
        rest.appendChild(body);
        each(units.slice(taken), function (unit) {
            each(unit.rows, function (row) {
                body.appendChild(row);
            });
        });
        table.parentNode.insertBefore(rest, table.nextSibling);
        this.breakBefore(rest);
        this.splitTable(rest, note);
    };

    /* What is not cut in two, unless it is longer than a page. */
    Letter.prototype.keep = function (block) {
        var lead = getLead(block);
        var needed = block.getBoundingClientRect().bottom - lead.getBoundingClientRect().top;
        if (needed > this.room(lead, SLACK / 2) && needed < this.page * (1 - SLACK)) {
            this.breakBefore(lead);
        }
    };

    /* The closing words and the signature as one block. */
    function wrapClosing(text) {
        var paragraphs = text.getElementsByTagName("p");
        var last = paragraphs[paragraphs.length - 1];
        if (!last || !last.nextElementSibling) {
            return;
        }
        var block = document.createElement("div");
        block.className = "dso_keep";
        last.parentNode.insertBefore(block, last);
        while (block.nextSibling) {
            block.appendChild(block.nextSibling);
        }
        if (block.getElementsByTagName("table").length || block.textContent.length > 600) {
            block.className = "";
        }
    }

    Letter.prototype.paginate = function () {
        var letter = this;
        each(this.root.querySelectorAll(".dso_letter_text"), wrapClosing);
        var skip = null;
        each(this.root.querySelectorAll("table, .dso_message, .dso_keep"), function (node) {
            if (skip && contains(skip, node)) {
                return;
            }
            if (node.nodeName === "TABLE") {
                if (node.tHead && node.tHead.rows.length && node.rows.length > 1) {
                    letter.splitTable(node);
                }
                skip = node;
            } else {
                letter.keep(node);
                // the tables of what is longer than a page are looked at
                skip = height(node) < letter.page * (1 - SLACK) ? node : null;
            }
        });
    };

    window.onload = function () {
        each(document.querySelectorAll(".dso_head, .dso_window, .dso_return, .dso_footer"), fit);
        var ruler = document.getElementById("dso_ruler");
        if (!ruler) {
            return;
        }
        var page = height(ruler);
        ruler.parentNode.removeChild(ruler);
        // one at a time: each break lays out anew all that is shown
        var letters = document.querySelectorAll(".dso_letter");
        each(letters, function (root) {
            root.style.display = "none";
        });
        each(letters, function (root) {
            root.style.display = "block";
            new Letter(root, page).paginate();
            root.style.display = "none";
        });
        each(letters, function (root) {
            root.style.display = "block";
        });
    };
})();
