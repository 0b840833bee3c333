// Which known symptoms occur in a log. Pure functions: no page, no network.
(function (global) {
  "use strict";

  const CLASSES = "dDwWsSbB";
  const SPECIAL = "\\[](){}.*+?^$|";

  // The stretches of text that every match of a regex contains. Groups and classes end a stretch.
  function literals(source) {
    const runs = [];
    let run = "";
    let last = "";
    const end = () => { if (run) runs.push(run); run = ""; last = ""; };
    const add = (character) => { run += character; last = character; };
    for (let i = 0; i < source.length; i++) {
      const c = source[i];
      if (c === "\\") {
        const next = source[++i];
        if (CLASSES.includes(next) || /[0-9a-zA-Z]/.test(next)) end(); else add(next);
      } else if (c === "|") return [];
      else if (c === "[") { end(); i = closing(source, i); }
      else if (c === "(") { end(); i = closing(source, i); }
      else if (c === "*" || c === "?" || c === "{") {
        if (last) run = run.slice(0, -1);
        end();
        if (c === "{") i = source.indexOf("}", i);
      } else if (c === "+" || c === "." || c === "^" || c === "$") end();
      else if (SPECIAL.includes(c)) end();
      else add(c);
    }
    end();
    return runs;
  }

  // Where the class or group that opens at `start` ends.
  function closing(source, start) {
    const group = source[start] === "(";
    let depth = 0;
    let inClass = false;
    for (let i = start; i < source.length; i++) {
      const c = source[i];
      if (c === "\\") i++;
      else if (inClass) { if (c === "]") { inClass = false; if (!group) return i; } }
      else if (c === "[") { inClass = true; if (source[i + 1] === "]") i++; }
      else if (c === "(") depth++;
      else if (c === ")" && --depth === 0) return i;
    }
    return source.length - 1;
  }

  const ESCAPES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|[\]_P^][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])/g;
  const LOST_ESCAPES = /(?:\^\[|␛|\u241b)\[[0-9;]*[A-Za-z]|\[(?:\d{1,3};)*\d{1,3}m/g;
  const STAMP = /^(?:\ufeff|[^\t\n]*\t[^\t\n]*\t)?\[?(?:\d{4}-\d\d-\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?(?:[ \t]+\d\d[OE]\+?)?[ \t]+|^#\d+ \d+\.\d+ /;
  const MARKER = /^##\[(?:error|warning|debug|section|command)\]/;
  const SERVICE = /^[\w.-]+[ \t]+\| /;

  // A line as the program printed it: without colours, time stamps and the prefixes of CI and compose.
  function clean(line) {
    let text = line;
    if (text.includes("\x1b")) text = text.replace(ESCAPES, "");
    if (text.includes("[")) text = text.replace(LOST_ESCAPES, "");
    return text.replace(STAMP, "").replace(MARKER, "").replace(SERVICE, "").trimEnd();
  }

  // People paste `Event loop is closed` without the exception's name too: at a line's beginning the
  // name may be missing.
  const NAMED = /^\^?((?:[\w]|\\\.)*(?:Error|Warning|Exception|Failed): )(?=.{12})/;

  function forgiving(source) {
    const name = NAMED.exec(source);
    if (!name) return source;
    const rest = source.slice(name[0].length);
    return `(?:${name[1]}|^(?:E\\s+|>\\s*)?\\s*)(?:${rest})`;
  }

  // The longest of the literals, without the exception's name.
  function longest(source) {
    const name = NAMED.exec(source);
    const runs = literals(name ? source.slice(name[0].length) : source);
    return runs.reduce((a, b) => (b.length > a.length ? b : a), "");
  }

  // All symptoms, prepared once: their regexes, and a table that finds their literals in one pass.
  function compile(patterns) {
    const symptoms = [];
    patterns.forEach((pattern) => pattern.symptoms.forEach((symptom, place) => {
      if (!symptom.log) return;
      symptoms.push({
        pattern, place, sample: symptom.sample,
        regex: new RegExp(forgiving(symptom.log), `m${symptom.flags || ""}`),
        weight: symptom.weight,
        literal: longest(symptom.log),
      });
    }));
    return { patterns, symptoms, table: shiftTable(symptoms) };
  }

  const BLOCK = 3;
  const MASK = 0xffff;
  const hash = (text, i) =>
    (text.charCodeAt(i) * 961 + text.charCodeAt(i + 1) * 31 + text.charCodeAt(i + 2)) & MASK;

  // Wu and Manber's search for many words: how far to move on at each block of three characters.
  function shiftTable(symptoms) {
    const searchable = symptoms.filter((s) => s.literal.length >= BLOCK);
    const width = searchable.reduce((least, s) => Math.min(least, s.literal.length), 12);
    const most = width - BLOCK + 1;
    const shifts = new Uint8Array(MASK + 1).fill(most);
    const ending = new Map();
    for (const symptom of searchable) {
      const from = symptom.literal.length - width; // its end: many begin alike ("RuntimeError: ")
      for (let i = 0; i + BLOCK <= width; i++) {
        const key = hash(symptom.literal, from + i);
        shifts[key] = Math.min(shifts[key], width - BLOCK - i);
      }
      const key = hash(symptom.literal, symptom.literal.length - BLOCK);
      ending.set(key, [...(ending.get(key) || []), symptom]);
    }
    return { width, shifts, ending, rest: symptoms.filter((s) => s.literal.length < BLOCK) };
  }

  // Calls `visit(symptom, offset)` wherever a symptom's literal stands.
  function candidates(text, table, visit) {
    const { width, shifts, ending } = table;
    const end = text.length - BLOCK;
    let i = width - BLOCK;
    while (i <= end) {
      const shift = shifts[hash(text, i)];
      if (shift) { i += shift; continue; }
      for (const symptom of ending.get(hash(text, i)) || []) {
        const start = i + BLOCK - symptom.literal.length;
        if (start >= 0 && text.startsWith(symptom.literal, start)) visit(symptom, start);
      }
      i++;
    }
  }

  const ENOUGH = 4; // hits of one symptom that are looked at
  const TRIES = 2000; // lines that are tried for one symptom

  // Where symptoms match: [{symptom, line, text, from, to, times}], one for each symptom.
  function search(log, compiled) {
    const text = log.includes("\x1b") ? log.replace(ESCAPES, "") : log;
    const hits = new Map();
    const tried = new Map();
    const visit = (symptom, offset) => {
      const before = tried.get(symptom) || 0;
      const known = hits.get(symptom);
      if (before >= TRIES || (known && known.times >= ENOUGH)) return;
      tried.set(symptom, before + 1);
      const from = text.lastIndexOf("\n", offset) + 1;
      if (known && known.offset === from) return;
      const until = text.indexOf("\n", offset);
      const raw = text.slice(from, until < 0 ? text.length : until);
      const line = clean(raw.slice(0, 4000));
      const match = symptom.regex.exec(line);
      if (!match) return;
      if (known) { known.times++; known.offset = from; return; }
      hits.set(symptom, {
        symptom, offset: from, first: from, text: line,
        from: match.index, to: match.index + match[0].length, times: 1,
      });
    };
    candidates(text, compiled.table, visit);
    for (const symptom of compiled.table.rest) {
      const match = symptom.regex.exec(text);
      if (match) visit(symptom, match.index);
    }
    return number(text, [...hits.values()]);
  }

  // Line numbers for the hits, counted in one go through the text.
  function number(text, hits) {
    let line = 1;
    let at = 0;
    for (const hit of [...hits].sort((a, b) => a.first - b.first)) {
      for (let next = text.indexOf("\n", at); next >= 0 && next < hit.first; next = text.indexOf("\n", at)) {
        line++;
        at = next + 1;
      }
      hit.line = line;
    }
    return hits;
  }

  const SEVERITIES = ["error", "warning", "hint"];

  // The patterns of the hits, the most specific first; `hits` of each are in the order of weight.
  // `misspawn diagnose` ranks by the same rule, and each line counts by its heaviest symptom.
  function rank(hits) {
    const found = new Map();
    for (const hit of hits) {
      const { pattern } = hit.symptom;
      const entry = found.get(pattern) || { pattern, hits: [] };
      entry.hits.push(hit);
      found.set(pattern, entry);
    }
    const results = [...found.values()];
    for (const entry of results) {
      entry.hits.sort((a, b) => b.symptom.weight - a.symptom.weight);
      entry.weight = [...new Map([...entry.hits].reverse().map((h) => [h.line, h.symptom.weight])).values()]
        .reduce((a, b) => a + b, 0);
      entry.place = Math.min(...entry.hits.map((h) => h.symptom.place));
      entry.share = entry.hits.length / entry.pattern.symptoms.length;
    }
    return results.sort((a, b) =>
      (a.pattern.kind === "myth") - (b.pattern.kind === "myth")
      || b.weight - a.weight
      || a.place - b.place
      || b.share - a.share
      || SEVERITIES.indexOf(a.pattern.severity) - SEVERITIES.indexOf(b.pattern.severity)
      || (a.pattern.id < b.pattern.id ? -1 : 1));
  }

  const diagnose = (log, compiled) => rank(search(log, compiled));

  const words = (text) => new Set(text.toLowerCase().match(/[a-z_][a-z_0-9]{2,}/g) || []);

  // When no symptom matches: the patterns whose samples share most rare words with one line.
  function nearest(log, compiled) {
    const lines = log.slice(-40000).split("\n").map(clean).filter((l) => l.length > 8).slice(-200);
    const samples = compiled.symptoms.map((symptom) => ({ symptom, words: words(symptom.sample || "") }));
    const counts = new Map();
    for (const s of samples) for (const w of s.words) counts.set(w, (counts.get(w) || 0) + 1);
    const rarity = (word) => Math.log(1 + samples.length / (counts.get(word) || 0.5));
    const best = new Map();
    lines.forEach((text) => {
      const own = words(text);
      let total = 0;
      for (const w of own) if (counts.has(w)) total += rarity(w);
      for (const { symptom, words: theirs } of samples) {
        let common = 0;
        let all = 0;
        for (const w of theirs) { all += rarity(w); if (own.has(w)) common += rarity(w); }
        const score = all && total ? common / Math.sqrt(all * Math.max(total, 1)) : 0;
        const known = best.get(symptom.pattern);
        if (common > 8 && score > 0.55 && (!known || known.score < score)) {
          best.set(symptom.pattern, { pattern: symptom.pattern, score, place: symptom.place, text });
        }
      }
    });
    return [...best.values()].sort((a, b) => b.score - a.score || a.place - b.place).slice(0, 3);
  }

  // The folder of the site, and its records; the script's own address stays right when the page
  // changes without being reloaded, and a script, unlike fetch(), also loads from a file.
  const own = typeof document !== "undefined" && document.currentScript;
  const base = own ? new URL("../../", own.src).href : "";
  let loading;

  function load() {
    loading = loading || new Promise((resolve, reject) => {
      if (global.misspawn && global.misspawn.patterns) return resolve(warmed(compile(global.misspawn.patterns)));
      const script = document.createElement("script");
      script.src = new URL("patterns.js", base).href;
      script.onload = () => resolve(warmed(compile(global.misspawn.patterns)));
      script.onerror = () => { loading = undefined; reject(new Error("patterns.js is missing")); };
      document.head.append(script);
    });
    return loading;
  }

  // Calls `start` at the first page, and after each change of page without a reload; twice for one
  // page must do no harm.
  function onPage(start) {
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", () => start());
    else start();
    if (global.document$) global.document$.subscribe(() => start());
  }

  // An element; `children` are elements or text, never markup.
  function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== false) node.setAttribute(key, value === true ? "" : value);
    }
    node.append(...children);
    return node;
  }

  // Lets the browser compile the search before the first long log comes: a log with all that slows a
  // search down, a few times, each short enough to go unnoticed.
  function warmed(compiled, rounds = 6) {
    if (!global.setTimeout || !rounds) return compiled;
    const lines = compiled.symptoms.map(({ sample }) => `2026-11-22T09:14:03.11Z \x1b[31mE   ${sample}\x1b[0m\n`);
    const log = `${lines.join("")}${"2026-11-22T09:14:03.11Z \x1b[32mtest_a PASSED\x1b[0m\n".repeat(3000)}`;
    setTimeout(() => { search(log, compiled); warmed(compiled, rounds - 1); }, 50);
    return compiled;
  }

  const api = { literals, clean, compile, search, rank, diagnose, nearest, load, onPage, element, base };
  if (typeof module === "object") module.exports = api;
  else global.misspawnMatch = api;
})(typeof window === "undefined" ? globalThis : window);
