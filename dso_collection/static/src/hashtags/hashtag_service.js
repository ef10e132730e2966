import { registry } from "@web/core/registry";

/** What is typed after # so far, and where it begins. */
const TYPED = /(^|[^\w&/#])#([a-zA-Z]\w*)?$/;

/** Models whose texts are always for collection actions. */
const OWN_MODELS = [
    "dso.letter.template",
    "dso.scenario.step",
    "dso.action",
    "dso.action.new",
    "dso.item.qualify",
];

/** Whether the texts of a record are made for collection actions. */
export function hasHashtags(record) {
    return OWN_MODELS.includes(record.resModel) || record.data.model === "dso.action";
}

/**
 * The word after # that is being typed at the end of a text.
 *
 * @param {string} before the text before the cursor
 * @returns {{ offset: number, term: string } | null} where the # stands, and what follows it
 */
export function findTyped(before) {
    const match = before.match(TYPED);
    if (!match) {
        return null;
    }
    const term = match[2] || "";
    return { offset: before.length - term.length - 1, term: term.toLowerCase() };
}

/**
 * Hashtags that fit what was typed: names that begin with it, then names that contain all of its
 * words, then descriptions that do.
 */
export function filterHashtags(hashtags, term) {
    const words = term.split("_").filter(Boolean);
    const contains = (text) => words.every((word) => text.toLowerCase().includes(word));
    const ranks = [
        ({ name }) => name.startsWith(term),
        ({ name }) => contains(name),
        ({ description }) => contains(description),
    ];
    const found = new Set();
    for (const rank of ranks) {
        for (const hashtag of hashtags.filter(rank)) {
            found.add(hashtag);
        }
    }
    return [...found];
}

/** The table of hashtags, asked for once, when somebody first needs it. */
export const hashtagService = {
    dependencies: ["orm"],
    start(env, { orm }) {
        let loading;
        return {
            load() {
                loading ||= orm.call("dso.action", "dso_get_hashtags", []).catch((error) => {
                    loading = undefined;
                    throw error;
                });
                return loading;
            },
        };
    },
};

registry.category("services").add("dso_hashtags", hashtagService);
