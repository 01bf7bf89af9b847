// The drawer with the earlier chats. It also brings the chat of this tab back after a reload.
(() => {
  const { call, laid, say, make, button, save, whenever, named } = window.pullquote;
  const WIRE = "pq-history";
  const HERE = "pullquote-chat";
  const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
  let drawer, list, note, ends;
  let current = "";
  let state = "waiting";
  let restored;
  window.pullquote.restored = new Promise((done) => (restored = done));

  const shown = (chat) => `${when.format(new Date(chat.changed))} · ${counted(chat.turns)}`;
  const counted = (turns) => `${turns} ${turns === 1 ? "question" : "questions"}`;

  function build() {
    list = make("ul");
    note = make("p", { className: "pq-drawer-note" });
    note.setAttribute("role", "status");
    ends = make("footer");
    const title = make("h2", { id: "pq-drawer-title", textContent: "Earlier chats" });
    const close = button("Close", () => drawer.close());
    drawer = make("dialog", { id: "pq-drawer" }, make("header", {}, title, close), note, list, ends);
    drawer.setAttribute("aria-labelledby", title.id);
    drawer.addEventListener("click", (event) => event.target === drawer && drawer.close());
    document.body.append(drawer);
  }

  async function open() {
    if (!drawer) build();
    note.textContent = "";
    drawer.showModal();
    await ask({ act: "list" });
  }

  async function ask(message) {
    const told = await call(WIRE, message);
    note.textContent = told.error ?? told.notice ?? "";
    if (told.chats) fill(told.chats);
    if (told.file) {
      save(told.file);
      note.textContent = `Saved as ${told.file.name}.`;
    }
    return told;
  }

  function fill(chats) {
    list.replaceChildren(...chats.map(row));
    if (!chats.length && !note.textContent)
      note.textContent = "None yet. What you ask is kept here, for this browser only.";
    ends.replaceChildren(
      ...(chats.length ? [offers("All chats", "", null)] : []),
      make("div", { className: "pq-acts" }, button("Export my feedback", feedback)),
    );
  }

  function row(chat) {
    const name = make("bdi", { textContent: chat.name, className: "pq-kept-name" });
    const meta = make("span", { textContent: shown(chat), className: "pq-kept-meta" });
    const opener = make("button", { type: "button", className: "pq-kept-open" }, name, meta);
    opener.dataset.id = chat.id;
    opener.onclick = () => reopen(chat.id);
    if (chat.id === current) opener.setAttribute("aria-current", "true");
    return make("li", {}, opener, offers(chat.name, chat.id, chat));
  }

  // The buttons of one chat, or of all; each asks what else it needs in their place.
  function offers(name, id, chat) {
    const acts = make("div", { className: "pq-acts" });
    const label = chat ? `: ${name}` : " all chats";
    const offer = (text, act) => {
      const one = button(text, () => act(one));
      one.setAttribute("aria-label", text.replace(" all", "") + label);
      return one;
    };
    const back = (from) => {
      acts.replaceChildren(...first);
      first.find((one) => one.textContent === from.textContent)?.focus();
    };
    const instead = (...nodes) => {
      acts.replaceChildren(...nodes);
      acts.querySelector("input, button")?.focus();
    };
    const cancel = (from) => button("Cancel", () => back(from));
    const rename = (from) => {
      const box = make("input", { value: chat.name, maxLength: 80 });
      box.setAttribute("aria-label", "Name of the chat");
      const form = make("form", {}, box, make("button", { textContent: "Save" }), cancel(from));
      form.onsubmit = async (event) => {
        event.preventDefault();
        const told = await ask({ act: "rename", chat: id, name: box.value });
        if (!told.error) done(`Renamed to ${box.value.trim()}.`, id);
      };
      instead(form);
      box.select();
    };
    const take = (from) => {
      const as = (form) => async () => {
        await ask({ act: "export", chat: id, form });
        back(from);
      };
      instead(button("Markdown", as("markdown")), button("JSON", as("json")), cancel(from));
    };
    const remove = (from) => {
      const what = chat ? "this chat" : "all chats";
      const words = make("span", { textContent: `Delete ${what} for good, with the feedback in it?` });
      const sure = button("Delete for good", async () => {
        const told = await ask(chat ? { act: "delete", chat: id } : { act: "delete-all" });
        if (!told.error) done("Deleted.", "");
      });
      instead(words, sure, cancel(from));
    };
    const first = [
      ...(chat ? [offer("Rename", rename)] : []),
      offer(chat ? "Export" : "Export all", take),
      offer(chat ? "Delete" : "Delete all", remove),
    ];
    acts.append(...first);
    return acts;
  }

  function done(text, id) {
    note.textContent = text;
    const rows = [...list.querySelectorAll(".pq-kept-open")];
    (rows.find((one) => one.dataset.id === id) ?? rows[0] ?? drawer.querySelector("button")).focus();
  }

  async function reopen(id) {
    const told = await ask({ act: "open", chat: id });
    if (told.error) return;
    window.pullquote.judged?.(told.verdicts);
    drawer.close();
    document.querySelector("#pq-question textarea")?.focus({ preventScroll: true });
    say(`Opened. ${told.notice}`);
  }

  async function feedback() {
    const told = await call("pq-feedback", { act: "export" });
    if (told.file) save(told.file);
    note.textContent = told.error ?? `Saved as ${told.file.name}.`;
  }

  // The chat of a tab is remembered in that tab alone, where the browser remembers anything.
  function here(...change) {
    try {
      if (!change.length) return sessionStorage.getItem(HERE);
      if (change[0]) sessionStorage.setItem(HERE, change[0]);
      else sessionStorage.removeItem(HERE);
    } catch {
      return null;
    }
  }

  // Until the chat is back, nothing of the page may begin another one.
  async function restore() {
    state = "restoring";
    const id = here();
    const parts = document.querySelectorAll("#pq-chat, #pq-chats");
    for (const part of parts) part.inert = Boolean(id);
    const told = id ? await call(WIRE, { act: "open", chat: id }) : null;
    for (const part of parts) part.inert = false;
    if (told?.verdicts) window.pullquote.judged?.(told.verdicts);
    state = "ready";
    restored();
    if (told?.error) track();
  }

  function track() {
    const marks = document.querySelectorAll("#pq-chat .pq-turn");
    current = marks.length ? named(marks[marks.length - 1], "pq-chat--") : "";
    here(current);
  }

  whenever(() => {
    const opener = document.getElementById("pq-chats-open");
    if (!opener || !laid(WIRE) || !document.getElementById("pq-chat")) return;
    if (opener.onclick === null) {
      opener.onclick = open;
      opener.setAttribute("aria-haspopup", "dialog");
    }
    if (state === "waiting") restore();
    else if (state === "ready") track();
  });
})();
