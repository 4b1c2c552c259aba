// From values to places in a picture.

import { niceStep } from "./nice_step.js";

/** Multiples of a nice step within [low, high]. */
export function ticks(low, high, count) {
  const step = niceStep(high - low, count);
  const made = [];
  for (let n = Math.ceil(low / step - 1e-9); n * step <= high + step * 1e-9; ++n) {
    made.push(n * step);
  }
  return made;
}

/**
 * From [low, high] to [bottom, top], with some air; a span of nothing gets some around it, so that
 * one price stands in the middle.
 */
export function priceScale(low, high, bottom, top) {
  const span = high - low || Math.max(Math.abs(high) * 0.01, 1e-6);
  const [from, to] = high > low ? [low - span * 0.05, high + span * 0.05]
    : [low - span / 2, high + span / 2];
  return {
    from, to,
    place: (value) => bottom + (value - from) / (to - from) * (top - bottom),
    value: (place) => from + (place - bottom) / (top - bottom) * (to - from),
  };
}

/** The newest candles that fit, each `step` wide, drawn from the right. */
export function visible(list, width, step) {
  return list.slice(-Math.max(1, Math.floor(width / step)));
}
