"use strict";
// The picture: one stop at a time, what is pointed at in the panel, weights that can be edited, the demon.

const stage = document.querySelector("svg.stage");
if (stage) {
  const given = JSON.parse(document.getElementById("network-data").textContent);
  const { frozen, stops, words } = given;
  const copy = (x) => JSON.parse(JSON.stringify(x));
  const fresh = () => ({ activations: given.activations, cost: given.cost, frozen, x: frozen.a[0], y: frozen.y, w: copy(frozen.w), b: frozen.b });
  const depth = frozen.w.length;
  const live = knows(given) && agrees(compute(fresh()), frozen);
  let net = fresh(), g = frozen, at_ = 0, hot = null, edited = [], demon = null, playing = null;
  const one = (selector) => document.querySelector(selector);
  const say = one("#say"), range = one("#stop"), play = one("#play"), note = one("#edited");
  const nodes = all("[data-node]", stage), edges = all("[data-edge]", stage), labels = all("[data-label]", stage);
  const numbers = (text) => text.split(".").map(Number);

  const recompute = () => { g = live && (edited.length || demon) ? compute(net, demon) : frozen; };
  const was = (path) => (edited.length || demon ? ` <s class="was">${words.was} ${written(frozen, path)}</s>` : "");

  function lineSays(l, j, k) {
    const stop = stops[at_], w = symbol("w", l + 1, `${j + 1}${k + 1}`), d = symbol("δ", l + 1, j + 1);
    const a = l ? symbol("a", l, k + 1) : `${isName("x")}<sub>${k + 1}</sub>`, p = `${l}.${j}.${k}`;
    const rows = [`<span class="t">${words.line} ${w} = ${brief(g.w[l][j][k])}${live ? ` · ${words.edit}` : ""}</span>`,
      `<span class="f">${words.forward} ${w} ${a} = ${brief(g.w[l][j][k])} × ${term(g.a[l][k])} = <b>${short(at(g, `wa.${p}`))}</b></span>${was(`wa.${p}`)}`];
    if (!stop.forward && l) rows.push(`<span class="r">${words.back} ${w} ${d} = ${brief(g.w[l][j][k])} × ${term(g.delta[l][j])} = <b>${short(at(g, `wd.${p}`))}</b></span>${was(`wd.${p}`)}`);
    if (stop.key === "left") rows.push(`<span class="r">BP4 ${isName("∂C/∂")}${w} = ${term(g.delta[l][j])} × ${term(g.a[l][k])} = <b>${short(at(g, `dw.${p}`))}</b></span>${was(`dw.${p}`)}`);
    return rows.slice(0, 1).concat(rows.slice(-3)).join("<br>");
  }
  const sums = (values) => (values.length > 5 ? [...values.slice(0, 4).map((v) => short(v)), "…"] : values.map((v) => short(v))).join(" + ").replaceAll(`+ ${MINUS}`, `${MINUS} `);
  function neuronSays(layer, j) {
    if (layer > depth) return `<span class="t">${words.cost}</span><span class="f">${isName("C")} = <b>${short(g.C)}</b></span>${was("C")}`;
    if (!layer) return `<span class="t">${words.input}</span><span class="f">${isName("x")}<sub>${j + 1}</sub> = <b>${short(g.a[0][j])}</b></span>`;
    const l = layer - 1, b = g.b[l][j], stop = stops[at_];
    const rows = [`<span class="t">${fill(words.neuron, { layer, j: j + 1 })}</span>`,
      `<span class="f">${isName("z")} = ${sums([...g.wa[l][j], b])} = <b>${short(g.z[l][j])}</b>${was(`z.${l}.${j}`)}</span>`,
      `<span class="f">${isName("a")} = ${isName("σ")}(${short(g.z[l][j])}) = <b>${short(g.a[layer][j])}</b></span>${was(`a.${layer}.${j}`)}`];
    if (!stop.forward && (layer === depth || stop.layer <= layer || stop.key === "left")) {
      const slope = g.slope[l].length ? ` × ${short(g.slope[l][j])}` : "";
      const made = layer < depth ? `(${sums(g.wd[layer].map((row) => row[j]))})${slope} = ` : given.cost === "cross_entropy" ? `${short(g.a[layer][j])} − ${term(g.y[j], brief)} = ` : slope ? `${term(g.nabla[j])}${slope} = ` : "";
      rows.push(`<span class="r">${isName("δ")} = ${made}<b>${short(g.delta[l][j])}</b></span>${was(`delta.${l}.${j}`)}`);
    }
    return rows.join("<br>");
  }
  // What a neuron holds at a stop: its symbol, its number, a quiet third line, and whether the number runs back.
  function holds(layer, j) {
    const stop = stops[at_], lit = stop.nodes.includes(layer), l = layer - 1;
    if (layer > depth) return ["C", stop.forward && stop.key !== "cost" ? "" : short(g.C), ""];
    if (!layer) return [inSvg("x", "", j + 1), short(g.a[0][j]), ""];
    const order = 3 * layer, bias = `b ${brief(g.b[l][j])}`;
    if (stop.forward) {
      const index = stops.indexOf(stop);
      if (index < order - 1) return [inSvg("a", layer, j + 1), "", bias];
      if (index < order) return [inSvg("z", layer, j + 1), short(g.z[l][j]), bias];
      return [inSvg("a", layer, j + 1), short(g.a[layer][j]), edited.length ? `${words.was} ${short(frozen.a[layer][j])}` : bias];
    }
    const third = edited.length ? `${words.was} ${short(frozen.delta[l][j])}` : `a ${short(g.a[layer][j])}`;
    if (lit && stop.neuron === "nabla") return ["∂C/∂a", short(g.nabla[j]), third, true];
    if (lit && stop.neuron === "back") return ["Σ w δ", short(g.back[l][j]), third, true];
    const there = layer > stop.layer || (layer === stop.layer && ["bp1", "bp2", "left"].includes(stop.key)) || stop.key === "left";
    return there ? [inSvg("δ", layer, j + 1), short(g.delta[l][j]), third, true] : [inSvg("a", layer, j + 1), short(g.a[layer][j]), bias];
  }
  function drawNeurons(stop, colour) {
    nodes.forEach((node) => {
      const [layer, j] = numbers(node.dataset.node), texts = holds(layer, j), fields = all("text", node);
      node.classList.toggle(colour, stop.nodes.includes(layer));
      node.classList.toggle("back", texts[3] === true);
      node.classList.toggle("hot", hot === `n${node.dataset.node}`);
      fields[0].innerHTML = texts[0];
      fields[1].textContent = texts[1];
      if (!fields[2]) return;
      fields[2].textContent = texts[2];
      fields[2].classList.toggle("f", texts[2].startsWith("a "));
    });
  }
  function drawLines(stop, colour) {
    for (const element of [...edges, ...all("[data-flow]", stage)]) {
      const path = element.dataset.edge ?? element.dataset.flow, lit = stop.edges.includes(numbers(path)[0] + 1);
      element.classList.toggle(colour, lit && (element.dataset.edge !== undefined || stop.key !== "left"));
      element.classList.toggle("hot", hot === path);
    }
    labels.forEach((label) => {
      const path = label.dataset.label, lit = stop.edges.includes(numbers(path)[0] + 1);
      label.classList.toggle(colour, lit);
      label.classList.toggle("hot", hot === path);
      label.classList.toggle("changed", edited.includes(path));
      label.textContent = lit && stop.line !== "w" ? short(at(g, `${stop.line}.${path}`)) : brief(at(g, `w.${path}`));
    });
  }
  function drawDemon() {
    const imp = stage.querySelector("#demon-imp"), node = demon && stage.querySelector(`[data-node="${demon.layer + 1}.${demon.neuron}"]`);
    imp.toggleAttribute("hidden", !node);
    if (!node) return;
    const top = Number(node.dataset.y) - Number(node.querySelector("rect").getAttribute("height")) / 2;
    imp.setAttribute("transform", `translate(${Number(node.dataset.x) - 27},${top - 19})`);
    imp.querySelector("text").textContent = demon.dz ? `${demon.dz > 0 ? "+" : MINUS} ${Math.abs(demon.dz).toFixed(2)}` : "";
  }
  function track() {
    const svg = one("#track"), width = svg.clientWidth || 500, x = (i) => 8 + (i / (stops.length - 1)) * (width - 16);
    const turn = stops.findIndex((stop) => !stop.forward) - 1, tone = (i) => (stops[i].forward ? "f" : "r");
    svg.innerHTML = `<path class="f" d="M${x(0)} 20H${x(turn)}"/><path class="r" d="M${x(turn)} 20H${x(stops.length - 1)}"/>` +
      stops.map((_, i) => `<circle class="${tone(i)}" cx="${x(i)}" cy="20" r="4"/>`).join("") + `<circle class="now ${tone(at_)}" cx="${x(at_)}" cy="20" r="9"/>`;
  }
  function draw() {
    const stop = stops[at_], colour = stop.forward ? "on-f" : "on-r";
    all(".on-f, .on-r", stage).forEach((element) => element.classList.remove("on-f", "on-r"));
    drawNeurons(stop, colour);
    drawLines(stop, colour);
    drawDemon();
    track();
    const place = `<span class="t">${stop.forward ? words.forward : words.back} · ${fill(words.step, { now: at_ + 1, all: stops.length })}</span>`;
    say.innerHTML = !hot ? `${place}<span class="${stop.forward ? "f" : "r"}">${stop.say}</span><br><span class="t on-screen">${words.point}</span>`
      : hot[0] === "n" ? neuronSays(...numbers(hot.slice(1))) : lineSays(...numbers(hot));
    range.value = at_;
    range.setAttribute("aria-valuetext", `${at_ + 1}: ${say.textContent}`);
    note.hidden = !edited.length;
    all("[data-q]").forEach((span) => {
      span.textContent = written(g, span.dataset.q, span.dataset.term);
      span.classList.toggle("changed", (edited.length > 0 || demon !== null) && written(frozen, span.dataset.q) !== written(g, span.dataset.q));
    });
  }
  const stop = () => { clearInterval(playing); playing = null; play.textContent = "▶"; play.setAttribute("aria-label", words.play); };
  const goTo = (i) => { at_ = Math.max(0, Math.min(stops.length - 1, i)); hot = null; draw(); };
  const resting = () => { const f = document.activeElement; return f?.dataset?.hot && stage.contains(f) ? f.dataset.hot : null; };

  range.addEventListener("input", () => { stop(); goTo(Number(range.value)); });
  play.addEventListener("click", () => {
    if (playing) return stop();
    if (at_ === stops.length - 1) goTo(0);
    play.textContent = "❚❚";
    play.setAttribute("aria-label", words.pause);
    playing = setInterval(() => { goTo(at_ + 1); if (at_ === stops.length - 1) stop(); }, 1200);
  });
  stage.addEventListener("pointerover", (event) => {
    const next = event.target.closest("[data-hot]")?.dataset.hot ?? resting();
    if (next !== hot) { hot = next; draw(); }
  });
  stage.addEventListener("pointerleave", () => { hot = resting(); draw(); });
  stage.addEventListener("focusin", (event) => { hot = event.target.closest("[data-hot]")?.dataset.hot ?? null; draw(); });
  stage.addEventListener("focusout", () => { hot = null; draw(); });
  document.addEventListener("keydown", (event) => {
    const path = event.target.dataset?.hot;
    if (event.key === "Escape" && edited.length) { net = fresh(); edited = []; recompute(); draw(); return; }
    if (!live || !path || path[0] === "n" || !["ArrowUp", "ArrowDown"].includes(event.key)) return;
    event.preventDefault();
    const [l, j, k] = numbers(path);
    net.w[l][j][k] += event.key === "ArrowUp" ? 0.25 : -0.25;
    if (!edited.includes(path)) edited.push(path);
    recompute();
    draw();
  });
  document.addEventListener("demon", (event) => {
    demon = event.detail && live ? event.detail : null;
    recompute();
    if (demon && !stops[at_].forward) at_ = stops.findIndex((one) => one.key === "cost");
    draw();
    if (!demon) return;
    const rest = compute(net), d = rest.delta[demon.layer][demon.neuron], change = g.C - rest.C;
    const linear = d * demon.dz, figure = one(`[data-widget="${event.detail.id}"]`);
    const readings = { from: rest.C, to: g.C, change, linear, delta: d, difference: change - linear };
    for (const [slot, v] of Object.entries(readings)) all(`[data-slot="${slot}"]`, figure).forEach((field) => { field.textContent = short(v); });
  });
  const wide = matchMedia("(min-width: 900px)");
  const watch = new IntersectionObserver((seen) => seen.forEach((entry) => {
    if (!entry.isIntersecting || playing) return;
    if (entry.target.id !== "demon" && demon) { demon = null; recompute(); }
    const key = entry.target.dataset.stop, last = stops.findLastIndex((one) => one.key === key);
    goTo(key === "input" ? 0 : last);
    const article = entry.target.id === "demon" && entry.target.querySelector("[data-demon]:not([hidden])");
    if (article) haunting(article.querySelector("[data-widget]"), article.querySelector("input"));
  }), { rootMargin: wide.matches ? "-30% 0px -65% 0px" : "-62% 0px -36% 0px" });
  all("section[data-stop]").forEach((section) => watch.observe(section));
  addEventListener("resize", track);
  addEventListener("beforeprint", () => { stop(); goTo(stops.length - 1); });
  document.querySelector(".duo").classList.add(live ? "editable" : "fixed");
  one("#not-live").hidden = live;
  draw();
}
