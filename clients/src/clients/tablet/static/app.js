// The tablet: which screen, and what happens on a tap. The address after # says which, so a reload comes back to it.

import * as api from "./api.js";
import { labelOf, refreshClasses, showClasses } from "./classes-screen.js";
import { loadClock, now, romeDay } from "./clock.js";
import { say } from "./elements.js";
import { forgetExpired, watchExpiry } from "./expiry.js";
import { network, networkState, probe, seemsOffline, watchNetwork } from "./network.js";
import * as operator from "./operator.js";
import { knownTablet, refreshTablet, showOperators } from "./operator-screen.js";
import { CODE_IN_ADDRESS, showPairing } from "./pairing-screen.js";
import * as queue from "./queue.js";
import { roll } from "./roll.js";
import { SheetScreen } from "./sheet-screen.js";
import { fact, forgetChildren, keepSheet, knownSheet, waitingCommands } from "./store.js";

/** @type {{classId: string, day: string, screen: SheetScreen}|null} */
let open = null;

async function route() {
  open = null;
  const [, code] = location.hash.match(CODE_IN_ADDRESS) ?? [];
  if (code) {
    // Out of the address, so that it stays in no history.
    history.replaceState(null, "", location.pathname);
    return showPairing(start, code);
  }
  const [, classId, day] = location.hash.match(/^#\/classe\/([^/]+)(?:\/(\d{4}-\d{2}-\d{2}))?$/) ?? [];
  if (!(await fact("device"))) return showPairing(start);
  if (!operator.current()) return openLocked();
  if (!classId) return openClasses();
  return openSheet(decodeURIComponent(classId), day ?? romeDay());
}

/** Names to choose from; whoever types their PIN goes on where the address says. */
async function openLocked() {
  const actions = {
    onEntered: (entered, idleSeconds) => void unlock(entered, idleSeconds),
    onBack: () => void openLocked(),
    onShutOut: () => void shutOut(),
  };
  const known = await knownTablet();
  showOperators(known, actions, networkState() === "offline");
  const fresh = await fromServer(refreshTablet);
  const isDrawnAgain = JSON.stringify(fresh) !== JSON.stringify(known) || !fresh;
  if (!operator.current() && isDrawnAgain && document.querySelector(".operators, .notice")) {
    showOperators(fresh ?? known, actions, !fresh);
  }
}

async function unlock(entered, idleSeconds) {
  await operator.take(entered, idleSeconds * 1000);
  await start();
  await queue.drain();
}

/** Nobody's again: the names of the children leave the screen, what is not sent stays. */
async function lock() {
  await operator.letGo();
  showHolder();
  open = null;
  await route();
}

/** The operator puts the tablet down: what can be sent goes first, in their name. */
async function leave() {
  await queue.drain();
  await api.leave().catch(() => undefined);  // without network the server's own limit holds
  await lock();
}

function showHolder() {
  const held = operator.current();
  document.getElementById("holder").hidden = !held;
  document.getElementById("holder-name").textContent = held?.name ?? "";
}

async function openClasses() {
  const known = (await fact("classes")) ?? [];
  showClasses(known);
  await refreshOpenClasses();
}

/** New enrolments make new classes; the list is drawn again only when it differs, so that the focus stays. */
async function refreshOpenClasses() {
  const known = JSON.stringify((await fact("classes")) ?? []);
  const fresh = await fromServer(refreshClasses);
  if (fresh && !open && JSON.stringify(fresh) !== known) showClasses(fresh);
}

/** @param {string} classId @param {string} day */
async function openSheet(classId, day) {
  const screen = new SheetScreen(day, {
    onMark: (taps) => void mark(taps),
    onClose: () => void close(),
    onDay: (chosen) => (location.hash = `#/classe/${encodeURIComponent(classId)}/${chosen}`),
  });
  open = { classId, day, screen };
  await redraw();
  await refreshSheet();
}

async function refreshSheet() {
  if (!open) return;
  if (!(await labelOf(open.classId))) await fromServer(refreshClasses);
  const { classId, day } = open;
  const sheet = await fromServer(() => api.readSheet(classId, day));
  if (sheet) await keepSheet(sheet, now());
  await redraw();
}

async function redraw() {
  const commands = await waitingCommands();
  showQueue(commands.length);
  if (!open) return;
  const { classId, day, screen } = open;
  const sheet = await knownSheet(classId, day);
  screen.update((await labelOf(classId)) ?? classId, sheet, sheet ? roll(sheet, commands) : []);
}

/** @param {{pupil_id: string, mark: "present"|"absent", kind?: string}[]} taps */
async function mark(taps) {
  const { classId, day, screen } = open;
  const before = new Map(screen.lines.map((line) => [line.pupil_id, line]));
  const ids = await queue.record(classId, day, taps);
  const text = taps.length === 1 ? "Presenza registrata." : `${taps.length} presenze registrate.`;
  say(text, { label: "Annulla", act: () => void undo(classId, day, ids, taps, before) });
}

/** A tap that has not left is taken back; one that has is answered by its opposite, if there was a mark before. */
async function undo(classId, day, ids, taps, before) {
  if (await queue.takeBack(ids)) return;
  const previous = taps.flatMap(({ pupil_id }) => {
    const { mark, kind } = before.get(pupil_id);
    return mark === "present" || mark === "absent" ? [{ pupil_id, mark, kind: kind ?? undefined }] : [];
  });
  if (previous.length) await queue.record(classId, day, previous);
  if (previous.length < taps.length) say("Già inviata: scegli Presente o Assente per correggerla.");
}

async function close() {
  const { classId, day } = open;
  await queue.drain();
  const waiting = (await waitingCommands()).some((each) => each.class_id === classId && each.day === day);
  const sheet = waiting ? undefined : await fromServer(() => api.closeSheet(classId, day));
  if (!sheet) return say("Serve la rete per inviare il foglio. Le presenze sono al sicuro: riprova più tardi.");
  await keepSheet(sheet, now());
  await redraw();
  say("Foglio inviato.");
}

/** What the server says, or undefined when it cannot be asked now. @template T @param {() => Promise<T>} question */
async function fromServer(question) {
  try {
    return await question();
  } catch (error) {
    if (error instanceof api.NotPaired) await shutOut();
    else if (error instanceof api.Locked) await lock();
    else if (error instanceof api.Refused) say(error.message);
    else if (error instanceof api.Unreachable) seemsOffline();
    else throw error;
    return undefined;
  }
}

async function shutOut() {
  await forgetChildren();
  await operator.letGo();
  showHolder();
  open = null;
  showPairing(start);
  say("Questo tablet non è abbinato. Le presenze non inviate partiranno dopo l'abbinamento.");
}

/** @param {number} count */
function showQueue(count) {
  const line = document.getElementById("queue");
  line.dataset.waiting = String(count);
  line.textContent = count === 0 ? "Tutto inviato" : count === 1 ? "1 presenza da inviare" : `${count} presenze da inviare`;
}

function showNetwork() {
  const state = networkState();
  document.getElementById("network").dataset.state = state;
  document.getElementById("network-text").textContent =
    state === "online" ? "In rete" : state === "offline" ? "Senza rete: le presenze restano sul tablet" : "Controllo la rete";
}

/** @param {CustomEvent<queue.Conflict[]>} event */
function tellConflicts({ detail }) {
  const names = new Map(open?.screen.lines.map((line) => [line.pupil_id, `${line.given_name} ${line.family_name}`]) ?? []);
  for (const { outcome, command, message } of detail) {
    const name = names.get(command.pupil_id) ?? "Un alunno";
    say(outcome === "superseded"
      ? `${name}: vale una presenza rilevata più tardi da un altro dispositivo.`
      : `${name}: presenza non registrata. ${message}`);
  }
}

async function start() {
  const device = await fact("device");
  document.getElementById("device").textContent = device?.name ?? "Presenze mensa";
  showHolder();
  await route();
  await redraw();
}

async function reconnected() {
  if (!(await fact("device"))) return;
  if (!operator.current()) return;
  await queue.drain();
  if (operator.current()) await (open ? refreshSheet() : refreshOpenClasses());
}

async function main() {
  await loadClock();
  await forgetExpired();
  await operator.loadHolder();
  queue.changes.addEventListener("queued", () => void redraw());
  queue.changes.addEventListener("sent", () => void redraw());
  queue.changes.addEventListener("unreachable", seemsOffline);
  queue.changes.addEventListener("not-paired", () => void shutOut());
  queue.changes.addEventListener("locked", () => void lock());
  queue.changes.addEventListener("conflicts", tellConflicts);
  operator.changes.addEventListener("idle", () => void lock());
  document.getElementById("leave").addEventListener("click", () => void leave());
  network.addEventListener("change", showNetwork);
  network.addEventListener("online", () => void reconnected());
  window.addEventListener("hashchange", () => void route());
  operator.watchHolder();
  await start();
  watchNetwork();
  await probe();
  watchExpiry(() => void redraw());
  await navigator.storage?.persist?.();
}

if ("serviceWorker" in navigator) void navigator.serviceWorker.register("/tablet/worker.js");
void main();
