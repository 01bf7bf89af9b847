// Brings the newest question to the top once it is answered, so that its answer is in sight; takes
// off the labels that make a screen reader spell out the markup, and puts to rest the button inside
// the button of a stage. It stands in the page itself: what Gradio's own events carry as text would
// have to be evaluated, which the guard forbids.
(() => {
  const all = (selector) => [...document.querySelectorAll("#pq-chat " + selector)];
  let answered = 0;
  new MutationObserver(() => {
    for (const said of all("[data-testid][aria-label]")) said.removeAttribute("aria-label");
    for (const arrow of all(".thought-group .arrow")) arrow.inert = true;
    const answers = all(":is(.pq-lead, .pq-notice)").length;
    if (answers > answered)
      requestAnimationFrame(() =>
        all(".user-row").pop()?.scrollIntoView({ block: "start", behavior: "smooth" }),
      );
    answered = answers;
  }).observe(document, { childList: true, subtree: true });
})();
