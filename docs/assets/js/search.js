// The theme's search ranks by words. A query that is a known message gets its page first all the same.
(function () {
  "use strict";

  const { load, diagnose, element, base } = window.misspawnMatch;
  const SHORTEST = 8;

  const page = (link) => new URL(link.href).pathname;

  function pin({ pattern, hits }, href) {
    return element("li", { class: "md-search-result__item ms-pinned" },
      element("a", { class: "md-search-result__link", href, tabindex: "-1" },
        element("article", { class: "md-search-result__article md-typeset", "data-md-score": "1e12" },
          element("h1", {}, pattern.title.replaceAll("`", "")),
          element("p", {}, element("mark", {}, hits[0].text.slice(hits[0].from, hits[0].to))))));
  }

  // Puts the page of the most specific symptom in front of the theme's results.
  function arrange(list, meta, match) {
    const first = list.querySelector("li:not(.ms-pinned) a");
    const href = new URL(match.pattern.url, base).href;
    const path = new URL(href).pathname;
    if (list.firstElementChild && list.firstElementChild.classList.contains("ms-pinned")) return;
    list.querySelectorAll(".ms-pinned").forEach((old) => old.remove());
    if (first && page(first) === path) return;
    if (!first) meta.textContent = "1 page explains this message";
    list.prepend(pin(match, href));
    for (const item of list.querySelectorAll("li:not(.ms-pinned)")) {
      item.hidden = [...item.querySelectorAll(":scope > a")].some((link) => page(link) === path);
    }
  }

  function start() {
    const input = document.querySelector(".md-search__input");
    const list = document.querySelector(".md-search-result__list");
    const meta = document.querySelector(".md-search-result__meta");
    if (!input || !list || !meta) return;
    let match;
    let compiled;
    const refresh = () => {
      const text = input.value.trim();
      match = compiled && text.length >= SHORTEST ? diagnose(text, compiled)[0] : undefined;
      list.querySelectorAll(".ms-pinned").forEach((old) => old.remove());
      if (match) arrange(list, meta, match);
    };
    input.addEventListener("focus", () => load().then((all) => { compiled = all; refresh(); }, () => {}), { once: true });
    for (const event of ["input", "keyup", "change"]) input.addEventListener(event, refresh);
    new MutationObserver(() => { if (match) arrange(list, meta, match); }).observe(list, { childList: true });
  }

  // The search field stays when the page changes without a reload: once is enough.
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
