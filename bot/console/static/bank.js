/* The bank by keyboard. Every key does what can be done on the page without it. */

const $$ = (selector) => [...document.querySelectorAll(selector)];
let place = -1;

function go(step) {
  const entries = $$("[data-entry]");
  if (!entries.length) {
    document.querySelector(step > 0 ? "[data-after]" : "[data-before]")?.click();
    return;
  }
  place = Math.max(0, Math.min(place + step, entries.length - 1));
  entries[place]?.querySelector("a").focus({ preventScroll: true });
  entries[place]?.scrollIntoView({ block: "nearest" });
}

const keys = {
  "/": () => document.querySelector("[data-search]")?.focus(),
  j: () => go(1),
  k: () => go(-1),
  x: () => $$("[data-entry]")[place]?.querySelector("input")?.click(),
};

function isWriting(target) {
  return target instanceof Element && target.matches("input:not([type=checkbox]), textarea, select");
}

document.addEventListener("keydown", (event) => {
  // 229 is what a key is called while an input method composes.
  if (event.isComposing || event.keyCode === 229 || isWriting(event.target)) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  const key = event.key.toLowerCase();
  if (!Object.hasOwn(keys, key)) return;
  keys[key]();
  event.preventDefault();
});

document.addEventListener("focusin", (event) => {
  const entry = event.target.closest("[data-entry]");
  if (entry) place = $$("[data-entry]").indexOf(entry);
});

const all = document.querySelector("[data-all]");
if (all) {
  const box = all.querySelector("input");
  all.hidden = false;
  box.addEventListener("change", () => {
    for (const pick of $$("[data-entry] input")) pick.checked = box.checked;
  });
}

document.documentElement.classList.add("has-keys");
