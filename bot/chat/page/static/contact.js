// The contact form: read into the call's fields; a mistake is shown at its field and the person is taken there.
const makeContact = (form, send, away) => {
  const TRUTH = { true: true, false: false };
  const fields = () => {
    const given = new FormData(form);
    const body = Object.fromEntries(["phone", "email", "when", "say_if_other", "shared"].map((name) => [name, given.get(name)]));
    for (const name of ["safe_to_call", "leave_message"]) body[name] = TRUTH[given.get(name)] ?? null;
    return body;
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
    done: () => { form.reset(); form.hidden = true; away(); },
    mistake: (field, sentence) => {
      form.hidden = false;
      const input = $(`#c-${field}`) || $("#c-phone");
      ($(`#c-${field}-wrong`) || $("#c-phone-wrong")).textContent = sentence;
      input.setAttribute("aria-invalid", "true");
      input.focus();
    },
  };
};
