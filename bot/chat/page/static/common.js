// What several parts of the page use.
const $ = (selector, from = document) => from.querySelector(selector);
const uuid = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
// Swedish needs no word in an address, every other language does.
const LANGUAGE = document.documentElement.lang;
const inLanguage = (path) => LANGUAGE === "sv" ? path : `${path}${path.includes("?") ? "&" : "?"}lang=${LANGUAGE}`;
