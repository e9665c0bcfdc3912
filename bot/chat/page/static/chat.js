// The talk with script: the same markup and the same server as the plain forms, without loading a page for each message.
// The log is only ever added to; nothing but the person's own act moves focus; words come from the page.
(() => {
  "use strict";
  const $ = (selector, from = document) => from.querySelector(selector);
  const log = $("#log"), say = $("#say"), text = $("#text"), choices = $("#choices"), contact = $("#contact");
  if (!log || !say) return;
  const scroller = $("#scroller"), status = $("#status"), wrong = $("#text-wrong"), count = $("#count");
  const retry = $("#retry"), idle = $("#idle"), stay = $("#stay");
  const LIMIT = Number(say.dataset.limit), IDLE = Number(say.dataset.idle) * 60000;
  const PATIENCE = 10000, TYPING_AFTER = 1500, WARN_BEFORE = 120000, NEAR = 200;
  let token = say.elements.token.value, after = "", queue = [], busy = false, wait = 0, retryTimer, idleTimer, stream, left = false;
  const seen = new Set();
  const uuid = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

  const fill = (sentence, n) => sentence.replace("{n}", n);
  const length = () => [...text.value.trim()].length;
  const group = (code) => code.replace(/(.{4})(?=.)/g, "$1 ");
  const setToken = (value) => {
    token = value;
    document.querySelectorAll("input[name=token]").forEach((field) => { field.value = value; });
    $("#delete").hidden = !value;
  };

  // -- talking to the server
  const call = async (method, path, body) => {
    const headers = { Authorization: `Bearer ${token}`, ...(body && { "Content-Type": "application/json" }) };
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    const answer = await fetch(path, { method, headers, body: body && JSON.stringify(body), signal: patience.signal });
    const data = await answer.json();
    clearTimeout(timer);
    if (answer.ok) rest();
    return { status: answer.status, data, pause: Number(answer.headers.get("Retry-After")) };
  };
  const open = async () => {
    const { status: code, data, pause } = await call("POST", "/api/conversations", {});
    if (code === 201) { setToken(data.token); return null; }
    return { status: code, data, pause };
  };
  const send = async (message) => {
    const refused = token ? null : await open();
    return refused || call("POST", message.path, { id: message.id, ...message.body });
  };

  // -- showing
  const slot = (node, selector, value) => {
    const found = $(selector, node);
    if (!found) return;
    if (value) found.textContent = value; else found.remove();
  };
  const clone = (id) => $(id).content.firstElementChild.cloneNode(true);
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
  const receipt = (code) => {
    const node = clone("#t-receipt");
    $(".code", node).textContent = group(code);
    $(".tools", node).hidden = false;
    return node;
  };
  const item = (message, withCase) => {
    const node = clone("#t-item");
    node.className = `message ${message.from}${message.urgent ? " urgent" : ""}`;
    $(".who", node).firstChild.data = message.name || log.dataset[message.from];
    if (!message.urgent) $(".flag", node).remove();
    $(".text", node).textContent = message.text;
    if (message.service) node.append(card(message.service));
    if (withCase) node.append(receipt(message.case.receipt));
    return node;
  };
  const show = (messages) => {
    const fresh = messages.filter((message) => !seen.has(message.id));
    fresh.forEach((message, index) => {
      seen.add(message.id);
      const next = fresh[index + 1];
      const last = message.case && !(next && next.case && next.case.receipt === message.case.receipt);
      log.append(item(message, last));
      if (/^t/.test(message.id)) after = message.id;
      const sensitive = log.dataset.sensitive.split(" ");
      if (message.urgent || (message.service && sensitive.includes(message.service.id))) $(".exit").classList.add("strong");
    });
    if (fresh.some((message) => message.case)) listen();
    return fresh.length;
  };
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
    contact.hidden = !messages.some((message) => message.form === "contact");
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

  // -- one message after the other
  const post = (message, shown) => {
    if (shown) { log.append(item({ from: "person", text: shown })); scroll(1); }
    offer([]);
    queue.push(message);
    pump();
  };
  const pause = (seconds) => {
    wait = seconds || Math.min(30, wait ? wait * 2 : 2);
    status.textContent = status.dataset.waiting;
    retry.hidden = false;
    clearTimeout(retryTimer);
    retryTimer = setTimeout(pump, wait * 1000);
  };
  const done = () => { queue.shift(); wait = 0; status.textContent = ""; retry.hidden = true; };
  const complain = (message, messages) => {
    if (!message.complained) present(messages);
    message.complained = true;
  };
  const giveBack = (message) => { if (!text.value && message.body.text) { text.value = message.body.text; counted(); } };

  const pump = async () => {
    if (busy || !queue.length || left) return;
    busy = true;
    retry.hidden = true;
    clearTimeout(retryTimer);
    const message = queue[0];
    const typing = setTimeout(() => { status.textContent = status.dataset.typing; }, TYPING_AFTER);
    try { take(message, await send(message)); } catch { offline(message); }
    clearTimeout(typing);
    if (status.textContent === status.dataset.typing) status.textContent = "";
    busy = false;
    if (queue.length && retry.hidden) pump();
  };
  const take = (message, { status: code, data, pause: seconds }) => {
    if (left) return;
    if (code === 200 || code === 201) {
      done();
      if (message.path === "/api/contact") { contact.reset(); contact.hidden = true; text.focus(); }
      present(data.messages);
      if (data.listen) listen();
    } else if (code === 401 && !message.renewed) {
      message.renewed = true;
      setToken("");
      status.textContent = status.dataset.renewed;
    } else if (code === 422 && data.field) {
      done();
      mistake(data.field, data.messages.at(-1).text);
    } else if (code === 429 || code >= 500) {
      complain(message, data.messages);
      pause(seconds);
    } else {
      done();
      complain(message, data.messages);
      giveBack(message);
    }
  };
  const offline = (message) => {
    if (left) return;
    if (!message.complained) {
      const before = log.children.length;
      log.append($("#t-offline").content.cloneNode(true));
      scroll(log.children.length - before);
    }
    message.complained = true;
    pause();
  };

  // -- what staff write, by a stream that carries the token in a header
  const listen = async () => {
    if (stream || left) return;
    stream = new AbortController();
    let calm = 1;
    while (!left && token) {
      try {
        const answer = await fetch(`/api/events?after=${after}`, { headers: { Authorization: `Bearer ${token}` }, signal: stream.signal });
        if (answer.status === 401) break;
        if (answer.ok && await follow(answer.body.getReader())) break;
        calm = 1;
      } catch { if (left) break; }
      await new Promise((go) => setTimeout(go, calm * 1000));
      calm = Math.min(30, calm * 2);
    }
    stream = null;
  };
  const follow = async (reader) => {
    const decoder = new TextDecoder();
    for (let rest = ""; ;) {
      const { value, done: over } = await reader.read();
      if (over) return false;
      const parts = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = parts.pop();
      for (const part of parts) {
        if (part.startsWith("event: ended")) return true;
        const data = /^data: (.*)$/m.exec(part);
        if (data && part.startsWith("event: message")) { const added = show([JSON.parse(data[1])]); if (added) scroll(added); }
      }
    }
  };

  // -- what the person does
  const counted = () => {
    const over = length() - LIMIT;
    count.textContent = over <= 0 && over > -NEAR ? fill(count.dataset.left, -over) : "";
    wrong.textContent = over > 0 ? fill(wrong.dataset.over, over) : "";
    if (over > 0) text.setAttribute("aria-invalid", "true"); else text.removeAttribute("aria-invalid");
    return over <= 0;
  };
  const choose = (button) => {
    post({ id: uuid(), path: "/api/messages", body: { choice: button.value } }, button.textContent);
    text.focus();
  };
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
    post({ id: uuid(), path: "/api/messages", body: { text: words } }, words);
    text.focus();
  });
  text.addEventListener("input", counted);
  text.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    say.requestSubmit();
  });
  choices.addEventListener("submit", (event) => { event.preventDefault(); choose(event.submitter); });

  const mistake = (field, sentence) => {
    contact.hidden = false;
    const place = $(`#c-${field}-wrong`) || $("#c-phone-wrong"), input = $(`#c-${field}`) || $("#c-phone");
    place.textContent = sentence;
    input.setAttribute("aria-invalid", "true");
    input.focus();
  };
  contact.addEventListener("submit", (event) => {
    event.preventDefault();
    contact.querySelectorAll("[aria-invalid]").forEach((input) => input.removeAttribute("aria-invalid"));
    contact.querySelectorAll(".wrong").forEach((place) => { place.textContent = ""; });
    if (event.submitter && event.submitter.name === "cancel") { contact.hidden = true; text.focus(); return; }
    const given = new FormData(contact), truth = { true: true, false: false };
    const body = Object.fromEntries(["phone", "email", "when", "say_if_other", "shared"].map((name) => [name, given.get(name)]));
    for (const name of ["safe_to_call", "leave_message"]) body[name] = truth[given.get(name)] ?? null;
    contact.dataset.id ||= uuid();
    queue.push({ id: contact.dataset.id, path: "/api/contact", body });
    pump();
  });
  contact.addEventListener("reset", () => { delete contact.dataset.id; });

  document.addEventListener("click", async (event) => {
    const target = event.target;
    if (target.matches("a[data-keep]") && token) {
      event.preventDefault();
      const form = $("#keep");
      form.action = target.href;
      form.submit();
    }
    if (target.matches("[data-print]")) print();
    if (target.matches("[data-copy]")) {
      await navigator.clipboard.writeText($(".code", target.closest(".receipt")).textContent);
      status.textContent = status.dataset.copied;
    }
  });
  retry.addEventListener("click", () => { text.focus(); pump(); });
  addEventListener("online", pump);

  // -- the session's end
  const rest = () => {
    clearTimeout(idleTimer);
    idle.textContent = "";
    stay.hidden = true;
    idleTimer = setTimeout(() => { if (token) { idle.textContent = idle.dataset.text; stay.hidden = false; } }, Math.max(IDLE - WARN_BEFORE, 1000));
  };
  stay.addEventListener("click", () => { text.focus(); call("GET", `/api/messages?after=${after}`).then(({ status: code, data }) => { if (code === 200) show(data.messages); }, () => {}); });
  document.addEventListener("leave", () => { left = true; queue = []; token = ""; clearTimeout(retryTimer); clearTimeout(idleTimer); if (stream) stream.abort(); });

  document.querySelectorAll(".tools").forEach((tools) => { tools.hidden = false; });
  log.querySelectorAll("[data-id]").forEach((node) => { seen.add(node.dataset.id); if (/^t/.test(node.dataset.id)) after = node.dataset.id; });
  scroller.scrollTop = log.children.length > 1 ? scroller.scrollHeight : 0;
  if (token) { rest(); listen(); }
})();
