// A list of the internal API, a page at a time.

import { el, button } from "./dom.js";
import { get } from "./api.js";

const perPage = 50;

/** `render(entries)` gives the nodes of one page. */
export function pager(view, target, name, render) {
  const before = []; // what `after` was on the pages before this one
  let after = "";
  const join = target.includes("?") ? "&" : "?";
  const region = view.region(
    (signal) => get(`${target}${join}per_page=${perPage}${
      after ? `&after=${encodeURIComponent(after)}` : ""}`, signal),
    (page) => {
      const go = (to) => { after = to; region.reload(); };
      const more = page.next || before.length > 0;
      return [render(page[name]), more ? el("p", { class: "pager" },
        button("Back", () => go(before.pop()), { disabled: before.length === 0 }),
        el("span", { class: "weak" }, `${Number(page.count).toLocaleString("en")} in all`),
        button("Next", () => { before.push(after); go(page.next); }, { disabled: !page.next }))
        : undefined];
    });
  return region;
}
