// Who holds the tablet: an operator who typed their PIN, until they leave or put it down for too long. Identity decides;
// here is what the screen knows of it, also without network. The PIN itself is kept nowhere.

import { now } from "./clock.js";
import { fact, keepFact } from "./store.js";

/** @typedef {{operator_id: string, name: string, idle_ms: number, seen_at: number}} Holder */

const KEPT = "holder";
// How often the last touch is written down, for a page that is loaded again.
const WRITE_EVERY_MS = 5000;
const LOOK_EVERY_MS = 5000;

/** @type {Holder|null} */
let holder = null;
let writtenAt = 0;

/** Fires `idle` when the operator put the tablet down for too long. @type {EventTarget} */
export const changes = new EventTarget();

/** Who holds it now. @returns {Holder|null} */
export const current = () => (holder && !isIdle(holder) ? holder : null);

/** A page loaded again, perhaps without network, is still theirs for a while. */
export async function loadHolder() {
  holder = (await fact(KEPT)) ?? null;
  if (!current()) await letGo();
}

/** @param {{operator_id: string, name: string}} operator @param {number} idleMs */
export async function take(operator, idleMs) {
  holder = { operator_id: operator.operator_id, name: operator.name, idle_ms: idleMs, seen_at: now() };
  await keepFact(KEPT, holder);
}

/** The tablet is nobody's. */
export async function letGo() {
  holder = null;
  await keepFact(KEPT, null);
}

/** Any touch counts; silence locks. */
export function watchHolder() {
  for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, touched, { passive: true });
  window.setInterval(look, LOOK_EVERY_MS);
  document.addEventListener("visibilitychange", look);
}

function look() {
  if (holder && isIdle(holder)) changes.dispatchEvent(new Event("idle"));
}

function touched() {
  const held = current();
  if (!held) return;
  held.seen_at = now();
  if (held.seen_at - writtenAt < WRITE_EVERY_MS) return;
  writtenAt = held.seen_at;
  void keepFact(KEPT, held);
}

/** A clock that somebody set back makes nobody's turn longer. @param {Holder} held */
function isIdle(held) {
  const silence = now() - held.seen_at;
  return silence >= held.idle_ms || silence < -held.idle_ms;
}
