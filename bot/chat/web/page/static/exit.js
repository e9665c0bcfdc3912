// "Lämna sidan": blank at once, end the session on the server, replace this page in the history.
// By the button, or by three Shifts (shift.js). Not Escape: it stops loading and counts as no act of the user.
const button = $("#exit");
const form = button.form;
const root = document.documentElement;

const blank = () => {
  root.classList.add("left");
  const cover = document.createElement("div");
  cover.id = "cover";
  cover.setAttribute("role", "alert");
  document.body.append(cover);
  cover.textContent = button.dataset.loading;
};

const leave = () => {
  blank();
  forgetTalk();
  const token = form.elements.token.value;
  if (token) navigator.sendBeacon(form.getAttribute("action"), new URLSearchParams({ token }));
  document.dispatchEvent(new Event("leave"));
  document.querySelectorAll("main, template, #keep").forEach((part) => part.remove());
  document.querySelectorAll("input[name=token]").forEach((field) => { field.value = ""; });
  const url = button.dataset.url;
  if (window.top === window) { location.replace(url); return; }
  window.parent.postMessage({ staden: "exit", url }, "*");
  try { window.top.location.replace(url); } catch { location.replace(url); }
};

form.addEventListener("submit", (event) => { event.preventDefault(); leave(); });
onThreeShifts(leave);
if ($("[data-forget]")) forgetTalk();

// A page that the browser kept alive must not come back with what stood on it once the session has ended.
addEventListener("pageshow", async (event) => {
  if (!event.persisted) return;
  root.classList.add("left");
  const token = form.elements.token.value;
  const headers = { Authorization: `Bearer ${token}` };
  const answer = token && await fetch("/api/messages", { headers }).catch(() => null);
  if (answer && answer.ok) root.classList.remove("left"); else location.replace(inLanguage("/chatt"));
});

if (window.parent !== window) {
  window.parent.postMessage({ staden: "ready", url: button.dataset.url }, "*");
  addEventListener("message", (event) => { if (event.source === window.parent && event.data?.staden === "leave") leave(); });
  addEventListener("keydown", (event) => { if (event.key === "Escape") window.parent.postMessage({ staden: "close" }, "*"); });
}
