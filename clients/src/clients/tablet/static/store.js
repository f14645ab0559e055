// What the tablet remembers: marks not yet sent, sheets last seen, facts about itself. IndexedDB, by the idb library.

import { openDB } from "../design/vendor/idb/index.js";

/**
 * One tap, never changed once made.
 * @typedef {{command_id: string, class_id: string, day: string, pupil_id: string,
 *   mark: "present"|"absent", kind?: Kind, recorded_at: string, operator_id: string|undefined}} Command
 * @typedef {"full"|"light"|"half"|"staff"} Kind what somebody present eats
 * @typedef {{pupil_id: string, given_name: string, family_name: string, mark: "expected"|"present"|"absent",
 *   kind?: Kind|null}} Pupil
 * @typedef {{class_id: string, day: string, state: "open"|"closed"|"no-service", reason: string|null,
 *   as_of: string, pupils: Pupil[]}} Sheet
 * @typedef {Sheet & {read_at: number}} KeptSheet `read_at`: corrected milliseconds since the epoch
 */

const DATABASE = "refettorio-tablet";
const VERSION = 1;

/** @type {Promise<import("idb").IDBPDatabase>|undefined} */
let opening;

function database() {
  opening ??= openDB(DATABASE, VERSION, {
    upgrade(db) {
      db.createObjectStore("commands", { keyPath: "command_id" }).createIndex("by-time", "recorded_at");
      db.createObjectStore("sheets", { keyPath: ["class_id", "day"] });
      db.createObjectStore("facts");
    },
  });
  return opening;
}

/** @param {Command[]} commands */
export async function keepCommands(commands) {
  const transaction = (await database()).transaction("commands", "readwrite");
  await Promise.all([...commands.map((command) => transaction.store.put(command)), transaction.done]);
}

/** Forget commands the server has answered for. @param {string[]} ids */
export async function dropCommands(ids) {
  const transaction = (await database()).transaction("commands", "readwrite");
  await Promise.all([...ids.map((id) => transaction.store.delete(id)), transaction.done]);
}

/** All waiting commands, in the order of the taps. @returns {Promise<Command[]>} */
export async function waitingCommands() {
  return (await database()).getAllFromIndex("commands", "by-time");
}

/** @param {Sheet} sheet @param {number} readAt corrected milliseconds: from then on it grows old */
export async function keepSheet(sheet, readAt) {
  await (await database()).put("sheets", { ...sheet, read_at: readAt });
}

/** @param {string} classId @param {string} day @returns {Promise<KeptSheet|undefined>} */
export async function knownSheet(classId, day) {
  return (await database()).get("sheets", [classId, day]);
}

/**
 * Names of children stay no longer than they are needed.
 * @param {(sheet: KeptSheet) => boolean} isOver @returns {Promise<number>} how many were forgotten
 */
export async function forgetSheets(isOver) {
  const transaction = (await database()).transaction("sheets", "readwrite");
  const over = (await transaction.store.getAll()).filter(isOver);
  await Promise.all([...over.map((sheet) => transaction.store.delete([sheet.class_id, sheet.day])), transaction.done]);
  return over.length;
}

/** A tablet that was shut out keeps no names; its unsent marks stay until it is paired again. */
export async function forgetChildren() {
  const db = await database();
  await db.clear("sheets");
  await Promise.all(["classes", "operators", "holder"].map((name) => db.delete("facts", name)));
}

/** @param {string} name @returns {Promise<any>} */
export async function fact(name) {
  return (await database()).get("facts", name);
}

/** @param {string} name @param {unknown} value */
export async function keepFact(name, value) {
  await (await database()).put("facts", value, name);
}
