// The locked tablet: choose one's name, type one's PIN; at first use, the office's code and the PIN one chooses.

import * as api from "./api.js";
import { element, show } from "./elements.js";
import { fact, keepFact } from "./store.js";

/**
 * @typedef {{operator_id: string, name: string, state: "ready"|"waiting"|"expired"|"locked"}} Choice
 * @typedef {{onEntered: (operator: Choice, idleSeconds: number) => void, onBack: () => void, onShutOut: () => void}} Actions
 */

const KEPT = "operators";
const PIN = { inputmode: "numeric", pattern: "[0-9]*", maxlength: "6", autocomplete: "off", type: "password", required: "" };

/** What the server says of this tablet; kept, so that the names are there without network. @returns {Promise<api.TabletSelf>} */
export async function refreshTablet() {
  const tablet = await api.readTablet();
  await keepFact(KEPT, tablet);
  return tablet;
}

/** @returns {Promise<api.TabletSelf|undefined>} */
export const knownTablet = () => fact(KEPT);

/** @param {api.TabletSelf|undefined} tablet @param {Actions} actions @param {boolean} isOffline */
export function showOperators(tablet, actions, isOffline) {
  const choices = (tablet?.operators ?? []).map((each) =>
    element("li", {},
      element("button", { type: "button", onclick: () => void chooseAnew(tablet, each, actions) },
        each.name,
        each.state === "waiting" ? element("small", {}, "primo accesso") : "",
        each.state === "locked" ? element("small", {}, "bloccato") : "")));
  show(
    element("h1", {}, "Chi rileva le presenze?"),
    isOffline ? element("p", { class: "notice" }, "Senza rete il tablet resta bloccato. Le presenze già rilevate sono al sicuro.") : "",
    choices.length
      ? element("ul", { class: "operators" }, ...choices)
      : element("p", { class: "notice" }, "Nessun operatore per questo tablet: l'ufficio li aggiunge alla voce Tablet, Operatori."),
  );
}

/** The office may have given a new code since the names were read. @param {api.TabletSelf} tablet @param {Choice} operator @param {Actions} actions */
async function chooseAnew(tablet, operator, actions) {
  const fresh = await refreshTablet().catch(() => tablet);
  choose(fresh, fresh.operators.find((each) => each.operator_id === operator.operator_id) ?? operator, actions);
}

/** @param {api.TabletSelf} tablet @param {Choice} operator @param {Actions} actions */
function choose(tablet, operator, actions) {
  const isFirst = operator.state === "waiting";
  const code = element("input", {
    id: "code", name: "code", required: "", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", maxlength: "20",
  });
  const pin = element("input", { ...PIN, id: "pin", name: "pin", "aria-describedby": "pin-wrong" });
  const again = element("input", { ...PIN, id: "again", name: "again", "aria-describedby": "pin-wrong" });
  const wrong = element("p", { id: "pin-wrong", class: "wrong", role: "alert" });

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    wrong.textContent = "";
    if (isFirst && pin.value !== again.value) return refuse("I due codici operatore non sono uguali.");
    try {
      const entered = isFirst
        ? await api.choosePin(operator.operator_id, code.value.trim(), pin.value)
        : await api.enterPin(operator.operator_id, pin.value);
      actions.onEntered(entered, tablet.idle_seconds);
    } catch (error) {
      if (error instanceof api.NotPaired) return actions.onShutOut();
      refuse(error instanceof api.Refused ? error.message : "La rete non risponde: controlla il collegamento e riprova.");
    }
  }

  /** @param {string} message */
  function refuse(message) {
    wrong.textContent = message;
    pin.value = again.value = "";
    pin.focus();
  }

  const first = [
    element("p", {}, "Scrivi il codice ricevuto dall'ufficio e scegli un codice operatore di sei cifre: lo userai ogni volta."),
    element("label", { for: "code" }, "Codice dell'ufficio"), code,
  ];
  const twice = [element("label", { for: "again" }, "Ripeti il codice operatore"), again];
  show(
    element("form", { class: "pairing", onsubmit: submit, novalidate: "" },
      element("h1", {}, operator.name),
      ...(isFirst ? first : []),
      element("label", { for: "pin" }, "Codice operatore"), pin,
      ...(isFirst ? twice : []),
      wrong,
      element("button", { type: "submit", class: "strong" }, isFirst ? "Scegli e apri" : "Apri"),
      element("button", { type: "button", onclick: () => actions.onBack() }, "Torna ai nomi"),
    ),
  );
  (isFirst ? code : pin).focus();
}
