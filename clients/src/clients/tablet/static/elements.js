// Elements from plain calls: text is always text, so a name can never become markup.

/**
 * @param {string} tag
 * @param {Record<string, unknown>} [attributes] `on…` are listeners; false and null leave the attribute out
 * @param {...(Node|string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(name, String(value));
  }
  made.append(...children);
  return made;
}

/** Show a screen and move the focus to it, as a page change would. @param {...Node} content */
export function show(...content) {
  const screen = document.getElementById("screen");
  screen.replaceChildren(...content);
  screen.focus({ preventScroll: true });
  window.scrollTo(0, 0);
}

const MESSAGE_MS = 8000;

/** A line at the bottom, with at most one action. @param {string} text @param {{label: string, act: () => void}} [action] */
export function say(text, action) {
  const line = element("p", {}, text);
  if (action) {
    const act = () => {
      line.remove();
      action.act();
    };
    line.append(element("button", { type: "button", onclick: act }, action.label));
  }
  const box = document.getElementById("messages");
  box.replaceChildren(...[...box.children].slice(-2), line);
  window.setTimeout(() => line.remove(), MESSAGE_MS);
}

/** Ask before what cannot be taken back. @param {string} text @returns {Promise<boolean>} */
export function ask(text) {
  const dialog = /** @type {HTMLDialogElement} */ (document.getElementById("question"));
  document.getElementById("question-text").textContent = text;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
