// Numbers and times as people read them.

/** How many digits stand behind the point: two in "0.10". */
export const digitsOf = (text) => (String(text).split(".")[1] ?? "").length;

const formats = new Map();

/** 1234.5 with two digits: "1234.50", as the market writes prices. */
export function fixed(number, digits) {
  if (!formats.has(digits)) {
    formats.set(digits, new Intl.NumberFormat("en", { useGrouping: false,
      minimumFractionDigits: digits, maximumFractionDigits: digits }));
  }
  return formats.get(digits).format(number);
}

const compactFormat = new Intl.NumberFormat("en", { notation: "compact",
  maximumFractionDigits: 2 });
export const compact = (number) => compactFormat.format(number);

const clockFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit",
  second: "2-digit" });
const shortFormat = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "2-digit", month: "short" });

/** Here: "10:05:09". */
export const clock = (millis) => clockFormat.format(millis);
export const shortClock = (millis) => shortFormat.format(millis);
export const dayAndClock = (millis) => `${dayFormat.format(millis)} ${clock(millis)}`;
