// Light or dark: as the system has it, or as the button `#theme` says; remembered.

const themes = { auto: "Auto", light: "Light", dark: "Dark" };

function setTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  const pressed = document.getElementById("theme");
  pressed.textContent = themes[theme];
  const words = theme === "auto" ? "as the system has them" : themes[theme];
  pressed.setAttribute("aria-label", `Colours: ${words}`);
}

function remembered() {
  try { return localStorage.getItem("theme") ?? "auto"; } catch { return "auto"; }
}

function nextTheme() {
  const names = Object.keys(themes);
  const next = names[(names.indexOf(remembered()) + 1) % names.length];
  try { localStorage.setItem("theme", next); } catch { /* not remembered */ }
  setTheme(next);
}

export function startTheme() {
  setTheme(themes[remembered()] ? remembered() : "auto");
  document.getElementById("theme").addEventListener("click", nextTheme);
}
