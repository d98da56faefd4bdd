"use strict";
// Every word that comes from a table is put in as text, never as markup.
(() => {
  const DATA = window.GALLERY;
  const BATCH = 60;
  const CROWDED = 60; // marks of a figure; beyond it their places do not grow to the size of a finger
  const main = document.getElementById("main");
  const records = new Map();
  const waiting = new Map();
  const HOME = document.body.dataset.language;
  let language = HOME;
  const chosen = { text: "", region: "", indicator: "", family: "" };

  const SAY = {
    zh: {
      title: "区域安全绩效", about: "关于", definitions: "定义", definition: "定义", unit: "单位",
      code: "代码", figures: "图", missing: "缺什么，为什么", changes: "上次运行以来的变化",
      other: "English", skip: "跳到正文", search: "搜索标题、地区、指标", region: "地区",
      indicator: "指标", family: "图的种类", all: "全部", found: n => `${n} 张图`,
      more: "再显示一些", back: "返回全部图", click: "点一个记号，看它的原句。方向键可在记号间移动。",
      marks: "图中的记号", rows: "图中的数字", value: "数字", phrase: "原句", place: "出处",
      left: "未能并列，及其原因", notes: "说明", download: "下载", made: "怎样得来",
      with: "可与之并列", without: "不能并列", unknown: "没有这张图", reason: "原因",
      nothing: "没有变化，或只运行过一次。", before: "原来", after: "现在", why: "原因", none: "没有找到。",
      footer: `数据版本 ${DATA.version}。本页不连网络，全部文件在此文件夹内。`, period: "期间",
      notebook: "笔记本", parameters: "参数", mark: "图号", changed: "上次运行以来变化的数值",
      apart: "；", chinese: "", kind: { added: "新增", removed: "删去", changed: "变化" },
    },
    en: {
      title: "Regional safety", about: "About", definitions: "Definitions", definition: "Definition",
      unit: "Unit", code: "Code", figures: "Figures", missing: "What is missing, and why",
      changes: "Changes since the last run", other: "中文", skip: "Skip to content",
      search: "Search titles, regions, indicators", region: "Region", indicator: "Indicator",
      family: "Kind of figure", all: "All", found: n => `${n} figures`, more: "Show more",
      back: "All figures",
      click: "Choose a mark to see its sentence. Arrow keys move between marks.",
      marks: "Marks of the figure", rows: "Values drawn", value: "Value", phrase: "Phrase",
      place: "Source", left: "Not shown beside the others, and why", notes: "Notes",
      download: "Download", made: "How it was made", with: "May be compared with",
      without: "Not comparable with", unknown: "There is no such figure", reason: "Reason",
      nothing: "Nothing changed, or there was only one run.", before: "Before", after: "Now", why: "Why",
      none: "Nothing found.", period: "Period",
      footer: `Version of the data ${DATA.version}. This page needs no network; all files are in this folder.`,
      notebook: "Notebook", parameters: "Parameters", mark: "Figure", apart: "; ", chinese: "(in Chinese) ",
      changed: "Values that changed since the last run",
      kind: { added: "added", removed: "removed", changed: "changed" },
    },
  };
  const say = key => SAY[language][key];

  function make(tag, options = {}, ...inside) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(options)) {
      if (name === "text") made.textContent = value;
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else if (value !== null && value !== undefined) made.setAttribute(name, value);
    }
    made.append(...inside);
    return made;
  }
  const bdi = text => make("bdi", { text });
  const quoted = text => make("bdi", { text, lang: "zh-CN" }); // the words of a report
  const both = pair => (pair ? pair[language] ?? pair.zh ?? pair.en ?? "" : "");

  // The address has the view, the filters, the language and the chosen mark.

  function given() {
    const [, path, query] = location.hash.match(/^#\/?([^?]*)\??(.*)$/) || [null, "", ""];
    return { path, query: new URLSearchParams(query) };
  }

  function address(path, more = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(more)) if (value) query.set(name, value);
    if (language !== HOME) query.set("language", language);
    return `#/${path}${String(query) && `?${query}`}`;
  }
  const figurePath = key => `figure/${encodeURIComponent(key)}`;
  const remember = (path, more) => history.replaceState(null, "", address(path, more));

  function speak() {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    document.title = say("title");
    for (const one of document.querySelectorAll("[data-say]")) {
      one.textContent = say(one.dataset.say);
    }
    for (const one of document.querySelectorAll("[data-path]")) {
      one.setAttribute("href", address(one.dataset.path));
    }
  }

  // The list.

  const known = DATA.figures.map(one => ({
    ...one,
    text: [one.key, one.title.zh, one.title.en, one.about.zh, one.about.en,
      ...one.regions.flatMap(code => Object.values(DATA.regions[code] || {})),
      ...one.indicators.flatMap(code => Object.values(DATA.indicators[code] || {}))]
      .join(" ").toLowerCase(),
  }));

  function matching() {
    const words = chosen.text.toLowerCase().split(/\s+/).filter(Boolean);
    return known.filter(one =>
      words.every(word => one.text.includes(word))
      && (!chosen.region || one.regions.includes(chosen.region))
      && (!chosen.indicator || one.indicators.includes(chosen.indicator))
      && (!chosen.family || one.family === chosen.family));
  }

  function choice(name, options) {
    const select = make("select", { id: name, onchange: event => {
      chosen[name] = event.target.value;
      fill();
    } }, make("option", { value: "", text: say("all") }));
    for (const [code, words] of options) {
      select.append(make("option", { value: code, text: both(words) }));
    }
    select.value = chosen[name];
    return make("label", {}, make("span", { text: say(name) }), select);
  }

  let list, count, more, shown;

  function figures() {
    let timer = 0;
    const search = make("input", { type: "search", id: "search", value: chosen.text,
      oninput: event => {
        clearTimeout(timer);
        timer = setTimeout(() => { chosen.text = event.target.value; fill(); }, 120);
      } });
    list = make("ul", { class: "cards" });
    count = make("p", { class: "soft", role: "status" });
    more = make("button", { type: "button", class: "more", text: say("more"), onclick: () => extend() });
    main.replaceChildren(
      make("div", { class: "filters", role: "search" },
        make("label", {}, make("span", { text: say("search") }), search),
        choice("region", Object.entries(DATA.regions)),
        choice("indicator", Object.entries(DATA.indicators)),
        choice("family", Object.entries(DATA.families))),
      count, list, more);
    fill();
  }

  function fill() {
    remember("", chosen);
    shown = matching();
    list.replaceChildren();
    count.textContent = say("found")(shown.length);
    extend();
  }

  function extend() {
    const from = list.children.length;
    for (const one of shown.slice(from, from + BATCH)) list.append(card(one));
    more.hidden = list.children.length >= shown.length;
  }

  function card(one) {
    const image = make("img", { src: both(one.thumb), alt: "", loading: "lazy", decoding: "async",
      width: "480", height: "270" });
    const title = make("span", {}, bdi(both(one.title)));
    return make("li", {}, make("a", { href: address(figurePath(one.key)) },
      image, title, make("small", {}, bdi(both(one.about)))));
  }

  // One figure.

  function load(key, then) {
    if (records.has(key)) { then(records.get(key)); return; }
    if (waiting.has(key)) { waiting.get(key).push(then); return; }
    waiting.set(key, [then]);
    const entry = known.find(one => one.key === key);
    document.head.append(make("script", { src: entry.record }));
  }
  DATA.open = (key, record) => {
    records.set(key, record);
    for (const then of waiting.get(key) || []) then(record);
    waiting.delete(key);
  };

  function figure(key) {
    const entry = known.find(one => one.key === key);
    if (!entry) { main.replaceChildren(make("p", { text: say("unknown") })); return; }
    load(key, record => { if (given().path === figurePath(key)) show(entry, record); });
  }

  function show(entry, record) {
    const drawn = both(record.drawn);
    const panel = make("section", { class: "sentence", "aria-live": "polite" },
      make("p", { class: "soft hint", text: say("click") }));
    const choose = id => chooseRow(record, panel, id);
    main.replaceChildren(
      make("p", { class: "links" }, make("a", { href: address("", chosen), text: `← ${say("back")}` })),
      make("h2", {}, bdi(both(record.title))),
      make("p", { class: "soft" }, bdi(both(record.subtitle))),
      make("div", { class: "detail" },
        picture(drawn, record, choose), panel),
      make("p", {}, bdi(both(record.alt))),
      downloads(drawn, record),
      ...rows(record, choose), ...left(record), ...notes(record), ...changed(record), ...origin(record));
    const mark = given().query.get("mark");
    if (mark in record.rows) choose(mark);
    main.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  }

  function picture(drawn, record, choose) {
    const dense = drawn.marks.length > CROWDED ? "dense" : null;
    const marks = make("div", { role: "group", class: dense, "aria-label": say("marks") });
    drawn.marks.forEach((mark, place) => {
      const row = record.rows[mark.id];
      if (!row || mark.box.includes(null)) return;
      const [leftward, top, width, height] = mark.box;
      const button = make("button", { type: "button", "data-row": mark.id, "aria-pressed": "false",
        tabindex: place ? "-1" : "0", "aria-label": both(row.reading), title: both(row.reading) });
      button.style.left = `${(leftward + width / 2) * 100}%`;
      button.style.top = `${(top + height / 2) * 100}%`;
      button.style.width = `${width * 100}%`;
      button.style.height = `${height * 100}%`;
      marks.append(button);
    });
    marks.addEventListener("click", event => {
      const button = event.detail ? nearest(event) : event.target.closest("button");
      if (button) { rove(marks, button); choose(button.dataset.row); }
    });
    marks.addEventListener("keydown", event => step(event, marks));
    const image = make("img", { src: drawn.picture, alt: both(record.alt) });
    return make("div", { class: "scroll", tabindex: "-1" }, make("div", { class: "picture" }, image, marks));
  }

  // Of the marks under the pointer, the one whose middle is nearest: small ones lie close together.
  function nearest(event) {
    const off = one => {
      const box = one.getBoundingClientRect();
      return Math.hypot(event.clientX - box.left - box.width / 2, event.clientY - box.top - box.height / 2);
    };
    return document.elementsFromPoint(event.clientX, event.clientY)
      .filter(one => one.matches(".picture button"))
      .sort((one, other) => off(one) - off(other))[0];
  }

  function rove(marks, button) {
    for (const one of marks.querySelectorAll('[tabindex="0"]')) one.tabIndex = -1;
    button.tabIndex = 0;
  }

  function step(event, marks) {
    const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
    const every = [...marks.children];
    const at = every.indexOf(document.activeElement);
    const to = event.key === "Home" ? 0 : event.key === "End" ? every.length - 1
      : event.key in moves ? at + moves[event.key] : -1;
    if (at < 0 || !(to in every)) return;
    event.preventDefault();
    rove(marks, every[to]);
    every[to].focus();
    every[to].click();
  }

  function chooseRow(record, panel, id) {
    const row = record.rows[id];
    remember(figurePath(record.key), { mark: id });
    for (const one of main.querySelectorAll("[aria-pressed]")) {
      one.setAttribute("aria-pressed", String(one.dataset.row === id));
    }
    for (const one of main.querySelectorAll("tr[data-row]")) {
      one.setAttribute("aria-current", String(one.dataset.row === id));
    }
    const inside = [make("p", {}, make("strong", {}, bdi(both(row.reading))))];
    if (row.phrase) inside.push(make("blockquote", {}, quoted(`“${row.phrase}”`)));
    inside.push(make("p", {}, bdi(both(row.place))), make("p", { class: "soft" }, bdi(both(row.source))));
    const tongue = /\p{Script=Han}/u.test(row.note || "") ? say("chinese") : "";
    if (row.note) inside.push(make("p", { class: "soft" }, tongue, quoted(row.note)));
    for (const [name, others] of [["with", row.with], ["without", row.without]]) {
      if (!others || !others.length) continue;
      inside.push(make("p", { text: say(name) }),
        make("ul", {}, ...others.map(other => make("li", {}, bdi(both(other))))));
    }
    panel.replaceChildren(...inside);
  }

  function downloads(drawn, record) {
    const links = Object.entries({ ...drawn.files, CSV: record.table, JSON: record.api }).map(([kind, path]) =>
      make("a", { href: path, download: "", text: kind.toUpperCase() }));
    return make("p", { class: "links" }, make("span", { class: "soft", text: say("download") }), ...links);
  }

  function table(heads, lines) {
    const head = make("tr", {}, ...heads.map(text => make("th", { scope: "col", text })));
    return make("div", { class: "scroll" },
      make("table", {}, make("thead", {}, head), make("tbody", {}, ...lines)));
  }

  function rows(record, choose) {
    const every = Object.entries(record.rows);
    const body = [];
    const grid = table([say("value"), say("phrase"), say("place")], body);
    const target = grid.querySelector("tbody");
    const button = make("button", { type: "button", class: "more", text: say("more"), onclick: () => add() });
    function add() {
      const from = target.children.length;
      for (const [id, row] of every.slice(from, from + BATCH)) {
        target.append(make("tr", { "data-row": id },
          make("td", {}, make("button", { type: "button", onclick: () => choose(id) }, bdi(both(row.reading)))),
          make("td", {}, quoted(row.phrase || "")),
          make("td", {}, bdi([both(row.place), both(row.source)].filter(Boolean).join(say("apart"))))));
      }
      button.hidden = target.children.length >= every.length;
    }
    add();
    return [make("h3", { text: `${say("rows")} (${every.length})` }), grid, button];
  }

  function left(record) {
    if (!record.refused.length) return [];
    const lines = record.refused.map(gap => make("tr", {},
      make("td", {}, bdi(both(gap.region))), make("td", {}, bdi(both(gap.reason)))));
    return [make("h3", { text: say("left") }), table([say("region"), say("reason")], lines)];
  }

  function notes(record) {
    const items = [...record.notes, record.source].map(both).filter(Boolean);
    return [make("h3", { text: say("notes") }),
      make("ul", {}, ...items.map(text => make("li", {}, bdi(text))))];
  }

  function changed(record) {
    if (!record.changed.length) return [];
    return [make("h3", { text: say("changed") }), changesTable(record.changed)];
  }

  function origin(record) {
    const parts = [[say("mark"), both(record.fingerprints)], [say("notebook"), record.notebook],
      [say("parameters"), both(record.parameters)]];
    return [make("h3", { text: say("made") }),
      make("p", { class: "soft" }, bdi(parts.filter(part => part[1]).map(part => part.join(" ")).join(" · ")))];
  }

  function changesTable(changes) {
    const lines = changes.map(one => make("tr", {},
      make("td", {}, bdi(both(one.name))), make("td", { text: say("kind")[one.kind] }),
      make("td", {}, bdi(both(one.before))), make("td", {}, bdi(both(one.after))),
      make("td", {}, bdi(both(one.why)))));
    return table([say("value"), "", say("before"), say("after"), say("why")], lines);
  }

  // What is missing, and what changed.

  function paged(lines, make_table) {
    let from = 0;
    const holder = make("div");
    const button = make("button", { type: "button", class: "more", text: say("more"), onclick: () => add() });
    function add() {
      const part = lines.slice(from, from + 200);
      from += part.length;
      holder.append(make_table(part));
      button.hidden = from >= lines.length;
    }
    add();
    return [holder, button];
  }

  function missing() {
    const lines = DATA.missing;
    main.replaceChildren(make("h2", { text: say("missing") }),
      ...(lines.length ? paged(lines, part => table([say("indicator"), say("region"), say("reason")],
        part.map(one => make("tr", {}, make("td", {}, bdi(both(one.about))),
          make("td", {}, bdi(both(one.region))), make("td", {}, bdi(both(one.reason)))))))
        : [make("p", { text: say("none") })]));
  }

  function changes() {
    main.replaceChildren(make("h2", { text: say("changes") }),
      ...(DATA.changes.length ? paged(DATA.changes, changesTable) : [make("p", { text: say("nothing") })]));
  }

  function about() {
    const lists = ["figures", "indicators"].map(name =>
      make("a", { href: `gallery/api/${name}.json`, text: `${name}.json` }));
    main.replaceChildren(make("h2", { text: say("about") }),
      ...DATA.front.flatMap(part => [make("h3", { text: both(part.title) }),
        ...part.lines.map(line => make("p", {}, bdi(both(line))))]),
      make("p", { class: "links" }, ...lists));
  }

  function definitions() {
    const lines = Object.entries(DATA.definitions).map(([code, [name, text, unit]]) =>
      make("tr", {}, ...[both(name), both(text), both(unit), code].map(words => make("td", {}, bdi(words)))));
    main.replaceChildren(make("h2", { text: say("definitions") }),
      lines.length ? table(["indicator", "definition", "unit", "code"].map(say), lines)
        : make("p", { text: say("none") }));
  }

  function route() {
    const { path, query } = given();
    const [view, key] = path.split("/");
    language = query.get("language") in SAY ? query.get("language") : HOME;
    speak();
    const views = { missing, changes, about, definitions };
    for (const one of document.querySelectorAll("nav a")) {
      const here = one.dataset.path === (view in views ? view : "");
      if (here) one.setAttribute("aria-current", "page"); else one.removeAttribute("aria-current");
    }
    if (view === "figure") { figure(decodeURIComponent(key)); return; }
    if (view in views) { views[view](); return; }
    for (const name of Object.keys(chosen)) chosen[name] = query.get(name) || "";
    figures();
  }

  document.getElementById("language").addEventListener("click", () => {
    const { path, query } = given();
    language = language === "zh" ? "en" : "zh";
    query.delete("language");
    remember(path, Object.fromEntries(query));
    route();
  });
  window.addEventListener("hashchange", route);
  route();
})();
