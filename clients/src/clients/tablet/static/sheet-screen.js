// One class on one day: a line for each pupil, two large buttons, counters. Lines are changed in place, so the focus stays.

import { age, longDay, romeDay } from "./clock.js";
import { ask, element, show } from "./elements.js";
import { counts } from "./roll.js";

/**
 * @typedef {import("./roll.js").Line} Line
 * @typedef {{onMark: (taps: {pupil_id: string, mark: "present"|"absent", kind?: string}[]) => void,
 *   onClose: () => void, onDay: (day: string) => void}} Actions
 */

const MARKS = /** @type {const} */ ([["present", "Presente"], ["absent", "Assente"]]);
// Whoever is present eats a full meal unless somebody says otherwise. The last is the office's to choose: shown where it is.
const KINDS = /** @type {const} */ ([
  ["full", "Pasto intero"], ["light", "Pasto leggero"], ["half", "Mezza porzione"], ["staff", "Pasto del personale"],
]);
// A tablet may still mark a week back.
const DAYS_BACK = 7;

export class SheetScreen {
  /** @param {string} day @param {Actions} actions */
  constructor(day, actions) {
    this.actions = actions;
    /** @type {Line[]} */
    this.lines = [];
    /** @type {Map<string, {row: HTMLElement, waiting: HTMLElement, kind: HTMLSelectElement, buttons: HTMLButtonElement[]}>} */
    this.rows = new Map();
    this.title = element("h1");
    this.age = element("p", { class: "quiet", id: "age" });
    this.notice = element("p", { class: "notice", hidden: "" });
    this.figures = Object.fromEntries(["present", "absent", "expected"].map((mark) => [mark, element("dd", { "data-count": mark }, "0")]));
    this.list = element("ul", { class: "pupils" });
    this.all = element("button", { type: "button", onclick: () => this.markAll() }, "Tutti presenti");
    this.close = element("button", { type: "button", class: "strong", onclick: () => void this.askToClose() }, "Invia il foglio");
    show(
      element("p", {}, element("a", { href: "#/" }, "← Tutte le classi")),
      this.title,
      element("div", { class: "bar" }, element("label", { for: "day" }, "Giorno"), this.days(day), this.all),
      this.age,
      this.notice,
      element("dl", { class: "counts", "aria-live": "polite" },
        element("div", {}, element("dt", {}, "Presenti"), this.figures.present),
        element("div", {}, element("dt", {}, "Assenti"), this.figures.absent),
        element("div", {}, element("dt", {}, "Da rilevare"), this.figures.expected)),
      this.list,
      element("div", { class: "bar" }, this.close),
    );
  }

  /** @param {string} chosen */
  days(chosen) {
    const options = Array.from({ length: DAYS_BACK + 1 }, (_, ago) => romeDay(ago)).map((day, ago) =>
      element("option", { value: day, selected: day === chosen ? "" : false }, ago ? longDay(day) : `oggi, ${longDay(day)}`));
    const onchange = (event) => this.actions.onDay(event.target.value);
    return element("select", { id: "day", onchange }, ...options);
  }

  /** @param {string} label @param {import("./store.js").Sheet|undefined} sheet @param {Line[]} lines */
  update(label, sheet, lines) {
    this.title.textContent = label;
    this.lines = lines;
    this.age.textContent = sheet ? age(sheet.as_of) : "Nessun dato per questo giorno su questo tablet.";
    const isOpen = sheet?.state === "open";
    this.explain(sheet);
    this.all.disabled = !isOpen || !lines.some((line) => line.mark === "expected");
    this.close.disabled = !isOpen || lines.length === 0;
    for (const [mark, count] of Object.entries(counts(lines))) this.figures[mark].textContent = String(count);
    const known = lines.map((line) => line.pupil_id).join();
    if (known !== [...this.rows.keys()].join()) this.rebuild(lines);
    for (const line of lines) this.updateRow(line, isOpen);
  }

  /** @param {import("./store.js").Sheet|undefined} sheet */
  explain(sheet) {
    const texts = { closed: "Il foglio è stato inviato: per cambiarlo rivolgiti all'ufficio.", "no-service": "Oggi il servizio non è previsto" };
    this.notice.hidden = !sheet || sheet.state === "open";
    if (!sheet || sheet.state === "open") return;
    this.notice.textContent = sheet.state === "no-service" && sheet.reason ? `Servizio non previsto: ${sheet.reason}` : texts[sheet.state];
  }

  /** @param {Line[]} lines */
  rebuild(lines) {
    this.rows.clear();
    this.list.replaceChildren(...lines.map((line) => {
      const name = `${line.family_name} ${line.given_name}`;
      const waiting = element("span", { class: "waiting" });
      const buttons = MARKS.map(([mark, word]) =>
        element("button", {
          type: "button", "data-mark": mark, "aria-label": `${name}: ${word}`,
          onclick: () => this.mark(line.pupil_id, mark),
        }, word));
      const kind = element("select", {
        class: "kind", "aria-label": `${name}: pasto`,
        onchange: (event) => this.actions.onMark([{ pupil_id: line.pupil_id, mark: "present", kind: event.target.value }]),
      }, ...KINDS.map(([value, word]) => element("option", { value }, word)));
      const row = element("li", { "data-pupil": line.pupil_id },
        element("span", { class: "name" }, name, " ", waiting),
        kind,
        element("span", { class: "marks" }, ...buttons));
      this.rows.set(line.pupil_id, { row, waiting, kind, buttons });
      return row;
    }));
  }

  /** @param {Line} line @param {boolean} isOpen */
  updateRow(line, isOpen) {
    const { row, waiting, kind, buttons } = this.rows.get(line.pupil_id);
    row.dataset.current = line.mark;
    waiting.textContent = line.isWaiting ? "da inviare" : "";
    kind.hidden = line.mark !== "present";
    kind.value = line.kind ?? "full";
    kind.lastElementChild.hidden = line.kind !== "staff";
    kind.disabled = !isOpen;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.mark === line.mark));
      button.disabled = !isOpen;
    }
  }

  /** @param {string} pupilId @param {"present"|"absent"} mark */
  mark(pupilId, mark) {
    const line = this.lines.find((each) => each.pupil_id === pupilId);
    if (line && line.mark !== mark) this.actions.onMark([{ pupil_id: pupilId, mark }]);
  }

  markAll() {
    const unmarked = this.lines.filter((line) => line.mark === "expected");
    this.actions.onMark(unmarked.map((line) => ({ pupil_id: line.pupil_id, mark: /** @type {const} */ ("present") })));
  }

  async askToClose() {
    const { present, absent, expected } = counts(this.lines);
    const rest = expected ? ` Da rilevare: ${expected}, che restano senza presenza.` : "";
    if (await ask(`Inviare il foglio? Presenti: ${present}, assenti: ${absent}.${rest} Dopo l'invio il tablet non può più cambiarlo.`)) {
      this.actions.onClose();
    }
  }
}
