// The traceback box: paste a log, get the pages that explain it. Nothing leaves the browser.
(function () {
  "use strict";

  const { load, diagnose, nearest, onPage, element, base } = window.misspawnMatch;
  const KEPT = "misspawn.log"; // of this tab only, so that "back" finds the log again
  const KEPT_AT_MOST = 1_000_000;
  const SHOWN = 6;
  const EXAMPLE = [
    "2026-11-22T09:14:03.1194417Z _______________ test_checkout _______________",
    "2026-11-22T09:14:03.1196024Z     order = await service.checkout(cart)",
    "2026-11-22T09:14:03.1197713Z E   TypeError: object MagicMock can't be used in 'await' expression",
    "2026-11-22T09:14:03.1198830Z ",
    "2026-11-22T09:14:03.1199467Z tests/test_checkout.py:18: TypeError",
  ].join("\n");

  const size = (text) => text.length < 100_000
    ? `${text.split("\n").length} lines`
    : `${(text.length / 1e6).toFixed(1)} MB`;

  function remember(text) {
    try {
      if (text && text.length <= KEPT_AT_MOST) sessionStorage.setItem(KEPT, text);
      else sessionStorage.removeItem(KEPT);
    } catch { /* storage may be off */ }
  }

  function remembered() {
    try { return sessionStorage.getItem(KEPT) || ""; } catch { return ""; }
  }

  // The line of a hit, with what matched marked; very long lines are cut around it.
  function quote(hit) {
    const start = Math.max(0, hit.from - 60);
    const end = Math.min(hit.text.length, Math.max(hit.to + 60, start + 200));
    return element("p", { class: "ms-quote" },
      element("span", { class: "ms-line" }, `line ${hit.line}`),
      element("code", {},
        (start ? "…" : "") + hit.text.slice(start, hit.from),
        element("mark", {}, hit.text.slice(hit.from, Math.min(hit.to, end))),
        hit.text.slice(Math.min(hit.to, end), end) + (end < hit.text.length ? "…" : "")));
  }

  // Text in which backquotes mark code.
  const prose = (text) => text.split("`").map((part, i) => (i % 2 ? element("code", {}, part) : part));

  function result({ pattern, hits }) {
    const href = new URL(pattern.url, base).href;
    const kind = pattern.kind === "myth" ? "myth" : pattern.severity;
    return element("li", { "data-id": pattern.id },
      element("p", { class: "ms-hit" },
        element("a", { href }, ...prose(pattern.title)), " ",
        element("span", { class: `ms-chip ms-chip--${kind}` }, kind)),
      ...(hits || []).slice(0, 2).map(quote),
      element("p", { class: "ms-hit-fix" }, element("strong", {}, "Fix: "), ...prose(pattern.remedy)));
  }

  function describe(results, text, milliseconds) {
    if (!results.length) return "No known error in it.";
    const pages = results.length === 1 ? "1 page explains" : `${results.length} pages explain`;
    return `${pages} this (${size(text)}, ${Math.max(1, Math.round(milliseconds))} ms).`;
  }

  // Where to go from a log that nothing explains.
  function elsewhere({ patterns }) {
    const ending = patterns[0].url.endsWith("/") ? "/" : ".html"; // as this site was built
    const link = (name, text) => element("a", { href: new URL(name + ending, base).href }, text);
    return element("span", { class: "ms-next" },
      "Go by ", link("emergency", "what you see"), ", or look through ", link("patterns", "all patterns"), ".");
  }

  function show(box, compiled) {
    const text = box.input.value;
    box.clear.hidden = !text;
    box.list.replaceChildren();
    box.root.removeAttribute("data-ms-ready");
    if (!text.trim()) { box.status.textContent = ""; return; }
    const start = performance.now();
    const results = diagnose(text, compiled);
    const spent = performance.now() - start;
    box.root.dataset.msTime = spent.toFixed(1);
    box.status.textContent = describe(results, text, spent);
    box.list.append(...results.slice(0, SHOWN).map(result));
    if (!results.length) box.list.append(...near(text, compiled));
    box.status.append(...(results.length > SHOWN ? [` The ${SHOWN} most specific are shown.`] : []));
    if (!results.length) box.status.append(box.list.children.length ? " The nearest:" : "", elsewhere(compiled));
    box.root.dataset.msReady = "";
  }

  const near = (text, compiled) => nearest(text, compiled).map(result);

  function build(root) {
    const id = "misspawn-log";
    const input = element("textarea", {
      id, rows: 6, spellcheck: "false", autocomplete: "off", autocapitalize: "off", wrap: "off",
      placeholder: "RuntimeError: Event loop is closed", "aria-describedby": `${id}-note`,
    });
    const file = element("input", { type: "file", hidden: true, "aria-label": "Log file", tabindex: -1 });
    const button = (text) => element("button", { type: "button", class: "ms-button" }, text);
    const open = button("Open a file");
    const example = button("Try an example");
    const clear = button("Clear");
    const status = element("p", { class: "ms-status", role: "status" });
    const list = element("ol", { class: "ms-hits" });
    root.replaceChildren(
      element("label", { for: id, class: "ms-label" }, "Paste a traceback or a whole CI log"),
      input,
      element("div", { class: "ms-actions" }, open, example, clear, file,
        element("p", { id: `${id}-note`, class: "ms-box-note" }, "It stays in this tab: nothing is sent.")),
      status, list);
    return { root, input, file, open, example, clear, status, list };
  }

  function start(root) {
    if (root.dataset.msBuilt !== undefined) return;
    root.dataset.msBuilt = "";
    const box = build(root);
    let timer;
    const run = () => load().then((compiled) => show(box, compiled)).catch((error) => {
      box.status.textContent = `The box does not work: ${error.message}.`;
    });
    const changed = () => { remember(box.input.value); run(); };
    const put = (text) => {
      box.input.value = text;
      box.input.setSelectionRange(0, 0);
      box.input.focus();
      box.input.scrollTo(0, 0);
      changed();
    };
    const read = (chosen) => chosen && chosen.text().then(put);
    box.input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(changed, 120); });
    box.open.addEventListener("click", () => box.file.click());
    box.file.addEventListener("change", () => read(box.file.files[0]));
    box.example.addEventListener("click", () => put(EXAMPLE));
    box.clear.addEventListener("click", () => put(""));
    box.input.addEventListener("dragover", (event) => event.preventDefault());
    box.input.addEventListener("drop", (event) => {
      if (!event.dataTransfer.files.length) return;
      event.preventDefault();
      read(event.dataTransfer.files[0]);
    });
    box.clear.hidden = true;
    box.input.value = remembered();
    run();
  }

  onPage(() => document.querySelectorAll("[data-misspawn-box]").forEach(start));
})();
