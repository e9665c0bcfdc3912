// What several parts of the page use.
const $ = (selector, from = document) => from.querySelector(selector);
// Swedish needs no word in an address, every other language does.
const LANGUAGE = document.documentElement.lang;
const inLanguage = (path) => LANGUAGE === "sv" ? path : `${path}${path.includes("?") ? "&" : "?"}lang=${LANGUAGE}`;
// Where this tab keeps a talk, if the person has asked for it; a browser may forbid it.
const STORE = "chatt";
const trying = (work) => { try { return work(); } catch { return null; } };
const store = (token) => trying(() => sessionStorage.setItem(STORE, token));
const storedTalk = () => trying(() => sessionStorage.getItem(STORE));
const forgetTalk = () => trying(() => sessionStorage.removeItem(STORE));
