// <fraga-staden src label heading close loading>: a button and a panel that frames the chat from our own origin.
// Nothing is loaded from it before the button is pressed; the panel never opens by itself. Words come from the attributes.
const STYLE = `
  :host { position: fixed; inset: auto 1rem 1rem auto; z-index: 2147483000; font: 1rem/1.5 system-ui, Verdana, Arial, sans-serif; }
  button { font: inherit; font-weight: 600; min-height: 2.75rem; padding: .5rem 1.25rem; border: 2px solid #fff; border-radius: 1.5rem; background: #14508c; color: #fff; cursor: pointer; }
  button:hover { text-decoration: underline; }
  button:focus-visible { outline: 3px solid #14508c; outline-offset: 2px; }
  dialog { position: fixed; inset: auto 1rem 1rem auto; margin: 0; padding: 0; width: 26rem; height: min(44rem, calc(100vh - 2rem)); max-width: none; max-height: none; border: 1px solid #78838f; border-radius: .75rem; overflow: hidden; background: #fff; color: #1a2029; box-shadow: 0 .5rem 2rem #0004; }
  dialog[open] { display: flex; flex-direction: column; }
  .top { display: flex; align-items: center; justify-content: space-between; padding: .375rem .5rem .375rem 1rem; background: #14508c; color: #fff; }
  h2 { margin: 0; font-size: 1rem; }
  .top button { min-height: 2.25rem; padding: .25rem .75rem; border-color: transparent; background: none; }
  .top button:focus-visible { outline-color: #fff; outline-offset: -3px; }
  iframe { flex: 1; width: 100%; border: 0; }
  @media (max-width: 40rem), (max-height: 32rem) { dialog { inset: 0; width: 100%; height: 100%; border: 0; border-radius: 0; } }
  @media (forced-colors: active) { dialog, button { border: 2px solid; } }`;
const make = (name, words, traits) => Object.assign(document.createElement(name), { textContent: words || "" }, traits);

class Widget extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const word = (name) => this.getAttribute(name) || "";
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    const root = this.attachShadow({ mode: "open" });
    root.adoptedStyleSheets = [sheet];
    this.source = new URL(word("src"), location.href);
    this.launcher = make("button", word("label"), { type: "button" });
    this.launcher.setAttribute("aria-expanded", "false");
    this.panel = make("dialog");
    this.panel.setAttribute("aria-label", word("heading"));
    this.closer = make("button", word("close"), { type: "button" });
    const top = make("div", "", { className: "top" });
    top.append(make("h2", word("heading")), this.closer);
    this.panel.append(top);
    root.append(this.launcher, this.panel);
    this.launcher.addEventListener("click", () => this.open());
    this.closer.addEventListener("click", () => this.close());
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.preventDefault(); this.close(); } });
    this.panel.addEventListener("cancel", (event) => { event.preventDefault(); this.close(); });
    addEventListener("message", (event) => this.hear(event));
    onThreeShifts(() => this.flee());
  }

  open() {
    if (!this.frame) {
      this.frame = make("iframe", "", { src: this.source.href, title: this.getAttribute("heading"), referrerPolicy: "no-referrer" });
      this.panel.append(this.frame);
    }
    // On a small screen the panel covers all and holds the focus; beside a page that is in view it must not.
    if (matchMedia("(max-width: 40rem), (max-height: 32rem)").matches) this.panel.showModal(); else this.panel.show();
    this.launcher.setAttribute("aria-expanded", "true");
    this.launcher.hidden = true;
    this.closer.focus();
  }

  close() {
    this.panel.close();
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    this.launcher.focus();
  }

  hear(event) {
    if (!this.frame || event.source !== this.frame.contentWindow || event.origin !== this.source.origin) return;
    const said = event.data || {};
    if (said.staden === "ready") this.exit = said.url;
    if (said.staden === "close") this.close();
    if (said.staden === "exit") this.leave(said.url);
  }

  leave(url) {
    if (this.left) return;
    this.left = true;
    const cover = make("div", this.getAttribute("loading"));
    cover.setAttribute("role", "alert");
    document.body.replaceChildren(cover);
    location.replace(url);
  }

  // For when the focus is on the page around the chat.
  flee() {
    if (!this.exit) return;
    this.frame.contentWindow.postMessage({ staden: "leave" }, this.source.origin);
    // All is blank at once. The frame says "exit" when it has ended its session; a slow phone gets a second for that.
    document.documentElement.hidden = true;
    setTimeout(() => this.leave(this.exit), 1000);
  }
}
if (!customElements.get("fraga-staden")) customElements.define("fraga-staden", Widget);
