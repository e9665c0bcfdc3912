// The session's end after a time of silence: said before it comes, and put off by a press of a button.
const makeIdle = (session, minutes, stayed) => {
  const WARN_BEFORE = 120000;
  const idle = $("#idle"), stay = $("#stay");
  let timer;
  const over = () => {
    clearTimeout(timer);
    stay.hidden = true;
    if (!session.token) return;
    idle.textContent = idle.dataset.ended;
    session.setToken("");
  };
  const warn = () => {
    if (!session.token) return;
    idle.textContent = idle.dataset.text;
    stay.hidden = false;
    timer = setTimeout(over, WARN_BEFORE);
  };
  const rest = () => {
    clearTimeout(timer);
    idle.textContent = "";
    stay.hidden = true;
    timer = setTimeout(warn, Math.max(minutes * 60000 - WARN_BEFORE, 1000));
  };
  stay.addEventListener("click", stayed);
  return { rest, over, stop: () => clearTimeout(timer) };
};
