// How the scripts of the page speak to the server: Gradio carries a text in a hidden box each way.
// Answers are told from one another by a number. What is said here also goes to screen readers.
window.pullquote = (() => {
  const PATIENCE = 60_000;
  const queues = new Map();
  let number = 0;

  const field = (id) => document.querySelector(`#${id} :is(textarea, input)`);
  // The parts of a page come one by one.
  const laid = (name) =>
    Boolean(field(`${name}-sent`) && field(`${name}-told`) && document.getElementById(`${name}-send`));
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));

  function fill(box, text) {
    const kind = box.tagName === "TEXTAREA" ? HTMLTextAreaElement : HTMLInputElement;
    Object.getOwnPropertyDescriptor(kind.prototype, "value").set.call(box, text);
    box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function answer(box, mine) {
    try {
      const told = JSON.parse(box?.value ?? "");
      return told.n === mine ? told : null;
    } catch {
      return null;
    }
  }

  async function exchange(name, message) {
    fill(field(`${name}-sent`), JSON.stringify(message));
    await pause(20);
    document.getElementById(`${name}-send`).click();
    for (const since = Date.now(); Date.now() - since < PATIENCE; await pause(40)) {
      const told = answer(field(`${name}-told`), message.n);
      if (told) return told;
    }
    return { error: "The chat does not answer. Reload the page." };
  }

  // One at a time: the next message would overwrite the box.
  function call(name, message) {
    const mine = { ...message, n: ++number };
    const before = queues.get(name) ?? Promise.resolve();
    const told = before.then(() => exchange(name, mine)).catch(() => ({
      error: "The chat does not answer. Reload the page.",
    }));
    queues.set(name, told);
    return told;
  }

  function say(text) {
    let region = document.getElementById("pq-said");
    if (!region) {
      region = make("div", { id: "pq-said", className: "pq-unseen" });
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    region.textContent = "";
    setTimeout(() => (region.textContent = text), 60);
  }

  function make(tag, fields = {}, ...children) {
    const node = Object.assign(document.createElement(tag), fields);
    node.append(...children);
    return node;
  }

  const button = (text, act, className = "") =>
    make("button", { type: "button", textContent: text, className, onclick: act });

  function save(file) {
    const url = URL.createObjectURL(new Blob([file.text], { type: `${file.kind};charset=utf-8` }));
    make("a", { href: url, download: file.name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 30_000);
  }

  // Calls back once for every burst of changes of the page.
  function whenever(act) {
    let waiting = false;
    new MutationObserver(() => {
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        act();
      }, 30);
    }).observe(document, { childList: true, subtree: true });
  }

  const named = (node, opening) =>
    [...node.classList].find((name) => name.startsWith(opening))?.slice(opening.length) ?? "";

  return { call, laid, fill, say, make, button, save, whenever, named };
})();
