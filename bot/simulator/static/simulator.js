// The chat page: who holds the phone, what is sent, what came back.

import { clear, show, showFollowing } from "./bubbles.js";
import { inspect, onRepeat } from "./pane.js";

const $ = (id) => document.getElementById(id);
const words = $("words");
const finePointer = matchMedia("(pointer: fine)");
const wide = matchMedia("(min-width: 1000px)");

let member = null;
let last = null;
let waiting = 0;

// --- Talking to the simulator ---------------------------------------------------------------

async function ask(path, body) {
  const post = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  let response;
  try {
    response = await fetch(path, body ? post : {});
  } catch {
    throw new Error($("toast").dataset.lost);
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(answer.problem ?? $("toast").dataset.lost);
  return answer;
}

// Runs a piece of work and says in words when it fails.
function attempt(work) {
  return async (...given) => {
    try {
      await work(...given);
    } catch (error) {
      $("toast").textContent = error.message;
      $("toast").hidden = false;
      setTimeout(() => { $("toast").hidden = true; }, 6000);
    }
  };
}

async function whileTyping(work) {
  waiting += 1;
  drawTitle();
  try {
    return await work();
  } finally {
    waiting -= 1;
    drawTitle();
  }
}

function drawTitle() {
  const { idle, busy } = $("title").dataset;
  $("title").textContent = waiting ? busy : idle;
}

// --- Acts -----------------------------------------------------------------------------------

const act = attempt(async (kind, said = "", menuId = "") => {
  const whose = member;
  const drawn = show({ kind, words: said, at: Date.now() / 1000 }, whose, handlers);
  focusWords();
  try {
    const path = `members/${whose.number}/acts`;
    const exchange = await whileTyping(() => ask(path, { kind, words: said, menuId }));
    arrived(exchange, whose, drawn);
  } catch (error) {
    drawn.remove();
    if (kind === "text") words.value ||= said;
    throw error;
  }
});

const repeat = attempt(async (exchange = last) => {
  if (!exchange) return;
  const whose = member;
  const path = `members/${whose.number}/acts/${exchange.number}/again`;
  arrived(await whileTyping(() => ask(path, {})), whose);
  focusWords();
});

function arrived(exchange, whose, drawn) {
  whose.following = exchange.following;
  drawRoster();
  if (whose !== member) return;
  show(exchange, whose, handlers, drawn);
  look(exchange);
  showFollowing(whose, exchange);
  focusWords();
}

function look(exchange) {
  last = exchange;
  inspect(exchange);
}

const handlers = { act, repeat, look, openPage };

function openPage(event, address) {
  // Beside the chat there is room for a window of a phone's size.
  if (!wide.matches || event.ctrlKey || event.metaKey || event.button) return;
  event.preventDefault();
  window.open(address, "_blank", "popup,noopener,width=390,height=780");
}

// --- Members --------------------------------------------------------------------------------

let members = [];

async function choose(chosen) {
  const chat = await ask(`members/${chosen.number}`);
  member = Object.assign(chosen, { following: chat.following });
  sessionStorage.setItem("member", member.number);
  clear();
  inspect(null);
  last = null;
  for (const exchange of chat.exchanges) {
    show(exchange, member, handlers);
    look(exchange);
  }
  $("whose").textContent = `${$("whose").dataset.before} ${member.name}`;
  showFollowing(member);
  drawRoster();
  closeSides();
  focusWords();
}

const chooseAloud = attempt(choose);

function drawRoster() {
  $("roster").replaceChildren(...members.map(personRow));
}

function personRow(person) {
  const row = $("person").content.cloneNode(true).firstElementChild;
  const face = row.querySelector(".face");
  face.textContent = person.name.at(-1);
  face.classList.add(`color-${person.number % 5}`);
  row.querySelector(".name").textContent = person.name;
  row.querySelector(".unit").textContent = person.unit;
  const state = row.querySelector(".state");
  state.textContent = person.following ? state.dataset.yes : state.dataset.no;
  state.classList.toggle("yes", person.following);
  const button = row.querySelector("button");
  if (person === member) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => chooseAloud(person));
  return row;
}

const add = attempt(async () => {
  const person = await ask("members", {});
  members.push(person);
  await choose(person);
});

