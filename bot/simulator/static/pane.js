// The pane beside the chat: how one exchange went over the wire.

import { clockTime } from "./bubbles.js";

const $ = (id) => document.getElementById(id);
const SCALE_BYTES = 2400;
const BUDGET = 1400;
const WECHAT_LIMIT = 2048;

export function onRepeat(work) {
  $("repeat").addEventListener("click", work);
}

export function inspect(exchange) {
  $("nothing-yet").hidden = Boolean(exchange);
  $("facts").hidden = !exchange;
  if (!exchange) return;
  drawHeadline(exchange);
  $("attempts").replaceChildren(...exchange.attempts.map(attemptRow));
  drawBytes(exchange.reply?.size ?? 0);
  drawRepetition(exchange);
  for (const way of ["sent", "received"]) {
    $(`${way}-plain`).textContent = exchange[way].plain;
    $(`${way}-wire`).textContent = exchange[way].wire;
  }
  drawSignature("push", exchange.signature.push);
  drawSignature("reply", exchange.signature.reply);
}

function drawHeadline(exchange) {
  $("fact-kind").textContent = nameOf(`act-${exchange.kind}`);
  $("fact-words").textContent = exchange.words;
  $("fact-time").textContent = clockTime(exchange.at);
  const kind = exchange.reply?.kind ?? "none";
  $("fact-reply").textContent = nameOf($(`reply-${kind}`) ? `reply-${kind}` : "reply-other");
}

function nameOf(template) {
  return $(template).dataset.name;
}

function attemptRow(attempt) {
  const row = $("attempt").content.cloneNode(true).firstElementChild;
  row.classList.toggle("failed", !attempt.fine);
  row.querySelector(".number").textContent = attempt.number;
  row.querySelector(".status").textContent = attempt.status;
  row.querySelector(".ms b").textContent = attempt.milliseconds;
  row.querySelector(".outcome").textContent = attempt.outcome;
  // Five sixths of the scale are the five seconds.
  row.querySelector(".scale").style.setProperty("--share", (attempt.share * 500) / 6);
  return row;
}

function drawBytes(size) {
  const scale = $("bytes-bar").parentElement;
  $("bytes").textContent = size.toLocaleString("zh-CN");
  scale.style.setProperty("--share", Math.min(100, (size / SCALE_BYTES) * 100));
  scale.classList.toggle("over", size > BUDGET && size <= WECHAT_LIMIT);
  scale.classList.toggle("far", size > WECHAT_LIMIT);
}

function drawRepetition(exchange) {
  $("identical").hidden = exchange.identical !== true;
  $("different").hidden = exchange.identical !== false;
  $("not-repeated").hidden = exchange.identical !== null;
}

function drawSignature(name, parts) {
  for (const place of document.querySelectorAll(`[data-${name}]`)) {
    place.textContent = parts[place.dataset[name]] ?? "";
  }
}

const tabs = [...document.querySelectorAll("[role=tab]")];

function openTab(tab) {
  for (const each of tabs) {
    const chosen = each === tab;
    each.setAttribute("aria-selected", String(chosen));
    each.tabIndex = chosen ? 0 : -1;
    $(each.getAttribute("aria-controls")).hidden = !chosen;
  }
}

for (const [place, tab] of tabs.entries()) {
  tab.addEventListener("click", () => openTab(tab));
  tab.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = tabs[(place + step + tabs.length) % tabs.length];
    openTab(next);
    next.focus();
  });
}
