"use strict";
(() => {
  const PAGE = 50;
  const MAX_PRINTED = 2000;
  // What needs somebody's eyes stands first.
  const URGENCY = ["failed", "uncertain", "partial", "pending", "refused", "done", "already", "skipped"];

  const element = (id) => document.getElementById(id);
  const data = (id) => JSON.parse(element(id).textContent);
  const report = data("report-data");
  const number = (n) => n.toLocaleString("en-US");
  const rows = (n) => number(n) + (n === 1 ? " row" : " rows");
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

  const rank = report.outcomes.map((outcome) => URGENCY.indexOf(outcome.name));
  const people = data("people-data");
  const [ROW, USER, NAME, UPN, OUTCOME, STEPS, DETAIL, HANDOFF, OPEN] = [0, 1, 2, 3, 4, 5, 6, 7, 8];
  const text = (person, field) => report.texts[person[field]];
  const title = (person) => person[NAME] || person[UPN] || person[USER];
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
  const byRow = (a, b) => a[ROW] - b[ROW];
  const collator = new Intl.Collator("en");
  const ORDERS = {
    urgency: (a, b) => rank[a[OUTCOME]] - rank[b[OUTCOME]] || (b[OPEN] > 0) - (a[OPEN] > 0) || byRow(a, b),
    row: byRow,
    name: (a, b) => collator.compare(title(a), title(b)) || byRow(a, b),
  };

  const view = { q: "", outcome: "", order: "urgency", page: 1 };
  let sorted = "";

  const make = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };
  // A name's direction is its own and turns nothing around it.
  const own = (words) => make("bdi", {}, words);

  const place = (name) => report.outcomes.findIndex((line) => line.name === name);

  const matching = () => {
    if (sorted !== view.order) {
      people.sort(ORDERS[view.order]);
      sorted = view.order;
    }
    const outcome = place(view.outcome);
    const terms = folded(view.q).split(/\s+/).filter(Boolean);
    return people.filter(
      (person) =>
        (outcome < 0 || person[OUTCOME] === outcome) && terms.every((term) => haystack(person).includes(term))
    );
  };

  const cell = (label, ...children) => make("td", { role: "cell", "data-label": label }, ...children);

  const line = (person) => {
    const who = cell("", make("strong", {}, own(title(person))));
    for (const [field, lead] of [[UPN, ""], [USER, "on the list as "]]) {
      if (person[field] && person[field] !== title(person)) who.append(make("span", { class: "upn" }, lead, own(person[field])));
    }
    const row = cell("Row", number(person[ROW]));
    row.className = "number";
    const outcome = report.outcomes[person[OUTCOME]].name;
    const what = cell("", make("span", { class: "badge " + outcome }, outcome), " ", text(person, STEPS));
    for (const field of [DETAIL, OPEN]) {
      if (person[field] > 0) what.append(make("span", { class: "detail" }, own(text(person, field))));
    }
    const handoff = text(person, HANDOFF);
    return make("tr", { role: "row" }, row, who, what, cell("Handoff", handoff ? own(handoff) : ""));
  };

  const fill = (listed) => {
    const head = make("tr", { role: "row" });
    for (const name of ["Row", "Person", "Outcome", "Handoff"]) {
      const attributes = { scope: "col", role: "columnheader" };
      if (name === "Row") attributes.class = "number";
      head.append(make("th", attributes, name));
    }
    const body = make("tbody", { role: "rowgroup" }, ...listed.map(line));
    element("list").replaceChildren(make("thead", { role: "rowgroup" }, head), body);
    element("list").hidden = listed.length === 0;
  };

  const say = (found, from, to) => {
    const sees = rows(found) + (view.q ? (found === 1 ? " matches" : " match") : "");
    element("status").textContent =
      found === 0 ? "No row matches." : found > to - from + 1 ? `${number(from)} to ${number(to)} of ${sees}.` : `${sees}.`;
  };

  const turn = (label, page, last, current) => {
    const button = make("button", { type: "button" }, label);
    button.disabled = page < 1 || page > last || page === current;
    button.addEventListener("click", () => {
      view.page = page;
      show();
      remember();
      element("people-title").scrollIntoView();
      element("people-title").focus({ preventScroll: true });
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
    for (const button of element("decisions").children) {
      button.setAttribute("aria-pressed", String(button.value === view.outcome));
    }
    element("order").value = view.order;
    if (element("search").value !== view.q) element("search").value = view.q;
  };

  const remember = () => {
    const said = new URLSearchParams();
    for (const name of ["q", "outcome"]) if (view[name]) said.set(name, view[name]);
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
    view.q = said.get("q") || "";
    view.outcome = place(said.get("outcome")) < 0 ? "" : said.get("outcome");
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

  const all = [{ name: "", rows: report.rows }, ...report.outcomes.filter((line) => line.rows > 0)];
  for (const { name, rows: n } of all) {
    const button = make("button", { type: "button", value: name, class: name }, name || "all", " ", make("span", {}, number(n)));
    button.addEventListener("click", () => choose("outcome", name));
    element("decisions").append(button);
  }
  element("order").addEventListener("change", (event) => choose("order", event.target.value));
  element("search").addEventListener("input", (event) => choose("q", event.target.value));
  element("filter").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    if (recall()) {
      element("people-title").scrollIntoView();
      element("people-title").focus({ preventScroll: true });
    }
  });
  addEventListener("beforeprint", () => {
    const found = matching();
    const printed = found.slice(0, MAX_PRINTED);
    fill(printed);
    say(found.length, 1, printed.length);
    for (const details of document.querySelectorAll("details")) details.open = true;
  });
  addEventListener("afterprint", show);

  element("unlisted").textContent = report.unlisted;
  element("unlisted").hidden = report.unlisted === "";
  element("people").hidden = false;
  if (recall()) element("people-title").scrollIntoView();
})();
