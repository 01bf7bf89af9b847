// Opens the panel with the whole article: tells the server which quote of which answer was chosen
// (the server looks it up among its own messages), scrolls to the sentence once the text is there,
// and gives the focus back when the panel closes.
(() => {
  const root = document.documentElement;
  const narrow = matchMedia("(max-width: 1099.98px)");
  const find = (id) => document.getElementById(id);
  let opener = null;
  let wanted = "";
  let covered = [];
  let late = 0;

  // On a narrow screen the panel covers the page, which then must not be reached by the keyboard.
  const place = () => {
    for (const part of covered) part.inert = false;
    covered = [];
    const panel = find("pq-panel");
    if (!panel?.dataset.state) return delete root.dataset.pqPanel;
    root.dataset.pqPanel = panel.dataset.kind = narrow.matches ? "sheet" : "drawer";
    panel.setAttribute("aria-modal", String(narrow.matches));
    for (let node = panel; narrow.matches && node !== document.body; node = node.parentElement)
      for (const part of node.parentElement.children)
        if (part !== node && !part.inert) covered.push(part);
    for (const part of covered) part.inert = true;
  };

  const arrive = () => {
    const panel = find("pq-panel");
    if (!/^(opening|late)$/.test(panel?.dataset.state) || !find("pq-open-" + wanted)) return;
    clearTimeout(late);
    panel.dataset.state = "open";
    panel.scrollTop = 0;
    const title = panel.querySelector(".pq-title");
    title?.setAttribute("role", "heading");
    title?.setAttribute("aria-level", "2");
    const here = panel.querySelector(".pq-here");
    if (here)
      panel.scrollTop +=
        here.getBoundingClientRect().top - panel.getBoundingClientRect().top - panel.clientHeight / 3;
  };

  const open = (button) => {
    const panel = find("pq-panel");
    const field = document.querySelector("#pq-panel-name :is(textarea, input)");
    if (!panel || !field) return;
    opener = button;
    wanted = button.value;
    panel.tabIndex = -1;
    panel.setAttribute("role", "dialog");
    panel.setAttribute("aria-label", "The article");
    panel.dataset.state = "opening";
    place();
    panel.focus({ preventScroll: true });
    clearTimeout(late);
    late = setTimeout(() => (panel.dataset.state = "late"), 20000);
    if (find("pq-open-" + wanted)) return arrive();
    field.value = wanted;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    find("pq-panel-open").click();
  };

  const close = () => {
    const panel = find("pq-panel");
    const focused = document.activeElement;
    const inside = focused === document.body || panel.contains(focused);
    clearTimeout(late);
    delete panel.dataset.state;
    place();
    const again = opener?.isConnected ? opener : document.querySelector(`.pq-read[value="${wanted}"]`);
    if (inside) again?.focus();
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("#pq-chat button.pq-read");
    if (button) open(button);
    else if (event.target.closest?.("#pq-panel-close")) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || !root.dataset.pqPanel) return;
    event.preventDefault();
    close();
  });
  narrow.addEventListener("change", place);
  new MutationObserver(arrive).observe(document, { childList: true, subtree: true });
})();
