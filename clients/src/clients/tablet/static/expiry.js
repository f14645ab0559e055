// Sheets on the tablet end by themselves: with the day they were read on, and after twelve hours. A tablet that was lost
// and never meets the network again keeps no names, whoever holds it and whatever they do to its clock.

import { now, romeDay, romeDayOf } from "./clock.js";
import { fact, forgetSheets, keepFact } from "./store.js";

const MOST_MS = 12 * 3_600_000;
const EVERY_MS = 30_000;
// A clock that is set right moves by seconds; one that goes back further was moved by a person.
const TOLERANCE_MS = 5 * 60_000;
const LATEST = "latest-seen-ms";

/** Forget what is over. @returns {Promise<number>} how many sheets went */
export async function forgetExpired() {
  const present = now();
  const latest = /** @type {number} */ ((await fact(LATEST)) ?? 0);
  const wentBack = present < latest - TOLERANCE_MS;
  await keepFact(LATEST, wentBack ? present : Math.max(present, latest));
  return forgetSheets((sheet) =>
    // A sheet kept by an earlier version has no `read_at`: over.
    wentBack || !(present - sheet.read_at < MOST_MS) || romeDayOf(sheet.read_at) !== romeDay());
}

/** By the clock, and whenever somebody looks at the page again. @param {() => void} onForgotten */
export function watchExpiry(onForgotten) {
  const look = async () => {
    if (await forgetExpired()) onForgotten();
  };
  window.setInterval(() => void look(), EVERY_MS);
  document.addEventListener("visibilitychange", () => void look());
}
