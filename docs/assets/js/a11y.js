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
    contents.forEach((node, i) => node.setAttribute("aria-label", i ? `On this page, part ${i + 1}` : "On this page"));
    for (const node of document.querySelectorAll(".md-code__nav")) node.setAttribute("role", "none");
    sections();
  }

  // A section of the navigation is a <nav> too, named by its heading; two headings may be the same.
  function sections() {
    const seen = new Map();
    for (const node of document.querySelectorAll(".md-nav[aria-labelledby]")) {
      const heading = document.getElementById(node.getAttribute("aria-labelledby"));
      const text = heading ? heading.textContent.trim() : "Section";
      const times = (seen.get(text) || 0) + 1;
      seen.set(text, times);
      if (times === 1 && !document.querySelector(`nav[aria-label="${CSS.escape(text)}"]`)) continue;
      node.removeAttribute("aria-labelledby");
      node.setAttribute("aria-label", `${text}, section ${node.dataset.mdLevel} ${times}`);
    }
  }

  function tasks() {
    for (const box of document.querySelectorAll(".task-list-item input")) {
      const item = box.closest("li");
      box.setAttribute("aria-label", item.textContent.trim().slice(0, 80));
    }
  }

  const mend = () => { landmarks(); tasks(); scrollable(); };

  // The theme adds buttons to a listing when it comes into view.
  let planned;
  const later = () => { planned = planned || setTimeout(() => { planned = undefined; mend(); }, 50); };
  new MutationObserver(later).observe(document.documentElement, { childList: true, subtree: true });

  onPage(mend);
  window.addEventListener("resize", scrollable);
})();
