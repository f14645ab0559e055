// Who pays what while the share is chosen, and a fiscal code looked at as soon as it is written. The page works without.

const euro = new Intl.NumberFormat("it-IT", { style: "currency", currency: "EUR" });

/** Draw the picture for a whole percent, and say it to whoever moves the slider without seeing it. */
function draw(figure, slider, percent) {
  const whole = Number(figure.dataset.exampleCents);
  const second = Math.floor((whole * percent) / 100);
  const amounts = { holder: euro.format((whole - second) / 100), second: euro.format(second / 100) };
  const widths = { holder: 100 - percent, second: percent };
  for (const part of ["holder", "second"]) {
    figure.querySelector(`[data-part=${part}]`).setAttribute("width", widths[part]);
    figure.querySelector(`[data-amount=${part}]`).textContent = amounts[part];
  }
  figure.querySelector("[data-part=second]").setAttribute("x", 100 - percent);
  const mine = figure.dataset.side;
  const other = mine === "holder" ? "second" : "holder";
  const said = `${percent} %: paghi tu ${amounts[mine]}, paga ${figure.dataset.other} ${amounts[other]}`;
  slider.setAttribute("aria-valuetext", said);
}

function percentOf(text) {
  const percent = /^\s*\d{1,3}\s*%?\s*$/.test(text) ? Number.parseInt(text, 10) : Number.NaN;
  return percent <= 100 ? percent : null;
}

function slide(field) {
  const [number, slider] = [field.querySelector("input:not([type=range])"), field.querySelector("input[type=range]")];
  const figure = field.querySelector("[data-shares]");
  const follow = () => {
    const percent = percentOf(number.value);
    if (percent === null) return;
    slider.value = percent;
    draw(figure, slider, percent);
  };
  number.addEventListener("input", follow);
  slider.addEventListener("input", () => {
    number.value = slider.value;
    draw(figure, slider, Number(slider.value));
  });
  slider.value = 50;
  slider.hidden = false;
  follow();
}

// D.M. 23/12/1976: characters at odd places count by this table, the others by their rank; the last is their sum.
const ODD = [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23];
const SHAPE = /^[A-Z]{6}[\dL-NP-V]{2}[A-EHLMPRST][\dL-NP-V]{2}[A-Z][\dL-NP-V]{3}[A-Z]$/;

/** What is wrong with a code of a person; empty when nothing is, as far as one can tell from the code. */
function wrongWith(code) {
  if (code.length !== 16) return `Il codice fiscale ha 16 caratteri: ne hai scritti ${code.length}.`;
  const ranks = [...code].map((character) => (/\d/.test(character) ? Number(character) : character.charCodeAt(0) - 65));
  const sum = ranks.slice(0, 15).reduce((before, rank, place) => before + (place % 2 ? rank : ODD[rank]), 0);
  return SHAPE.test(code) && sum % 26 === ranks[15] ? "" : "Il codice fiscale non è giusto: ricontrolla i caratteri.";
}

function checkCode(wrapper) {
  const [field, input] = [wrapper.querySelector(".field"), wrapper.querySelector("input")];
  const said = document.createElement("p");
  said.className = "wrong";
  said.id = `${input.id}-checked`;
  said.setAttribute("role", "status");
  field.append(said);
  const look = () => {
    const code = input.value.replaceAll(/\s/g, "").toUpperCase();
    said.textContent = code ? wrongWith(code) : "";
    const isWrong = said.textContent !== "";
    // What the service said of another code is not true of this one.
    field.querySelector(`#${input.id}-wrong`)?.remove();
    field.classList.toggle("is-wrong", isWrong);
    input.toggleAttribute("aria-invalid", false);
    if (isWrong) input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", `${input.id}-hint ${said.id}`);
  };
  input.addEventListener("change", look);
  input.addEventListener("input", () => said.textContent && look());
}

document.querySelectorAll("[data-share-field]").forEach(slide);
document.querySelectorAll("[data-fiscal-code]").forEach(checkCode);
