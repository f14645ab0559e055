// Calls through the gateway, with the tablet's cookie. Everything that can go wrong is one of four errors.

const TIMEOUT_MS = 8000;
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
 * @param {{method?: string, body?: unknown}} [options]
 * @returns {Promise<any>}
 */
async function call(path, { method = "GET", body } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method,
      cache: "no-store",
      credentials: "same-origin",
      headers: body === undefined ? {} : { "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
  } catch (error) {
    throw new Unreachable(String(error));
  }
  if (response.status === 204) return undefined;
  if (response.ok) return response.json();
  if (response.status === 401) throw new NotPaired();
  if (response.status >= 500 || response.status === 429) throw new Unreachable(`status ${response.status}`);
  const problem = await response.json().catch(() => ({}));
  if (LOCKED.has(problem.slug)) throw new Locked();
  throw new Refused(problem.slug ?? "errore", problem.detail ?? "La richiesta non è stata accettata.");
}

/** @param {string} classId @param {string} day */
const sheetPath = (classId, day) => `/api/attendance/v1/classes/${encodeURIComponent(classId)}/sheets/${day}`;

/** @returns {Promise<{now: string, day: string}>} */
export const readClock = () => call("/tablet/clock");

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
