// Copies a quote with its citation, which the server has put beside it as hidden text.
(() => {
  const { say, make, button, whenever } = window.pullquote;

  async function write(text) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return copied(text);
    }
  }

  // Where the page is not served from this machine, browsers offer nothing newer.
  function copied(text) {
    const box = make("textarea", { value: text, className: "pq-unseen" });
    const was = document.activeElement;
    document.body.append(box);
    box.select();
    const done = document.execCommand("copy");
    box.remove();
    was?.focus();
    return done;
  }

  async function copy(pressed, text) {
    const done = await write(text);
    pressed.textContent = done ? "Copied" : "Not copied";
    say(done ? "Copied with citation." : "This browser does not let the page copy.");
    setTimeout(() => (pressed.textContent = "Copy with citation"), 2_000);
  }

  whenever(() => {
    for (const cite of document.querySelectorAll("#pq-chat .pq-cite")) {
      if (cite.nextElementSibling?.classList.contains("pq-copy")) continue;
      const one = button("Copy with citation", () => copy(one, cite.textContent), "pq-copy");
      cite.after(one);
    }
  });
})();
