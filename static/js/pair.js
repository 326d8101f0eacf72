// Comfort on top of a page that works without it.
(() => {
  "use strict";
  const form = document.getElementById("rubric");
  if (!form) return;

  const history = document.getElementById("history");
  if (history) history.scrollTop = history.scrollHeight;

  const errors = document.getElementById("errors");
  if (errors) errors.focus();

  // Said with each answer: did the replies stand side by side or one above the other?
  const layout = form.elements.namedItem("layout");
  const replies = document.querySelectorAll(".reply");
  const tellLayout = () => {
    if (!layout || replies.length !== 2) return;
    const [a, b] = [...replies].map((reply) => reply.getBoundingClientRect());
    layout.value = Math.abs(a.top - b.top) < 2 ? "side" : "stacked";
  };

  const hint = document.getElementById("hint");
  if (hint) hint.hidden = false;

  const button = form.querySelector(".send button");
  form.addEventListener("submit", () => {
    tellLayout();
    // After the submit has been taken: a second click finds the button asleep.
    setTimeout(() => { button.disabled = true; }, 0);
  });
  window.addEventListener("pageshow", () => { button.disabled = false; });

  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit(button);
    } else if (event.target instanceof HTMLInputElement) {
      event.preventDefault(); // plain Enter on a radio button would send a half-filled form
    }
  });
})();
