// Leaves at once, and keeps a shortlist in this browser alone. Every page works without this file.
"use strict";
const byId = (name) => document.getElementById(name);
const all = (selector, act) => document.querySelectorAll(selector).forEach(act);

// The page gives way to an empty one, and Back does not lead here again.
(() => {
  const PRESSES = 3, WITHIN_MS = 2000;
  const leave = byId("leave");
  const go = () => {
    document.documentElement.hidden = true;
    window.location.replace(leave.href);
  };
  let pressed = [];
  if (!leave) return;
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pressed = [...pressed, event.timeStamp].slice(-PRESSES);
    if (pressed.length === PRESSES && event.timeStamp - pressed[0] <= WITHIN_MS) go();
  });
})();

all("[data-with-script]", (one) => { one.hidden = false; });
all("[data-without-script]", (one) => { one.hidden = true; });
all("[data-print]", (one) => {
  one.hidden = false;
  one.addEventListener("click", () => window.print());
});

// The shortlist: [[id, name, note], ...] in this tab, and on the device only where that was ticked.
(() => {
  const KEY = "shortlist", MOST = 50, LONGEST = 200;
  const open = (name) => {
    try {
      return window[name];
    } catch {
      return null; // the browser forbids it
    }
  };
  const tab = open("sessionStorage"), device = open("localStorage");
  const clean = (rows) => (Array.isArray(rows) ? rows : [])
    .filter((row) => Array.isArray(row) && row.every((part) => typeof part === "string") && row[0])
    .slice(0, MOST).map(([id, name = id, note = ""]) => [id, name.slice(0, LONGEST), note]);
  const parsed = (text) => {
    try {
      return clean(JSON.parse(text));
    } catch {
      return [];
    }
  };
  const stays = () => Boolean(device && device.getItem(KEY) !== null);
  const read = () => parsed((stays() ? device : tab)?.getItem(KEY) ?? "[]");
  const write = (rows, stay = stays()) => {
    tab?.removeItem(KEY);
    device?.removeItem(KEY);
    (stay ? device : tab)?.setItem(KEY, JSON.stringify(rows));
  };
  const shared = () => window.location.hash.startsWith("#s=")
    ? parsed(safely(window.location.hash.slice(3))) : [];
  const safely = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return "";
    }
  };
  if (!tab) return;

  all("[data-keep]", (button) => {
    const { keep, name } = button.dataset;
    const show = () => button.setAttribute("aria-pressed", String(read().some(([id]) => id === keep)));
    button.hidden = false;
    show();
    button.addEventListener("click", () => {
      const rest = read().filter(([id]) => id !== keep);
      write(rest.length < read().length ? rest : [...rest, [keep, name, ""]]);
      show();
    });
  });

  byId("clear")?.addEventListener("click", () => {
    tab.clear();
    device?.clear();
  });

  const frame = byId("shortlist");
  if (!frame) return;
  const make = (tag, parts = {}, ...inside) => {
    const one = Object.assign(document.createElement(tag), parts);
    one.append(...inside);
    return one;
  };
  const link = ([id, name]) => make("a", { href: `/therapists/${encodeURIComponent(id)}`, textContent: name });
  const row = ([id, name, note]) => {
    const area = make("textarea", { rows: 3, value: note, autocomplete: "off" });
    area.addEventListener("input", () => write(read().map((one) => (one[0] === id ? [id, name, area.value] : one))));
    const remove = make("button", { type: "button", className: "inline", textContent: frame.dataset.remove, ariaLabel: `${frame.dataset.remove}: ${name}` });
    remove.addEventListener("click", () => {
      write(read().filter((one) => one[0] !== id));
      draw();
    });
    return make("li", { className: "card" }, make("h2", {}, link([id, name])),
      make("label", {}, frame.dataset.note, area), remove);
  };
  const draw = () => {
    const rows = read(), offered = shared();
    frame.hidden = false;
    byId("kept").replaceChildren(...rows.map(row));
    byId("nobody").hidden = rows.length > 0;
    byId("stay").checked = stays();
    byId("shared").hidden = offered.length === 0;
    byId("shared").querySelector("ul").replaceChildren(...offered.map((one) => make("li", {}, link(one))));
    const names = JSON.stringify(rows.map(([id, name]) => [id, name]));
    byId("link").value = rows.length ? `${window.location.origin}/shortlist#s=${encodeURIComponent(names)}` : "";
  };
  byId("stay").addEventListener("change", (event) => write(read(), event.target.checked));
  byId("take").addEventListener("click", () => {
    const held = read(), known = new Set(held.map(([id]) => id));
    write([...held, ...shared().filter(([id]) => !known.has(id)).map(([id, name]) => [id, name, ""])]);
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    draw();
  });
  byId("copy").addEventListener("click", async (event) => {
    byId("link").select();
    const button = event.currentTarget;
    try {
      await navigator.clipboard.writeText(byId("link").value);
      button.textContent = button.dataset.done;
    } catch {
      byId("link").focus(); // it is marked, ready to be copied
    }
  });
  window.addEventListener("hashchange", draw);
  draw();
})();
