// Is the network really there? Being connected to the school's Wi-Fi says little, so the server is asked.

import * as api from "./api.js";
import { setClock } from "./clock.js";

const EVERY_MS = 15_000;

/** @type {"unknown"|"online"|"offline"} */
let state = "unknown";

/** Fires `change`, and `online` on every successful probe. @type {EventTarget} */
export const network = new EventTarget();

export const networkState = () => state;

/** Ask the server for the time; sets the clock on the way. @returns {Promise<boolean>} */
export async function probe() {
  const sentAt = Date.now();
  try {
    const { now } = await api.readClock();
    await setClock(now, sentAt);
    become("online");
    network.dispatchEvent(new Event("online"));
    return true;
  } catch (error) {
    if (!(error instanceof api.Unreachable)) throw error;
    become("offline");
    return false;
  }
}

/** A call has just failed: do not wait for the next probe to say so. */
export const seemsOffline = () => become("offline");

/** Probe on every hint that something changed, and by the clock. */
export function watchNetwork() {
  window.addEventListener("online", () => void probe());
  window.addEventListener("offline", () => become("offline"));
  window.addEventListener("focus", () => void probe());
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") void probe();
  });
  window.setInterval(() => void probe(), EVERY_MS);
}

/** @param {"online"|"offline"} next */
function become(next) {
  if (next === state) return;
  state = next;
  network.dispatchEvent(new Event("change"));
}
