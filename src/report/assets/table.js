"use strict";
(() => {
  const PAGE = 50;
  const MAX_PRINTED = 2000;

  const element = (id) => document.getElementById(id);
  const data = (id) => JSON.parse(element(id).textContent);
  // What differs between a plan and a run: the word for a kind of row, the kinds, the reasons, and the file of all rows.
  const table = data("table-data");
  const people = data("people-data");
  const [ROW, USER, NAME, UPN, KIND, REASONS, WHAT, DETAIL, HANDOFF, OPEN, SHEET] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

  const number = (n) => n.toLocaleString("en-US");
  const rows = (n) => number(n) + (n === 1 ? " row" : " rows");
  const sum = (numbers) => numbers.reduce((all, n) => all + n, 0);
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  const text = (person, field) => table.texts[person[field]];
  const kind = (person) => table.kinds[person[KIND]];
  const title = (person) => person[NAME] || person[UPN] || person[USER].trim() || "(no name to show)";
  const hasHandoff = people.some((person) => person[HANDOFF] > 0);
  const haystacks = new Map();
  const haystack = (person) => {
    let found = haystacks.get(person);
    if (found === undefined) {
      const parts = [person[NAME], person[UPN], person[USER], text(person, HANDOFF), text(person, DETAIL), text(person, OPEN)];
      found = folded(parts.join("\n"));
      haystacks.set(person, found);
    }
    return found;
  };

  const byReasons = (a, b) => {
    for (let i = 0; i < a.length && i < b.length; i += 1) {
      if (a[i] !== b[i]) return a[i] - b[i];
    }
    return a.length - b.length;
  };
  const byRow = (a, b) => a[ROW] - b[ROW];
  const collator = new Intl.Collator("en");
  const ORDERS = {
    urgency: (a, b) =>
      kind(a).rank - kind(b).rank || grouped(a, b) || (b[OPEN] > 0) - (a[OPEN] > 0) || byRow(a, b),
    row: byRow,
    name: (a, b) => collator.compare(title(a), title(b)) || byRow(a, b),
  };
  const grouped = (a, b) => (table.reasons.length > 0 ? byReasons(a[REASONS], b[REASONS]) : 0);

  const view = { q: "", kind: "", reason: "", order: "urgency", page: 1 };
  let sorted = "";

  const make = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };
  // A name's direction is its own and turns nothing around it.
  const own = (words) => make("bdi", {}, words);

  // What most rows say: on paper it is said once.
  const usual = (() => {
    const counts = new Map();
    for (const person of people) counts.set(person[WHAT], (counts.get(person[WHAT]) || 0) + 1);
    const [most, often] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [-1, 0]);
    return often * 2 > people.length ? most : -1;
  })();

  const place = (list, name) => list.findIndex((line) => line.name === name);

  const matching = () => {
    if (sorted !== view.order) {
      people.sort(ORDERS[view.order]);
      sorted = view.order;
    }
    const wanted = place(table.kinds, view.kind);
    const reason = place(table.reasons, view.reason);
    const terms = folded(view.q).split(/\s+/).filter(Boolean);
    return people.filter(
      (person) =>
        (wanted < 0 || person[KIND] === wanted) &&
        (reason < 0 || person[REASONS].includes(reason)) &&
        terms.every((term) => haystack(person).includes(term))
    );
  };

  // How many rows there are of the chosen kind and reason, listed here or not.
  const existing = () => {
    const wanted = place(table.kinds, view.kind);
    const reason = place(table.reasons, view.reason);
    const counts = reason < 0 ? table.kinds.map((line) => line.rows) : table.reasons[reason].rows;
    return wanted < 0 ? sum(counts) : counts[wanted];
  };

  const badge = (person) => make("span", { class: "badge " + kind(person).name }, kind(person).label);

  const columns = () => (hasHandoff ? 4 : 3);

  const heading = (person) => {
    const reasons = person[REASONS].map((reason) => table.reasons[reason]);
    const why = reasons.map((reason) => capital(reason.sentence) + ".").join(" ");
    const names = reasons.map((reason) => reason.name).join(" + ");
    return make(
      "tr",
      { class: "group", role: "row" },
      make(
        "th",
        { colspan: String(columns()), scope: "rowgroup", role: "rowheader" },
        badge(person),
        " ",
        make("strong", {}, names || kind(person).means),
        why ? make("span", { class: "why" }, " " + why) : ""
      )
    );
  };

  const cell = (label, ...children) => make("td", { role: "cell", "data-label": label }, ...children);

  const line = (person, isGrouped) => {
    const who = cell("", make("strong", {}, own(title(person))));
    for (const [field, lead] of [[UPN, ""], [USER, "on the list as "]]) {
      if (person[field].trim() && person[field] !== title(person)) who.append(make("span", { class: "upn" }, lead, own(person[field])));
    }
    const row = cell("Row", number(person[ROW]) + (person[SHEET] === null ? "" : ` (${number(person[SHEET])})`));
    row.className = "number";
    const isUsual = person[WHAT] === usual && person[DETAIL] > 0;
    const said = isUsual ? make("span", { class: "usual" }, text(person, WHAT)) : text(person, WHAT);
    const what = isGrouped ? cell("", said) : cell("", badge(person), " ", said);
    for (const [field, style] of [[DETAIL, "detail"], [OPEN, "detail open " + kind(person).name]]) {
      if (person[field] > 0) what.append(make("span", { class: style }, own(text(person, field))));
    }
    const made = make("tr", { role: "row" }, row, who, what);
    if (hasHandoff) made.append(cell("Handoff", person[HANDOFF] > 0 ? own(text(person, HANDOFF)) : ""));
    return made;
  };

  const fill = (listed) => {
    const isGrouped = view.order === "urgency" && table.reasons.length > 0;
    const head = make("tr", { role: "row" });
    const heads = [["Row", "number place"], ["Person", "who"], [element("list").dataset.what, "what"], ["Handoff", "handoff"]];
    for (const [name, style] of heads.slice(0, columns())) {
      head.append(make("th", { scope: "col", role: "columnheader", class: style }, name));
    }
    const parts = [make("thead", { role: "rowgroup" }, head)];
    let key = null;
    for (const person of listed) {
      const group = isGrouped ? person[KIND] + ":" + person[REASONS].join("+") : "";
      if (group !== key) {
        key = group;
        parts.push(make("tbody", { role: "rowgroup" }, isGrouped ? heading(person) : ""));
      }
      parts[parts.length - 1].append(line(person, isGrouped));
    }
    element("list").replaceChildren(...parts);
    element("list").hidden = listed.length === 0;
  };

  const say = (found, from, to) => {
    const sees = rows(found) + (view.q ? (found === 1 ? " matches" : " match") : "");
    let said = found === 0 ? "No row matches." : found > to - from + 1 ? `${number(from)} to ${number(to)} of ${sees}.` : `${sees}.`;
    const listed = view.q ? people.length : found;
    const all = view.q ? sum(table.kinds.map((line) => line.rows)) : existing();
    if (listed < all) {
      said += view.q
        ? ` The search sees ${number(listed)} of ${rows(all)}; ${table.file} has them all.`
        : ` ${rows(all - listed)} more of this kind: only in ${table.file}.`;
    }
    element("status").textContent = said;
  };

  const go = () => {
    element("people-title").scrollIntoView();
    element("people-title").focus({ preventScroll: true });
  };

  const turn = (label, page, last, current) => {
    const button = make("button", { type: "button" }, label);
    button.disabled = page < 1 || page > last || page === current;
    button.addEventListener("click", () => {
      view.page = page;
      show();
      remember();
      go();
    });
    return button;
  };

  const show = () => {
    const found = matching();
    const last = Math.max(1, Math.ceil(found.length / PAGE));
    view.page = Math.min(Math.max(1, view.page), last);
    const from = (view.page - 1) * PAGE;
    const listed = found.slice(from, from + PAGE);
    fill(listed);
    say(found.length, from + 1, from + listed.length);
    const pages = element("pages");
    pages.hidden = last === 1;
    pages.replaceChildren(
      turn("First", 1, last, view.page),
      turn("Previous", view.page - 1, last, view.page),
      make("span", {}, `Page ${number(view.page)} of ${number(last)}`),
      turn("Next", view.page + 1, last, view.page),
      turn("Last", last, last, view.page)
    );
    for (const button of element("kinds").children) {
      button.setAttribute("aria-pressed", String(button.value === view.kind));
    }
    for (const name of ["reason", "order"]) element(name).value = view[name];
    if (element("search").value !== view.q) element("search").value = view.q;
  };

  const remember = () => {
    const said = new URLSearchParams();
    for (const [name, value] of [["q", view.q], [table.filter, view.kind], ["reason", view.reason]]) {
      if (value) said.set(name, value);
    }
    if (view.order !== "urgency") said.set("order", view.order);
    if (view.page > 1) said.set("page", String(view.page));
    try {
      history.replaceState(null, "", "#" + said);
    } catch {
      // A viewer that shows the page inside another one may forbid this; the page works without.
    }
  };

  const recall = () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const known = (list, name) => (place(list, name) < 0 ? "" : name);
    view.q = said.get("q") || "";
    view.kind = known(table.kinds, said.get(table.filter));
    view.reason = known(table.reasons, said.get("reason"));
    view.order = Object.hasOwn(ORDERS, said.get("order") || "") ? said.get("order") : "urgency";
    view.page = Number.parseInt(said.get("page"), 10) || 1;
    show();
    return said.size > 0;
  };

  const choose = (name, value) => {
    view[name] = value;
    view.page = 1;
    show();
    remember();
  };

  const all = { name: "", label: "all", rows: sum(table.kinds.map((line) => line.rows)) };
  for (const { name, label, rows: n } of [all, ...table.kinds]) {
    const button = make("button", { type: "button", value: name, class: name }, label, " ", make("span", {}, number(n)));
    button.disabled = n === 0 && name !== "";
    button.addEventListener("click", () => choose("kind", name));
    element("kinds").append(button);
  }
  element("reason").append(make("option", { value: "" }, "any, or none"));
  for (const { name, rows: counts } of table.reasons) {
    element("reason").append(make("option", { value: name }, `${name} (${number(sum(counts))})`));
  }
  element("reasons").hidden = table.reasons.length === 0;
  for (const name of ["reason", "order"]) {
    element(name).addEventListener("change", (event) => choose(name, event.target.value));
  }
  element("search").addEventListener("input", (event) => choose("q", event.target.value));
  element("filter").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    if (recall()) go();
  });
  addEventListener("beforeprint", () => {
    const found = matching();
    const printed = found.slice(0, MAX_PRINTED);
    fill(printed);
    say(found.length, 1, printed.length);
    if (printed.some((person) => person[WHAT] === usual && person[DETAIL] > 0)) {
      element("status").textContent += ` Where a row names no step: ${table.texts[usual]}.`;
    }
    if (found.length < people.length) {
      element("status").textContent += ` Only a part of the list is printed: ${number(found.length)} of ${rows(people.length)}.`;
    } else if (printed.length < found.length) {
      element("status").textContent += ` What needs eyes first is printed; ${table.file} has all rows.`;
    }
  });
  addEventListener("afterprint", show);

  const plain = element("plain");
  if (plain !== null) plain.hidden = true;
  element("people").hidden = false;
  element("sheet-rows").hidden = !people.some((person) => person[SHEET] !== null);
  if (recall()) element("people-title").scrollIntoView();
})();
