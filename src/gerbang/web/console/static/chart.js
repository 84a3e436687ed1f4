// @ts-check
/* Charts by uPlot, from the numbers of their own table: <figure data-chart> holds a <canvas>'s place and the table that is there without the
   script. Colours are the tokens' of the theme; today is solid, the past a stroke, and where there is no number the line breaks. */

/** @typedef {{label: string, colour: string, kind: "line" | "bars", width: number, dash: number[]}} Series */
/** @typedef {{x: number[], y: (number | null)[][], series: Series[], height: number, isTime: boolean}} Numbers */

const NARROW = 480;
const LABEL_PX = 11;

/** Draw every chart under `root`. @param {ParentNode} root */
export function drawCharts(root) {
  const UPlot = /** @type {any} */ (window).uPlot;
  if (!UPlot) return;
  for (const figure of root.querySelectorAll("figure[data-chart]")) {
    if (figure instanceof HTMLElement) draw(UPlot, figure);
  }
}

/** @param {any} UPlot @param {HTMLElement} figure */
function draw(UPlot, figure) {
  const place = figure.querySelector(".plot");
  if (!(place instanceof HTMLElement)) return;
  const numbers = /** @type {Numbers} */ (JSON.parse(figure.dataset.chart ?? "{}"));
  /** @type {any} */
  let chart = null;
  const renew = () => {
    chart?.destroy();
    chart = new UPlot(optionsOf(UPlot, place, numbers), [numbers.x, ...numbers.y], place);
  };
  renew();
  new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height: numbers.height })).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", renew);
  figure.classList.add("drawn");
  const table = figure.querySelector("details");
  if (table) table.open = false;
}

/** @param {any} UPlot @param {HTMLElement} place @param {Numbers} numbers */
function optionsOf(UPlot, place, numbers) {
  const style = getComputedStyle(place);
  /** @param {string} name */
  const hue = (name) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: hue("ink-2"), font: `${LABEL_PX}px ${style.fontFamily}`, grid: { stroke: hue("line"), width: 1 }, ticks: { show: false } };
  return {
    width: place.clientWidth,
    height: numbers.height,
    legend: { show: false },
    cursor: { y: false },
    scales: { x: { time: numbers.isTime }, y: { range: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ most) => [0, most || 1] } },
    axes: [
      { ...axis, grid: { show: false }, space: place.clientWidth < NARROW ? 90 : 60 },
      { ...axis, splits: (/** @type {any} */ _, /** @type {number} */ __, /** @type {number} */ ___, /** @type {number} */ most) => [0, most / 2, most] },
    ],
    series: [{}, ...numbers.series.map((one) => ({
      label: one.label,
      stroke: hue(one.colour),
      width: one.width,
      dash: one.dash.length ? one.dash : undefined,
      fill: one.kind === "bars" ? hue(one.colour) : undefined,
      paths: one.kind === "bars" ? UPlot.paths.bars({ size: [0.7, 40] }) : undefined,
      points: { show: false },
      spanGaps: false,
    }))],
  };
}
