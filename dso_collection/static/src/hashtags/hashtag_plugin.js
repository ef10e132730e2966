import { Plugin } from "@html_editor/plugin";
import { filterHashtags, findTyped } from "./hashtag_service";

/** Suggests hashtags where # is typed, in the editor's own box of commands. */
export class HashtagPlugin extends Plugin {
    static id = "dsoHashtag";
    static dependencies = ["powerbox", "selection", "history"];
    resources = {
        input_handlers: this.onInput.bind(this),
        delete_handlers: this.update.bind(this),
        post_undo_handlers: this.update.bind(this),
        post_redo_handlers: this.update.bind(this),
    };

    setup() {
        this.suggesting = false;
        this.hashtags = [];
    }

    async onInput(ev) {
        if (ev.data === "#" && this.config.dsoHashtags.isEnabled()) {
            this.hashtags = await this.config.dsoHashtags.load();
            if (this.isDestroyed) {
                return;
            }
            this.suggesting = true;
        }
        this.update();
    }

    /** The text node and the word after # before the cursor. */
    getTyped() {
        const { anchorNode, anchorOffset, isCollapsed } =
            this.dependencies.selection.getEditableSelection();
        if (!isCollapsed || anchorNode.nodeType !== Node.TEXT_NODE) {
            return null;
        }
        const typed = findTyped(anchorNode.nodeValue.slice(0, anchorOffset));
        return typed && { ...typed, node: anchorNode, end: anchorOffset };
    }

    update() {
        if (!this.suggesting) {
            return;
        }
        const typed = this.getTyped();
        const found = typed ? filterHashtags(this.hashtags, typed.term) : [];
        if (!found.length) {
            this.close();
            // a letter less may fit again
            this.suggesting = Boolean(typed);
            return;
        }
        const commands = found.map((hashtag) => ({
            categoryId: hashtag.section,
            categoryName: hashtag.section,
            title: `#${hashtag.name}`,
            description: hashtag.description,
            icon: "fa-hashtag",
            run: () => this.insert(hashtag),
        }));
        if (this.open) {
            this.dependencies.powerbox.updatePowerbox(commands);
            return;
        }
        this.dependencies.powerbox.openPowerbox({
            commands,
            onClose: () => {
                this.open = false;
                this.suggesting = false;
            },
        });
        this.open = true;
        this.suggesting = true;
    }

    close() {
        if (this.open) {
            this.dependencies.powerbox.closePowerbox();
        }
    }

    insert(hashtag) {
        const typed = this.getTyped();
        if (!typed) {
            return;
        }
        // within the text node: deleting would turn the space before into a hard one
        const { node, offset, end } = typed;
        const word = `#${hashtag.name}`;
        node.nodeValue = node.nodeValue.slice(0, offset) + word + node.nodeValue.slice(end);
        this.dependencies.selection.setSelection({
            anchorNode: node,
            anchorOffset: offset + word.length,
        });
        this.dependencies.history.addStep();
    }
}
