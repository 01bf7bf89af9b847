// A row of buttons under each answer: right, wrong, the right words, not in the archive.
(() => {
  const { call, say, make, button, whenever, named } = window.pullquote;
  const WIRE = "pq-feedback";
  const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000\\ufeff";
  const SPACES = new RegExp(`[${SPACE}]+`, "g");
  const PLACES = ".pq-place, [data-article][data-revision][data-start]";
  const SAID = {
    right: "You marked this right",
    wrong: "You marked this wrong",
    words: "You gave the right words",
    absent: "You said that it is not in the archive",
  };
  const verdicts = new Map();
  const rows = new Map();
  let selecting = null;

  const visible = (text) => [...text.replace(SPACES, "")].length;

  // What a range shows of an article, without what the page has put between its words.
  function wordsOf(range) {
    const part = range.cloneContents();
    for (const other of part.querySelectorAll(".pq-cite, button, sup, .pq-aside")) other.remove();
    for (const line of part.querySelectorAll("br")) line.replaceWith("\n");
    return part.textContent;
  }

  function anchorOf(place) {
    if (place.dataset.article !== undefined)
      return {
        article: place.dataset.article,
        revision: Number(place.dataset.revision),
        start: Number(place.dataset.start),
      };
    const [revision, start, name] = named(place, "pq-place--").split("-");
    const bytes = Uint8Array.from(name.match(/../g) ?? [], (two) => parseInt(two, 16));
    return {
      article: new TextDecoder().decode(bytes),
      revision: Number(revision),
      start: Number(start),
    };
  }

  function selection() {
    const chosen = document.getSelection();
    if (!chosen.rangeCount || chosen.isCollapsed) return null;
    const range = chosen.getRangeAt(0);
    const within = range.commonAncestorContainer;
    const place = (within.closest ? within : within.parentElement)?.closest(PLACES);
    if (!place) return null;
    const before = document.createRange();
    before.selectNodeContents(place);
    before.setEnd(range.startContainer, range.startOffset);
    return { ...anchorOf(place), before: visible(wordsOf(before)), selected: wordsOf(range) };
  }

  async function tell(turn, message) {
    const told = await call(WIRE, { ...message, turn });
    if (told.verdicts) {
      judged(told.verdicts);
      rows.get(turn)?.querySelector("button")?.focus();
    }
    const given = verdicts.get(turn);
    say(told.error ?? (given ? SAID[given.verdict] : "Taken back."));
    if (told.error) rows.get(turn)?.querySelector(".pq-judge-note")?.replaceChildren(told.error);
  }

  function judged(some) {
    for (const [turn, given] of Object.entries(some ?? {})) {
      if (given) verdicts.set(turn, given);
      else verdicts.delete(turn);
      if (rows.has(turn)) draw(turn);
    }
  }

  function draw(turn) {
    const row = rows.get(turn);
    const given = verdicts.get(turn);
    const note = make("p", { className: "pq-judge-note" });
    row.replaceChildren(...(given ? after(turn, given) : before(turn, row)), note);
    if (selecting?.turn === turn) selecting = null;
  }

  function before(turn, row) {
    const give = (verdict) => () => tell(turn, { act: "give", verdict });
    const right = button("Right", give("right"));
    const others = [
      button("Wrong", give("wrong")),
      button("The right words are…", () => choose(turn, row)),
      button("Not in the archive", give("absent")),
    ];
    return row.dataset.answered === "yes" ? [right, ...others] : others;
  }

  function after(turn, given) {
    const said = make("span", { textContent: SAID[given.verdict], className: "pq-judge-said" });
    const words = given.verdict === "words" ? [make("q", {}, make("bdi", { textContent: given.words }))] : [];
    const comment = given.comment ? [make("q", { className: "pq-judge-comment" }, make("bdi", { textContent: given.comment }))] : [];
    const undo = button("Undo", () => tell(turn, { act: "undo" }));
    const add = button(given.comment ? "Change note" : "Add a note", () => annotate(turn, given));
    return [said, ...words, ...comment, undo, add];
  }

  function annotate(turn, given) {
    const box = make("input", { value: given.comment, maxLength: 1000 });
    box.setAttribute("aria-label", "Note on this answer");
    const form = make("form", {}, box, make("button", { textContent: "Save" }));
    form.append(button("Cancel", () => again(turn)));
    form.onsubmit = (event) => {
      event.preventDefault();
      tell(turn, { act: "comment", comment: box.value });
    };
    rows.get(turn).replaceChildren(form, make("p", { className: "pq-judge-note" }));
    box.focus();
  }

  function again(turn) {
    draw(turn);
    rows.get(turn).querySelector("button")?.focus();
  }

  // The words are selected in the passage, in the opened article, or by key in the box.
  function choose(turn, row) {
    if (selecting) draw(selecting.turn);
    const heading = make("p", {
      textContent: "Select the right words in the shown passage, in the opened article, or here:",
    });
    const found = row.closest(".message-row, .bot, .message")?.querySelector(PLACES);
    const box = make("textarea", { rows: 5, value: found ? text(found) : "" });
    // Not read-only: that would take the caret away, and with it selecting by key.
    box.addEventListener("beforeinput", (event) => event.preventDefault());
    box.setAttribute("aria-readonly", "true");
    box.setAttribute("aria-label", "The passage; select the right words in it");
    const chosen = make("p", { className: "pq-judge-chosen", textContent: "Nothing selected yet." });
    chosen.setAttribute("aria-live", "polite");
    const save = button("Save these words", () =>
      tell(turn, { act: "give", verdict: "words", ...selecting.place }),
    );
    save.disabled = true;
    const take = (place) => {
      selecting.place = place;
      chosen.replaceChildren(make("q", {}, make("bdi", { textContent: place.selected.trim() })));
      save.disabled = false;
    };
    selecting = { turn, take };
    const picked = () => {
      const [low, high] = [box.selectionStart, box.selectionEnd];
      if (found && high > low) {
        const before = visible(box.value.slice(0, low));
        take({ ...anchorOf(found), before, selected: box.value.slice(low, high) });
      }
    };
    for (const name of ["select", "keyup", "mouseup"]) box.addEventListener(name, picked);
    const panel = make("div", { className: "pq-judge-words" }, heading, ...(found ? [box] : []));
    const acts = make("div", { className: "pq-acts" }, save, button("Cancel", () => again(turn)));
    panel.append(chosen, acts, make("p", { className: "pq-judge-note" }));
    row.replaceChildren(panel);
    const at = found ? upTo(found, found.querySelector("mark, .pq-candidate")) : 0;
    box.setSelectionRange(at, at);
    (found ? box : panel.querySelector("button")).focus();
  }

  // How many characters of a shown passage stand before a part of it.
  function upTo(place, part) {
    if (!part) return 0;
    const range = document.createRange();
    range.selectNodeContents(place);
    range.setEndBefore(part);
    return wordsOf(range).length;
  }

  function text(place) {
    const whole = document.createRange();
    whole.selectNodeContents(place);
    return wordsOf(whole);
  }

  document.addEventListener("selectionchange", () => {
    const place = selecting && selection();
    if (place && place.selected.trim()) selecting.take(place);
  });

  function rowOf(mark, turn) {
    if (rows.has(turn)) return rows.get(turn);
    const row = make("div", { className: "pq-judge" });
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Is this right?");
    row.dataset.answered = mark.classList.contains("pq-answered") ? "yes" : "no";
    rows.set(turn, row);
    draw(turn);
    return row;
  }

  window.pullquote.judged = judged;
  whenever(() => {
    for (const mark of document.querySelectorAll("#pq-chat .pq-turn")) {
      const turn = named(mark, "pq-turn--");
      const home = mark.closest(".message") ?? mark.parentElement;
      const row = rowOf(mark, turn);
      if (row.parentElement !== home) home.append(row);
    }
  });
})();
