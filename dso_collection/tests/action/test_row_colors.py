"""The colours of the agenda's rows can be told from each other, and read."""

from odoo.tests import HttpCase, tagged

from ..common import DsoCommon

#: The least distance of two rows in CIE L*a*b* (76): 2.3 is just noticed side by side, 10 at a
#: glance.
CODE = """
    const LEAST = 10;
    const KINDS = ["text-danger", "text-warning", "text-success", "text-info"];
    const BEIGE = [245, 245, 220];
    const linear = (v) => ((v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const lab = (rgb) => {
        const [r, g, b] = rgb.map(linear);
        const [x, y, z] = [
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        ].map((t) => (t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116));
        return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
    };
    const far = (one, other) =>
        Math.hypot(...lab(one).map((value, index) => value - lab(other)[index]));
    const check = () => {
        const box = document.createElement("div");
        box.className = "o_dso_agenda";
        box.innerHTML = `<table class="o_list_table"><tbody>${KINDS.map(
            (kind) => `<tr class="o_data_row ${kind}"><td>1</td></tr>`
        ).join("")}</tbody></table>`;
        document.body.append(box);
        const colors = Object.fromEntries(
            [...box.querySelectorAll("td")].map((cell, index) => {
                const [r, g, b, a = 1] = getComputedStyle(cell)
                    .backgroundColor.match(/[\\d.]+/g)
                    .map(Number);
                return [KINDS[index], [r, g, b].map((v) => v * a + 255 * (1 - a))];
            })
        );
        box.remove();
        colors.beige = BEIGE;
        colors.white = [255, 255, 255];
        const names = Object.keys(colors);
        const close = names.flatMap((one, index) =>
            names
                .slice(index + 1)
                .map((other) => [one, other, far(colors[one], colors[other])])
                .filter(([, , distance]) => !(distance >= LEAST))
        ).filter(([one, other]) => one !== "beige" || other !== "white");
        if (close.length) {
            console.error(`Cannot be told apart: ${JSON.stringify(close)}`);
        } else {
            console.log("test successful");
        }
    };
    const timer = setInterval(() => {
        if (document.querySelector(".o_dso_agenda_screen .o_control_panel")) {
            clearInterval(timer);
            check();
        }
    }, 100);
"""


@tagged("post_install", "-at_install")
class TestRowColors(DsoCommon, HttpCase):
    def test_each_can_be_told_from_the_others(self):
        self.browser_js(
            "/odoo/collection-agenda",
            CODE,
            ready="document.readyState === 'complete'",
            login=self.collector.login,
            timeout=180,
        )
