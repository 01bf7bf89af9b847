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
      command("pq-bar", chip.value);
    } else if (chip?.classList.contains("pq-edit")) edit(chip);
    else if (chip?.closest("#pq-chat")) command("pq-said", chip.value);
    else if (chip?.closest("#pq-panel")) {
      command("pq-bar", chip.value);
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
    tellOpen();
  }).observe(document, { childList: true, subtree: true });
})();
