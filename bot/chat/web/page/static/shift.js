// Shift pressed and let go three times within five seconds: the chat and the page around the widget listen for the same.
// Not counted while Shift modifies another key, when both Shifts are held, and after a touch or a pen: the keyboards on
// screens send Shift by themselves.
const onThreeShifts = (leave) => {
  const TIMES = 3, WITHIN = 5000;
  let presses = [], down = null, touched = false;
  const forget = () => { presses = []; down = null; };
  addEventListener("pointerdown", (event) => { touched = event.pointerType !== "mouse"; presses = []; }, true);
  addEventListener("keydown", (event) => {
    const alone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
    if (!alone || (down && down !== event.code)) forget(); else down = event.code;
  }, true);
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift") return;
    if (down !== event.code || touched) { forget(); return; }
    down = null;
    const now = Date.now();
    presses = [...presses.filter((at) => now - at < WITHIN), now];
    if (presses.length < TIMES) return;
    forget();
    leave();
  }, true);
};
