// Small comforts; every page works without them.

/** Move the focus to the summary of errors, so that who cannot see the page hears it first. */
function focusErrorSummary() {
  document.querySelector("[data-error-summary]")?.focus();
}

/** One open menu at a time, closed by Escape and by a click elsewhere. */
function closeMenusOutside(event) {
  for (const menu of document.querySelectorAll("details[data-menu][open]")) {
    const escape = event.type === "keydown" && event.key === "Escape";
    if (escape || (event.type === "click" && !menu.contains(event.target))) {
      menu.removeAttribute("open");
      if (escape) menu.querySelector("summary")?.focus();
    }
  }
}

/** A form sent twice by an impatient double click is sent once. */
function sendOnce(event) {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  window.setTimeout(() => delete form.dataset.sent, 5000);
}

/** Suggested amounts fill the amount field. */
function fillAmount(event) {
  const button = event.target.closest("[data-fills]");
  if (!button) return;
  const field = document.getElementById(button.dataset.fills);
  field.value = button.value;
  field.focus();
}

/** The classes offered are those of the school chosen. */
function narrowClasses() {
  const school = document.querySelector("[data-narrows]");
  const classes = school && document.getElementById(school.dataset.narrows);
  if (!classes) return;
  const apply = () => {
    for (const group of classes.querySelectorAll("optgroup")) {
      const belongs = !school.value || group.dataset.school === school.value;
      group.hidden = !belongs;
      group.disabled = !belongs;
    }
    const chosen = classes.selectedOptions[0]?.closest("optgroup");
    if (chosen?.disabled) classes.value = "";
  };
  school.addEventListener("change", apply);
  apply();
}

document.addEventListener("click", closeMenusOutside);
document.addEventListener("keydown", closeMenusOutside);
document.addEventListener("submit", sendOnce);
document.addEventListener("click", fillAmount);
focusErrorSummary();
narrowClasses();
