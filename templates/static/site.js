// Leaves at once: the page gives way to an empty one, and Back does not lead here again.
"use strict";
(() => {
  const PRESSES = 3, WITHIN_MS = 2000;
  const leave = document.getElementById("leave");
  if (!leave) return;
  const go = () => {
    document.documentElement.hidden = true;
    window.location.replace(leave.href);
  };
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  let pressed = [];
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pressed = [...pressed, event.timeStamp].slice(-PRESSES);
    if (pressed.length === PRESSES && event.timeStamp - pressed[0] <= WITHIN_MS) go();
  });
  document.querySelectorAll("[data-with-script]").forEach((one) => { one.hidden = false; });
})();
