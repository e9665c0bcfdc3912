// The talk with script: the same markup and the same server as the plain forms, without loading a page for each message.
// The log is only ever added to; nothing but the person's own act moves focus; words come from the page.
const log = $("#log"), say = $("#say"), text = $("#text"), choices = $("#choices"), contact = $("#contact");
const scroller = $("#scroller"), status = $("#status"), wrong = $("#text-wrong"), count = $("#count");
const LIMIT = Number(say.dataset.limit), NEAR = 200;
const seen = new Set();
const session = {
  token: say.elements.token.value,
  after: "",
  left: false,
  setToken: (value) => {
    session.token = value;
    document.querySelectorAll("input[name=token]").forEach((field) => { field.value = value; });
    $("#delete").hidden = $("#save").hidden = !value;
    remember();
  },
};
const item = makeDrawing(log);
const server = makeServer(session, () => idle.rest());
const idle = makeIdle(session, Number(say.dataset.idle), () => {
  text.focus();
  server.call("GET", `/api/messages?after=${session.after}`).then(({ status: code, data }) => { if (code === 200) show(data.messages); }, () => {});
});
const stream = makeStream(session, (message) => { const added = show([message]); if (added) scroll(added); read(); }, (words) => { $("#company").textContent = words; }, () => { if (!session.left) idle.over(); });

const remember = makeRemember(session, $("#remember"));

// -- showing
const copy = makeCopy(log);
const guard = () => {
  $(".exit").classList.add("strong");
  $("#copy").hidden = true;
  $("#copy-off").hidden = false;
};
const show = (messages) => {
  const fresh = messages.filter((message) => !seen.has(message.id));
  fresh.forEach((message, index) => {
    seen.add(message.id);
    const next = fresh[index + 1];
    const last = message.case && !(next && next.case && next.case.receipt === message.case.receipt);
    const node = item(message, last);
    log.append(node);
    if (/^[mt]/.test(message.id)) copy.read(node);
    if (/^t/.test(message.id)) session.after = message.id;
    if (message.urgent) guard();
  });
  if (fresh.some((message) => message.case)) { $("#own").hidden = false; stream.listen(); }
  return fresh.length;
};
// What staff wrote is read when it stands on a page that is looked at, not when it has arrived.
const read = () => {
  if (document.hidden || !session.token || session.read === session.after) return;
  session.read = session.after;
  server.note("/api/read", { id: session.after });
};
document.addEventListener("visibilitychange", read);
const offer = (messages) => {
  const all = messages.flatMap((message) => message.choices);
  $("[role=group]", choices).replaceChildren(...all.map((choice) => {
    const button = document.createElement("button");
    button.name = "choice";
    button.value = choice.id;
    button.textContent = choice.label;
    return button;
  }));
  choices.hidden = !all.length;
  ask(messages);
  contact.hidden = !messages.some((message) => message.form === "contact");
  if (!contact.hidden) form.preview();
};
const scroll = (added) => {
  scroller.scrollTop = scroller.scrollHeight;
  const first = log.children[log.children.length - added];
  if (!first) return;
  const room = scroller.scrollHeight > scroller.clientHeight ? scroller : null;
  const above = room && first.getBoundingClientRect().top < room.getBoundingClientRect().top;
  if (above || !room) first.scrollIntoView({ block: room ? "start" : "nearest" });
};
const present = (messages) => { const added = show(messages); offer(messages); scroll(added); };

