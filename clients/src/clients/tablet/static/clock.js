// The municipality's time. A tablet's own clock may be wrong by hours; marks are ordered by time, so it is corrected.

import { fact, keepFact } from "./store.js";

const ROME_DAY = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Rome" });
const ROME_TIME = new Intl.DateTimeFormat("it-IT", { timeZone: "Europe/Rome", hour: "2-digit", minute: "2-digit" });
const LONG_DAY = new Intl.DateTimeFormat("it-IT", { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" });
const DAY_MS = 86_400_000;

let offsetMs = 0;
let lastRecordedMs = 0;

/** Take up the correction found on an earlier day, for starting without network. */
export async function loadClock() {
  offsetMs = (await fact("clock-offset-ms")) ?? 0;
}

/** @param {string} serverNow @param {number} sentAt device milliseconds when the question left */
export async function setClock(serverNow, sentAt) {
  const middle = (sentAt + Date.now()) / 2;
  offsetMs = Date.parse(serverNow) - middle;
  await keepFact("clock-offset-ms", offsetMs);
}

/** Corrected milliseconds since the epoch. */
export const now = () => Date.now() + offsetMs;

/** The instant of a tap: never the same twice, so that of two quick taps the second is the later. */
export function instantOfTap() {
  lastRecordedMs = Math.max(Math.round(now()), lastRecordedMs + 1);
  return new Date(lastRecordedMs).toISOString();
}

/** `2025-10-06`: the day in Rome, `ago` days before today. */
export const romeDay = (ago = 0) => romeDayOf(now() - ago * DAY_MS);

/** The day in Rome of an instant. @param {number} ms corrected milliseconds since the epoch */
export const romeDayOf = (ms) => ROME_DAY.format(ms);

/** `08:52`. @param {string} instant */
export const romeTime = (instant) => ROME_TIME.format(Date.parse(instant));

/** `lunedì 6 ottobre`. @param {string} day */
export const longDay = (day) => LONG_DAY.format(Date.parse(`${day}T12:00:00Z`));

/** `dati delle 08:52`, with the day when it is not today's. @param {string} instant */
export function age(instant) {
  const day = ROME_DAY.format(Date.parse(instant));
  return day === romeDay() ? `dati delle ${romeTime(instant)}` : `dati di ${longDay(day)}, ore ${romeTime(instant)}`;
}
