// Marks on their way: kept first, sent as soon as there is network, forgotten only when the server has answered.

import * as api from "./api.js";
import { instantOfTap, now } from "./clock.js";
import { current } from "./operator.js";
import { bundles } from "./roll.js";
import { dropCommands, keepCommands, keepSheet, waitingCommands } from "./store.js";

// The server takes 200 at a time.
const BUNDLE = 200;

/**
 * @typedef {import("./store.js").Command} Command
 * @typedef {{outcome: "superseded"|"refused", command: Command, message: string}} Conflict
 */

/** Told after every change of the queue. @type {EventTarget} */
export const changes = new EventTarget();

/**
 * Keep taps and try to send them.
 * @param {string} classId @param {string} day @param {{pupil_id: string, mark: "present"|"absent", kind?: string}[]} taps
 * @returns {Promise<string[]>} the commands' ids
 */
export async function record(classId, day, taps) {
  const commands = taps.map((tap) => ({
    command_id: crypto.randomUUID(),
    class_id: classId,
    day,
    ...tap,
    recorded_at: instantOfTap(),
    operator_id: current()?.operator_id,
  }));
  await keepCommands(commands);
  changes.dispatchEvent(new Event("queued"));
  void drain();
  return commands.map((command) => command.command_id);
}

/** Take back taps that have not left yet; false when one of them has. @param {string[]} ids */
export async function takeBack(ids) {
  return exclusively(async () => {
    const waiting = new Set((await waitingCommands()).map((command) => command.command_id));
    if (!ids.every((id) => waiting.has(id))) return false;
    await dropCommands(ids);
    changes.dispatchEvent(new Event("queued"));
    return true;
  });
}

/** Send what waits, sheet by sheet, while an operator holds the tablet. Stops at the first sign that the network is away. */
export async function drain() {
  if (!current()) return;
  return exclusively(async () => {
    for (const bundle of bundles(await waitingCommands(), BUNDLE)) {
      if (!(await sendBundle(bundle))) return;
    }
  });
}

/** @param {Command[]} bundle @returns {Promise<boolean>} whether to go on */
async function sendBundle(bundle) {
  const { class_id, day } = bundle[0];
  const commands = bundle.map(({ command_id, pupil_id, mark, kind, recorded_at, operator_id }) => ({
    command_id, pupil_id, mark, kind, recorded_at, operator_id,
  }));
  try {
    const answer = await api.sendCommands(class_id, day, commands);
    await keepSheet(answer.sheet, now());
    await dropCommands(answer.results.map((result) => result.command_id));
    announce(conflicts(bundle, answer.results));
  } catch (error) {
    if (error instanceof api.NotPaired) changes.dispatchEvent(new Event("not-paired"));
    if (error instanceof api.Locked) changes.dispatchEvent(new Event("locked"));
    if (!(error instanceof api.Refused)) {
      if (error instanceof api.Unreachable) changes.dispatchEvent(new Event("unreachable"));
      return false;
    }
    // Refused as a whole: sending it again would be refused again, and would hold up the rest.
    const { message } = error;
    await dropCommands(bundle.map((command) => command.command_id));
    announce(bundle.map((command) => ({ outcome: "refused", command, message })));
  }
  changes.dispatchEvent(new Event("sent"));
  return true;
}

/** @param {Command[]} bundle @param {{command_id: string, outcome: string, message?: string}[]} results */
function conflicts(bundle, results) {
  const outcomes = new Map(results.map((result) => [result.command_id, result]));
  return bundle.flatMap((command) => {
    const result = outcomes.get(command.command_id);
    if (result?.outcome !== "superseded" && result?.outcome !== "refused") return [];
    return [{ outcome: result.outcome, command, message: result.message ?? "" }];
  });
}

/** @param {Conflict[]} found */
function announce(found) {
  if (found.length) changes.dispatchEvent(new CustomEvent("conflicts", { detail: found }));
}

/** One at a time, in all windows of this tablet: two drains would send every mark twice. @template T @param {() => Promise<T>} work */
const exclusively = (work) => navigator.locks.request("refettorio-queue", work);
