// Draws the conversation: bubbles, the lines between them, and the page before following.

const $ = (id) => document.getElementById(id);
const log = $("log");
const GAP = 5 * 60;

let latest = 0;

export function clear() {
  log.replaceChildren();
  latest = 0;
}

// Shows an exchange. Without a number it was only just sent: what was drawn for it is returned,
// and given back as `drawn` when the answer is there.
export function show(exchange, member, handlers, drawn = null) {
  const mine = drawn ?? drawnAct(exchange, member);
  if (exchange.number) {
    markExchange(mine, exchange, handlers);
    showReply(exchange, handlers);
  }
  log.scrollTop = log.scrollHeight;
  return mine;
}

function drawnAct(exchange, member) {
  if (exchange.first && exchange.first !== exchange.number) return drawRepetition(exchange);
  drawTime(exchange.at);
  const mine = copy(`act-${exchange.kind}`);
  fill(mine, ".words", exchange.words);
  fill(mine, ".seconds", `${Math.max(2, Math.ceil(exchange.words.length / 3))}″`);
  const face = mine.querySelector(".face");
  if (face) {
    face.textContent = member.name.at(-1);
    face.classList.add(`color-${member.number % 5}`);
  }
  log.append(mine);
  return mine;
}

// A redelivery shows nothing on a phone. Here a line tells how it compares.
function drawRepetition(exchange) {
  const line = copy("repeated");
  line.classList.toggle("different", exchange.identical === false);
  if (exchange.identical !== null) log.append(line);
  return line;
}

function showReply(exchange, handlers) {
  if (exchange.outage) log.append(outageLine(exchange, handlers));
  if (!exchange.reply || exchange.identical) return;
  const { kind, parts } = exchange.reply;
  if (kind === "silence") return;
  const row = copy(kind === "text" ? "reply-text" : "reply-other");
  fill(row, ".kind", kind);
  row.querySelector(".bubble").append(...parts.map((part) => drawnPart(part, handlers)));
  row.addEventListener("click", () => choose(row, exchange, handlers));
  log.append(row);
}

function drawnPart(part, handlers) {
  if (part.kind === "words") return document.createTextNode(part.words);
  const link = document.createElement("a");
  link.className = part.kind;
  link.textContent = part.words;
  if (part.kind === "tap") {
    link.href = `weixin://bizmsgmenu?msgmenucontent=${encodeURIComponent(part.sends)}&msgmenuid=${part.menuId}`;
    link.title = part.sends;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      event.stopPropagation();
      handlers.act("tap", part.sends, part.menuId);
    });
  } else {
    link.href = part.address;
    link.target = "_blank";
    link.rel = "noopener noreferrer";
    link.addEventListener("click", (event) => handlers.openPage(event, part.address));
  }
  return link;
}

function outageLine(exchange, handlers) {
  const line = copy("outage");
  fill(line, ".line", exchange.outage);
  fill(line, ".why", exchange.why);
  line.querySelector(".retry").addEventListener("click", () => handlers.repeat(exchange));
  return line;
}

function markExchange(mine, exchange, handlers) {
  mine.addEventListener("click", () => choose(mine, exchange, handlers));
  highlight(mine);
}

function choose(row, exchange, handlers) {
  highlight(row);
  handlers.look(exchange);
}

function highlight(row) {
  log.querySelector(".chosen")?.classList.remove("chosen");
  row.querySelector(".bubble, .picture, .card")?.classList.add("chosen");
}

function drawTime(at) {
  if (at - latest >= GAP) {
    const line = copy("time");
    line.textContent = clockTime(at);
    log.append(line);
  }
  latest = at;
}

export function clockTime(at) {
  const moment = new Date(at * 1000);
  const time = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" };
  const day = { month: "long", day: "numeric", timeZone: "Asia/Shanghai" };
  const today = new Date().toLocaleDateString("zh-CN", day) === moment.toLocaleDateString("zh-CN", day);
  return moment.toLocaleString("zh-CN", today ? time : { ...day, ...time });
}

// Who does not follow the account sees its page instead of a chat.
export function showFollowing(member, exchange = null) {
  $("profile").hidden = member.following;
  $("scene-note").hidden = !member.scene;
  const bare = $("follow-bare");
  bare.textContent = member.scene ? bare.dataset.without : bare.dataset.with;
  $("profile-outage").textContent = exchange?.why ?? "";
  log.scrollTop = log.scrollHeight;
}

function copy(id) {
  return $(id).content.cloneNode(true).firstElementChild;
}

function fill(row, slot, text) {
  for (const place of row.querySelectorAll(slot)) place.textContent = text;
}
