// Says aloud how articles of one's own are read in, names each button that removes one after its
// headline, and keeps links between the pages of the chat in the same window. More than the server
// takes at once is not sent at all; single files that are too large are named by the server.
(() => {
  const most = 20 * 1024 * 1024 - 64 * 1024; // the rest is for what stands around the files
  const types = ".txt,.md,.html,.htm,.pdf,.docx,.csv,.tsv,.jsonl,.json";
  const each = (selector, act) => document.querySelectorAll(selector).forEach(act);

  const refuse = (event, files) => {
    const area = event.target.closest?.("#pq-drop");
    if (!area) return;
    document.querySelector(".pq-blocked")?.remove();
    const size = [...files].reduce((sum, file) => sum + file.size, 0);
    if (size <= most) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const said = document.createElement("p");
    said.className = "pq-blocked";
    said.setAttribute("role", "alert");
    said.textContent =
      `These files have ${(size / 2 ** 20).toFixed(1)} MB together; 20 MB are taken at once. ` +
      "Add fewer.";
    area.after(said);
  };
  addEventListener("change", (event) => refuse(event, event.target.files ?? []), true);
  addEventListener("drop", (event) => refuse(event, event.dataTransfer?.files ?? []), true);

  new MutationObserver(() => {
    each("#pq-drop input[type=file]:not([accept])", (input) => (input.accept = types));
    each("#pq-progress:not([role])", (progress) => progress.setAttribute("role", "status"));
    each(".pq-own", (row) => {
      const name = "Remove " + (row.querySelector(".pq-headline")?.textContent ?? "this article");
      const button = row.querySelector("button");
      if (button && button.getAttribute("aria-label") !== name)
        button.setAttribute("aria-label", name);
    });
    each(":is(#pq-empty, #pq-held) a[target]", (link) => link.removeAttribute("target"));
  }).observe(document, { childList: true, subtree: true, characterData: true });
})();