// -- sending
const complain = (message, messages) => {
  if (!message.complained) present(messages);
  message.complained = true;
};
const giveBack = (message) => { if (!text.value && message.body.text) { text.value = message.body.text; counted(); } };
const take = (message, { status: code, data, pause }) => {
  if (session.left) return;
  if (code === 200 || code === 201) {
    queue.done();
    if (message.path === "/api/contact") form.done();
    if (data.said) copy.person(data.said);
    if (data.sensitive) guard();
    present(data.messages);
    if (data.listen) stream.listen();
  } else if (code === 401 && !message.renewed) {
    message.renewed = true;
    session.setToken("");
    status.textContent = status.dataset.renewed;
  } else if (code === 422 && data.field) {
    queue.done();
    form.mistake(data.field, data.messages.at(-1).text);
  } else if (code === 429 || code >= 500) {
    complain(message, data.messages);
    queue.pause(pause);
  } else {
    queue.done();
    complain(message, data.messages);
    giveBack(message);
  }
};
const offline = (message) => {
  if (session.left) return;
  if (!message.complained) {
    const before = log.children.length;
    log.append($("#t-offline").content.cloneNode(true));
    scroll(log.children.length - before);
  }
  message.complained = true;
  queue.pause();
};
const queue = makeQueue(session, server.send, take, offline);
const post = (body, shown) => {
  log.append(item({ from: "person", text: shown }));
  scroll(1);
  offer([]);
  queue.push({ id: uuid(), path: "/api/messages", body });
  text.focus();
};
const ask = makeFeedback($("#feedback"), server.call, () => text.focus());
const form = makeContact(contact, queue.push, () => text.focus(), server.call);

// -- what the person does
const counted = () => {
  const over = [...text.value.trim()].length - LIMIT;
  const fill = (sentence, n) => sentence.replace("{n}", n);
  count.textContent = over <= 0 && over > -NEAR ? fill(count.dataset.left, -over) : "";
  wrong.textContent = over > 0 ? fill(wrong.dataset.over, over) : "";
  if (over > 0) text.setAttribute("aria-invalid", "true"); else text.removeAttribute("aria-invalid");
  return over <= 0;
};
const choose = (button) => post({ choice: button.value }, button.textContent);
say.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button && button.hasAttribute("formaction")) return;
  event.preventDefault();
  if (button && button.name === "choice") { choose(button); return; }
  const words = text.value.trim();
  if (!words) wrong.textContent = wrong.dataset.blank;
  if (!words || !counted()) { text.focus(); return; }
  text.value = "";
  counted();
  post({ text: words }, words);
});
text.addEventListener("input", counted);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  say.requestSubmit();
});
choices.addEventListener("submit", (event) => { event.preventDefault(); choose(event.submitter); });
// The second press of a double click is no second wish.
document.addEventListener("click", (event) => { if (event.detail > 1 && event.target.closest("button")) event.preventDefault(); }, true);
document.addEventListener("click", (event) => {
  const target = event.target;
  if (target.matches("a[data-keep]") && session.token) {
    event.preventDefault();
    const keep = $("#keep");
    keep.action = target.href;
    keep.submit();
  }
  if (target.matches("[data-print]")) print();
  if (target.matches("[data-copy]")) {
    const copied = () => { status.textContent = status.dataset.copied; };
    const refused = () => { status.textContent = status.dataset.notCopied; };
    trying(() => navigator.clipboard.writeText($(".code", target.closest(".receipt")).textContent).then(copied, refused)) || refused();
  }
});
$("#retry").addEventListener("click", () => { text.focus(); queue.pump(); });
document.addEventListener("leave", () => { session.left = true; session.token = ""; queue.clear(); idle.stop(); stream.stop(); });

document.querySelectorAll(".tools").forEach((tools) => { tools.hidden = false; });
log.querySelectorAll("[data-id]").forEach((node) => { seen.add(node.dataset.id); if (/^t/.test(node.dataset.id)) session.after = node.dataset.id; });
scroller.scrollTop = log.children.length > 1 ? scroller.scrollHeight : 0;
const comeBack = async (token) => {
  session.setToken(token);
  const { status: code, data } = await server.call("GET", "/api/conversations").catch(() => ({}));
  if (code === 401) session.setToken("");
  if (code !== 200 || session.left) return;
  if (data.sensitive) guard();
  const added = show(data.messages);
  offer(data.messages.slice(data.messages.findLastIndex((message) => message.from === "person") + 1));
  scroll(added && 1);
  if (data.listen) stream.listen();
};
if (session.token) { remember(); idle.rest(); stream.listen(); } else if (storedTalk()) comeBack(storedTalk());
