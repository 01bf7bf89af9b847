// Leads from the marks of an answer to its evidence: opens the fold in which a card lies, and moves
// the focus there.
(() => {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("#pq-chat a.pq-ref");
    const card = mark && document.getElementById(mark.hash.slice(1));
    if (!card || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const fold = card.closest("details.pq-fold");
    if (fold) fold.open = true;
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  });
})();
