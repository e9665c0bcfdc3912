// "Keep the conversation if I change page": only if the person asks for it, only in this tab, and only its token.
const makeRemember = (session, box) => {
  box.closest("div").hidden = false;
  const keep = () => { if (box.checked && session.token) store(session.token); else forgetTalk(); };
  box.checked = Boolean(storedTalk());
  box.addEventListener("change", keep);
  return keep;
};
