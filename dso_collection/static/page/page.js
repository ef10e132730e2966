/* Tells once that a person looks at the page: by the pointer, a touch, a key or scrolling. Mail
   scanners fetch pages, run their scripts and even look at them for a while, but do none of this.
   The page works without. */
(function () {
    "use strict";
    const script = document.getElementById("page-script");
    const signs = ["pointermove", "pointerdown", "touchstart", "keydown", "scroll"];
    const options = { passive: true, capture: true };
    let told = false;

    function tell() {
        if (told) {
            return;
        }
        told = true;
        signs.forEach((sign) => window.removeEventListener(sign, tell, options));
        fetch(script.dataset.seen, {
            method: "POST",
            body: new URLSearchParams({ csrf_token: script.dataset.csrf }),
            credentials: "same-origin",
            keepalive: true,
        }).catch(() => undefined);
    }

    signs.forEach((sign) => window.addEventListener(sign, tell, options));

    // all items: their own boxes follow
    const all = document.getElementById("all");
    const boxes = document.querySelectorAll("input[name='item']");
    if (all) {
        const follow = () => boxes.forEach((box) => (box.checked = all.checked));
        all.addEventListener("change", follow);
        boxes.forEach((box) =>
            box.addEventListener("change", () => {
                all.checked = all.checked && box.checked;
            })
        );
        if (all.checked) {
            follow();
        }
    }

    // files that are too large are told of before they travel, with what was typed still there
    document.querySelectorAll("input[type='file']").forEach((input) =>
        input.addEventListener("change", () => {
            const { maxFiles, maxSize, tooMany, tooBig } = input.dataset;
            const isLarge = [...input.files].some((file) => file.size > Number(maxSize));
            const wrong = input.files.length > Number(maxFiles) ? tooMany : isLarge ? tooBig : "";
            input.setCustomValidity(wrong);
            input.reportValidity();
        })
    );

    // what is wrong is read out, and seen
    const problem = document.querySelector("[role='alert']");
    if (problem) {
        problem.focus();
    }
})();
