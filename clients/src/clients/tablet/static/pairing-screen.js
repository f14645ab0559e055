// The first screen of a new tablet: the code that the office shows makes this device one of theirs.

import * as api from "./api.js";
import { element, show } from "./elements.js";
import { keepFact } from "./store.js";

/** @param {() => void} onPaired */
export function showPairing(onPaired) {
  const code = element("input", {
    id: "code", name: "code", required: "", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: "20", "aria-describedby": "code-wrong",
  });
  const wrong = element("p", { id: "code-wrong", class: "wrong", role: "alert" });

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    wrong.textContent = "";
    try {
      const tablet = await api.pair(code.value.trim(), "Tablet");
      await keepFact("device", { tablet_id: tablet.tablet_id, name: tablet.name });
      onPaired();
    } catch (error) {
      wrong.textContent = error instanceof api.Refused
        ? error.message
        : "La rete non risponde: controlla il collegamento e riprova.";
      code.focus();
    }
  }

  show(
    element("form", { class: "pairing", onsubmit: submit, novalidate: "" },
      element("h1", {}, "Abbina questo tablet"),
      element("p", {}, "Scrivi il codice mostrato dall'ufficio, alla voce Tablet. Vale cinque minuti."),
      element("label", { for: "code" }, "Codice di abbinamento"),
      code,
      wrong,
      element("button", { type: "submit", class: "strong" }, "Abbina"),
    ),
  );
  code.focus();
}
