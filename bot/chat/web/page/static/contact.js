// The contact form: read into the call's fields; a mistake is shown at its field and the person is taken there.
const makeContact = (form, send, away, call) => {
  const TRUTH = { true: true, false: false };
  const fields = () => {
    const given = new FormData(form);
    const body = Object.fromEntries(["phone", "email", "when", "say_if_other", "shared", "until"].map((name) => [name, given.get(name)]));
    for (const name of ["safe_to_call", "leave_message"]) body[name] = TRUTH[given.get(name)] ?? null;
    return body;
  };
  // What staff will see, for each choice; without it nothing is promised, and the server takes the talk as it stands.
  const preview = async () => {
    const { status, data } = await call("GET", "/api/sharing").catch(() => ({}));
    if (status !== 200) return;
    form.elements.until.value = data.until;
    form.querySelectorAll(".passed").forEach((place) => { place.textContent = data.texts[$("input", place.previousElementSibling).value]; });
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    form.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    form.querySelectorAll(".wrong").forEach((place) => { place.textContent = ""; });
    if (event.submitter && event.submitter.name === "cancel") { form.hidden = true; away(); return; }
    form.dataset.id ||= uuid();
    send({ id: form.dataset.id, path: "/api/contact", body: fields() });
  });
  // The browser puts back what stood in a form when somebody goes back to the page: not in one that is not shown.
  addEventListener("pageshow", () => { if (form.hidden) form.reset(); });
  form.addEventListener("reset", () => { delete form.dataset.id; });
  return {
    preview,
    done: () => { form.reset(); form.hidden = true; away(); },
    mistake: (field, sentence) => {
      form.hidden = false;
      preview();
      const input = $(`#c-${field}`) || $("#c-phone");
      ($(`#c-${field}-wrong`) || $("#c-phone-wrong")).textContent = sentence;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    },
  };
};
