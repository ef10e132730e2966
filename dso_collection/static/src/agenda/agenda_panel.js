import { Component, onMounted, useEffect, useRef, useState, useSubEnv } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { View, getDefaultConfig } from "@web/views/view";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { watchButtons } from "./agenda_view";

/**
 * The form in the panel: when one of its buttons has done something, the list beside it is loaded
 * again, and the agenda goes on to the next action.
 */
export class AgendaFormController extends FormController {
    setup() {
        super.setup();
        if (this.env.dsoAgenda) {
            watchButtons(this, () => this.model.root);
        }
    }

    get modelParams() {
        const params = super.modelParams;
        let first = true;
        params.hooks = {
            ...params.hooks,
            onRootLoaded: () => {
                if (!first) {
                    this.env.dsoAgenda?.reloadList();
                }
                first = false;
            },
        };
        return params;
    }
}

registry.category("views").add("dso_agenda_form", {
    ...formView,
    Controller: AgendaFormController,
});

/** An Odoo form of one record, within a screen that has a breadcrumb and an address of its own. */
class PanelView extends Component {
    static template = "dso_collection.AgendaPanelView";
    static components = { View };
    static props = { resModel: String, resId: Number, viewId: Number, onReady: Function };

    setup() {
        useSubEnv({ config: { ...getDefaultConfig(), disableSearchBarAutofocus: true } });
        onMounted(() => this.props.onReady(this.props.resId));
    }

    get viewProps() {
        const { resModel, resId, viewId } = this.props;
        return {
            type: "form",
            resModel,
            resId,
            views: [[viewId, "form"]],
            viewId,
            display: { controlPanel: false },
            preventCreate: true,
            updateActionState: () => {},
        };
    }
}

/** The current action beside the list, over it on narrow screens. */
export class AgendaPanel extends Component {
    static template = "dso_collection.AgendaPanel";
    static components = { PanelView };
    static props = {
        resModel: String,
        viewId: Number,
        state: Object,
        onMove: Function,
        onOpen: Function,
        onClose: Function,
        onReady: Function,
    };

    setup() {
        this.state = useState(this.props.state);
        const body = useRef("body");
        useEffect(
            () => {
                body.el?.scrollTo({ top: 0 });
            },
            () => [this.state.current]
        );
    }
}
