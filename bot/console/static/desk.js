/* The review desk by keyboard. Every key presses a button that is on the page without it. */

const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
let place = 0;

/* Entries that were approved by key: out of sight at once, and sent when the answer to those sent
   before is there. */
const leaving = [];
let inFlight = false;

/* What was marked when the page was left for the next. */
let kept = null;

function nameOf(entry) {
  return entry.dataset.entry;
}

function entries() {
  return $$("[data-entry]:not([hidden])").filter((entry) => !leaving.includes(nameOf(entry)));
}

function hideLeaving() {
  for (const entry of $$("[data-entry]")) entry.hidden = leaving.includes(nameOf(entry));
}

function current() {
  const shown = entries();
  place = Math.max(0, Math.min(place, shown.length - 1));
  return shown[place];
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
  current();
  place += step;
  show();
}

function closeReasons() {
  const open = "[data-return][open], [data-same][open], [data-return-marked][open]";
  for (const details of $$(open)) details.open = false;
}

function reasons() {
  return current()?.querySelector("[data-return]");
}

function choose(digit) {
  const open = document.querySelector("[data-return-marked][open]");
  if (open) {
    $$("button", open)[digit - 1]?.click();
    return;
  }
  if (!reasons()?.open) return;
  const entry = current();
  const button = $$("button", reasons())[digit - 1];
  if (!button?.form.reportValidity()) return;
  send(button);
  entry.hidden = true;
  show();
}

function approve() {
  const entry = current();
  if (!entry?.querySelector("[data-approve]")) return;
  leaving.push(nameOf(entry));
  entry.hidden = true;
  closeReasons();
  show();
  sendNext();
}

function sendNext() {
  if (inFlight || leaving.length === 0 || !taken()) return;
  const names = leaving.splice(0);
  const found = $$("[data-entry]").filter(
    (entry) => names.includes(nameOf(entry)) && entry.querySelector("[data-approve]"),
  );
  // A colleague has decided some meanwhile: never let that pass in silence.
  if (found.length < names.length) complain();
  if (found.length === 1) send(found[0].querySelector("[data-approve] button"));
  if (found.length > 1) sendTogether(found);
}

/* What was typed faster than answers come goes in one letter, each decided for itself. */
function sendTogether(found) {
  kept = marks();
  for (const box of $$("[data-mark]")) box.checked = found.includes(box.closest("[data-entry]"));
  send(document.querySelector("[data-approve-marked]"));
}

function send(button) {
  // htmx says so too, but only a moment later.
  inFlight = true;
  button.click();
}

function undo() {
  // What has not been sent need not be taken back.
  const unsent = leaving.pop();
  if (!unsent) {
    document.querySelector("[data-undo] button")?.click();
    return;
  }
  const entry = $$("[data-entry]").find((one) => nameOf(one) === unsent);
  if (entry) {
    entry.hidden = false;
    place = entries().indexOf(entry);
  }
  show();
}

function marked() {
  return $$("[data-mark]:checked");
}

function marks() {
  return marked().map((box) => nameOf(box.closest("[data-entry]")));
}

function restoreMarks() {
  if (kept === null) return;
  for (const box of $$("[data-mark]")) {
    box.checked = kept.includes(nameOf(box.closest("[data-entry]")));
  }
  kept = null;
  count();
}

function toggleMark() {
  const box = current()?.querySelector("[data-mark]");
  if (!box) return;
  box.checked = !box.checked;
  count();
  move(1);
}

function count() {
  const number = marked().length;
  for (const told of $$("[data-marked-count]")) told.textContent = number ? ` ${number} 组` : "";
}

function openHelp() {
  document.querySelector(".key-help")?.showModal();
}

