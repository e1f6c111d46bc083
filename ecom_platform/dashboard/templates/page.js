"use strict";
// The one script of every page: unpacks the cubes, filters, rolls up, and hands the rows to cards, charts and tables.
(async () => {
  const model = JSON.parse(document.getElementById("model").textContent);
  const $ = (selector, root = document) => root.querySelector(selector);
  const { words, language, currency, filters, clock } = model;

  const gunzip = async (text) => {
    const packed = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  // --- cubes -------------------------------------------------------------------------------------------------------------
  const unpack = async (cube) => {
    const bytes = await gunzip(cube.data);
    const inner = Object.values(cube.axes).reduce((size, values) => size * values.length, 1);
    const cells = inner * model.kinds.length, measures = {};
    let at = 0;
    for (const [name, how] of Object.entries(cube.measures)) {
      const numbers = new Float64Array(cells);
      for (let plane = 0, weight = how.scale; plane < how.planes; plane++, weight *= 256, at += cells)
        for (let cell = 0; cell < cells; cell++) numbers[cell] += bytes[at + cell] * weight;
      // Money is a whole number of hundredths: what the weights added is rounded off.
      if (how.scale < 1) for (let cell = 0; cell < cells; cell++) numbers[cell] = Math.round(numbers[cell] * 100) / 100;
      measures[name] = numbers;
    }
    return { axes: cube.axes, inner, measures };
  };

  // --- what is chosen, and its place in the address -----------------------------------------------------------------------
  const months = clock.values;
  const initial = () => ({ chosen: filters.map(() => null), span: [...clock.initial] });
  let state = initial();

  const readAddress = () => {
    const address = new URLSearchParams(location.hash.slice(1));
    state = initial();
    filters.forEach((filter, i) => {
      if (!address.has(filter.name)) return;
      const named = address.get(filter.name).split(",").filter(Boolean);
      state.chosen[i] = new Set(filter.values.map((value, at) => [value, at]).filter(([v]) => named.includes(v)).map(([, at]) => at));
    });
    const [from, to] = (address.get(clock.name) ?? "").split("..");
    const at = [months.indexOf(from), months.indexOf(to ?? from)];
    if (at[0] >= 0 && at[1] >= 0) state.span = clock.single ? [at[0], at[0]] : [Math.min(...at), Math.max(...at)];
  };
  const writeAddress = () => {
    const address = new URLSearchParams(location.hash.slice(1));
    filters.forEach((filter, i) => {
      if (state.chosen[i] === null) address.delete(filter.name);
      else address.set(filter.name, [...state.chosen[i]].sort((a, b) => a - b).map((at) => filter.values[at]).join(","));
    });
    const [from, to] = state.span;
    if (from === clock.initial[0] && to === clock.initial[1]) address.delete(clock.name);
    else address.set(clock.name, clock.single ? months[from] : `${months[from]}..${months[to]}`);
    const hash = address.toString().replaceAll("%2C", ",");
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  };
  const carry = () => document.querySelectorAll("a[data-page]").forEach((link) => { link.hash = location.hash; });

  // --- rolling up -----------------------------------------------------------------------------------------------------------
  const kindsLeft = () => model.kinds.map((kind) => kind.every((value, i) => state.chosen[i] === null || state.chosen[i].has(value)));
  const dimension = Object.fromEntries(filters.map((filter, i) => [filter.name, i]));

  // The groups that each value of an axis counts in: its own, or those of a grouping; none where it is left out.
  const memberships = (by, size) => by.groups
    ? Array.from({ length: size }, (_, at) => by.groups.flatMap((members, group) => (members.includes(at) ? [group] : [])))
    : Array.from({ length: size }, (_, at) => [at]);

  const sums = (view, span, left) => {
    const cube = cubes[view.cube], sizes = view.by.map((by) => by.labels.length);
    const strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((a, b) => a * b, 1));
    const groups = sizes.reduce((a, b) => a * b, 1);
    let offsets = [[0]];
    for (const [axis, values] of Object.entries(cube.axes)) {
      const by = view.by.findIndex((each) => each.axis === axis);
      const places = by < 0 ? values.map(() => [0])
        : memberships(view.by[by], values.length).map((found) => found.map((group) => group * strides[by]));
      const kept = values.map((_, at) => (!view.where[axis] || view.where[axis].includes(at))
        && (axis !== clock.axis || view.whole_clock || !span || (at >= span[0] && at <= span[1])));
      offsets = offsets.flatMap((before) => values.map((_, at) => kept[at] ? before.flatMap((b) => places[at].map((p) => b + p)) : []));
    }
    const needed = new Set(view.figures.flatMap((f) => [f.numerator, f.denominator, f.squares]).filter(Boolean));
    const totals = Object.fromEntries([...needed].map((name) => [name, new Float64Array(groups)]));
    const dims = view.by.map((by, i) => [dimension[by.axis], i]).filter(([d]) => d !== undefined);
    const dimMembers = dims.map(([d, i]) => memberships(view.by[i], filters[d].values.length));
    model.kinds.forEach((kind, k) => {
      if (!left[k]) return;
      let bases = [0];
      dims.forEach(([d, i], n) => { bases = bases.flatMap((b) => dimMembers[n][kind[d]].map((g) => b + g * strides[i])); });
      const start = k * cube.inner;
      for (const base of bases) for (const [name, total] of Object.entries(totals)) {
        const numbers = cube.measures[name];
        for (let cell = 0; cell < cube.inner; cell++) {
          const number = numbers[start + cell];
          if (number) for (const offset of offsets[cell]) total[base + offset] += number;
        }
      }
    });
    return { totals, sizes, strides, groups };
  };

  const Z = 1.959963984540054;
  // `of` is the group of the denominator, along the last axis; null beyond its ends.
  const figure = (how, totals, g, of = g) => {
    if (of === null) return { value: null };
    const top = how.against === "lost" ? totals[how.numerator][g] - totals[how.numerator][of] : totals[how.numerator][g];
    if (!how.denominator) return { value: top };
    const n = totals[how.denominator][how.against === "lost" ? g : of];
    if (!n || n < how.at_least) return { value: null, n };
    const value = (how.times * top) / n, found = { value, n };
    if (how.interval === "share") {
      const middle = (value + Z * Z / (2 * n)) / (1 + Z * Z / n);
      const half = (Z / (1 + Z * Z / n)) * Math.sqrt(value * (1 - value) / n + Z * Z / (4 * n * n));
      Object.assign(found, { low: Math.max(0, middle - half), high: Math.min(1, middle + half) });
    }
    if (how.interval === "mean" && n > 1) {
      const half = Z * Math.sqrt(Math.max(0, totals[how.squares][g] - top * top / n) / (n - 1) / n);
      Object.assign(found, { low: value - half, high: value + half });
    }
    return found;
  };

  const back = (span, by) => (span[0] - by < 0 ? null : [span[0] - by, span[1] - by]);

  const rowsOf = (view, span, left) => {
    const { totals, sizes, strides, groups } = sums(view, span, left);
    const before = {};
    for (const how of view.figures.filter((f) => f.months_back)) {
      const earlier = span && back(span, how.months_back);
      before[how.months_back] ??= earlier && sums(view, earlier, left).totals;
    }
    const rows = [];
    for (let g = 0; g < groups; g++) {
      const row = {};
      view.by.forEach((by, i) => {
        row[by.name] = by.labels[Math.floor(g / strides[i]) % sizes[i]];
        if (!by.is_month) return;
        const at = months.indexOf(row[by.name]);
        row[`${by.name}_date`] = Date.parse(`${row[by.name]}-01T00:00:00Z`);
        row.chosen = at >= state.span[0] && at <= state.span[1];
        row.complete = at <= clock.complete;
      });
      let any = false;
      for (const how of view.figures) {
        const size = sizes.at(-1), last = g % size;
        const of = { "": g, first: g - last, previous: last ? g - 1 : null, lost: last + 1 < size ? g + 1 : null }[how.against];
        let found = figure(how, totals, g, of);
        if (how.months_back) {
          const old = before[how.months_back] ? figure(how, before[how.months_back], g).value : null;
          found = { value: old && found.value !== null ? found.value / old - 1 : null };
        }
        any ||= found.n === undefined ? Boolean(found.value) : found.n > 0;
        row[how.name] = found.value;
        if (found.n !== undefined) row[`${how.name}_n`] = found.n;
        if (how.interval) Object.assign(row, { [`${how.name}_low`]: found.low ?? null, [`${how.name}_high`]: found.high ?? null });
      }
      if (any) rows.push(row);
    }
    return rows;
  };
  const rowsOfView = (view, left) => {
    if (view.rows) return view.rows;
    if (view.beside) {
      const key = (row) => view.by.map((by) => row[by.name]).join("\n");
      const beside = new Map(rowsOfView(view.beside, left).map((row) => [key(row), row]));
      return rowsOf(view, state.span, left).map((row) => ({ ...beside.get(key(row)), ...row }));
    }
    if (!view.segments.length) return rowsOf(view, state.span, left);
    return view.segments.flatMap((name) => {
      const { label, labels } = filters[dimension[name]];
      const by = [{ name: "segment_value", axis: name, labels }, ...view.by];
      return rowsOf({ ...view, by }, state.span, left).map((row) => ({ segment_dimension: label, ...row }));
    });
  };

  // --- numbers as people write them ---------------------------------------------------------------------------------------
  const format = (options) => { const made = new Intl.NumberFormat(language, options); return (value) => made.format(value); };
  const coin = currency ? { style: "currency", currency, currencyDisplay: "narrowSymbol" } : {};
  const shortMoney = format({ ...coin, notation: "compact", maximumSignificantDigits: 3 });
  const wholeMoney = format({ ...coin, maximumFractionDigits: 0 });
  const smallMoney = format({ ...coin, maximumFractionDigits: 2 });
  const shortCount = format({ notation: "compact", maximumSignificantDigits: 3 });
  const wholeCount = format({ maximumFractionDigits: 0 });
  const decimals = format({ maximumFractionDigits: 2 });
  const percent = format({ style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const signed = format({ style: "percent", maximumFractionDigits: 1, signDisplay: "exceptZero" });
  const points = format({ maximumFractionDigits: 1, minimumFractionDigits: 1, signDisplay: "exceptZero" });
  const shown = (value, unit, short = true) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (unit === "MONEY") return (short && Math.abs(value) >= 1e6 ? shortMoney : Math.abs(value) < 100 ? smallMoney : wholeMoney)(value);
    if (unit === "SHARE") return percent(value);
    if (unit === "CHANGE") return signed(value);
    if (unit === "COUNT") return (short && Math.abs(value) >= 1e6 ? shortCount : Number.isInteger(value) ? wholeCount : decimals)(value);
    return decimals(value);
  };
  const monthName = new Intl.DateTimeFormat(language, { year: "numeric", month: "short", timeZone: "UTC" });
  const month = (at) => monthName.format(new Date(`${months[at]}-01T00:00:00Z`));
  const say = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const element = (tag, content, attributes = {}) => {
    const made = Object.assign(document.createElement(tag), attributes);
    made.append(...[content].flat());
    return made;
  };

  // --- cards ----------------------------------------------------------------------------------------------------------------
  const drawCard = (card, left) => {
    const root = document.getElementById(`card-${card.name}`), how = card.figure;
    const view = { cube: card.cube, by: [], where: card.where, figures: [how] };
    const at = (span) => {
      const [row] = span ? rowsOf(view, span, left) : [];
      return row ? { value: row[how.name], n: row[`${how.name}_n`], low: row[`${how.name}_low`], high: row[`${how.name}_high`] } : { value: null };
    };
    const now = at(state.span);
    $(".value", root).textContent = shown(now.value, how.unit);
    const basis = [];
    if (clock.single) basis.push(month(state.span[0]));
    if (now.low !== undefined && now.low !== null) basis.push(say(words.interval, { low: shown(now.low, how.unit), high: shown(now.high, how.unit) }));
    if (how.counts && now.n) basis.push(say(words.of_n, { n: wholeCount(now.n) }));
    $(".basis", root).textContent = basis.join(" · ");
    const monthly = { ...view, by: [{ name: "month", axis: clock.axis, labels: months }], whole_clock: true };
    const history = rowsOf({ ...monthly, figures: [{ ...how, months_back: 0 }] }, null, left);
    const plain = months.map((name) => history.find((row) => row.month === name)?.[how.name] ?? null);
    const series = plain.map((value, i) => (how.months_back && value !== null ? (plain[i - how.months_back] ? value / plain[i - how.months_back] - 1 : null) : value));
    drawSpark($(".spark", root), series.map((value, i) => (i <= card.last ? value : null)));
    const comparisons = [];
    const points_of = ["SHARE", "CHANGE"].includes(how.unit);
    const compare = (new_, old, words_) => {
      if (new_ === null || old === null || (!points_of && !old)) return;
      const change = points_of ? (new_ - old) * 100 : new_ / old - 1;
      const said = points_of ? `${points(change)} pp` : signed(change);
      const direction = Math.abs(change) < 5e-4 ? 0 : Math.sign(change);
      const kind = direction * card.good > 0 ? "up" : direction * card.good < 0 ? "down" : "level";
      comparisons.push(element("li", [element("b", `${["▼", "=", "▲"][direction + 1]} ${said}`, { className: kind }), words_]));
    };
    if (clock.axis !== "signup_month") {
      const length = state.span[1] - state.span[0] + 1;
      for (const months_back of new Set(state.span[1] <= clock.complete ? [length, 12] : [])) {
        const earlier = back(state.span, months_back);
        const named = earlier && (length === 1 ? month(earlier[0]) : `${month(earlier[0])} – ${month(earlier[1])}`);
        if (earlier && !how.months_back) compare(now.value, at(earlier).value, say(words.before, { month: named }));
      }
    } else {
      const last = Math.min(state.span[1], card.last), recent = [last - 2, last];
      if (recent[0] >= state.span[0] && back(recent, 12))
        compare(at(recent).value, at(back(recent, 12)).value, say(words.recent, { months: 3 }));
    }
    if (how.months_back && now.value !== null) comparisons.push(element("li", say(words.against, { from: month(state.span[0] - how.months_back), to: month(state.span[1] - how.months_back) })));
    $("ul", root).replaceChildren(...(comparisons.length ? comparisons : [element("li", words.no_comparison)]));
  };
  const drawSpark = (svg, series) => {
    const known = series.map((value, i) => [i, value]).filter(([, value]) => value !== null && Number.isFinite(value));
    if (known.length < 2) return svg.replaceChildren();
    const values = known.map(([, value]) => value), low = Math.min(...values), high = Math.max(...values);
    const x = (i) => 3 + 94 * i / (series.length - 1), y = (v) => (high === low ? 20 : 37 - 34 * (v - low) / (high - low));
    const [from, to] = state.span, width = Math.max(2.5, x(to) - x(from));
    const [end, value] = known.findLast(([i]) => i <= to) ?? known[known.length - 1];
    svg.innerHTML = `<rect class="chosen" x="${x(from) - 1}" y="0" width="${width + 2}" height="40"/>`
      + `<path d="M${known.map(([i, v]) => `${x(i).toFixed(1)},${y(v).toFixed(1)}`).join("L")}"/>`
      + `<path class="end" d="M${x(end)},${y(value)}h.01"/>`;
  };

  // --- charts and their tables -----------------------------------------------------------------------------------------------
  const views = {}, shownRows = {};
  const drawChart = async (chart, left) => {
    const root = document.getElementById(`chart-${chart.name}`), plot = $(".plot", root);
    shownRows[chart.name] = rowsOfView(chart.view, left);
    const rows = shownRows[chart.name].filter((row) => chart.needs.every((name) => row[name] !== null && row[name] !== undefined));
    $(".none", root).hidden = rows.length > 0;
    plot.hidden = rows.length === 0;
    if ($("details", root).open) fillTable(chart);
    if (!rows.length) return;
    if (views[chart.name]) return void await views[chart.name].data("rows", rows).runAsync();
    chart.vega.data.find((set) => set.name === "rows").values = rows;
    const embedded = await window.vegaEmbed($(".plot > div", root), chart.vega, {
      mode: "vega", renderer: "svg", actions: false, ast: true, tooltip: { disableDefaultStyle: false },
      expressionFunctions: { money: (v) => shortMoney(v), count: (v) => shortCount(v), shown: (v, unit) => shown(v, unit) },
    });
    views[chart.name] = embedded.view;
  };
  const fillTable = (chart) => {
    const head = element("tr", chart.columns.map((c) => element("th", c.label, { scope: "col", className: c.unit ? "" : "text" })));
    const body = shownRows[chart.name].map((row) => element("tr", chart.columns.map((c) =>
      element("td", c.unit ? shown(row[c.name], c.unit, false) : String(row[c.name] ?? "–"), { className: c.unit ? "" : "text" }))));
    $("table", document.getElementById(`chart-${chart.name}`)).replaceChildren(element("thead", head), element("tbody", body));
  };
  const csv = (chart) => {
    const quoted = (value) => {
      const text = value === null || value === undefined ? "" : String(value);
      // A text that a spreadsheet would take for a formula.
      const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
      return /[",\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
    };
    const lines = [chart.columns.map((c) => quoted(c.label)), ...shownRows[chart.name].map((row) => chart.columns.map((c) => quoted(row[c.name])))];
    const link = element("a", "", { download: `${model.page}-${chart.name}.csv` });
    link.href = URL.createObjectURL(new Blob(["\ufeff", lines.map((line) => line.join(",")).join("\r\n")], { type: "text/csv" }));
    link.click();
    URL.revokeObjectURL(link.href);
  };

  // --- filters ----------------------------------------------------------------------------------------------------------------
  const form = $(".filters"), selects = [...form.querySelectorAll("select")];
  const showChoice = () => {
    filters.forEach((filter, i) => {
      const box = $(`details[data-filter="${filter.name}"]`, form), chosen = state.chosen[i];
      box.classList.toggle("on", chosen !== null);
      const said = chosen === null ? words.all : chosen.size === 0 ? words.nothing
        : chosen.size === 1 ? filter.labels[[...chosen][0]] : `${chosen.size}/${filter.values.length}`;
      $("b", box).textContent = said;
      box.querySelectorAll("input").forEach((input, at) => { input.checked = chosen === null || chosen.has(at); });
    });
    selects.forEach((select, i) => { select.selectedIndex = state.span[i]; });
    $("button", form).disabled = filters.every((_, i) => state.chosen[i] === null) && String(state.span) === String(clock.initial);
  };
  const draw = async () => {
    showChoice();
    carry();
    const left = kindsLeft(), empty = !left.some(Boolean);
    $("#empty").hidden = !empty;
    model.cards.forEach((card) => drawCard(card, left));
    for (const chart of model.charts) await drawChart(chart, left);
    document.body.dataset.drawn = String(Number(document.body.dataset.drawn ?? 0) + 1);
  };
  let drawing = Promise.resolve();
  const redraw = () => { drawing = drawing.then(draw); return drawing; };
  form.addEventListener("change", (event) => {
    const box = event.target.closest("details[data-filter]");
    if (box) {
      const i = dimension[box.dataset.filter], inputs = [...box.querySelectorAll("input")];
      const chosen = new Set(inputs.flatMap((input, at) => (input.checked ? [at] : [])));
      state.chosen[i] = chosen.size === inputs.length ? null : chosen;
    } else {
      const at = selects.map((select) => select.selectedIndex);
      state.span = clock.single ? [at[0], at[0]] : at[0] <= at[1] ? at : event.target === selects[0] ? [at[0], at[0]] : [at[1], at[1]];
    }
    writeAddress();
    redraw();
  });
  $("button", form).addEventListener("click", () => { state = initial(); writeAddress(); redraw(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("click", (event) => form.querySelectorAll("details[open]").forEach((box) => { if (!box.contains(event.target)) box.open = false; }));
  form.addEventListener("keydown", (event) => {
    const box = event.target.closest("details[open]");
    if (event.key === "Escape" && box) { box.open = false; $("summary", box).focus(); }
  });
  addEventListener("hashchange", () => {
    if (document.getElementById(location.hash.slice(1))) return;
    readAddress();
    redraw();
  });
  for (const chart of model.charts) {
    const root = document.getElementById(`chart-${chart.name}`);
    $("details", root).addEventListener("toggle", (event) => { if (event.target.open) fillTable(chart); });
    $("button.csv", root).addEventListener("click", () => csv(chart));
  }
  // A definition is opened without losing what is chosen, which the address holds.
  document.querySelectorAll('a[href^="#metric-"]').forEach((link) => link.addEventListener("click", (event) => {
    event.preventDefault();
    const target = document.getElementById(link.getAttribute("href").slice(1));
    document.querySelectorAll(".definitions .found").forEach((each) => each.classList.remove("found"));
    target.classList.add("found");
    target.scrollIntoView({ block: "center" });
    target.focus();
  }));

  const age = Math.floor((Date.now() - Date.parse(`${model.observed_until}T23:59:59Z`)) / 864e5);
  if (age >= model.stale_days) { const box = $("#stale"); box.hidden = false; box.textContent = say(words.stale, { days: wholeCount(age) }); }

  const script = document.createElement("script");
  script.textContent = new TextDecoder().decode(await gunzip(document.getElementById("vega").textContent));
  document.head.append(script);
  const cubes = Object.fromEntries(await Promise.all(Object.entries(model.cubes).map(async ([name, cube]) => [name, await unpack(cube)])));
  readAddress();
  await redraw();
})();
