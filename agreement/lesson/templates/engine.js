"use strict";
// The forward and backward pass, in the page: what an edited weight or the demon changes is computed here.

const logistic = (z) => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)));
const SIGMAS = {
  sigmoid: [logistic, (z) => logistic(z) * logistic(-z)],
  tanh: [Math.tanh, (z) => 1 - Math.tanh(z) ** 2],
  relu: [(z) => Math.max(z, 0), (z) => (z > 0 ? 1 : 0)],
  softplus: [(z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))), logistic],
  identity: [(z) => z, () => 1],
};
const sum = (xs) => xs.reduce((s, x) => s + x, 0);
function softmax(z) {
  const most = Math.max(...z), e = z.map((x) => Math.exp(x - most)), s = sum(e);
  return e.map((x) => x / s);
}
const fired = (name, z) => (name === "softmax" ? softmax(z) : z.map(SIGMAS[name][0]));
const knows = (net) => net.activations.every((name) => name in SIGMAS || name === "softmax") && ["quadratic", "cross_entropy"].includes(net.cost);

function costOf(net, z, a) {
  if (net.cost === "quadratic") return 0.5 * sum(a.map((v, j) => (v - net.y[j]) ** 2));
  if (net.activations.at(-1) === "softmax") return -sum(a.map((v, j) => (net.y[j] ? net.y[j] * Math.log(v) : 0)));
  return sum(z.map((v, j) => SIGMAS.softplus[0](v) - net.y[j] * v));
}

// δ^L: ∇_a C ⊙ σ′, or what is left of it where the cost cancels σ′.
function outputError(net, a, nabla, slope) {
  if (net.cost === "cross_entropy") return a.map((v, j) => v - net.y[j]);
  if (slope.length) return nabla.map((v, j) => v * slope[j]);
  const mean = sum(a.map((v, j) => v * nabla[j]));
  return a.map((v, j) => v * (nabla[j] - mean));
}

// Everything that the page shows, by name; `demon` is {layer, neuron, dz}, layers from 0.
function compute(net, demon) {
  const z = [], a = [net.x];
  net.w.forEach((w, l) => {
    z.push(w.map((row, j) => sum(row.map((v, k) => v * a[l][k])) + net.b[l][j]));
    if (demon && demon.layer === l) z[l][demon.neuron] += demon.dz;
    a.push(fired(net.activations[l], z[l]));
  });
  const depth = net.w.length, last = a[depth];
  const slope = z.map((one, l) => (net.activations[l] === "softmax" ? [] : one.map(SIGMAS[net.activations[l]][1])));
  const nabla = net.cost === "quadratic" ? last.map((v, j) => v - net.y[j]) : net.frozen.nabla;
  const delta = [], back = [];
  delta[depth - 1] = outputError(net, last, nabla, slope[depth - 1]);
  back[depth - 1] = [];
  for (let l = depth - 2; l >= 0; l--) {
    back[l] = a[l + 1].map((_, k) => sum(net.w[l + 1].map((row, j) => row[k] * delta[l + 1][j])));
    delta[l] = back[l].map((v, k) => v * slope[l][k]);
  }
  const each = (f) => net.w.map((w, l) => w.map((row, j) => row.map((v, k) => f(v, l, j, k))));
  return {
    w: net.w, b: net.b, y: net.y, z, a, slope, nabla, delta, back, C: costOf(net, z[depth - 1], last),
    rest: a.map((one) => one.map((v) => 1 - v)),
    wa: each((v, l, j, k) => v * a[l][k]), wd: each((v, l, j) => v * delta[l][j]), dw: each((v, l, j, k) => delta[l][j] * a[l][k]),
  };
}

// The frozen numbers are certified: a page whose own arithmetic does not give them back does not edit.
function agrees(one, other) {
  if (typeof one === "number") return Math.abs(one - other) <= 1e-6 * Math.max(1e-3, Math.abs(other));
  return Object.keys(other).every((key) => agrees(one[key], other[key]));
}
