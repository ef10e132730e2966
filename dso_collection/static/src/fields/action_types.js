import { session } from "@web/session";

const OTHER = { icon: "fa-circle-o", color: "#8C8C8C" };

/** Icon and colour of a type of action, as its channel says; undefined of what is none. */
export function findTypeStyle(type) {
    return session.dso_action_types?.[type];
}

/** The same, with something to show for what is no type. */
export function getTypeStyle(type) {
    return findTypeStyle(type) || OTHER;
}
