// Filters over the list of records; their state lives in the address, so that it can be shared.
(function () {
  "use strict";

  const { load, diagnose, onPage, element } = window.misspawnMatch;
  const FACETS = {
    category: ["Category", "All categories"],
    severity: ["Severity", "All severities"],
    kind: ["Kind", "All kinds"],
    moments: ["Before", "Any moment"],
    tools: ["Tool", "All tools"],
    pythons: ["Python", "All versions"],
  };

  const label = (value) => value.replace(/^before-/, "").replaceAll("-", " ");
  const values = (item, facet) => (item.dataset[facet] || "").split(" ").filter(Boolean);
  const RANKS = { severity: ["error", "warning", "hint"], kind: ["pattern", "myth"] };

  function options(items, facet) {
    const counts = new Map();
    for (const item of items) {
      for (const value of values(item, facet)) counts.set(value, (counts.get(value) || 0) + 1);
    }
    const order = RANKS[facet];
    const sorted = [...counts.keys()].sort((a, b) => order
      ? order.indexOf(a) - order.indexOf(b)
      : a.localeCompare(b, "en", { numeric: true }));
    return sorted.map((value) => element("option", { value }, `${label(value)} (${counts.get(value)})`));
  }

  function field(name, text, control) {
    control.id = `misspawn-${name}`;
    control.name = name;
    return element("div", { class: `ms-field ms-field--${name}` },
      element("label", { for: control.id }, text), control);
  }

  function build(items) {
    const query = element("input", { type: "search", autocomplete: "off", spellcheck: "false",
      placeholder: "Event loop is closed" });
    const form = element("form", { class: "ms-filters", role: "search", "aria-label": "Filter the patterns" },
      field("q", "Words or an error message", query));
    for (const [facet, [text, all]] of Object.entries(FACETS)) {
      const found = options(items, facet);
      if (found.length < 2) continue;
      form.append(field(facet, text, element("select", {}, element("option", { value: "" }, all), ...found)));
    }
    const clear = element("button", { type: "reset", class: "ms-button" }, "Clear filters");
    const count = element("p", { class: "ms-status", role: "status" });
    form.append(element("div", { class: "ms-outcome" }, count, clear));
    return { form, query, clear, count };
  }

  const state = (form) => [...new FormData(form)].map(([k, v]) => [k, v.trim()]).filter(([, v]) => v);

  // The address carries the filters; what others keep in it (`h`) and the history entry stay.
  function write(form) {
    const url = new URL(location.href);
    for (const control of form.elements) if (control.name) url.searchParams.delete(control.name);
    for (const [name, value] of state(form)) url.searchParams.set(name, value);
    if (url.href !== location.href) history.replaceState(history.state, "", url);
  }

  function read(form) {
    const parameters = new URL(location.href).searchParams;
    for (const control of form.elements) {
      const value = control.name && parameters.get(control.name);
      if (!value) continue;
      control.value = value;
      if (control.value !== value) control.value = "";
    }
  }

  function matcher(form, symptoms) {
    const chosen = state(form);
    const text = (chosen.find(([name]) => name === "q") || [])[1] || "";
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return (item) => {
      const body = item.dataset.msText;
      const named = words.every((word) => body.includes(word)) || symptoms.has(item.dataset.id);
      return named && chosen.every(([name, value]) => name === "q" || values(item, name).includes(value));
    };
  }

  // A group without a visible item goes, with the heading right before it.
  function hideEmpty(lists) {
    for (const list of lists) {
      const empty = ![...list.children].some((item) => !item.hidden);
      list.hidden = empty;
      const heading = list.previousElementSibling;
      if (heading && /^H[2-4]$/.test(heading.tagName)) heading.hidden = empty;
    }
  }

  function start() {
    const lists = [...document.querySelectorAll("[data-misspawn-index]")];
    if (!lists.length || document.querySelector(".ms-filters")) return;
    const items = lists.flatMap((list) => [...list.querySelectorAll(":scope > li[data-id]")]);
    for (const item of items) {
      item.dataset.msText = `${item.dataset.id} ${item.dataset.text || ""} ${item.textContent}`.toLowerCase();
    }
    const view = build(items);
    const before = lists[0].previousElementSibling;
    (before && /^H[2-4]$/.test(before.tagName) ? before : lists[0]).before(view.form);
    let symptoms = new Set();

    const apply = () => {
      const fits = matcher(view.form, symptoms);
      let shown = 0;
      for (const item of items) { item.hidden = !fits(item); shown += !item.hidden; }
      hideEmpty(lists);
      const filtered = state(view.form).length > 0;
      view.count.textContent = filtered ? `${shown} of ${items.length}` : `${items.length} records`;
      if (!shown) view.count.textContent += ". Paste the error itself, or clear a filter.";
      view.clear.hidden = !filtered;
    };
    // Words show at once; what only the symptoms' regexes find follows.
    const refresh = () => {
      const text = view.query.value.trim();
      symptoms = new Set();
      apply();
      if (text.length < 8) return;
      load().then((compiled) => {
        if (view.query.value.trim() !== text) return;
        symptoms = new Set(diagnose(text, compiled).map(({ pattern }) => pattern.id));
        if (symptoms.size) apply();
      }, () => { /* words alone, then */ });
    };
    const changed = () => { write(view.form); refresh(); };

    read(view.form);
    refresh();
    view.form.addEventListener("input", changed);
    view.form.addEventListener("submit", (event) => event.preventDefault());
    view.form.addEventListener("reset", () => { setTimeout(() => { changed(); view.query.focus(); }); });
  }

  onPage(start);
})();
