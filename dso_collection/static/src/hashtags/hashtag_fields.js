import { HtmlMailField, htmlMailField } from "@mail/views/web/fields/html_mail_field/html_mail_field";
import { SmsWidget, smsWidget } from "@sms/components/sms_widget/fields_sms_widget";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { CharField, charField } from "@web/views/fields/char/char_field";
import { useHashtagSuggestions } from "./hashtag_input_hook";
import { HashtagPlugin } from "./hashtag_plugin";
import { hasHashtags } from "./hashtag_service";

/** Subject of a template. */
export class HashtagCharField extends CharField {
    setup() {
        super.setup();
        useHashtagSuggestions(this.input, () => hasHashtags(this.props.record));
    }
}

registry.category("fields").add("dso_hashtag_char", { ...charField, component: HashtagCharField });

/** Text of an SMS template. */
export class HashtagSmsField extends SmsWidget {
    setup() {
        super.setup();
        useHashtagSuggestions(this.targetEditElement, () => hasHashtags(this.props.record));
    }
}

registry.category("fields").add("dso_hashtag_sms", { ...smsWidget, component: HashtagSmsField });

/** Text of an e-mail or letter template. */
export class HashtagHtmlField extends HtmlMailField {
    setup() {
        super.setup();
        this.hashtags = useService("dso_hashtags");
    }

    getConfig() {
        const config = super.getConfig();
        config.Plugins = [...config.Plugins, HashtagPlugin];
        config.dsoHashtags = {
            isEnabled: () => hasHashtags(this.props.record),
            load: () => this.hashtags.load(),
        };
        return config;
    }
}

registry.category("fields").add("dso_hashtag_html", {
    ...htmlMailField,
    component: HashtagHtmlField,
});
