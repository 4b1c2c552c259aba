// What every view has: a life that ends when another is shown, regions that load and refresh.

import { el, button, refusalLine, showRefusal } from "./dom.js";

export class View {
  #abort = new AbortController();
  #timers = [];

  get signal() { return this.#abort.signal; }
  get over() { return this.#abort.signal.aborted; }

  end() {
    this.#abort.abort();
    this.#timers.forEach(clearInterval);
  }

  /** Calls `action` every so often while somebody can see it, and is signed in. */
  every(millis, action) {
    const main = document.getElementById("main");
    this.#timers.push(setInterval(() => {
      if (!document.hidden && !main.hidden) action();
    }, millis));
  }

  /**
   * A region that shows what `load(signal)` gives by `render(data)`. What is shown stays when a
   * later load fails, with a word about it, and when nothing has changed: focus, and what somebody
   * types there, stay too. `reload()` loads again.
   */
  region(load, render) {
    const inside = el("div", {}, el("p", { class: "weak" }, "Loading…"));
    const line = refusalLine();
    const again = button("Try again", () => reload(), { hidden: true });
    let loaded; // as text
    let asked = 0;
    const reload = async () => {
      const mine = ++asked;
      try {
        const data = await load(this.signal);
        if (this.over || mine !== asked) return;
        const text = JSON.stringify(data);
        if (text !== loaded) place(inside, render(data));
        loaded = text;
        showRefusal(line, null);
        again.hidden = true;
      } catch (error) {
        if (this.over || error.name === "AbortError" || mine !== asked) return;
        if (loaded === undefined) inside.replaceChildren();
        const stays = { message: `Not refreshed: ${error.message}` };
        showRefusal(line, loaded === undefined ? error : stays);
        again.hidden = false;
        if (error.name !== "Refusal") throw error;
      }
    };
    const node = el("div", { class: "region" }, inside, line, again);
    node.reload = reload;
    reload();
    return node;
  }
}

function place(inside, shown) {
  const nodes = [shown].flat(Infinity).filter(Boolean);
  const same = nodes.length === inside.childNodes.length &&
    nodes.every((node, i) => node === inside.childNodes[i]);
  if (!same) inside.replaceChildren(...nodes);
}
