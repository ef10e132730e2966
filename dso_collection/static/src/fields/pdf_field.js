import { useEffect } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { PdfViewerField, pdfViewerField } from "@web/views/fields/pdf_viewer/pdf_viewer_field";

/**
 * Odoo's viewer, which takes the focus when its document is there, with a name, and a way out by
 * keyboard: Escape within it means the dialog around it, which would never know of it otherwise.
 */
export class PdfField extends PdfViewerField {
    setup() {
        super.setup();
        useEffect(
            (frame) => {
                if (!frame) {
                    return;
                }
                frame.title = this.props.record.fields[this.props.name].string;
                const onKeydown = (ev) => {
                    if (ev.key === "Escape" && !ev.defaultPrevented) {
                        const { key, code } = ev;
                        frame.dispatchEvent(
                            new KeyboardEvent("keydown", { key, code, bubbles: true })
                        );
                    }
                };
                const onLoad = () => frame.contentWindow.addEventListener("keydown", onKeydown);
                frame.addEventListener("load", onLoad);
                return () => frame.removeEventListener("load", onLoad);
            },
            () => [this.iframeViewerPdfRef.el]
        );
    }
}

registry.category("fields").add("dso_pdf", { ...pdfViewerField, component: PdfField });
