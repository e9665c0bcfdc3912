// Keys of one letter: j and k move in the list, t takes, ? tells. Never while somebody types, nor with another key held.
(() => {
  const help = document.getElementById("kommandon"), opener = document.getElementById("visa-kommandon");
  const rows = () => [...document.querySelectorAll("table.queue tbody tr")];
  const current = () => document.activeElement.closest("table.queue tbody tr");
  const go = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? (step > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + step))];
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
  };
  const take = () => {
    const row = current();
    const form = row ? row.querySelector("form[data-take]") : !rows().length && document.querySelector("form[data-take]");
    if (form) form.requestSubmit();
  };
  const tell = () => { if (!help.open) help.showModal(); };
  const acts = { j: () => go(1), k: () => go(-1), t: take, "?": tell };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat && event.key === "t") return;
    if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
    if (!Object.hasOwn(acts, event.key)) return;
    event.preventDefault();
    acts[event.key]();
  });
  opener.hidden = false;
  opener.addEventListener("click", tell);
})();
