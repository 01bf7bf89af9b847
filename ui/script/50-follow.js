// A link to "#pq-…" asks the server for something: its target goes into a text box of the page that
// is not to be seen, and a button beside it is clicked on. Only a click does it, never an address, so
// that no link on another site can. What comes is brought into view. Also names the page that is open
// for a screen reader.
(() => {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#pq-"]');
    const box = document.querySelector(".pq-followed :is(input, textarea)");
    if (!link || !box || !event.isTrusted) return;
    event.preventDefault();
    box.value = link.getAttribute("href").slice(4);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector(".pq-follow").click(), 60);
    const shown = document.querySelector(".pq-shown");
    if (!shown) return;
    const watching = new MutationObserver(() => {
      watching.disconnect();
      requestAnimationFrame(() =>
        document.querySelector(".pq-shown")?.scrollIntoView({ block: "start", behavior: "smooth" }),
      );
    });
    watching.observe(shown, { childList: true, subtree: true, characterData: true });
  });
  new MutationObserver(() => {
    for (const link of document.querySelectorAll(".nav-holder a"))
      if (link.classList.contains("active")) {
        if (link.getAttribute("aria-current") !== "page") link.setAttribute("aria-current", "page");
      } else if (link.hasAttribute("aria-current")) link.removeAttribute("aria-current");
  }).observe(document, { childList: true, subtree: true });
  // A question in the address waits in the box: it is asked by whoever presses the button.
  if (new URLSearchParams(location.search).has("q")) {
    const waiting = new MutationObserver(() => {
      const box = document.querySelector("#pq-question textarea");
      const button = document.querySelector("#pq-ask button");
      if (!button || !box?.value) return;
      waiting.disconnect();
      history.replaceState(history.state, "", location.pathname);
      button.focus();
    });
    waiting.observe(document, { childList: true, subtree: true, attributes: true });
  }
})();
