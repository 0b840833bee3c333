// Names and keyboard access that the theme's markup lacks.
(function () {
  "use strict";

  const { onPage } = window.misspawnMatch;

  const name = (selector, text) => {
    for (const node of document.querySelectorAll(selector)) node.setAttribute("aria-label", text);
  };

  // Blocks that scroll sideways must be reachable without a mouse.
  function scrollable() {
    for (const node of document.querySelectorAll(".md-typeset pre > code, .md-typeset__scrollwrap, .ms-quote code")) {
      if (node.scrollWidth > node.clientWidth) node.tabIndex = 0;
    }
  }

  // Tabs, contents and footer are all <nav>: each gets a name of its own.
  function landmarks() {
    name("[data-md-component=search][role=dialog], .md-search[role=dialog]", "Search");
    name(".md-footer__inner", "Previous and next page");
    name(".md-path", "Breadcrumbs");
    const contents = document.querySelectorAll(".md-nav--secondary");
    contents.forEach((node, i) => node.setAttribute("aria-label", i ? `On this page (${i + 1})` : "On this page"));
  }

  function tasks() {
    for (const box of document.querySelectorAll(".task-list-item input")) {
      const item = box.closest("li");
      box.setAttribute("aria-label", item.textContent.trim().slice(0, 80));
    }
  }

  onPage(() => { landmarks(); tasks(); scrollable(); });
  window.addEventListener("resize", scrollable);
})();
