// Messages as nodes: clones of the page's own templates, filled with text and never with markup.
const makeDrawing = (log) => {
  const clone = (id) => $(id).content.firstElementChild.cloneNode(true);
  const group = (code) => code.replace(/(.{4})(?=.)/g, "$1 ");
  const slot = (node, selector, value) => {
    const found = $(selector, node);
    if (!found) return;
    if (value) found.textContent = value; else found.remove();
  };
  const card = (service) => {
    const node = clone("#t-card");
    slot(node, ".name", service.name);
    slot(node, ".about", service.about);
    const hours = $(".hours", node);
    hours.textContent = service.hours.charAt(0).toUpperCase() + service.hours.slice(1);
    hours.className = `hours ${service.open_now ? "open" : service.open_now === false ? "closed" : "unknown"}`;
    const phone = $(".call", node), more = $(".more", node);
    if (service.phone) { phone.href = `tel:${service.phone.replace(/[^\d+]/g, "")}`; $(".number", phone).textContent = service.phone; } else phone.remove();
    if (/^https?:/.test(service.url || "")) more.href = service.url; else more.remove();
    if (!service.marked) $(".mark", node).remove();
    return node;
  };
  const receipt = (held) => {
    const node = clone("#t-receipt");
    $(".code", node).textContent = group(held.receipt);
    $(".until", node).textContent = held.until;
    $(".tools", node).hidden = false;
    return node;
  };
  return (message, withCase) => {
    const node = clone("#t-item");
    node.className = `message ${message.from}${message.urgent ? " urgent" : ""}`;
    $(".who", node).firstChild.data = message.name || log.dataset[message.from];
    if (!message.urgent) $(".flag", node).remove();
    $(".text", node).textContent = message.text;
    if (message.lang && message.lang !== LANGUAGE) $(".text", node).lang = message.lang;
    if (message.service) node.append(card(message.service));
    if (withCase) node.append(receipt(message.case));
    return node;
  };
};
