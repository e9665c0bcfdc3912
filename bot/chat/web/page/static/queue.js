// One message after the other, in the order in which they were written; what was not confirmed is sent again with its id.
const makeQueue = (session, send, take, lost) => {
  const TYPING_AFTER = 1500, LONGEST_WAIT = 30;
  const status = $("#status"), retry = $("#retry");
  let waiting = [], busy = false, wait = 0, timer;
  const pump = async () => {
    if (busy || !waiting.length || session.left) return;
    busy = true;
    retry.hidden = true;
    clearTimeout(timer);
    const message = waiting[0];
    const typing = setTimeout(() => { status.textContent = status.dataset.typing; }, TYPING_AFTER);
    try { take(message, await send(message)); } catch { lost(message); }
    clearTimeout(typing);
    if (status.textContent === status.dataset.typing) status.textContent = "";
    busy = false;
    if (waiting.length && retry.hidden) pump();
  };
  const pause = (seconds) => {
    wait = seconds || Math.min(LONGEST_WAIT, wait ? wait * 2 : 2);
    status.textContent = status.dataset.waiting;
    retry.hidden = false;
    clearTimeout(timer);
    timer = setTimeout(pump, wait * 1000);
  };
  const done = () => { waiting.shift(); wait = 0; status.textContent = ""; retry.hidden = true; };
  addEventListener("online", pump);
  return {
    pump, pause, done,
    push: (message) => { waiting.push(message); pump(); },
    clear: () => { waiting = []; clearTimeout(timer); },
  };
};