// --- The row one types in -------------------------------------------------------------------

function focusWords() {
  // On a phone the keyboard would jump up after every tap.
  if (finePointer.matches) words.focus({ preventScroll: true });
}

function fitWords() {
  words.style.height = "auto";
  words.style.height = `${words.scrollHeight}px`;
  const empty = !words.value.trim();
  $("send").hidden = empty;
  $("more").hidden = !empty;
}

function sendWords(event) {
  event?.preventDefault();
  const said = words.value;
  if (!said.trim()) return;
  words.value = "";
  fitWords();
  act("text", said);
}

function speakInstead(yes) {
  words.hidden = yes;
  $("speak").hidden = !yes;
  $("to-voice").hidden = yes;
  $("to-text").hidden = !yes;
  if (yes) {
    $("send").hidden = true;
    $("more").hidden = false;
  } else {
    fitWords();
    focusWords();
  }
}

function openPanel(open) {
  $("panel").hidden = !open;
  $("more").setAttribute("aria-expanded", String(open));
  if (open) $("log").scrollTop = $("log").scrollHeight;
}

// Opens a dialog and resolves to the value of the button that closed it.
function asked(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
  });
}

async function speak() {
  $("heard").value = "";
  const closing = asked($("voice-dialog"));
  $("heard").focus();
  const how = await closing;
  const heard = $("heard").value.trim();
  if (how === "voice" && heard) act("voice", heard);
  if (how === "unheard") act("unheard");
}

async function scan(kind) {
  if ((await asked($("scan-dialog"))) !== "ok") return;
  const scene = document.querySelector("[name=scene]:checked").value || $("scene").value.trim();
  if (scene) act(kind, scene);
}

// Enter in a dialog means its main button, not its first one.
function enterGoes(event) {
  if (event.key !== "Enter" || event.isComposing || event.target.type !== "text") return;
  event.preventDefault();
  event.target.closest("dialog").close(event.target.form.querySelector(".go").value);
}

// --- Sheets ---------------------------------------------------------------------------------

function closeSides() {
  for (const side of document.querySelectorAll(".side")) side.classList.remove("open");
}

function openSide(side) {
  side.classList.add("open");
  side.querySelector(".close").focus();
}

// --- Wiring ---------------------------------------------------------------------------------

$("composer").addEventListener("submit", sendWords);
words.addEventListener("input", fitWords);
words.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) sendWords(event);
});
for (const chip of document.querySelectorAll(".chip")) {
  chip.addEventListener("click", () => act("text", chip.textContent.trim()));
}
for (const button of document.querySelectorAll("[data-act]")) {
  button.addEventListener("click", () => {
    openPanel(false);
    act(button.dataset.act, button.dataset.words);
  });
}
$("follow").addEventListener("click", () => act("follow", member.scene));
$("follow-bare").addEventListener("click", () => (member.scene ? act("follow") : scan("follow")));
$("scan").addEventListener("click", () => { openPanel(false); scan("scan"); });
$("again").addEventListener("click", () => { openPanel(false); repeat(); });
$("more").addEventListener("click", () => openPanel($("panel").hidden));
$("to-voice").addEventListener("click", () => speakInstead(true));
$("to-text").addEventListener("click", () => speakInstead(false));
$("speak").addEventListener("click", speak);
$("scene").addEventListener("focus", () => { document.querySelector("[name=scene][value='']").checked = true; });
for (const dialog of document.querySelectorAll("dialog")) dialog.addEventListener("keydown", enterGoes);
$("log").addEventListener("click", () => openPanel(false));
$("add").addEventListener("click", add);
$("open-people").addEventListener("click", () => openSide($("people")));
$("open-pane").addEventListener("click", () => openSide($("pane")));
for (const button of document.querySelectorAll(".close")) button.addEventListener("click", closeSides);
document.addEventListener("keydown", (event) => { if (event.key === "Escape") closeSides(); });
document.addEventListener("pointerdown", (event) => {
  if (document.querySelector(".side.open") && !event.target.closest(".side")) closeSides();
});
onRepeat(() => repeat());

attempt(async () => {
  members = await ask("members");
  const before = Number(sessionStorage.getItem("member"));
  await choose(members.find((person) => person.number === before) ?? members[0]);
})();
