// Nothing is lost: what stands in the form is kept on the server, and sent when there is a connection.
(() => {
  "use strict";
  const form = document.querySelector("form[data-draft]");
  const status = document.getElementById("saving");
  const trouble = document.getElementById("trouble");
  if (!form || !status || !trouble) return;

  const AFTER_A_CHANGE = 800; // milliseconds, all of them
  const FIRST_RETRY = 2000;
  const LONGEST_RETRY = 30000;
  const PATIENCE = 20000;
  const BROKEN = 500; // the site has a fault of its own; waiting would not help

  let changes = 0; // how many were made on this page, and how many of them are kept
  let kept = 0;
  let beaconed = -1;
  let running = null;
  let timer = 0;
  let retry = FIRST_RETRY;
  let isSending = false; // the button was pressed, and the form is on its way
  let isWaiting = false; // the button was pressed, and the form goes when the connection is back
  let isLeaving = false;
  let isClosed = false; // the server keeps nothing more on this pair

  const button = form.querySelector("button");
  const say = (what) => { status.textContent = what ? status.dataset[what] : ""; };
  const announce = (what) => {
    const text = what ? status.dataset[what] : "";
    if (trouble.textContent === text) return; // said once
    trouble.hidden = !what;
    trouble.textContent = text;
  };
  const asleep = (isAsleep) => { button.setAttribute("aria-disabled", isAsleep ? "true" : "false"); };
  const body = () => new URLSearchParams(new FormData(form));

  const post = async () => {
    const upTo = changes;
    const control = new AbortController();
    const patience = setTimeout(() => control.abort(), PATIENCE);
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: body(), signal: control.signal });
      if (answer.status >= 500 || answer.status === 429) throw answer.status;
      isClosed = !answer.ok;
      kept = upTo;
    } finally {
      clearTimeout(patience);
    }
  };
  // One after the other, so that an older state never arrives after a newer one.
  const save = async () => {
    while (running) await running.catch(() => {});
    running = post();
    try { await running; } finally { running = null; }
  };

  const go = () => {
    isLeaving = true;
    isSending = true;
    asleep(true);
    form.submit();
  };
  const worked = () => {
    retry = FIRST_RETRY;
    announce("");
    if (isWaiting) go();
    else if (isClosed) close();
    else if (changes > kept) later(AFTER_A_CHANGE);
    else say("saved");
  };
  const close = () => {
    say("");
    announce("ended");
  };
  const failed = () => {
    say("retrying");
    announce(isWaiting ? "waiting" : "unsaved");
    later(retry);
    retry = Math.min(2 * retry, LONGEST_RETRY);
  };
  const keep = async () => {
    clearTimeout(timer);
    if (isSending || (isClosed && !isWaiting)) return;
    try {
      await save();
    } catch {
      if (!isSending) failed();
      return;
    }
    if (!isSending) worked();
  };
  const later = (pause) => {
    clearTimeout(timer);
    timer = setTimeout(keep, pause);
  };

  const noticed = (event) => {
    if (event.target.form !== form || isClosed) return;
    changes += 1;
    if (trouble.hidden) say("saving");
    later(AFTER_A_CHANGE);
  };
  document.addEventListener("input", noticed);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return; // a double click
    isSending = true;
    asleep(true);
    clearTimeout(timer);
    say("saving");
    try {
      await save();
      go();
    } catch (why) {
      if (why === BROKEN) { go(); return; }
      isSending = false;
      isWaiting = true;
      asleep(false);
      failed();
    }
  });
  window.addEventListener("online", () => { if (isWaiting || changes > kept) keep(); });

  // The page goes out of sight, perhaps for good. Whether a beacon arrives is not told, so nothing is said.
  const beacon = () => {
    const isWorthIt = changes > kept || !form.dataset.answered;
    if (isLeaving || isSending || isClosed || !isWorthIt || beaconed === changes) return;
    beaconed = changes;
    if (navigator.sendBeacon) navigator.sendBeacon(form.dataset.draft, body());
  };
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) beacon();
    else beaconed = -1;
  });
  window.addEventListener("pagehide", beacon);
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    isLeaving = isSending = isWaiting = false;
    asleep(false);
  });
})();
