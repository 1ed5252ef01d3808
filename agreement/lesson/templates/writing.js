"use strict";
// How numbers and symbols are written: as the page was made, four digits and a true minus sign.

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const MINUS = "−";
function short(v) {
  if (v === 0 || !Number.isFinite(v)) return String(v).replace("-", MINUS);
  const size = Math.abs(v);
  if (size >= 1e-4 && size < 1e5) {
    const digits = Math.max(0, 3 - Math.floor(Math.log10(Number(size.toPrecision(4)))));
    return Number(v.toPrecision(4)).toFixed(digits).replace("-", MINUS);
  }
  return v.toExponential(3).replace("e+", "e").replaceAll("-", MINUS);
}
const brief = (v) => String(Number(v.toPrecision(4))).replace("-", MINUS);
const term = (v, write = short) => (v < 0 ? `(${write(v)})` : write(v));
const chosen = (path) => ["w", "b", "y"].includes(path.split(".")[0]);
const at = (g, path) => path.split(".").reduce((found, step) => found[step], g);
const written = (g, path, asTerm) => {
  const v = at(g, path), write = chosen(path) ? brief : short;
  return asTerm ? term(v, write) : write(v);
};
const isName = (t) => `<i>${t}</i>`;
const symbol = (name, layer, index) => `${isName(name)}<sup>${layer}</sup><sub>${index}</sub>`;
const inSvg = (name, layer, index) =>
  `${name}${layer === "" ? "" : `<tspan dy="-.45em" font-size=".72em">${layer}</tspan>`}<tspan ${layer === "" ? 'dy=".25em"' : 'dy=".7em"'} font-size=".72em">${index}</tspan>`;
const fill = (text, values) => text.replace(/⟨(\w+)⟩/g, (_, key) => values[key]);
