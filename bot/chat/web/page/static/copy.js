// A copy of what was said, made here on the device. The person's words come from the server, where they were masked.
const makeCopy = (log) => {
  let said = [];
  const keep = (line) => { said.push(line); };
  const read = (node) => {
    const card = $(".card", node), phone = card && $(".number", card);
    const service = card ? `\n${$(".name", card).textContent}${phone ? ", " + phone.textContent : ""}` : "";
    keep(`${$(".who", node).textContent} ${$(".text", node).textContent}${service}`);
  };
  $("#copy button").addEventListener("click", (event) => {
    event.preventDefault();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([said.map((line) => `${line}\n\n`).join("")], { type: "text/plain" }));
    link.download = log.dataset.file;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });
  document.addEventListener("leave", () => { said = []; });
  log.querySelectorAll("[data-id]").forEach(read);
  return { read, person: (words) => keep(`${log.dataset.person}: ${words}`) };
};
