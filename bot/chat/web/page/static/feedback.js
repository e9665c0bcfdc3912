// "Did the answer help?": one question beside the newest answer, outside the log; the answer may be changed.
const makeFeedback = (form, call, reword) => {
  const said = $("#feedback-said"), on = $("#feedback-on"), id = form.elements.id;
  const mark = (answer) => {
    form.querySelectorAll("[aria-pressed]").forEach((button) => button.setAttribute("aria-pressed", String(button.value === answer)));
    said.textContent = said.dataset[answer] || "";
    on.hidden = answer !== "no";
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const asked = id.value, answer = event.submitter.value;
    const { status } = await call("POST", "/api/feedback", { id: asked, answer }).catch(() => ({}));
    if (id.value !== asked) return;
    if (status === 200) mark(answer); else said.textContent = said.dataset.wrong;
    form.scrollIntoView({ block: "nearest" });
  });
  $("a", on).addEventListener("click", (event) => { event.preventDefault(); reword(); });
  return (messages) => {
    const asked = messages.find((message) => message.feedback);
    form.hidden = !asked;
    id.value = asked ? asked.id : "";
    mark(asked && asked.feedback);
  };
};
