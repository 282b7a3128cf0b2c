/* Light or dark: as the colleague chose, or as the machine has it. Before anything is painted. */

const root = document.documentElement;
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function dress() {
  const machine = dark.matches ? "dark" : "light";
  root.dataset.bsTheme = root.dataset.look === "auto" ? machine : root.dataset.look;
}

dress();
dark.addEventListener("change", dress);
