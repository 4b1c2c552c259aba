// Steps of the lines behind a chart.

/** 1, 2 or 5 times a power of ten, so that at most `count` steps make up `span`. */
export function niceStep(span, count) {
  const raw = Math.max(span / count, 1e-9);
  const power = 10 ** Math.floor(Math.log10(raw));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= raw * (1 - 1e-9));
}
