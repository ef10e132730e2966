import { Powerbox } from "@html_editor/main/powerbox/powerbox";
import { reactive, useEffect } from "@odoo/owl";
import { usePopover } from "@web/core/popover/popover_hook";
import { rotate } from "@web/core/utils/arrays";
import { useService } from "@web/core/utils/hooks";
import { filterHashtags, findTyped } from "./hashtag_service";

/**
 * Suggests hashtags where # is typed into an input or textarea, in the same box as the editor.
 *
 * @param {{ el: HTMLInputElement | HTMLTextAreaElement | null }} ref
 * @param {() => boolean} isEnabled
 */
export function useHashtagSuggestions(ref, isEnabled) {
    const service = useService("dso_hashtags");
    const popover = usePopover(Powerbox, {
        animation: false,
        arrow: false,
        closeOnClickAway: (target) => target !== ref.el,
        position: "bottom-start",
        popoverClass: "o_dso_hashtag_popover",
    });
    const state = reactive({ commands: [], currentIndex: 0, showCategories: false });
    let hashtags = [];

    const getTyped = () => {
        const { selectionStart, selectionEnd, value } = ref.el;
        return selectionStart === selectionEnd ? findTyped(value.slice(0, selectionStart)) : null;
    };

    const apply = (command) => {
        const typed = getTyped();
        popover.close();
        if (!typed) {
            return;
        }
        const { el } = ref;
        el.setRangeText(command.title, typed.offset, el.selectionStart, "end");
        el.focus();
        // as if it had been typed: the field is dirty and counts its characters
        el.dispatchEvent(new InputEvent("input", { bubbles: true }));
    };

    const update = () => {
        const typed = getTyped();
        const found = typed ? filterHashtags(hashtags, typed.term) : [];
        const exact = found.length === 1 && found[0].name === typed.term;
        if (!found.length || exact) {
            popover.close();
            return;
        }
        state.commands = found.map(({ name, description }) => ({
            title: `#${name}`,
            description,
            icon: "fa-hashtag",
        }));
        state.currentIndex = 0;
        if (!popover.isOpen) {
            popover.open(ref.el, {
                document: ref.el.ownerDocument,
                state,
                activateCommand: (index) => (state.currentIndex = index),
                applyCommand: apply,
            });
        }
    };

    const onInput = async (ev) => {
        if (ev.data === "#" && isEnabled()) {
            hashtags = await service.load();
        } else if (!popover.isOpen) {
            return;
        }
        if (ref.el) {
            update();
        }
    };

    const onKeydown = (ev) => {
        if (!popover.isOpen) {
            return;
        }
        const step = { ArrowDown: 1, ArrowUp: -1 }[ev.key];
        if (step) {
            state.currentIndex = rotate(state.currentIndex, state.commands, step);
        } else if (ev.key === "Enter" || ev.key === "Tab") {
            apply(state.commands[state.currentIndex]);
        } else if (ev.key === "Escape") {
            popover.close();
        } else {
            return;
        }
        // neither the form nor the field's own keys have to hear of it
        ev.preventDefault();
        ev.stopImmediatePropagation();
    };

    const onBlur = () => popover.close();

    useEffect(
        (el) => {
            if (!el) {
                return;
            }
            el.addEventListener("input", onInput);
            // before the listeners of the field itself
            el.addEventListener("keydown", onKeydown, { capture: true });
            el.addEventListener("blur", onBlur);
            return () => {
                el.removeEventListener("input", onInput);
                el.removeEventListener("keydown", onKeydown, { capture: true });
                el.removeEventListener("blur", onBlur);
            };
        },
        () => [ref.el]
    );
}
