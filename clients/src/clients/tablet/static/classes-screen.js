// The classes entrusted to this tablet.

import * as api from "./api.js";
import { longDay, romeDay } from "./clock.js";
import { element, show } from "./elements.js";
import { fact, keepFact } from "./store.js";

/** @typedef {{class_id: string, label: string, pupils: number}} ClassLine */

/** Ask the server; what it says is kept for the days without network. @returns {Promise<ClassLine[]>} */
export async function refreshClasses() {
  const [{ items }, schools] = await Promise.all([api.readClasses(), api.readSchools()]);
  const labels = new Map(
    schools.items.flatMap((school) =>
      school.classes.map((each) => [each.class_id, `${each.name}, ${school.name}`])),
  );
  const classes = items.map((each) => ({
    class_id: each.class_id,
    label: labels.get(each.class_id) ?? each.class_id,
    pupils: each.pupils,
  }));
  await keepFact("classes", classes);
  return classes;
}

/** The class as people call it; undefined until its name has arrived. @param {string} classId @returns {Promise<string|undefined>} */
export async function labelOf(classId) {
  const classes = /** @type {ClassLine[]} */ ((await fact("classes")) ?? []);
  return classes.find((each) => each.class_id === classId)?.label;
}

/** @param {ClassLine[]} classes */
export function showClasses(classes) {
  const lines = classes.map((each) =>
    element("li", {},
      element("a", { href: `#/classe/${encodeURIComponent(each.class_id)}` },
        each.label,
        element("small", {}, each.pupils === 1 ? "1 alunno" : `${each.pupils} alunni`)),
    ));
  show(
    element("h1", {}, "Scegli la classe"),
    element("p", { class: "quiet" }, longDay(romeDay())),
    lines.length
      ? element("ul", { class: "classes" }, ...lines)
      : element("p", { class: "notice" }, "Nessuna classe con alunni iscritti. Se manca la rete, torna qui quando c'è."),
  );
}
