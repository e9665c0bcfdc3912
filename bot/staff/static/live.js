// An open page that follows what happens: a stream says that something has changed, the page asks for those parts and
// puts them in place. Focus, scroll and what is being typed stay as they are. Without this script there is a link.
(() => {
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const LONGEST_PAUSE = 60, byId = (id) => document.getElementById(id);
  const said = byId("sagt"), behind = byId("bakom"), stopped = byId("stannat"), over = byId("slut");
  const regions = new Map([...document.querySelectorAll("[data-region]")].map((node) => [node.dataset.region, node]));
  const shown = new Map([...regions].map(([name, node]) => [name, node.innerHTML]));
  const waiting = new Map();
  let state = live.dataset.state, news = Number(live.dataset.news), heard = news;
  let stream = null, retry = 0, pause = 1, asking = false, again = false, done = false;
  document.documentElement.classList.add("anchored");

  // -- putting a part in its place
  const changed = (field) => field.type === "checkbox" || field.type === "radio" ? field.checked !== field.defaultChecked
    : field.options ? [...field.options].some((option) => option.selected !== option.defaultSelected && field.value !== "")
      : field.type !== "hidden" && field.value !== field.defaultValue;
  const busy = (region) => [...region.querySelectorAll("input, textarea, select")].some(changed)
    || (region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select"));
  const FOCUSABLE = "a[href], button, summary, input:not([type=hidden]), select, textarea";
  const nameOf = (node) => node.id || node.getAttribute("href") || `${node.form ? node.form.getAttribute("action") : ""} ${node.textContent.trim()}`;
  const keepFocus = (region) => {
    const had = document.activeElement;
    if (!region.contains(had) || had === region) return () => {};
    const before = [...region.querySelectorAll(FOCUSABLE)], name = nameOf(had), place = before.indexOf(had);
    const row = had.closest("tr");
    const rows = row ? [...region.querySelectorAll("tbody tr")] : [], rowPlace = rows.indexOf(row), key = row && row.dataset.key;
    return () => {
      const after = [...region.querySelectorAll(FOCUSABLE)], rowsAfter = [...region.querySelectorAll("tbody tr")];
      const sameRow = key && rowsAfter.find((other) => other.dataset.key === key);
      const near = rowsAfter[Math.min(rowPlace, rowsAfter.length - 1)];
      const found = after.find((node) => nameOf(node) === name)
        || (sameRow && sameRow.querySelector("a")) || (rowPlace >= 0 && near && near.querySelector("a")) || after[place] || region;
      if (found === region) region.tabIndex = -1;
      found.focus({ preventScroll: true });
    };
  };
  const keepOpen = (region) => {
    const open = [...region.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
    return () => region.querySelectorAll("details > summary").forEach((summary) => {
      if (open.includes(summary.textContent)) summary.parentNode.open = true;
    });
  };
  const keepScroll = () => {
    const keyed = [...document.querySelectorAll("[data-key]")];
    const inView = (node) => { const box = node.getBoundingClientRect(); return box.bottom > 0 && box.top < innerHeight; };
    const focused = document.activeElement.closest("[data-key]");
    const anchor = (focused && inView(focused) && focused) || (inView(document.activeElement) && document.activeElement !== document.body && document.activeElement) || keyed.find(inView);
    if (!anchor) return () => {};
    const top = anchor.getBoundingClientRect().top, key = anchor.dataset.key;
    return () => {
      const now = key ? document.querySelector(`[data-key="${key}"]`) : anchor.isConnected && anchor;
      if (now) scrollBy(0, now.getBoundingClientRect().top - top);
    };
  };
  const place = (name, fresh) => {
    const region = regions.get(name);
    if (shown.get(name) === fresh.innerHTML) { waiting.delete(name); return false; }
    if (busy(region)) { waiting.set(name, fresh); return true; }
    waiting.delete(name);
    shown.set(name, fresh.innerHTML);
    const after = [keepFocus(region), keepOpen(region)];
    region.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    after.forEach((restore) => restore());
    return true;
  };
  const placeAll = (parts) => {
    const restore = keepScroll();
    const placed = parts.filter(([name, fresh]) => regions.has(name) && place(name, fresh)).map(([name]) => name);
    restore();
    behind.hidden = !waiting.size;
    return placed;
  };
  document.addEventListener("focusout", () => setTimeout(() => { if (waiting.size) placeAll([...waiting]); }));

  // -- asking for what has changed
  const tell = (text) => {
    said.textContent = "";
    if (text) setTimeout(() => { said.textContent = text; }, 100);
  };
  const end = (element) => {
    done = true;
    if (stream) stream.close();
    stopped.hidden = true;
    element.hidden = false;
  };
  const ask = async () => {
    if (done || asking) { again = true; return; }
    asking = true;
    again = false;
    try {
      const question = live.dataset.now.includes("?") ? "&" : "?";
      const answer = await fetch(`${live.dataset.now}${question}sedan=${heard}`, { redirect: "manual" });
      if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) { end(answer.status === 404 ? stopped : over); return; }
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      if (!fresh) throw new Error("no part of a page");
      const placed = placeAll([...page.querySelectorAll("[data-region]")].map((node) => [node.dataset.region, node]));
      state = fresh.dataset.state;
      heard = Number(fresh.dataset.news);
      // Who else is there is said by that part itself.
      if (placed.some((name) => name !== "there")) tell(fresh.dataset.said);
      stopped.hidden = true;
      const count = Number(fresh.dataset.new);
      if (count) document.dispatchEvent(new CustomEvent("news", { detail: count }));
    } catch {
      stopped.hidden = false;
      clearTimeout(retry);
      retry = setTimeout(ask, 5000);
    } finally {
      asking = false;
      if (again && !done) ask();
    }
  };
  // A case that nobody looks at is not read: the person must not be told so. The list is, and its number counts.
  const isCase = live.dataset.now.split("/").length > 3;
  const hear = (told) => {
    const rose = told.news > news;
    news = Math.max(news, told.news);
    if (told.state === state) return;
    if (isCase && document.hidden) {
      if (rose) document.dispatchEvent(new CustomEvent("news", { detail: 1 }));
      again = true;
      return;
    }
    ask();
  };
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && again) ask();
    if (isCase) listen();
  });

  // -- the stream
  // Whoever has the case in a tab behind another one is not there: neither colleagues nor the person are told so.
  const listen = () => {
    if (done) return;
    if (stream) stream.close();
    stream = new EventSource(live.dataset.stream + (isCase && document.hidden ? "?dold=1" : ""));
    stream.addEventListener("changed", (event) => { pause = 1; stopped.hidden = true; hear(JSON.parse(event.data)); });
    // Signed out, or the case is no longer ours: asking tells which.
    stream.addEventListener("ended", async () => { stream.close(); await ask(); setTimeout(listen, LONGEST_PAUSE * 1000); });
    stream.addEventListener("full", () => end(stopped));
    stream.addEventListener("error", () => {
      if (done) return;
      stopped.hidden = false;
      if (stream.readyState !== EventSource.CLOSED) return;  // the browser itself comes back
      stream.close();
      setTimeout(async () => {
        await ask();  // says whether we are signed out, or the console is only away
        listen();
      }, pause * 1000);
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    });
  };
  addEventListener("pagehide", () => { if (stream) stream.close(); });
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
  listen();
})();
