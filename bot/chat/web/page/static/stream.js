// What staff write, by a stream that carries the token in a header.
const makeStream = (session, hear, meet, ended) => {
  const LONGEST_PAUSE = 30;
  let stream = null;
  const follow = async (reader) => {
    const decoder = new TextDecoder();
    for (let rest = ""; ;) {
      const { value, done } = await reader.read();
      if (done) return false;
      const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        if (event.startsWith("event: ended")) return true;
        const data = /^data: (.*)$/m.exec(event);
        if (data) (event.startsWith("event: company") ? meet : hear)(JSON.parse(data[1]));
      }
    }
  };
  const listen = async () => {
    if (stream || session.left) return;
    stream = new AbortController();
    let calm = 1;
    while (!session.left && session.token) {
      try {
        const headers = { Authorization: `Bearer ${session.token}` };
        const answer = await fetch(inLanguage(`/api/events?after=${session.after}`), { headers, signal: stream.signal });
        if (answer.status === 401 || (answer.ok && await follow(answer.body.getReader()))) { ended(); break; }
        calm = 1;
      } catch { if (session.left) break; }
      await new Promise((go) => setTimeout(go, calm * 1000));
      calm = Math.min(LONGEST_PAUSE, calm * 2);
    }
    stream = null;
  };
  return { listen, stop: () => { if (stream) stream.abort(); } };
};
