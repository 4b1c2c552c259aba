// How plots are told to people.

const states = { available: "free", occupied: "in use", out_of_order: "out of order",
  unknown: "unknown" };
export const stateWord = (state) => states[state] ?? state;

const looks = { available: "free", occupied: "busy", out_of_order: "out", unknown: "unknown" };
export const lookOf = (state) => looks[state] ?? "unknown";

/** The state that matters most of a plot. */
export function bestState(counts) {
  return ["available", "occupied", "out_of_order"].find((state) => counts?.[state] > 0) ??
    "unknown";
}

/** "2 of 4 free", or what else there is to say. */
export function countsText(counts) {
  const all = Object.values(counts ?? {}).reduce((sum, one) => sum + one, 0);
  if (all === 0) return "none";
  const known = all - counts.unknown;
  if (known === 0) return all === 1 ? "1, unknown" : `${all}, unknown`;
  return `${counts.available} of ${all} free`;
}

const standards = { type1: "Type 1", type2: "Type 2", type3: "Type 3", ccs1: "CCS 1",
  ccs2: "CCS 2", chademo: "CHAdeMO", chaoji: "ChaoJi", nacs: "NACS", gbt_ac: "GB/T AC",
  gbt_dc: "GB/T DC", mcs: "MCS", schuko: "Schuko", domestic: "Household", cee_blue: "CEE blue",
  cee_red: "CEE red", nema: "NEMA", unknown: "Unknown" };
export const standardName = (standard) => standards[standard] ?? standard;
export const standardChoices = [["", "Any plug"],
  ...["ccs2", "type2", "chademo", "nacs", "ccs1", "type1"].map((one) => [one, standards[one]])];

export const powerText = (connector) =>
  connector.power_kw ? `${connector.power_kw} kW` : "–";

export const priceText = (connector) => connector.price_per_kwh === undefined
  ? "–" : `${connector.price_per_kwh.toFixed(2)} ${connector.currency ?? ""} / kWh`.trim();

/** The most powerful connector's, and the least price. */
export function bestOf(plot) {
  const power = Math.max(0, ...(plot.connectors ?? []).map((one) => one.power_kw ?? 0));
  return power ? `${power} kW` : "–";
}

export const placeText = (plot) =>
  [plot.address, [plot.postcode, plot.city].filter(Boolean).join(" "), plot.country]
    .filter(Boolean).join(", ");

export const accessWord = { public: "open to everybody", restricted: "restricted",
  private: "private" };

export const timeText = (text) => new Date(text).toLocaleString(undefined,
  { dateStyle: "medium", timeStyle: "short" });
