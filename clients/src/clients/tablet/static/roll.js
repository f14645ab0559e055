// A sheet as the person sees it: what the server said, with the marks not yet sent on top. Pure.

/**
 * @typedef {import("./store.js").Sheet} Sheet
 * @typedef {import("./store.js").Command} Command
 * @typedef {import("./store.js").Pupil & {isWaiting: boolean}} Line
 */

/** @param {Sheet} sheet @param {Command[]} commands in the order of the taps @returns {Line[]} */
export function roll(sheet, commands) {
  const waiting = new Map();
  for (const command of commands) {
    if (command.class_id === sheet.class_id && command.day === sheet.day) waiting.set(command.pupil_id, command);
  }
  return sheet.pupils.map((pupil) => ({
    ...pupil,
    mark: waiting.get(pupil.pupil_id)?.mark ?? pupil.mark,
    kind: waiting.has(pupil.pupil_id) ? waiting.get(pupil.pupil_id).kind : pupil.kind,
    isWaiting: waiting.has(pupil.pupil_id),
  }));
}

/** @param {Line[]} lines */
export function counts(lines) {
  const of = (mark) => lines.filter((line) => line.mark === mark).length;
  return { present: of("present"), absent: of("absent"), expected: of("expected") };
}

/**
 * Commands of one sheet each, at most `limit` together, in the order of the taps.
 * @param {Command[]} commands @param {number} limit @returns {Command[][]}
 */
export function bundles(commands, limit) {
  const bySheet = new Map();
  for (const command of commands) {
    const key = `${command.class_id} ${command.day}`;
    bySheet.set(key, [...(bySheet.get(key) ?? []), command]);
  }
  return [...bySheet.values()].flatMap((all) => {
    const parts = [];
    for (let start = 0; start < all.length; start += limit) parts.push(all.slice(start, start + limit));
    return parts;
  });
}
