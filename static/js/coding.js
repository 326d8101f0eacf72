// Comfort on top of a page that works without it: a key for each code, and "None of these" alone.
(() => {
  "use strict";
  const form = document.getElementById("codes");
  const none = document.getElementById("none");
  const shortcuts = document.getElementById("single-keys");
  if (!form || !none || !shortcuts) return;

  const errors = document.getElementById("errors");
  if (errors) errors.focus();

  const codes = [...form.querySelectorAll("input[name=codes]")];
  const boxes = [...codes, none];
  const byKey = new Map(boxes.map((box) => [box.dataset.key, box]));

  // Either codes or none.
  form.addEventListener("change", (event) => {
    if (event.target === none && none.checked) codes.forEach((box) => { box.checked = false; });
    if (codes.includes(event.target) && event.target.checked) none.checked = false;
  });

  // Keys without Ctrl can be switched off, for whoever speaks to the machine or hits keys by chance.
  const OFF = "coding-keys-off";
  const remembered = () => { try { return localStorage.getItem(OFF); } catch { return null; } };
  const remember = (isOff) => {
    try { if (isOff) localStorage.setItem(OFF, "yes"); else localStorage.removeItem(OFF); } catch { /* not kept */ }
  };
  const set = (isOn) => {
    shortcuts.checked = isOn;
    form.classList.toggle("with-keys", isOn);
    boxes.forEach((box) => {
      if (isOn && box.dataset.key) box.setAttribute("aria-keyshortcuts", box.dataset.key);
      else box.removeAttribute("aria-keyshortcuts");
    });
  };
  set(!remembered());
  document.getElementById("keys").hidden = false;
  shortcuts.addEventListener("change", () => { set(shortcuts.checked); remember(!shortcuts.checked); });

  const isText = (at) => at.matches("textarea, select, [contenteditable], input:not([type=checkbox])");
  const isPressed = (at) => at.matches("a, button, summary");
  const move = (from, step) => {
    const to = boxes[boxes.indexOf(from) + step];
    if (to) to.focus();
  };
  document.addEventListener("keydown", (event) => {
    const at = event.target;
    const isEnter = event.key === "Enter" && !event.repeat && !event.isComposing;
    if (isEnter && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || isText(at)) return;
    if (boxes.includes(at) && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
      event.preventDefault();
      move(at, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && !isPressed(at)) {
      event.preventDefault(); // where keys are off, Enter on a code would send the form all the same
      if (isEnter && shortcuts.checked) form.requestSubmit();
    } else if (shortcuts.checked && !event.repeat && byKey.has(event.key.toLowerCase())) {
      event.preventDefault();
      const box = byKey.get(event.key.toLowerCase());
      box.focus();
      box.click();
    }
  });
})();
