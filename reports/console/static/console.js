// Keyboard, copy buttons and the time that is left, on the pages of the console.
"use strict";
// Arrows alone: screen readers and voice control use letters as commands.
document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("input, textarea, select, pre, .scroll, summary")) return;
  const wanted = { ArrowRight: "next", ArrowLeft: "prev" }[event.key];
  const link = wanted && document.querySelector(`a[data-key="${wanted}"]`);
  if (link) link.click();
});
// Browsers give the clipboard to pages by https alone; without it the text is selected and copied as by hand.
const copied = (source) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(source.textContent);
  getSelection().selectAllChildren(source);
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject();
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-copy]");
  const source = button && document.getElementById(button.dataset.copy);
  if (source) copied(source).then(() => { button.textContent = button.dataset.done; }, () => {});
});
// Counted from when the page came, so that a wrong clock of the browser does no harm.
const tick = () => {
  for (const place of document.querySelectorAll("[data-left]")) {
    place.until ??= performance.now() + Number(place.dataset.left) * 1000;
    const left = Math.max(0, Math.round((place.until - performance.now()) / 1000));
    const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    place.textContent = place.dataset.words.replace("{}", time);
  }
};
tick();
setInterval(tick, 1000);