const keys = {
  j: () => move(1),
  k: () => move(-1),
  s: () => move(1),
  a: approve,
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
  d: () => {
    const details = current()?.querySelector("[data-same]");
    if (!details) return;
    closeReasons();
    details.open = true;
    details.querySelector("[data-same-number]").select();
  },
  u: undo,
  x: toggleMark,
  " ": toggleMark,
  "shift+a": () => {
    if (marked().length > 0) document.querySelector("[data-approve-marked]")?.click();
  },
  "shift+r": () => {
    const details = document.querySelector("[data-return-marked]");
    if (details && marked().length > 0) details.open = !details.open;
  },
  "?": openHelp,
  escape: closeReasons,
};

function isWriting(target) {
  return target instanceof Element && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

/* htmx takes new forms over a moment after they are on the page; a button pressed sooner would load
   the page anew and forget which entry is the current one. What is typed meanwhile waits. So does
   what opens something on a card while a page is on its way that would close it again. */
const held = [];
const AT_ONCE = ["a", "j", "k", "s", "x", " ", "?"];

function taken() {
  return !window.htmx || !document.querySelector("form[hx-boost]:not([data-htmx-powered])");
}

function mayAct(key) {
  if (AT_ONCE.includes(key)) return true;
  if (key === "u" && leaving.length > 0) return true;
  return !inFlight && leaving.length === 0 && taken();
}

function act(key) {
  if (/^[1-7]$/.test(key)) choose(Number(key));
  else keys[key]();
}

function release() {
  sendNext();
  while (held.length > 0 && mayAct(held[0])) act(held.shift());
}

function nameKey(event) {
  const key = event.key.toLowerCase();
  return event.shiftKey && key !== "?" ? `shift+${key}` : key;
}

function press(event) {
  // 229 is what a key is called while an input method composes.
  if (event.isComposing || event.keyCode === 229 || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Escape" && event.target.matches?.("[data-fix], [data-same-number]")) current()?.focus();
  if (isWriting(event.target)) return;
  const key = nameKey(event);
  if (!/^[1-7]$/.test(key) && !Object.hasOwn(keys, key)) return;
  // Blanks press what is focused, unless that is the card itself.
  if (key === " " && !event.target.matches?.("body, [data-entry]")) return;
  event.preventDefault();
  held.push(key);
  release();
}

function complain() {
  const unsent = document.getElementById("unsent");
  if (unsent) unsent.hidden = false;
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-open-help]")) openHelp();
  const clicked = entries().indexOf(event.target.closest("[data-entry]"));
  if (clicked >= 0) {
    place = clicked;
    mark();
  }
});
document.addEventListener("change", count);

/* Undoing is offered for as long as it works. */
setInterval(() => {
  for (const left of $$("[data-seconds-left]")) {
    const seconds = Number(left.textContent) - 1;
    if (seconds > 0) left.textContent = String(seconds);
    else left.closest("[data-undo]").remove();
  }
}, 1000);

document.addEventListener("htmx:before:request", () => {
  inFlight = true;
});
document.addEventListener("htmx:before:swap", () => {
  kept ??= marks();
});
/* At once when the page has come: what is marked from now on is marked on this one. */
document.addEventListener("htmx:before:settle", () => {
  hideLeaving();
  restoreMarks();
});
document.addEventListener("htmx:after:swap", () => {
  inFlight = false;
  hideLeaving();
  restoreMarks();
  show();
  release();
});
document.addEventListener("htmx:after:process", release);
document.addEventListener("htmx:error", () => {
  // Nothing is known of what was sent, so nothing more is: everything is on the page again.
  inFlight = false;
  leaving.length = 0;
  for (const entry of $$("[data-entry]")) entry.hidden = false;
  show();
  complain();
});

/* Who leaves the desk lets others have what lies on it. */
window.addEventListener("pagehide", () => {
  const desk = document.querySelector("[data-leave]");
  if (!desk) return;
  const form = new FormData();
  form.set("seat", desk.dataset.seat);
  form.set("form_token", document.querySelector("[name=form_token]").value);
  navigator.sendBeacon(desk.dataset.leave, form);
});

document.addEventListener("keydown", press);
document.documentElement.classList.add("has-keys");
mark();
