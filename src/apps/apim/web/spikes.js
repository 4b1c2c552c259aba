// Spike limits of a plan: so many in some seconds, some of them at once.

import { card, dangerous, field, form, say, table } from "./dom.js";
import { all, path, put, remove } from "./api.js";

export function spikeCard(view, service, plan, metrics) {
  const base = path`/services/${service}/plans/${plan}/spikelimits`;
  const names = new Map(metrics.map((one) => [one.id, one.name]));
  const list = view.region((signal) => all(base, "spikelimits", signal), (limits) =>
    table("Spike limits", ["Metric", "At most", "in seconds", "at once", ""], limits.map((one) => {
      const name = names.get(one.metric_id) ?? one.metric_id;
      return [name, String(one.max), String(one.seconds), String(one.burst),
        dangerous("Delete", () => `Delete the spike limit on "${name}"?`, "Delete", async () => {
          await remove(`${base}${path`/${one.metric_id}`}`);
          await list.reload();
        })];
    }), "None."));
  const edit = form({ label: "Spike limit", submit: "Set spike limit", inline: true,
    fields: [field("metric", "Metric", { kind: "select", choices: [...names] }),
      field("max", "At most", { kind: "number", required: true }),
      field("seconds", "in seconds", { kind: "number", required: true }),
      field("burst", "at once", { kind: "number", hint: "as many as may come, when empty" })],
    action: async ({ metric, burst, ...rest }) => {
      await put(`${base}${path`/${metric}`}`, { spikelimit: burst ? { ...rest, burst } : rest });
      await list.reload();
      say("Saved");
    } });
  return card("Spike limits", list, edit);
}
