// A short sound and a number in the title when something new has come; this file is there only if it was wished for.
(() => {
  const title = document.title;
  let count = 0, sounds = null;
  const ready = () => {
    if (!window.AudioContext) return null;
    sounds = sounds || new AudioContext();
    if (sounds.state === "suspended") sounds.resume();
    return sounds;
  };
  const tone = (at, pitch) => {
    const wave = sounds.createOscillator(), volume = sounds.createGain();
    wave.frequency.value = pitch;
    volume.gain.setValueAtTime(0.0001, at);
    volume.gain.exponentialRampToValueAtTime(0.15, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.25);
    wave.connect(volume).connect(sounds.destination);
    wave.start(at);
    wave.stop(at + 0.3);
  };
  const play = () => {
    if (!ready()) return;
    tone(sounds.currentTime, 660);
    tone(sounds.currentTime + 0.18, 880);
    document.documentElement.dataset.sounded = Number(document.documentElement.dataset.sounded || 0) + 1;
  };
  const show = () => { document.title = count ? `(${count}) ${title}` : title; };
  const looked = () => { if (!document.hidden && document.hasFocus()) { count = 0; show(); } };
  document.addEventListener("news", (event) => {
    count += event.detail;
    show();
    play();
    if (!document.hidden && document.hasFocus()) setTimeout(looked, 5000);
  });
  ["focus", "visibilitychange"].forEach((name) => addEventListener(name, looked));
  document.addEventListener("visibilitychange", looked);
  // Browsers let a page sound only after somebody has done something on it.
  ["pointerdown", "keydown"].forEach((name) => addEventListener(name, ready, { once: true }));
  const tried = document.getElementById("prova");
  if (tried) { tried.hidden = false; tried.addEventListener("click", play); }
})();
