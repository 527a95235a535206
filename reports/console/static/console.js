// Keyboard shortcuts and copy buttons of the console.
"use strict";
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  const wanted = { n: "next", j: "next", p: "prev", k: "prev" }[event.key];
  const link = wanted && document.querySelector(`a[data-key="${wanted}"]`);
  if (link) link.click();
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  const source = button && document.getElementById(button.dataset.copy);
  if (source) navigator.clipboard.writeText(source.textContent).then(() => { button.textContent = button.dataset.done; });
});
