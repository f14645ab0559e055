// Calls through the gateway, with the tablet's cookie and a proof of the device's key (device-key.js). Everything that can go wrong is one of four errors.

import { setClock } from "./clock.js";
import { proofFor } from "./device-key.js";

const TIMEOUT_MS = 8000;
const CLOCK = "/tablet/clock";
const PROOF_REFUSED = "prova-non-valida";
// Told by the gate, and by attendance for itself.
const LOCKED = new Set(["operatore-richiesto", "operator-missing"]);

/** The network or the server is not there: waiting helps. */
export class Unreachable extends Error {}

/** This device is not (or no longer) a tablet of the municipality. */
export class NotPaired extends Error {}

/** The tablet is paired, and nobody holds it: an operator must type their PIN. */
export class Locked extends Error {}

/** The server said no, and will again. `message` is Italian, for the person. */
export class Refused extends Error {
  /** @param {string} slug @param {string} message */
  constructor(slug, message) {
    super(message);
    this.slug = slug;
  }
}

/**
 * @param {string} path
 * @typedef {{method?: string, body?: unknown, isAgain?: boolean}} Options
 * @param {Options} [options]
 * @returns {Promise<any>}
 */
async function call(path, options = {}) {
  const response = await send(path, options);
  if (response.status === 204) return undefined;
  if (response.ok) return response.json();
  if (response.status >= 500 || response.status === 429) throw new Unreachable(`status ${response.status}`);
  const problem = await response.json().catch(() => ({}));
  if (response.status === 401) return unproved(problem.slug, path, options);
  if (LOCKED.has(problem.slug)) throw new Locked();
  throw new Refused(problem.slug ?? "errore", problem.detail ?? "La richiesta non è stata accettata.");
}

/** @param {string} path @param {Options} options @returns {Promise<Response>} */
async function send(path, { method = "GET", body } = {}) {
  const headers = new Headers(body === undefined ? {} : { "content-type": "application/json" });
  const proof = path === CLOCK ? undefined : await proofFor(method, path);
  if (proof) headers.set("DPoP", proof);
  try {
    return await fetch(path, {
      method,
      headers,
      cache: "no-store",
      credentials: "same-origin",
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
}

/** A proof made by a wrong clock is made again by the right one; without a key, or revoked, this is no tablet of ours. */
async function unproved(slug, path, options) {
  if (slug !== PROOF_REFUSED || options.isAgain) throw new NotPaired();
  const sentAt = Date.now();
  await setClock((await readClock()).now, sentAt);
  return call(path, { ...options, isAgain: true });
}

/** @param {string} classId @param {string} day */
const sheetPath = (classId, day) => `/api/attendance/v1/classes/${encodeURIComponent(classId)}/sheets/${day}`;

/** @returns {Promise<{now: string, day: string}>} */
export const readClock = () => call(CLOCK);

/** @param {string} code @param {string} deviceName @returns {Promise<{tablet_id: string, name: string}>} */
export const pair = (code, deviceName) =>
  call("/auth/tablets/pair", { method: "POST", body: { code, device_name: deviceName } });

/**
 * @typedef {{operator_id: string, name: string, state: "ready"|"waiting"|"expired"|"locked"}} OperatorChoice
 * @typedef {{tablet_id: string, name: string, idle_seconds: number, operator: OperatorChoice|null,
 *   operators: OperatorChoice[]}} TabletSelf
 */

const TABLET = "/api/identity/v1/tablet";

/** @returns {Promise<TabletSelf>} */
export const readTablet = () => call(TABLET);

/** @param {string} operatorId @param {string} pin @returns {Promise<OperatorChoice>} */
export const enterPin = (operatorId, pin) =>
  call(`${TABLET}/operator`, { method: "POST", body: { operator_id: operatorId, pin } });

/** @param {string} operatorId @param {string} code @param {string} pin @returns {Promise<OperatorChoice>} */
export const choosePin = (operatorId, code, pin) =>
  call(`${TABLET}/operator/pin`, { method: "POST", body: { operator_id: operatorId, code, pin } });

/** Lock the tablet at the server too. */
export const leave = () => call(`${TABLET}/operator`, { method: "DELETE" });

/** @returns {Promise<{items: {class_id: string, pupils: number}[]}>} */
export const readClasses = () => call("/api/attendance/v1/classes");

/** @returns {Promise<{items: {name: string, classes: {class_id: string, name: string}[]}[]}>} */
export const readSchools = () => call("/api/enrollment/v1/schools");

/** @param {string} classId @param {string} day @returns {Promise<import("./store.js").Sheet>} */
export const readSheet = (classId, day) => call(sheetPath(classId, day));

/** @param {string} classId @param {string} day @param {object[]} commands */
export const sendCommands = (classId, day, commands) =>
  call(`${sheetPath(classId, day)}/commands`, { method: "POST", body: { commands } });

/** @param {string} classId @param {string} day */
export const closeSheet = (classId, day) => call(`${sheetPath(classId, day)}/close`, { method: "POST" });
