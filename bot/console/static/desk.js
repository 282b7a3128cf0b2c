/* The review desk by keyboard. Every key presses a button that is on the page without it. */

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
let place = 0;

function current() {
  const entries = $$("[data-entry]");
  place = Math.max(0, Math.min(place, entries.length - 1));
  return entries[place];
}

function mark() {
  for (const entry of $$("[data-entry]")) entry.classList.remove("is-current");
  current()?.classList.add("is-current");
}

function show() {
  mark();
  (current() ?? document.querySelector("[autofocus]"))?.focus({ preventScroll: true });
  current()?.scrollIntoView({ block: "nearest" });
}

function move(step) {
  closeReasons();
  place += step;
  show();
}

function closeReasons() {
  for (const details of $$("[data-return][open]")) details.open = false;
}

function reasons() {
  return current()?.querySelector("[data-return]");
}

function choose(digit) {
  if (reasons()?.open) $$("button", reasons())[digit - 1]?.click();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  a: () => current()?.querySelector("[data-approve] button")?.click(),
  r: () => {
    const details = reasons();
    if (details) details.open = !details.open;
  },
  e: () => {
    const details = reasons();
    if (!details) return;
    details.open = true;
    details.querySelector("[data-fix]").focus();
  },
  u: () => document.querySelector("[data-undo] button")?.click(),
  escape: closeReasons,
};

function isWriting(target) {
  return target instanceof Element && target.matches("input, textarea, select, [contenteditable]");
}

/* htmx takes new forms over a moment after they are on the page; a button pressed sooner would load
   the page anew and forget which entry is the current one. What is typed meanwhile waits. */
const held = [];

function taken() {
  return !window.htmx || !document.querySelector("form[hx-boost]:not([data-htmx-powered])");
}

function act(key) {
  if (/^[1-7]$/.test(key)) choose(Number(key));
  else keys[key]();
}

function release() {
  while (held.length > 0 && taken()) act(held.shift());
}

function press(event) {
  // 229 is what a key is called while an input method composes.
  if (event.isComposing || event.keyCode === 229 || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.key === "Escape" && event.target.matches?.("[data-fix]")) current()?.focus();
  if (isWriting(event.target)) return;
  const key = event.key.toLowerCase();
  if (!/^[1-7]$/.test(key) && !Object.hasOwn(keys, key)) return;
  event.preventDefault();
  held.push(key);
  release();
}

document.addEventListener("click", (event) => {
  const entries = $$("[data-entry]");
  const clicked = entries.indexOf(event.target.closest("[data-entry]"));
  if (clicked >= 0) {
    place = clicked;
    mark();
  }
});

/* Undoing is offered for as long as it works. */
setInterval(() => {
  for (const left of $$("[data-seconds-left]")) {
    const seconds = Number(left.textContent) - 1;
    if (seconds > 0) left.textContent = String(seconds);
    else left.closest("[data-undo]").remove();
  }
}, 1000);

document.addEventListener("htmx:after:swap", () => {
  show();
  release();
});
document.addEventListener("htmx:after:process", release);
document.addEventListener("htmx:error", () => {
  const unsent = document.getElementById("unsent");
  if (unsent) unsent.hidden = false;
});

document.addEventListener("keydown", press);
document.documentElement.classList.add("has-keys");
mark();
