// A standard reply goes in where the cursor stands. Without this script the server puts it after what is written.
(() => {
  const button = document.querySelector("[data-insert]"), choice = document.getElementById("standard"), text = document.getElementById("text");
  if (!button || !text) return;
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const reply = choice.selectedOptions[0].dataset.text;
    if (!reply) { choice.focus(); return; }
    const before = text.value.slice(0, text.selectionStart), after = text.value.slice(text.selectionEnd);
    const gap = (side) => side && !/\s$/.test(side) ? "\n\n" : "";
    text.setRangeText(gap(before) + reply + (after && !/^\s/.test(after) ? "\n\n" : ""), text.selectionStart, text.selectionEnd, "end");
    choice.value = "";
    text.focus();
  });
})();
