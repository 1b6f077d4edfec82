"use strict";
(() => {
  const PAGE = 50;
  const MAX_PRINTED = 2000;
  // What needs somebody's eyes stands first.
  const ORDER = ["refuse", "act", "skip", "already"];

  const element = (id) => document.getElementById(id);
  const data = (id) => JSON.parse(element(id).textContent);
  const plan = data("plan-data");
  const number = (n) => n.toLocaleString("en-US");
  const rows = (n) => number(n) + (n === 1 ? " row" : " rows");
  const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

  const rank = plan.decisions.map((decision) => {
    const place = ORDER.indexOf(decision.name);
    return place < 0 ? ORDER.length : place;
  });
  const people = data("people-data").map(([row, user, name, upn, decision, reasons, detail, steps, handoff]) => ({
    row, user, name, upn, decision, reasons, detail, steps, handoff, haystack: null,
  }));
  const compareReasons = (a, b) => {
    for (let i = 0; i < a.length && i < b.length; i += 1) {
      if (a[i] !== b[i]) return a[i] - b[i];
    }
    return a.length - b.length;
  };
  people.sort(
    (a, b) => rank[a.decision] - rank[b.decision] || compareReasons(a.reasons, b.reasons) || a.row - b.row
  );
  const haystack = (person) => {
    if (person.haystack === null) {
      person.haystack = folded([person.name, person.upn, person.user, person.handoff, person.detail].join("\n"));
    }
    return person.haystack;
  };

  const view = { q: "", decision: "", reason: "", page: 1 };

  const make = (tag, attributes, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
    made.append(...children.filter((child) => child !== null && child !== ""));
    return made;
  };
  // A name's direction is its own and turns nothing around it.
  const own = (text) => make("bdi", {}, text);

  const place = (list, name) => list.findIndex((line) => line.name === name);

  const matching = () => {
    const decision = place(plan.decisions, view.decision);
    const reason = place(plan.reasons, view.reason);
    const terms = folded(view.q).split(/\s+/).filter(Boolean);
    return people.filter(
      (person) =>
        (decision < 0 || person.decision === decision) &&
        (reason < 0 || person.reasons.includes(reason)) &&
        terms.every((term) => haystack(person).includes(term))
    );
  };

  // How many rows of the plan there are for the chosen decision and reason, listed here or not.
  const planned = () => {
    const decision = place(plan.decisions, view.decision);
    const reason = place(plan.reasons, view.reason);
    const counts = reason < 0 ? plan.decisions.map((line) => line.rows) : plan.reasons[reason].rows;
    return decision < 0 ? counts.reduce((sum, n) => sum + n, 0) : counts[decision];
  };

  const heading = (person) => {
    const decision = plan.decisions[person.decision];
    const why = person.reasons.map((reason) => capital(plan.reasons[reason].sentence) + ".").join(" ");
    const names = person.reasons.map((reason) => plan.reasons[reason].name).join(" + ");
    return make(
      "tr",
      { class: "group", role: "row" },
      make(
        "th",
        { colspan: "4", scope: "rowgroup", role: "rowheader" },
        make("span", { class: "badge " + decision.name }, decision.name),
        " ",
        names ? make("strong", {}, names) : make("strong", {}, decision.means),
        why ? make("span", { class: "why" }, " " + why) : ""
      )
    );
  };

  const cell = (label, ...children) => make("td", { role: "cell", "data-label": label }, ...children);

  const line = (person) => {
    const title = person.name || person.upn || person.user;
    const who = cell("", make("strong", {}, own(title)));
    if (person.upn && person.upn !== title) who.append(make("span", { class: "upn" }, own(person.upn)));
    if (person.user && person.user !== title) {
      who.append(make("span", { class: "upn" }, "on the list as ", own(person.user)));
    }
    const row = cell("Row", number(person.row));
    row.className = "number";
    const what = cell("", plan.steps[person.steps] || "");
    if (person.detail) what.append(make("span", { class: "detail" }, own(person.detail)));
    return make(
      "tr",
      { role: "row" },
      row,
      who,
      what,
      cell("Handoff", person.handoff ? own(person.handoff) : "")
    );
  };

  const fill = (listed) => {
    const columns = ["Row", "Person", "What and why", "Handoff"];
    const head = make("tr", { role: "row" });
    for (const name of columns) {
      const attributes = { scope: "col", role: "columnheader" };
      if (name === "Row") attributes.class = "number";
      head.append(make("th", attributes, name));
    }
    const parts = [make("thead", { role: "rowgroup" }, head)];
    let key = null;
    for (const person of listed) {
      const group = person.decision + ":" + person.reasons.join("+");
      if (group !== key) {
        key = group;
        parts.push(make("tbody", { role: "rowgroup" }, heading(person)));
      }
      parts[parts.length - 1].append(line(person));
    }
    element("list").replaceChildren(...parts);
    element("list").hidden = listed.length === 0;
  };

  const say = (found, from, to) => {
    const all = planned();
    const sees = rows(found) + (view.q ? (found === 1 ? " matches" : " match") : "");
    let text = found === 0 ? "No row matches." : found > to - from + 1 ? `${number(from)} to ${number(to)} of ${sees}.` : `${sees}.`;
    const listed = view.q ? people.length : found;
    const inPlan = view.q ? plan.decisions.reduce((sum, line) => sum + line.rows, 0) : all;
    if (listed < inPlan) {
      text += view.q
        ? ` The search sees ${number(listed)} of ${rows(inPlan)}; plan.csv has them all.`
        : ` ${rows(inPlan - listed)} more of this kind: only in plan.csv.`;
    }
    element("status").textContent = text;
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
      button.setAttribute("aria-pressed", String(button.value === view.decision));
    }
    element("reason").value = view.reason;
    if (element("search").value !== view.q) element("search").value = view.q;
  };

  const remember = () => {
    const said = new URLSearchParams();
    for (const name of ["q", "decision", "reason"]) if (view[name]) said.set(name, view[name]);
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
    view.decision = place(plan.decisions, said.get("decision")) < 0 ? "" : said.get("decision");
    view.reason = place(plan.reasons, said.get("reason")) < 0 ? "" : said.get("reason");
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

  const total = plan.decisions.reduce((sum, line) => sum + line.rows, 0);
  for (const { name, rows: n } of [{ name: "", rows: total }, ...plan.decisions]) {
    const button = make("button", { type: "button", value: name, class: name }, name || "all", " ", make("span", {}, number(n)));
    button.disabled = n === 0 && name !== "";
    button.addEventListener("click", () => choose("decision", name));
    element("decisions").append(button);
  }
  element("reason").append(make("option", { value: "" }, "any, or none"));
  for (const { name, rows: counts } of plan.reasons) {
    const n = counts.reduce((sum, m) => sum + m, 0);
    element("reason").append(make("option", { value: name }, `${name} (${number(n)})`));
  }
  element("reason").addEventListener("change", (event) => choose("reason", event.target.value));
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
  });
  addEventListener("afterprint", show);

  element("plain").hidden = true;
  element("people").hidden = false;
  if (recall()) element("people-title").scrollIntoView();
})();
