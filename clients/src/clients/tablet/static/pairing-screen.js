// The first screen of a new tablet: the code that the office shows makes this device one of theirs.

import * as api from "./api.js";
import { makeKey } from "./device-key.js";
import { element, show } from "./elements.js";
import { keepFact } from "./store.js";

/** The code in the fragment of the address a camera opened: no server ever sees that part. */
export const CODE_IN_ADDRESS = /^#\/abbina\/([0-9A-Za-z-]{1,20})$/;

/** @param {() => void} onPaired @param {string} [known] a code that was in the address */
export function showPairing(onPaired, known = "") {
  const code = element("input", {
    id: "code", name: "code", required: "", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
    maxlength: "20", "aria-describedby": "code-wrong", value: known,
  });
  const wrong = element("p", { id: "code-wrong", class: "wrong", role: "alert" });

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    wrong.textContent = "";
    try {
      await makeKey();
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
      element("p", {}, known
        ? "Il codice è già scritto: premi Abbina. Vale cinque minuti."
        : "Inquadra con la fotocamera l'immagine mostrata dall'ufficio, alla voce Tablet, o scrivi il suo codice. Vale cinque minuti."),
      element("label", { for: "code" }, "Codice di abbinamento"),
      code,
      wrong,
      element("button", { type: "submit", class: "strong" }, "Abbina"),
    ),
  );
  code.focus();
}
