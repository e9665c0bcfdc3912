// Calls to the server: the token in a header, and no longer patience than a person has.
const uuid = () => crypto.randomUUID ? crypto.randomUUID() : "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));
const makeServer = (session, alive) => {
  const PATIENCE = 10000;
  const headers = (body) => ({ Authorization: `Bearer ${session.token}`, ...(body && { "Content-Type": "application/json" }) });
  // Said by the page itself and not by the person: it puts off no end of the session.
  const note = (path, body) => fetch(inLanguage(path), { method: "POST", headers: headers(body), body: JSON.stringify(body) }).catch(() => {});
  const call = async (method, path, body) => {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), PATIENCE);
    try {
      const answer = await fetch(inLanguage(path), { method, headers: headers(body), body: body && JSON.stringify(body), signal: patience.signal });
      const data = await answer.json();
      if (answer.ok) alive();
      return { status: answer.status, data, pause: Number(answer.headers.get("Retry-After")) };
    } finally { clearTimeout(timer); }
  };
  const open = async () => {
    const answer = await call("POST", "/api/conversations", {});
    if (answer.status !== 201) return answer;
    session.setToken(answer.data.token);
    return null;
  };
  const send = async (message) => {
    const refused = session.token ? null : await open();
    return refused || call("POST", message.path, { id: message.id, ...message.body });
  };
  return { call, send, note };
};
