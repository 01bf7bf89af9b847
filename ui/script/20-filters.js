// Chips: buttons inside rendered text, each with a command for the server. A press puts the command
// into a hidden box and presses a hidden button. Only the chips of the newest answer are live.
(() => {
  const find = (selector) => document.querySelector(selector);
  const command = (name, words) => {
    const box = find(`#${name}-command :is(textarea, input)`);
    box.value = words;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => find(`#${name}-go`).click());
  };

  // What the bar is told goes one after the other: a command takes along what the fields hold, which
  // must be what the one before has left.
  const waiting = new Set();
  let before = Promise.resolve();
  const tellBar = (words) => {
    waiting.add(words);
    rest();
    before = before.then(() => obeyed(words)).then(() => {
      waiting.delete(words);
      rest();
    });
  };
  const obeyed = async (words) => {
    const done = () => find("#pq-bar-done :is(textarea, input)").value;
    const was = done();
    command("pq-bar", words);
    for (let n = 0; n < 600 && done() === was; n++)
      await new Promise((next) => setTimeout(next, 50));
  };
  const rest = () => {
    for (const chip of document.querySelectorAll("#pq-bar-chips .pq-chip"))
      chip.disabled = waiting.has(chip.value);
  };

  const toggle = () => find("#pq-bar .label-wrap");
  const tellOpen = () =>
    toggle()?.setAttribute("aria-expanded", toggle().classList.contains("open"));

  const edit = (chip) => {
    const box = document.createElement("input");
    box.className = "pq-editing";
    box.maxLength = 512;
    box.value = chip.textContent;
    box.setAttribute("aria-label", "The question as it is read: Enter asks, Escape leaves it");
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || !["Enter", "Escape"].includes(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      const words = box.value.trim();
      box.remove();
      chip.hidden = false;
      chip.focus();
      if (event.key === "Enter" && words && words !== chip.textContent)
        command("pq-said", chip.value + words);
    });
    chip.hidden = true;
    chip.after(box);
    box.focus();
    box.select();
  };

  addEventListener("click", (event) => {
    const chip = event.target.closest?.(".pq-chip");
    if (chip?.closest("#pq-filters")) {
      toggle().focus({ preventScroll: true });
      tellBar(chip.value);
    } else if (chip?.classList.contains("pq-edit")) edit(chip);
    else if (chip?.closest("#pq-chat")) command("pq-said", chip.value);
    else if (chip?.closest("#pq-panel")) {
      tellBar(chip.value);
      find("#pq-panel-close").click();
    }
    if (event.target.closest?.("#pq-bar .label-wrap")) setTimeout(tellOpen);
  });

  new MutationObserver(() => {
    let newest = null;
    for (const row of document.querySelectorAll("#pq-chat .message-row"))
      if (row.classList.contains("user-row")) newest = null;
      else if (row.querySelector(".pq-lead, .pq-reading")) newest = row;
    for (const chip of document.querySelectorAll("#pq-chat .pq-chip"))
      chip.disabled = !newest?.contains(chip);
    rest();
    tellOpen();
  }).observe(document, { childList: true, subtree: true });
})();
