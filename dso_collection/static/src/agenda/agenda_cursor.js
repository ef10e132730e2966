/**
 * Where the user is in a list that changes while it is worked through. When the current action was
 * handled, it is gone or looks different after the list was loaded again: then the next one of the
 * order before is the current one.
 */
export class AgendaCursor {
    constructor() {
        /** @type {number[]} ids in the order of the screen */
        this.ids = [];
        /** @type {Map<number, string>} how each looked */
        this.marks = new Map();
        this.current = false;
    }

    get position() {
        return this.ids.indexOf(this.current);
    }

    /**
     * The list was loaded.
     *
     * @param {{ id: number, mark: string }[]} rows in their order; a mark that changes means that
     *  the action was handled
     * @returns {boolean} whether the current one was handled
     */
    load(rows) {
        const { ids: before, marks: known, current } = this;
        this.ids = rows.map((row) => row.id);
        this.marks = new Map(rows.map((row) => [row.id, row.mark]));
        if (!current) {
            this.current = this.ids[0] || false;
            return false;
        }
        const handled = this.marks.get(current) !== known.get(current);
        if (handled) {
            this.current = this.findNext(before, current);
        }
        return handled;
    }

    /** The next of the order before that is still there, else the last one before. */
    findNext(before, current) {
        const index = before.indexOf(current);
        const candidates = [...before.slice(index + 1), ...before.slice(0, index).reverse()];
        const found = candidates.find((id) => this.marks.has(id));
        return found || this.ids.find((id) => id !== current) || this.ids[0] || false;
    }

    select(id) {
        this.current = id;
    }

    /**
     * @param {number} step 1 for the next one, -1 for the one before
     * @returns {boolean} false at the end of the list
     */
    move(step) {
        const position = this.position;
        const target = position < 0 ? (step > 0 ? 0 : this.ids.length - 1) : position + step;
        if (!(target in this.ids)) {
            return false;
        }
        this.current = this.ids[target];
        return true;
    }
}
