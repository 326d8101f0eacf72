// Comfort on top of a page that works without it: keys, and what is told with each answer.
(() => {
  "use strict";
  const form = document.getElementById("rubric");
  if (!form) return;

  const errors = document.getElementById("errors");
  if (errors) errors.focus();

  const hint = document.getElementById("hint");
  if (hint) hint.hidden = false;

  // Did the replies stand side by side or one above the other?
  const replies = [...document.querySelectorAll(".reply")];
  const layout = () => {
    if (replies.length !== 2) return "";
    const [a, b] = replies.map((reply) => reply.getBoundingClientRect());
    return Math.abs(a.top - b.top) < 2 ? "side" : "stacked";
  };

  // Totals over all showings: the hidden fields say how far earlier ones came.
  const before = (name) => Number(form.elements.namedItem(name)?.value) || 0;
  const counted = { visible: before("visible") * 1000, away: before("away"), pasted: before("pasted") };
  let inSightSince = document.hidden ? null : performance.now();
  let isLeaving = false;
  const settle = () => {
    const now = performance.now();
    if (inSightSince !== null) counted.visible += now - inSightSince;
    inSightSince = document.hidden ? null : now;
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && !isLeaving) counted.away += 1;
    settle();
  });
  window.addEventListener("pagehide", () => { isLeaving = true; });
  window.addEventListener("pageshow", () => { isLeaving = false; });
  document.addEventListener("paste", (event) => {
    if (event.target.name === "reason") counted.pasted += 1;
  });

  // Asked for whenever the form is read: for a draft as for the answer itself.
  form.addEventListener("formdata", (event) => {
    settle();
    event.formData.set("layout", layout());
    event.formData.set("visible", Math.round(counted.visible / 1000));
    event.formData.set("away", counted.away);
    event.formData.set("pasted", counted.pasted);
  });

  const choose = (radio, number) => {
    const options = form.querySelectorAll(`input[type=radio][name="${radio.name}"]`);
    const option = options[number - 1];
    if (!option) return;
    option.focus();
    option.click();
  };
  // On the document: the flags belong to the form, but stand outside of it.
  document.addEventListener("keydown", (event) => {
    const field = event.target;
    if (field.form !== form) return;
    const isChoice = field.type === "radio" || field.type === "checkbox";
    const hasModifier = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    } else if (event.key === "Enter" && isChoice) {
      event.preventDefault(); // plain Enter on a choice would send a half-filled form
    } else if (field.type === "radio" && !hasModifier && /^[1-9]$/.test(event.key)) {
      event.preventDefault();
      choose(field, Number(event.key));
    }
  });
})();
